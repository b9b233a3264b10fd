"""Primary data: half an operation is none, nothing is left out in silence, contradictions stop."""

from __future__ import annotations

import math
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from data import open_catalogue
from data.errors import DataError
from data.schemas import FOOTPRINT_LEGS
from emissions import Factors
from emissions.errors import EmissionsError
from emissions.fuel import burn, draw
from emissions.legs import operations_of_legs
from emissions.library import Provenance, with_rows
from emissions.matching import Matcher, Query
from emissions.operation_tables import read_operations
from emissions.operations import categories_of

if TYPE_CHECKING:
    from data.tables import Row, Table

FACTORS = Factors.load(open_catalogue())
OPERATOR = Provenance(source_id="operations", publisher="an operator", title="fuel cards")
DIESEL = FACTORS.carrier("diesel")
LITRE_KG = (DIESEL.density_kg_per_l or 0.0) * (DIESEL.wtt_kgco2e_per_kg + DIESEL.ttw_kgco2e_per_kg)
HEAD = "category_id,mode,activity_tkm,carrier_id,amount,unit"


def table_of(text: str) -> Table:
    return read_operations(text.strip().encode(), "operations.csv")


def made_of(text: str, **of_legs: float) -> tuple[Factors, Table]:
    """Return the factor set with what a table makes, and the table with what it refuses."""
    table = table_of(text)
    rows = categories_of(table, FACTORS, activity_of_legs=of_legs)
    return with_rows(FACTORS, "own", rows, OPERATOR), table


def refusal(text: str, category: str = "T1", **of_legs: float) -> str:
    """Return why a category was refused; it must not stand."""
    factors, table = made_of(text, **of_legs)
    assert category not in factors.tocs
    assert category not in factors.hocs
    return "\n".join(map(str, table.refused))


def rate(factors: Factors, toc_id: str) -> float:
    toc = factors.toc(toc_id)
    return toc.wtt_kgco2e_per_tkm + toc.ttw_kgco2e_per_tkm


@pytest.mark.parametrize("lost", ["T1", "T1|T2", "T2|T1"])
def test_a_category_that_lost_a_row_is_refused_whole(lost: str) -> None:
    """The empty trip has an unreadable amount: on the loaded trip alone T1 would be too clean."""
    text = (
        "category_id,mode,trip,mass_kg,distance_km,carrier_id,amount,unit\n"
        "T1,road,all,20000,400,diesel,120,l\nT2,road,all,20000,400,diesel,120,l\n"
        f'{lost},road,all,0,400,diesel,"80,5",l\nT3,road,all,20000,400,diesel,120,l'
    )
    factors, table = made_of(text)
    assert "T1" not in factors.tocs
    assert ("T2" in factors.tocs) is (lost == "T1")
    assert "T3" in factors.tocs
    assert table.refused[0].code == "bad_value"
    assert {f.row for f in table.refused} >= {2, 4}


def test_a_row_that_does_not_say_whose_it_is_may_be_anybodys() -> None:
    """A blank category: its 80 l belong to someone, and nobody knows to whom."""
    said = refusal(f"{HEAD}\nT1,road,1000,diesel,30,l\n,road,,diesel,80,l")
    assert "may be of any category" in said


@pytest.mark.parametrize(
    ("bad", "column"),
    [
        ("BAD,sea,1000,saf:atj-miscanthus-us,30,kg,", "carrier_id"),
        ("BAD,road,1000,saf:atj-miscanthus-us:0.5|lpg:0.5,30,mj,", "wtt_kgco2e_per_tkm"),
        ("ROAD-HGV-AVG,road,1000,diesel,30,l,", "category_id"),
        ("EV-ARTIC-40T,road,1000,diesel,30,l,", "category_id"),
        ("|,road,1000,diesel,30,l,", "category_id"),
    ],
)
def test_one_unusable_category_does_not_end_the_run(bad: str, column: str) -> None:
    """A figure below 0, an id that the set holds, no id at all: the other category stands."""
    factors, table = made_of(f"{HEAD},deviation_share\n{bad}\nGOOD,road,1000,diesel,30,l,")
    assert rate(factors, "GOOD") == pytest.approx(30 * LITRE_KG / 1000)
    assert {(f.row, f.column) for f in table.refused} == {(2, column)}


def test_an_interval_is_no_less_than_nothing() -> None:
    """A half width of -50 % is refused where it stands, not when the tables are put together."""
    text = f"{HEAD},deviation_share\nT1,road,1000,diesel,30,l,-0.5"
    assert "deviation_share found '-0.5'" in refusal(text)


def test_neat_saf_says_its_biogenic_co2() -> None:
    """F14: 12 x 44.01 / 170.34 = 3.10 kg of biogenic CO2 per kg of paraffins (C12H26)."""
    burnt = burn("saf:hefa-uco", 100.0, "kg", FACTORS)
    assert burnt.vo_kg == 0.0
    assert burnt.biogenic_kg == pytest.approx(310.0)


@pytest.mark.parametrize("share", [0.51, 1.0])
def test_no_more_saf_is_in_the_tanks_than_may_be(share: float) -> None:
    """ASTM D7566: half by volume for HEFA; what is bought beyond it is booked, not burnt."""
    pure = (
        f"{HEAD}\nT1,air,1000,saf:hefa-uco,{1000 * share},mj\nT1,air,,jet,{1000 - 1000 * share},mj"
    )
    assert "at most 0.5 in the tanks" in refusal(pure)
    within, _ = made_of(f"{HEAD}\nT1,air,1000,saf:hefa-uco,500,mj\nT1,air,,jet,500,mj")
    assert within.toc("T1").biogenic_kgco2_per_tkm > 0


MODEL = (
    "category_id,kind,mode,vehicle_code,load_share,empty_share,amount,refrigerant,refrigerant_kg,"
    "eac_kwh,carrier_id"
)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("T1,,road,DIESEL-ARTIC-40T,0.6,0.17,100,,,,", "amount"),
        ("T1,,road,DIESEL-ARTIC-40T,0.6,0.17,,R134a,2,,", "refrigerant"),
        ("T1,,road,EV-ARTIC-40T,0.6,0.17,,,,400,", "eac_kwh"),
        ("T1,,road,DIESEL-ARTIC-40T,0.6,0.17,,,,,hvo", "carrier_id"),
        ("T1,,rail,DIESEL-ARTIC-40T,0.6,0.17,,,,,", "mode"),
        ("T1,hoc,,DIESEL-ARTIC-40T,0.6,0.17,,,,,", "vehicle_code"),
    ],
)
def test_a_model_takes_no_amounts_and_stays_in_its_mode(row: str, column: str) -> None:
    """F15 needs load and empty share alone; an amount beside them would count for nothing."""
    assert f"{column} found" in refusal(f"{MODEL}\n{row}")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("T1,road,1000,diesel,30,l,R134a,,", "refrigerant_kg"),
        ("T1,road,1000,diesel,30,l,,2,", "refrigerant"),
        ("T1,road,1000,diesel,30,l,,,400", "eac_kwh"),
        ("T1,road,1000,,,,,,400", "eac_kwh"),
    ],
)
def test_amounts_that_nothing_would_use_are_refused(row: str, column: str) -> None:
    """Lost gas without a mass is no zero, and no certificate covers diesel."""
    said = refusal(f"{HEAD},refrigerant,refrigerant_kg,eac_kwh\n{row}")
    assert f"{column} found" in said


UNITS = (
    "category_id,kind,mode,mass_kg,teu,distance_km,activity_tkm,activity_teukm,throughput_t,"
    "throughput_teu,vehicle_code,load_share,empty_share,carrier_id,amount,unit"
)
T1_TKM = "T1,,road,,,,1000,,,,,,,diesel,30,l"


@pytest.mark.parametrize(
    "rows",
    [
        (T1_TKM, "MV,,road,,,,,,,,DIESEL-ARTIC-40T,0.6,0.17,,,", "T1|MV,,,,,,,,,,,,,diesel,9,l"),
        (T1_TKM, "T2,,road,,,,,1000,,,,,,diesel,30,l", "T1|T2,,,,,,,,,,,,,diesel,9,l"),
        (T1_TKM, "H,hoc,,,,,,,1000,,,,,diesel,30,l", "T1|H,,,,,,,,,,,,,diesel,9,l"),
        (T1_TKM, "T1|GONE,,,,,,,,,,,,,diesel,9,l"),
        ("T1,,sea,,2,100,,,,,,,,mgo,30,kg", "T1,,sea,20000,,100,,,,,,,,mgo,30,kg"),
        ("T1,,sea,,,,,200,,,,,,mgo,30,kg", "T1,,sea,,,,2000,,,,,,,mgo,30,kg"),
        ("T1,hoc,,,,,,,50,,,,,diesel,9,l", "T1,hoc,,,,,,,,5,,,,diesel,9,l"),
    ],
)
def test_unlike_units_are_not_added(rows: tuple[str, ...]) -> None:
    """ISO 14083, 5.4.2: tkm, TEU-km, tonnes of a hub and a model per tkm have no common sum."""
    for order in permutations(rows):
        assert refusal("\n".join([UNITS, *order]))


def test_categories_that_share_energy_with_a_refused_one_are_refused() -> None:
    """Without T1's activity the whole of the 9 l would fall on T2."""
    text = f"{HEAD}\nT1,road,0,diesel,30,l\nT2,road,1000,diesel,30,l\nT1|T2,,,diesel,9,l"
    assert "T1" in refusal(text, "T2")


ROWS = (
    "category_id,mode,trip,mass_kg,distance_km,passengers,passenger_km,activity_tkm,activity_teukm,"
    "teu,carrier_id,amount,unit"
)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("T1,road,,,,,,-500,,,diesel,9,l", "activity_tkm"),
        ("T1,air,,1000,100,,-5000,,,,jet,9,l", "passenger_km"),
        ("T1,road,,1000,-100,,,,,,diesel,9,l", "distance_km"),
        ("T1,road,,,,,,,-5,,diesel,9,l", "activity_teukm"),
        ("T1,road,empty,1000,100,,,,,,diesel,9,l", "mass_kg"),
        ("T1,road,,10000,100,,,1500,,,diesel,9,l", "activity_tkm"),
        ("T1,sea,,,100,,,,300,2,mgo,9,l", "activity_teukm"),
        ("T1,air,,1000,100,300,20000,,,,jet,9,l", "passenger_km"),
        ("T1,air,,,,300,,1000,,,jet,9,l", "distance_km"),
    ],
)
def test_activity_that_cannot_be_is_refused(row: str, column: str) -> None:
    """Less than nothing, freight on an empty trip, an activity that its factors do not make."""
    assert f"{column} found" in refusal(f"{ROWS}\n{row}")


def test_a_stated_activity_that_agrees_is_taken() -> None:
    """1,005 tkm beside 10 t x 100 km: rounding of the distance, and what is stated counts."""
    factors, _ = made_of(f"{ROWS}\nT1,road,,10000,100,,,1005,,,diesel,30,l")
    assert rate(factors, "T1") == pytest.approx(30 * LITRE_KG / 1005)


def tour(*kinds: str, stated: str = "") -> tuple[list[Row], Table]:
    """Return what a tour of 1,000 tkm by legs of some kinds of distance makes."""
    table = table_of(
        f"category_id,mode,distance_kind,carrier_id,amount,unit\nT1,road,{stated},diesel,60,l"
    )
    of_legs = {"T1": 1000.0}
    named = {"T1": frozenset(kinds)}
    made = categories_of(table, FACTORS, activity_of_legs=of_legs, kinds_of_legs=named)
    return made.get("intensities", []), table


def test_a_tour_is_shared_by_kilometres_of_one_kind() -> None:
    """F6, F16: a driven distance is adjusted by 1/1.05 afterwards, and 5 % would be nobody's."""
    for made, table in (tour("sfd", "actual"), tour("actual", stated="sfd")):
        assert (made, table.refused[0].column) == ([], "distance_kind")
    assert tour("actual")[0][0]["distance_kind"] == "actual"
    assert tour("sfd", stated="sfd")[0][0]["distance_kind"] == "sfd"
    assert tour()[0][0]["distance_kind"] == "sfd"


def test_nothing_burnt_is_no_zero_unless_another_row_has_energy() -> None:
    """An amount of 0 would be carriage for nothing; one empty row of several is a fact."""
    assert "amount found '0.0'" in refusal(f"{HEAD}\nT1,road,1000,diesel,0,l")
    factors, _ = made_of(f"{HEAD}\nT1,road,1000,diesel,30,l\nT1,road,,hvo,0,l")
    assert rate(factors, "T1") == pytest.approx(30 * LITRE_KG / 1000)


TRAITS = f"{HEAD},operator,region,temperature,deviation_share,air_option"


@pytest.mark.parametrize(
    ("first", "second", "column"),
    [
        ("Xair,,,,", "Yair,,,,", "operator"),
        (",DE,,,", ",FR,,,", "region"),
        (",,,,", ",,temperature_controlled,,", "temperature"),
        (",,,0.1,", ",,,0.2,", "deviation_share"),
        (",,,,belly", ",,,,freighter", "air_option"),
    ],
)
def test_rows_that_contradict_each_other_are_not_one_category(
    first: str, second: str, column: str
) -> None:
    """The first row must not win, or the result would hang on the order of rows."""
    rows = [f"T1,air,1000,jet,30,l,{first}", f"T1,air,1000,jet,30,l,{second}"]
    for order in permutations(rows):
        assert f"{column} found" in refusal("\n".join([TRAITS, *order]))


def test_a_blank_contradicts_nothing() -> None:
    """Half of the rows name the operator: the category is his, in either order of rows."""
    rows = ["T1,air,1000,jet,30,l,Xair,DE,,0.1,", "T1,air,1000,jet,30,l,,,,,"]
    for order in permutations(rows):
        factors, _ = made_of("\n".join([TRAITS, *order]))
        assert factors.toc("T1").region == "DE"
        assert factors.toc("T1").deviation_share == 0.1
        assert [m.operator for m in factors.matches if m.category_id == "T1"] == ["Xair"]


def test_a_category_of_several_voyages_is_that_of_none() -> None:
    """What differs from row to row is no trait of the category; its operator still is."""
    rows = ["T1,sea,1000,mgo,30,kg,Line,V1", "T1,sea,1000,mgo,30,kg,Line,V2"]
    for order in permutations(rows):
        factors, _ = made_of("\n".join([f"{HEAD},operator,voyage_no", *order]))
        match = next(m for m in factors.matches if m.category_id == "T1")
        assert (match.operator, match.voyage_no, match.kind) == ("Line", "", "toc")
        assert "several voyage_no" in factors.toc("T1").origin.note


def test_the_period_of_a_category_is_that_of_all_its_rows() -> None:
    """From the first day of any row to the last; known when the last was."""
    rows = [
        "T1,road,1000,diesel,30,l,2026-02-01,2026-02-28",
        "T1,road,1000,diesel,30,l,2026-01-01,2026-01-31",
    ]
    for order in permutations(rows):
        factors, _ = made_of("\n".join([f"{HEAD},valid_from,valid_to", *order]))
        toc = factors.toc("T1")
        assert (str(toc.valid_from), str(toc.valid_to)) == ("2026-01-01", "2026-02-28")
        assert str(toc.origin.published_on) == "2026-02-28"


def test_a_hub_without_throughput_takes_the_tonnes_of_its_legs() -> None:
    """F12 for a warehouse whose kWh are known and whose goods are in the file of legs."""
    text = (
        "category_id,kind,hub_kind,carrier_id,amount,unit,grid_id\n"
        "H,hoc,site,electricity,1000,kwh,DE"
    )
    factors, _ = made_of(text, H=50.0)
    per_t = 1000 * FACTORS.grid("DE").location_kgco2e_per_kwh / 50
    assert factors.hoc("H").wtt_kgco2e_per_t == pytest.approx(per_t)
    assert "throughput_t found '0.0'" in refusal(text, "H")


@pytest.mark.parametrize(
    ("words", "carrier"),
    [("B7", "diesel-b7-gb"), ("Diesel", "diesel"), ("Jet A-1", "jet"), ("HVO100", "hvo")],
)
def test_fuels_are_read_as_people_write_them(words: str, carrier: str) -> None:
    """Operations understand the words that legs understand."""
    factors, _ = made_of(f"{HEAD}\nT1,road,1000,{words},30,kg")
    assert factors.toc("T1").carrier_id == carrier


def test_operations_of_a_central_european_spreadsheet_are_read() -> None:
    """Semicolons, decimal commas and the encoding's mark; faults name the file's own lines."""
    text = (
        "category_id;mode;activity_tkm;carrier_id;amount;unit\nT1;road;1.000,0;diesel;30,5;l\n\n"
        "T2;road;1000,5;diesel;viel;l\nT3;road;1000,5;diesel;9,5;l\n"
    )
    table = read_operations(text.encode("utf-8-sig"), "operations.csv")
    factors = with_rows(FACTORS, "own", categories_of(table, FACTORS), OPERATOR)
    assert rate(factors, "T1") == pytest.approx(30.5 * LITRE_KG / 1000)
    assert [(f.row, f.column) for f in table.refused] == [(4, "amount")]
    assert "T3" in factors.tocs
    utf_16 = read_operations(text.encode("utf-16"), "operations.csv")
    assert [row["amount"] for row in utf_16.rows] == [30.5, 9.5]
    with pytest.raises(DataError, match="decimal sign"):
        read_operations(b"category_id;amount\nT1;1.250\n", "operations.csv")


def test_a_row_of_another_width_may_be_anybodys() -> None:
    """An unquoted decimal comma shifts its row: the amount cannot be told."""
    text = "category_id;mode;activity_tkm;carrier_id;amount;unit\nT1;road;1000;diesel;30;l\nT1;9\n"
    table = read_operations(text.encode(), "operations.csv")
    assert categories_of(table, FACTORS) == {}
    assert table.refused[0].code == "bad_row"


def test_a_category_of_nobody_in_particular_is_found_by_its_id_alone() -> None:
    """A truck's own fuel is no average of road freight; with an operator it is found by him."""
    text = f"{HEAD},operator\nT1,road,1000,diesel,1,l,\nT2,road,1000,diesel,2,l,Hauler"
    factors, _ = made_of(text)
    matcher = Matcher(factors)
    found = matcher.match(Query(mode="road", regions=("DE",))).category_id
    assert found == Matcher(FACTORS).match(Query(mode="road", regions=("DE",))).category_id
    assert matcher.match(Query(mode="road", operator="Hauler")).category_id == "T2"
    assert {m.category_id: m.kind for m in factors.matches}["T1"] == "none"
    assert {m.category_id: m.energy_mix for m in factors.matches}["T1"] == (("diesel", 1.0),)


# -- operations that legs bring along


def leg(number: int, **given: object) -> Row:
    own = {
        "shipment_id": f"S{number}",
        "leg_no": 1,
        "kind": "transport",
        "mode": "road",
        "origin": "A",
        "destination": "B",
        "mass_kg": 10_000.0,
        "distance_km": 100.0,
        "distance_kind": "sfd",
    }
    return dict.fromkeys(FOOTPRINT_LEGS.names) | own | given


OWN_FUEL = {"fuel": "diesel", "fuel_amount": 30.0, "fuel_unit": "l"}


def made_of_legs(*legs: Row) -> tuple[list[Row], Table]:
    table = operations_of_legs(legs, "legs.csv")
    made = categories_of(table, FACTORS, by_id_alone=True)
    return made.get("intensities", []), table


@pytest.mark.parametrize(("total", "stands"), [(3000.0, True), (4000.0, True), (1500.0, False)])
def test_legs_never_carry_more_than_their_whole_operation(total: float, *, stands: bool) -> None:
    """Three legs of 1,000 tkm: with a total of 1,500 tkm they would bear 200 % of the 30 l."""
    made, table = made_of_legs(*(leg(i, **OWN_FUEL, activity_total_tkm=total) for i in range(3)))
    assert len(made) == stands
    assert stands or "3000 tkm of the 3 legs" in table.refused[0].wanted


def test_own_figures_of_one_leg_are_never_another_legs_match() -> None:
    """Even of a named carrier: what a leg used is that leg's."""
    table = operations_of_legs([leg(1, **OWN_FUEL, carrier="Hauler")], "legs.csv")
    rows = categories_of(table, FACTORS, by_id_alone=True)
    assert [r["kind"] for r in rows["matching"]] == ["none"]


def test_certificates_go_into_the_category_with_their_electricity() -> None:
    """F23: 1,000 kWh of which 400 are covered; nothing of either is left beside the leg."""
    row = leg(1, energy_kwh=1000.0, grid_id="CN-JS", eac_kwh=400.0)
    made, table = made_of_legs(row)
    assert not table.refused
    assert (row["energy_kwh"], row["eac_kwh"]) == (None, None)
    drawn = draw(1000.0, "kwh", "CN-JS", FACTORS, eac_kwh=400.0)
    assert made[0]["market_wtt_kgco2e_per_tkm"] == pytest.approx(drawn.market_vep_kg / 1000)


def test_electricity_may_be_the_fuel_of_a_leg() -> None:
    """30 kWh as fuel_amount are what energy_kwh = 30 is, with the same grid."""
    as_fuel = leg(1, fuel="electricity", fuel_amount=30.0, fuel_unit="kwh", grid_id="DE")
    as_energy = leg(1, energy_kwh=30.0, grid_id="DE")
    (one,), _ = made_of_legs(as_fuel)
    (other,), _ = made_of_legs(as_energy)
    assert one["wtt_kgco2e_per_tkm"] == other["wtt_kgco2e_per_tkm"] > 0
    made, table = made_of_legs(as_fuel | {"toc_id": None, "energy_kwh": 30.0})
    assert (made, table.refused[0].column) == ([], "energy_kwh")
    made, table = made_of_legs(as_fuel | {"toc_id": None, "grid_id": None})
    assert (made, table.refused[0].column) == ([], "grid_id")


@pytest.mark.parametrize(
    ("changes", "column"),
    [({"fuel_amount": 0.0}, "amount"), ({"eac_kwh": 400.0}, "eac_kwh")],
)
def test_a_leg_without_energy_or_with_idle_certificates_is_refused(
    changes: dict[str, float], column: str
) -> None:
    """Nothing burnt is no zero footprint, and no certificate covers diesel."""
    made, table = made_of_legs(leg(1, **(OWN_FUEL | changes)))
    assert (made, table.refused[0].column) == ([], column)


def test_the_grid_must_be_said() -> None:
    """Electricity of an unknown grid has no figure."""
    with pytest.raises(EmissionsError, match="grid_id"):
        draw(10.0, "kwh", "", FACTORS)
    assert math.isfinite(draw(10.0, "kwh", "DE", FACTORS).vep_kg)
