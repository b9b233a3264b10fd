"""From a file to a footprint that can be traced: every row has a fate, every figure a way."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from app import claims, footprints
from app.exchange_desk import computer
from app.footprint_files import footprint_files, summary_of, total_rows
from app.footprint_intake import Options
from app.footprints import FootprintDesk, take
from app.tools import open_tools
from data.errors import DataError
from emissions.evidence.recompute import milligrams, read_tables, recompute_leg
from emissions.own_sets import OWN_FACTORS

if TYPE_CHECKING:
    from pathlib import Path

DESK = FootprintDesk(open_tools())
HEAD = "shipment_id,leg_no,kind,mode,origin,destination,mass_kg,distance_km,distance_kind,toc_id"
TRUCK = 'S1,1,transport,road,"Nanjing, CN",PVG,1000,359,sfd,ROAD-ARTIC33-AVG'
OPERATIONS_HEAD = "category_id,mode,activity_tkm,carrier_id,amount,unit"
FLIGHT = "S1,2,transport,air,PVG,FRA,1000,8880,gcd,AIR-LONGHAUL-AVG"


def run(text: str, name: str = "legs.csv", **changes: object) -> footprints.FootprintResult:
    options = Options(**changes)  # type: ignore[arg-type]
    return take(text.encode(), name, DESK, options)


def rows_of(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))


def test_legs_of_ours_give_what_the_formula_gives() -> None:
    """F2: 1 t over 8,880 km at 0.66646 kg/tkm."""
    result = run(f"{HEAD}\n{FLIGHT.replace('S1,2', 'S1,1')}")
    assert result.inventory.physical.wtw_mg == 5_918_164_800
    assert result.counts() == {"ok": 1, "warned": 0, "refused": 0}


def test_what_is_missing_is_filled_and_said() -> None:
    """No distance, no category, no grid, no handling energy: each filled, each in the lineage."""
    text = (
        f"{HEAD}\nS1,1,transport,air,PVG,FRA,1000,,,\nS1,2,hub,air,FRA,FRA,1000,,,\n"
        'S1,3,transport,road,FRA,"Madrid, ES",1000,,,'
    )
    result = run(text)
    files = footprint_files(result, DESK.atlas)
    air, hub, road = rows_of(files, "legs.csv")
    assert float(air["distance_km"]) == pytest.approx(8880, abs=2)
    assert (air["toc_id"], hub["hoc_id"]) == ("AIR-LONGHAUL-AVG", "HUB-AIR")
    assert hub["grid_id"] == "DE"
    assert "gcd" in air["lineage"]
    assert road["distance_evidence"] in {"measured", "repaired"}
    assert int(road["match_steps"]) > 0
    assert "ROAD-EU" in road["lineage"]


def test_a_bad_row_never_stops_the_rest_and_is_never_zero() -> None:
    """Unknown category, unknown place, chargeable kilograms: each refused, the total incomplete."""
    text = (
        f"{HEAD}\n{TRUCK}\nS1,2,transport,air,PVG,FRA,1000,8880,gcd,AIR-NONE\n"
        "S2,1,transport,road,Atlantis-on-Sea,PVG,1000,,,\nS3,1,transport,road,A,B,0,10,sfd,\n"
        "S4,1,transport,road,A,B,500,10,sfd,ROAD-HGV-AVG"
    )
    result = run(text)
    files = footprint_files(result, DESK.atlas)
    fate = {int(r["row"]): r["status"] for r in rows_of(files, "rows.csv")}
    assert fate == {2: "ok", 3: "refused", 4: "refused", 5: "refused", 6: "ok"}
    totals = {r["shipment_id"]: r["status"] for r in rows_of(files, "totals.csv")}
    assert totals == {"S1": "incomplete", "S4": "complete"}
    codes = {r["row"]: r["code"] for r in rows_of(files, "refused.csv")}
    assert codes == {"3": "missing_factor", "4": "unknown_place", "5": "bad_value"}


def test_when_no_row_is_usable_nothing_is_answered() -> None:
    """An empty footprint is not a footprint of nothing."""
    with pytest.raises(DataError, match="no usable row"):
        run(f"{HEAD}\nS1,1,transport,air,PVG,FRA,1000,8880,gcd,AIR-NONE")


def test_containers_of_unknown_load_are_ten_tonnes() -> None:
    """F3: said in the row, and another load may be asked for."""
    head = HEAD.replace("mass_kg", "mass_kg,teu")
    text = f"{head}\nS1,1,transport,sea,CNSHA,NLRTM,,2,19000,sfd,SEA-CONTAINER-AVG"
    average, light = run(text), run(text, teu_load="light")
    assert average.legs[0].values["mass_kg"] == 20_000
    assert light.inventory.physical.wtw_mg == pytest.approx(
        0.6 * average.inventory.physical.wtw_mg, abs=2
    )
    assert [n.code for n in average.legs[0].notes] == ["mass_from_teu"]


def test_fuel_beside_a_leg_is_primary_data() -> None:
    """F9 to F11: 30,000 l of a whole operation of 1,000,000 tkm, and 40 l of a leg's own."""
    head = HEAD.replace(",toc_id", ",fuel,fuel_amount,fuel_unit,activity_total_tkm")
    text = (
        f"{head}\nS1,1,transport,road,A,B,10000,100,sfd,Diesel,30000,l,1000000\n"
        "S2,1,transport,road,A,B,5000,100,sfd,diesel,40,l,"
    )
    result = run(text)
    diesel = result.factors.carrier("diesel")
    per_l = (diesel.density_kg_per_l or 0) * (diesel.wtt_kgco2e_per_kg + diesel.ttw_kgco2e_per_kg)
    shared, own = (line.physical.wtw_kgco2e for line in result.inventory.lines)
    assert shared == pytest.approx(30 * per_l, abs=2e-6)
    assert own == pytest.approx(40 * per_l, abs=2e-6)
    assert {line.data_type for line in result.inventory.lines} == {"primary"}
    assert result.factors.edition.endswith("+legs")


def test_operations_of_a_carrier_are_found_by_flight(tmp_path: Path) -> None:
    """A flight's own fuel comes before any table (aircraft, overflight and operator likewise)."""
    operations = tmp_path / "operations.csv"
    operations.write_text(
        "category_id,mode,operator,flight_no,aircraft_type,air_option,overflight,mass_kg,"
        "distance_km,carrier_id,amount,unit\n"
        "CX-8401,air,Xair,XX8401,B747-8F,freighter,no,100000,8880,jet,95,t\n"
        "X-747,air,Xair,,B747-8F,freighter,yes,100000,8880,jet,88,t\n"
    )
    head = HEAD.replace(",toc_id", ",carrier,flight_no,aircraft_type,air_option,overflight")
    text = (
        f"{head}\nS1,1,transport,air,PVG,FRA,1000,8880,gcd,Xair,XX8401,B747-8F,freighter,no\n"
        "S2,1,transport,air,PVG,FRA,1000,8880,gcd,Xair,XX9999,B747-8F,freighter,yes"
    )
    result = run(text, operations=operations)
    found = [leg.values["toc_id"] for leg in result.legs]
    assert found == ["CX-8401", "X-747"]
    assert result.inventory.lines[0].quality == "primary"


def test_a_tour_is_shared_by_its_legs(tmp_path: Path) -> None:
    """F16: a milk run whose fuel is known and whose activity is that of the legs that name it."""
    operations = tmp_path / "operations.csv"
    operations.write_text("category_id,mode,carrier_id,amount,unit\nTOUR,road,diesel,60,kg\n")
    legs = "\n".join(
        f"S{i},1,transport,road,A,B,{m},{km},sfd,TOUR"
        for i, (m, km) in enumerate([(4000, 30), (10000, 70), (500, 120)])
    )
    result = run(f"{HEAD}\n{legs}", operations=operations)
    diesel = result.factors.carrier("diesel")
    whole = 60 * (diesel.wtt_kgco2e_per_kg + diesel.ttw_kgco2e_per_kg)
    assert result.inventory.physical.wtw_kgco2e == pytest.approx(whole, abs=6e-6)


def test_fuel_of_a_driven_tour_is_shared_whole(tmp_path: Path) -> None:
    """F6, F16: driven kilometres are shared as such; beside planned ones they are refused."""
    operations = tmp_path / "operations.csv"
    operations.write_text("category_id,mode,carrier_id,amount,unit\nTOUR,road,diesel,60,kg\n")
    driven = [f"S{i},1,transport,road,A,B,1000,{50 + i},actual,TOUR" for i in range(3)]
    result = run("\n".join([HEAD, *driven]), operations=operations)
    diesel = result.factors.carrier("diesel")
    whole = 60 * (diesel.wtt_kgco2e_per_kg + diesel.ttw_kgco2e_per_kg)
    assert result.inventory.physical.wtw_kgco2e == pytest.approx(whole, abs=6e-6)
    planned = "S4,1,transport,road,A,B,1000,50,sfd,TOUR"
    with pytest.raises(DataError, match="actual and sfd"):
        run("\n".join([HEAD, *driven, planned]), operations=operations)


def test_a_warehouse_is_shared_by_the_hub_legs_that_name_it(tmp_path: Path) -> None:
    """F12: kWh without throughput over the tonnes handled; the legs bear all of it."""
    operations = tmp_path / "operations.csv"
    operations.write_text(
        "category_id,kind,hub_kind,carrier_id,amount,unit,grid_id\n"
        "WAREHOUSE,hoc,site,electricity,1000,kwh,DE\n"
    )
    head = HEAD.replace("toc_id", "hoc_id")
    text = f"{head}\nS1,1,hub,road,FRA,FRA,3000,,,WAREHOUSE\nS2,1,hub,road,FRA,FRA,7000,,,WAREHOUSE"
    result = run(text, operations=operations)
    whole = 1000 * result.factors.grid("DE").location_kgco2e_per_kwh
    assert result.inventory.physical.wtw_kgco2e == pytest.approx(whole, abs=3e-6)


def test_a_legs_own_fuel_is_nobody_elses_figure(tmp_path: Path) -> None:
    """A dirty trip and an operation without a name are no averages for legs that bring nothing."""
    operations = tmp_path / "operations.csv"
    operations.write_text(f"{OPERATIONS_HEAD}\nT1,road,1000,diesel,300,l\n")
    head = HEAD.replace(",toc_id", ",toc_id,fuel,fuel_amount,fuel_unit")
    bare = "transport,road,FRA,FRA,10000,100,sfd"
    text = f"{head}\nS1,1,{bare},,diesel,400,l\nS2,1,{bare},,,,\nS3,1,{bare},T1,,,"
    found = [leg.values["toc_id"] for leg in run(text, operations=operations).legs]
    assert found[0].startswith("OWN-")
    assert found[1] == run(f"{HEAD}\nS2,1,{bare},").legs[0].values["toc_id"]
    assert found[2] == "T1"


def test_legs_beyond_their_whole_operation_are_all_refused() -> None:
    """Three legs of 1,000 tkm on a total of 1,500 tkm would bear the 30 l twice."""
    head = HEAD.replace(",toc_id", ",fuel,fuel_amount,fuel_unit,activity_total_tkm")
    legs = [f"S{i},1,transport,road,A,B,10000,100,sfd,diesel,30,l,1500" for i in range(3)]
    other = "S9,1,transport,road,A,B,10000,100,sfd,diesel,31,l,1500"
    result = run("\n".join([head, *legs, other]))
    assert [(f.row, f.column) for f in result.refused] == [
        (row, "activity_total_tkm") for row in (2, 3, 4)
    ]
    assert len(result.legs) == 1


def test_certificates_cover_electricity_beside_a_leg() -> None:
    """F23: 400 of 1,000 kWh; in the market column alone, and the leg stands."""
    head = HEAD.replace(",toc_id", ",energy_kwh,grid_id,eac_kwh")
    result = run(f"{head}\nS1,1,transport,road,A,B,10000,100,sfd,1000,CN,400")
    assert not result.refused
    whole = result.inventory
    assert 0 < whole.market_based.wtw_mg < whole.physical.wtw_mg


def test_half_an_operation_is_none(tmp_path: Path) -> None:
    """The empty trip's amount has a decimal comma: T1 falls with it, and its legs with T1."""
    operations = tmp_path / "operations.csv"
    operations.write_text(
        "category_id,mode,trip,mass_kg,distance_km,carrier_id,amount,unit\n"
        'T1,road,all,20000,400,diesel,120,l\nT1,road,all,0,400,diesel,"80,5",l\n'
    )
    text = f"{HEAD}\n{TRUCK}\nS2,1,transport,road,A,B,1000,100,sfd,T1"
    result = run(text, operations=operations)
    refused = [(f.file, f.row, f.code) for f in result.refused]
    assert refused == [
        ("operations.csv", 3, "bad_value"),
        ("operations.csv", 2, "bad_operation"),
        ("legs.csv", 3, "missing_factor"),
    ]


def test_operations_that_are_not_there_are_named(tmp_path: Path) -> None:
    """A wrong path is the user's to mend: the file and its folder."""
    with pytest.raises(DataError, match="operations"):
        run(f"{HEAD}\n{TRUCK}", operations=tmp_path / "operations.csv")


FORWARDER = (
    "Sender / Shipper Name;Sender / Shipper City;Shipper Country;Consignee Name;Consignee City;"
    "Consignee Country;Gross weight (kgs);Shipment Date\n"
    "A;Frankfurt;DE;B;Madrid;ES;1.250,5;03.02.2026\nA;Frankfurt;DE;B;Lyon;FR;800,0;04.02.2026\n"
    "A;Frankfurt;DE;B;Paris;FR;;04.02.2026\n"
)


def test_a_forwarders_export_is_read_by_its_own_columns(tmp_path: Path) -> None:
    """Layout H with decimal commas; the profile that it leaves reads the next export alike."""
    result = run(FORWARDER, "export.csv")
    assert result.intake.layout == "H"
    assert result.counts()["refused"] == 1
    assert [leg.values["mass_kg"] for leg in result.legs] == [1250.5, 800.0]
    files = footprint_files(result, DESK.atlas)
    profile = tmp_path / "profile.toml"
    profile.write_bytes(files["profile.toml"])
    again = run(FORWARDER, "export.csv", profile=profile)
    assert footprint_files(again, DESK.atlas)["totals.csv"] == files["totals.csv"]


def test_a_chain_without_handling_gets_it_where_its_layout_cannot_tell() -> None:
    """ISO 14083 makes each hub an element; a file that names its hubs is believed."""
    text = (
        "SHIPMENT_ID,SEQUENCE_NO,mode,origin,destination,mass_kg,distance_km\n"
        'S1,1,truck,"Nanjing, CN",PVG,1000,359\nS1,2,air,PVG,FRA,1000,8880\n'
    )
    with_hub, without = run(text, "multi.csv"), run(text, "multi.csv", hubs="none")
    kinds = [line.element.kind for line in with_hub.inventory.lines]
    assert kinds == ["transport", "hub", "transport"]
    assert [line.element.kind for line in without.inventory.lines] == ["transport", "transport"]
    noted = {n.code for notes in without.intake.notes().values() for n in notes}
    assert "no_hub" in noted


def test_order_of_rows_changes_no_byte_of_the_totals() -> None:
    """Sums are of whole milligrams: the same in any order."""
    rest = "transport,road,A,B"
    legs = [f"S{i % 7},{i // 7 + 1},{rest},{100 + i},50,sfd,ROAD-HGV-AVG" for i in range(70)]
    forth = run("\n".join([HEAD, *legs]))
    back = run("\n".join([HEAD, *reversed(legs)]))
    assert total_rows(forth) == total_rows(back)
    assert forth.inventory.physical == back.inventory.physical


def test_the_same_file_gives_the_same_bytes() -> None:
    """Nothing of the run is in the result: no clock, no order of a set, no path."""
    text = f"{HEAD}\n{TRUCK}\n{FLIGHT}"
    assert footprint_files(run(text), DESK.atlas) == footprint_files(run(text), DESK.atlas)


def test_sets_of_warming_potentials_are_not_mixed(tmp_path: Path) -> None:
    """Rows on AR6 among AR5 are refused by code, unless the mix is asked for by name."""
    from datetime import date  # noqa: PLC0415

    from app.factor_desk import import_files  # noqa: PLC0415
    from app.tools import Tools  # noqa: PLC0415
    from emissions.library import Provenance  # noqa: PLC0415
    from emissions.loose_factors import About  # noqa: PLC0415

    tools = Tools(catalogue=DESK.tools.catalogue, factors=DESK.tools.factors, library_dir=tmp_path)
    table = b"id,mode,region,category,unit,wtt,ttw\nSIX,road,Europe,HGV,g CO2e/tkm,15,65\n"
    about = About(published_on=date(2024, 1, 1), gwp_set="AR6", source_id="six")
    source = Provenance(source_id="six", publisher="someone", title="a table")
    done = import_files(
        tools, "six", {"six.csv": table}, about=about, source=source, base="open-2025.2"
    )
    assert done.counts == {"intensities": 1, "matching": 1}
    text = (f"{HEAD}\n{TRUCK}\n{FLIGHT}\nS2,1,transport,road,A,B,1000,100,sfd,SIX").encode()
    desk = FootprintDesk(tools)
    refused = take(text, "l.csv", desk, Options(factor_sets=("six",)))
    assert [f.code for f in refused.refused] == ["gwp_mixed"]
    mixed = take(text, "l.csv", desk, Options(factor_sets=("six",), mixed_gwp=True))
    assert summary_of(mixed)["gwp_sets"] == ["AR5", "AR6"]


def test_as_of_an_early_day_is_restated() -> None:
    """Factors that were published later are named, and the total says what it is."""
    from datetime import date  # noqa: PLC0415

    summary = summary_of(run(f"{HEAD}\n{TRUCK}", as_of=date(2024, 1, 1)))
    assert summary["basis"] == "restated"
    assert "ROAD-ARTIC33-AVG" in summary["published_later"]


def test_a_footprint_on_primary_data_can_be_declared_and_checked(tmp_path: Path) -> None:
    """Own tables travel with the legs: the statement is rebuilt from them to the milligram."""
    head = HEAD.replace(",toc_id", ",fuel,fuel_amount,fuel_unit")
    text = f'{head}\nS1,1,transport,road,FRA,"Madrid, ES",10000,1800,sfd,diesel,600,l'
    files = footprint_files(run(text), DESK.atlas)
    assert any(name.startswith(f"{OWN_FACTORS}/") for name in files)
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    factors = claims.factors_of(tmp_path, DESK.tools)
    assert factors.edition.endswith("+legs")
    again = claims.take_footprint(tmp_path / "legs.csv", factors)
    assert not again.refused
    stated = json.loads(files["summary.json"])["physical_kgco2e"]["wtw"]
    assert again.inventory.physical.wtw_kgco2e == stated


def test_legs_by_json_are_answered_like_legs_by_file() -> None:
    """The server's door to the same engine: figures, totals, refusals."""
    row = {
        "shipment_id": "S1", "leg_no": 1, "kind": "transport", "mode": "air", "origin": "PVG",
        "destination": "FRA", "mass_kg": 1000, "distance_km": 8880, "distance_kind": "gcd",
    }  # fmt: skip
    odd = {"haste": 1, "departs_at": "2026-02-02T00:00Z", "arrives_at": "2026-02-01T00:00Z"}
    answer = computer()([row | odd, row | {"leg_no": 2, "mass_kg": -1}])
    assert answer["totals"]["physical_kgco2e"] == "5918.164800"
    assert [r["column"] for r in answer["refused"]] == ["mass_kg"]
    assert answer["legs"][0]["toc_id"] == "AIR-LONGHAUL-AVG"
    assert answer["unknown_fields"] == ["haste"]
    assert [w["code"] for w in answer["warned"]] == ["time_order"]


def test_our_columns_in_another_dialect_are_still_ours() -> None:
    """A spreadsheet of central Europe saves our own layout with semicolons and commas."""
    text = (
        f"{HEAD.replace(',', ';')}\nS1;1;transport;road;A;B;1.250,5;100,5;sfd;ROAD-HGV-AVG\n"
        "S1;2;hub;road;B;B;1.250,5;;;\nS1;1;transport;road;A;B;1;1;sfd;ROAD-HGV-AVG\n"
    )
    result = run(text, decimal=",")
    assert result.legs[0].values["distance_km"] == 100.5
    assert [r.code for r in result.refused] == ["no_grid", "twice"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hubs": "some"}, "--hubs"),
        ({"teu_load": "huge"}, "--teu-load"),
        ({"columns": {"mass_kg": "Nothing"}}, "no such column"),
    ],
)
def test_a_wrong_option_is_told(changes: dict[str, object], words: str) -> None:
    """Nothing is guessed from an option that nobody knows."""
    with pytest.raises(DataError, match=words):
        run(FORWARDER, "export.csv", **changes)


def test_the_verifiers_own_arithmetic_agrees_on_every_kind_of_leg(tmp_path: Path) -> None:
    """The second statement of the formulas, F2 to F26, on what a footprint may bring to a claim."""
    operations = tmp_path / "operations.csv"
    operations.write_text(
        "category_id,kind,mode,hub_kind,activity_tkm,activity_teukm,throughput_t,distance_kind,"
        "carrier_id,amount,unit,grid_id\n"
        "DRIVEN,,road,,100000,,,actual,diesel,2000,kg,\nLANE,,sea,,,500000,,sfd,mgo,9,t,\n"
        "FLEET,,road,,80000,,,sfd,electricity,9000,kwh,CN-JS\n"
        "HUB,hoc,,road,,,900,,electricity,4000,kwh,DE\n"
    )
    head = HEAD.replace("distance_kind,toc_id", "distance_kind,toc_id,hoc_id,teu,activity_tkm")
    text = (
        f"{head}\nS1,1,transport,road,A,B,1234.5,100,sfd,DRIVEN,,,\n"
        "S1,2,transport,road,B,C,1234.5,100,actual,DRIVEN,,,\n"
        "S1,3,transport,road,C,D,1234.5,,,DRIVEN,,,150\n"
        "S1,4,transport,sea,D,E,1234.5,9000,sfd,LANE,,0.2,\n"
        "S1,5,transport,sea,E,F,1234.5,9000,actual,LANE,,,\n"
        "S1,6,hub,road,F,F,1234.5,,,,HUB,,\nS1,7,transport,road,F,G,1234.5,80,sfd,FLEET,,,\n"
        "S1,8,transport,air,PVG,FRA,1234.5,8975,actual,AIR-LONGHAUL-AVG,,,\n"
        'S1,9,transport,road,FRA,"Madrid, ES",1234.5,1800,sfd,,,,\n'
    )
    result = run(text, operations=operations)
    assert not result.refused
    members = {t.path: t.csv_bytes for t in result.factors.tables}
    tables = read_tables(members, list(members))
    for row in rows_of(footprint_files(result, DESK.atlas), "legs.csv"):
        found = recompute_leg(row, tables)
        stated = [milligrams(row, c) for c in ("wtt_kgco2e", "ttw_kgco2e", "market_wtt_kgco2e")]
        assert [found.wtt_mg, found.ttw_mg, found.market_wtt_mg] == stated, row["leg_no"]
        high = round(found.wtw_mg * (1 + found.deviation_share))
        assert milligrams(row, "high_kgco2e") == high


@pytest.mark.parametrize(
    ("head", "row", "code"),
    [
        ("packaging_mass_kg", "20000", "packaging_mass"),
        ("teu", "0.1", "heavy_teu"),
        ("activity_tkm", "1000000", "odd_activity"),
        ("departs_at,arrives_at", "2026-02-03T00:00Z,2026-02-01T00:00Z", "time_order"),
    ],
)
def test_guards_look_at_our_own_layout_too(head: str, row: str, code: str) -> None:
    """What cannot be is said of every file, not of strangers' alone."""
    legs = f"{HEAD},{head}\nS1,1,transport,road,A,B,10000,100,sfd,ROAD-HGV-AVG,{row}"
    more = f"{legs}\nS2,1,transport,road,A,B,10000,100,sfd,ROAD-HGV-AVG"
    found = run(f"{more}{',' * (row.count(',') + 1)}")
    assert code in {n.code for n in found.intake.notes()[2]}


def test_a_distance_below_the_great_circle_is_noted() -> None:
    """Berlin to Paris in 10 km, in our own columns: a unit slip or a wrong place."""
    found = run(f'{HEAD}\nS1,1,transport,road,"Berlin, DE","Paris, FR",1000,10,sfd,ROAD-HGV-AVG')
    assert [n.code for n in found.intake.notes()[2]] == ["too_short"]


def test_a_chain_that_breaks_is_noted() -> None:
    """ISO 14083: elements are unbroken and in order; a gap is a leg that nobody counted."""
    legs = (
        "S1,1,transport,road,A,B,1000,10,sfd,ROAD-HGV-AVG\n"
        "S1,3,transport,road,Z,C,3,10,sfd,ROAD-HGV-AVG"
    )
    codes = {n.code for n in run(f"{HEAD}\n{legs}").intake.notes()[3]}
    assert {"chain_break", "chain_gap", "mass_changes"} <= codes


def test_a_shipment_that_lost_a_row_of_ours_is_incomplete() -> None:
    """The row that was refused tells its shipment, though none of its figures."""
    legs = f"{TRUCK}\nS1,2,transport,air,PVG,FRA,-5,8880,gcd,AIR-LONGHAUL-AVG\n{TRUCK}"
    found = run(f"{HEAD}\n{legs}")
    assert found.incomplete == {"S1"}


def test_energy_beside_a_leg_comes_before_a_table_that_it_names() -> None:
    """F9 to F11: primary data replaces the default, and the row says so."""
    head = HEAD.replace("distance_kind,toc_id", "distance_kind,toc_id,fuel,fuel_amount,fuel_unit")
    found = run(f"{head}\nS1,1,transport,road,A,B,10000,100,sfd,ROAD-HGV-AVG,diesel,30,l")
    assert found.inventory.lines[0].data_type == "primary"
    assert "primary_first" in {n.code for n in found.intake.notes()[2]}


def test_warming_potentials_asked_for_are_kept_to() -> None:
    """AR6 asked of AR5 factors: refused, not answered with AR5 in silence."""
    with pytest.raises(DataError, match="AR6"):
        run(f"{HEAD}\n{TRUCK}", gwp_set="AR6")
    with pytest.raises(DataError, match="--gwp 'AR9'"):
        run(f"{HEAD}\n{TRUCK}", gwp_set="AR9")


def test_a_domestic_flight_of_two_places_in_one_country_is_domestic() -> None:
    """Both ends are asked for their country: Heathrow to Edinburgh is no short haul abroad."""
    found = run(f"{HEAD}\nS1,1,transport,air,LHR,EDI,1000,,,")
    assert found.legs[0].values["toc_id"] == "AIR-DOMESTIC-UK"


def test_a_place_that_was_taken_is_named() -> None:
    """A depot is not a town: whatever it was taken for is said, in the note and the lineage."""
    text = 'Shipment ID,From,To,Mode,Weight kg\nS1,Depot,"Madrid, ES",truck,1000\n'
    found = run(text, "export.csv")
    codes = {n.code for n in found.intake.notes()[2]}
    assert "place_taken" in codes
    assert any("Madrid, ES" in part for part in found.legs[0].lineage)
