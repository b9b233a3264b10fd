"""Factor sets beside each other: by date, by name, by hash; a published row is never edited."""

from __future__ import annotations

import csv
import io
import os
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data import open_catalogue
from data.factor_schemas import INTENSITIES, MATCHING
from emissions import TCE, Factors, take_inventory
from emissions.distance import distance_adjustment_factor
from emissions.errors import EmissionsError, MixedWarmingError
from emissions.factors import DEFAULT_EDITION, EDITIONS, shipped_parts
from emissions.library import Library, Provenance, as_of, table_of, with_rows
from emissions.loose_factors import About, read_loose
from emissions.matching import Query, match
from emissions.own_keys import key_row
from emissions.own_sets import own_files, read_own

if TYPE_CHECKING:
    from data.tables import Row

CATALOGUE = open_catalogue()
FACTORS = Factors.load(CATALOGUE)
OWN = Provenance(source_id="own", publisher="a carrier", title="its own figures")
GLEC = Path(os.environ.get("GREENLANE_GLEC_DIR", "")) / "glec_v3_0_intensities.csv"


def row_of(toc_id: str, published_on: date, rate: float, **changes: object) -> Row:
    """Return a row that stands for a new edition of a truck's intensity."""
    return dict.fromkeys(INTENSITIES.names) | {
        "toc_id": toc_id,
        "mode": "road",
        "region": "GB",
        "vehicle": "truck",
        "wtt_kgco2e_per_tkm": rate / 5,
        "ttw_kgco2e_per_tkm": rate,
        "distance_kind": "sfd",
        "daf_included": "yes",
        "empty_running_included": "yes",
        "boundary": "wtw",
        "gas_set": "co2e",
        "gwp_set": "AR5",
        "deviation_share": 0.2,
        "published_on": published_on,
        "quality": "default",
        "source_id": "own",
        **changes,
    }


def haul(toc_id: str) -> TCE:
    return TCE(
        shipment_id="S1",
        leg_no=1,
        kind="transport",
        mode="road",
        origin="A",
        destination="B",
        mass_kg=1000.0,
        distance_km=100.0,
        distance_kind="sfd",
        toc_id=toc_id,
    )


def library(folder: Path) -> Library:
    return Library(catalogue=CATALOGUE, folder=folder)


def test_an_inventory_replays_under_either_edition(tmp_path: Path) -> None:
    """DESNZ 2026 can stand beside 2025: the new edition changes no old result."""
    books = library(tmp_path)
    new = row_of("ROAD-HGV-AVG", date(2026, 6, 10), 0.09)
    books.save("desnz-2026", {"intensities": [new]}, OWN, DEFAULT_EDITION)
    old = take_inventory([haul("ROAD-HGV-AVG")], FACTORS)
    late = take_inventory([haul("ROAD-HGV-AVG")], books.factors(("desnz-2026",)))
    by_then = books.factors(("desnz-2026",), date(2026, 1, 1))
    replayed = take_inventory([haul("ROAD-HGV-AVG")], by_then)
    assert late.physical.ttw_mg == 9_000_000
    assert replayed.physical == old.physical
    assert replayed.factor_set_sha256 != late.factor_set_sha256


def test_what_came_later_than_the_day_is_used_and_named() -> None:
    """Nothing was published by then: the earliest row stands, and the result is restated."""
    part = table_of("own", [row_of("NEW", date(2026, 6, 1), 0.1)], INTENSITIES, OWN)
    factors = Factors.of("own", as_of((part,), date(2020, 1, 1)))
    assert factors.toc("NEW").origin.published_on == date(2026, 6, 1)


def test_two_answers_to_one_question_are_refused() -> None:
    """The same id twice with one date: which of them counts cannot be told."""
    rows = [row_of("X", date(2026, 1, 1), rate) for rate in (0.1, 0.2)]
    parts = [table_of(f"t{i}", [row], INTENSITIES, OWN) for i, row in enumerate(rows)]
    with pytest.raises(EmissionsError, match="'X' stands twice without different dates"):
        as_of(parts, None)


def test_sets_whose_names_differ_in_punctuation_alone_do_not_meet(tmp_path: Path) -> None:
    """Their tables would take one place: refused, where the second was dropped in silence."""
    books = library(tmp_path)
    books.save("a.b", {"intensities": [row_of("ONE", date(2026, 1, 1), 0.1)]}, OWN, "")
    books.save("a_b", {"intensities": [row_of("TWO", date(2026, 1, 1), 0.1)]}, OWN, "")
    with pytest.raises(EmissionsError, match="punctuation alone"):
        books.factors(("a.b", "a_b"))


def test_a_set_is_never_changed_and_never_half(tmp_path: Path) -> None:
    """Names are taken once; a changed byte is found when the set is opened."""
    books = library(tmp_path)
    books.save("mine", {"intensities": [row_of("MINE", date(2026, 1, 1), 0.1)]}, OWN, "")
    with pytest.raises(EmissionsError, match="never changed"):
        books.save("mine", {"intensities": [row_of("MINE", date(2026, 1, 1), 0.2)]}, OWN, "")
    for wrong in ("../evil", "UPPER", "", "a/b", "open-2025"):
        with pytest.raises(EmissionsError):
            books.save(wrong, {"intensities": [row_of("M", date(2026, 1, 1), 0.1)]}, OWN, "")
    file = tmp_path / "mine" / "intensities.csv"
    file.write_bytes(file.read_bytes().replace(b"0.1", b"0.3"))
    with pytest.raises(EmissionsError, match="bytes changed since import"):
        books.factors(("mine",))


def test_rows_on_another_boundary_do_not_enter() -> None:
    """A TTW row never stands beside WTW unmarked (formats, factors)."""
    part = table_of("own", [row_of("T", date(2026, 1, 1), 0.1, boundary="ttw")], INTENSITIES, OWN)
    with pytest.raises(EmissionsError, match="boundary ttw, wanted wtw"):
        Factors.of("own", (part,))


def test_own_tables_travel_with_the_footprint(tmp_path: Path) -> None:
    """Whoever has the folder and Greenlane has the whole set, by its hash."""
    factors = with_rows(FACTORS, "own", {"intensities": [row_of("N", date(2026, 1, 1), 1)]}, OWN)
    for name, content in own_files(factors).items():
        (tmp_path / name).write_bytes(content)
    again = read_own(tmp_path, CATALOGUE)
    assert again is not None
    assert again.sha256 == factors.sha256
    assert again.toc("N") == factors.toc("N")
    assert own_files(FACTORS) == {}
    assert read_own(tmp_path / "none", CATALOGUE) is None
    table = next(tmp_path.glob("*_intensities.csv"))
    table.write_bytes(table.read_bytes().replace(b",1,", b",2,"))
    with pytest.raises(EmissionsError, match="bytes changed"):
        read_own(tmp_path, CATALOGUE)


@pytest.mark.parametrize("text", ["{}", "[", '{"tables": [["../x.csv", "intensities"]]}', "[1]"])
def test_a_strange_list_of_tables_is_refused(tmp_path: Path, text: str) -> None:
    """Inputs are hostile: no list leads out of its folder, and none is half believed."""
    (tmp_path / "set.json").write_text(text)
    with pytest.raises(EmissionsError, match=r"set\.json|wanted factors/NAME"):
        read_own(tmp_path, CATALOGUE)


def test_old_editions_stay_as_they_are() -> None:
    """A new edition adds; what an older one says of a category is what the newer one says."""
    names = list(EDITIONS)
    for older, newer in pairwise(names):
        a, b = (Factors.of(n, shipped_parts(CATALOGUE, n)) for n in (older, newer))
        for table in ("tocs", "hocs", "carriers", "vehicles", "pathways"):
            known = getattr(b, table)
            assert all(known[k] == v for k, v in getattr(a, table).items()), (older, table)


LOOSE = [
    ["mode", "region", "category", "size", "fuel", "unit", "WTT", "TTW", "WTW", "distance_basis"],
    ["road", "Europe", "HGV", "artic 40 t", "Diesel", "g CO2e/t-km", "15", "65", "80", "SFD"],
    ["sea_container", "Global", "Asia - Europe", "", "mix", "g CO2e/TEU-km", "8", "50", "", "SFD"],
    ["hub", "Global", "Warehouse", "", "", "kg CO2e/t", "", "", "17.5", ""],
    ["hub", "Global", "Container terminal", "", "", "kg CO2e/container", "", "", "10", ""],
    ["road", "Europe", "Van", "", "Diesel", "kWh/tkm", "", "", "1.1", "SFD"],
    ["road", "Europe", "Van", "", "Diesel", "g CO2e/tkm", "150", "", "", "SFD"],
    ["road", "Europe", "Van", "", "Diesel", "g CO2e/tkm", "150", "720", "999", "SFD"],
    ["rocket", "Mars", "", "", "", "g CO2e/tkm", "1", "1", "2", ""],
]


def loose(**changes: object) -> tuple[dict[str, list[Row]], list[str]]:
    about = About(published_on=date(2023, 9, 1), **({"gwp_set": "AR6"} | changes))  # type: ignore[arg-type]
    found = read_loose(LOOSE[0], list(enumerate(LOOSE[1:], start=2)), "mine.csv", about)
    return found.rows, [f"{r.row} {r.column}: {r.wanted}" for r in found.refused]


def test_a_table_with_other_headers_is_read_by_its_units() -> None:
    """g per tkm, per TEU-km, kg per tonne; a figure per container needs to know how large."""
    rows, refused = loose()
    road, sea = rows["intensities"]
    assert (road["wtt_kgco2e_per_tkm"], road["ttw_kgco2e_per_tkm"]) == (0.015, 0.065)
    assert (sea["activity_unit"], sea["ttw_kgco2e_per_tkm"]) == ("teukm", 0.05)
    (hub,) = rows["hubs_intensity"]
    assert hub["ttw_kgco2e_per_t"] == 17.5
    assert "not published" in hub["note"]
    assert [text[:6] for text in refused] == ["5 unit", "6 unit", "7 wtt:", "8 wtw:", "9 mode"]
    with_size, _ = loose(teu_per_container=1.6)
    assert with_size["hubs_intensity"][1]["ttw_kgco2e_per_t"] == pytest.approx(6.25)


def test_warming_potentials_are_never_guessed() -> None:
    """A table that does not state its set, imported by someone who does not either."""
    rows, refused = loose(gwp_set="")
    assert not rows
    assert "never guessed" in refused[0]


def test_imported_categories_get_keys_from_their_words() -> None:
    """So that legs without a category find a user's own set."""
    rows, _ = loose()
    road, sea = (key_row(row) for row in rows["intensities"])
    assert (road["mode"], road["region"], road["vehicle"]) == ("road", "europe", "artic_40t")
    assert (road["fuel"], road["load"]) == ("diesel", None)
    assert (sea["vehicle"], sea["region"]) == ("container", "asia - europe")  # a lane, not all


INVENTED = """
sea|Global|Other liquids tankers|0-999 dwt|HFO|g/tkm|100|900
sea|Global|Bulk carrier|0-9999 dwt|HFO|g/tkm|3|30
sea|Global|Bulk carrier|100000-199999 dwt|HFO|g/tkm|1|3
sea_container|Global|Asia - Africa||mix|g/TEU-km|9|80|||Dry
sea_container|Global|Industry average||mix|g/TEU-km|8|70|||Dry
sea_container|Global|Industry average||mix|g/TEU-km|16|90|||Reefer
hub|Global|Liquid bulk terminals|||kg/t|||3||ambient
hub|Global|Maritime container terminal|||kg/t|||9||ambient
road|Europe|HGV|Artic truck up to 40 t GVW HPDI|Bio-LNG|g/tkm|9|9||SFD|Average/mixed
road|Europe|HGV|Artic truck up to 40 t GVW|Diesel|g/tkm|20|70||SFD|Average/mixed
road|Europe|HGV|Artic truck up to 40 t GVW|Diesel|g/tkm|20|71||SFD|Container
road|Europe (chemical industry)|Chemical TOC, 40 t artic|Average|Diesel|g/tkm|1|6||SFD x1.05|18 t|no
road|Europe|Van|Van < 3.5 t GVW|Diesel|g/tkm|200|600||SFD
road|North America|SmartWay category|LTL/Dry Van|Diesel|g/tkm|60|240||SFD
"""  # shaped as licensed tables are; every figure is made up


def imported(folder: Path) -> Factors:
    """Import invented rows without a base, as `greenlane factors import` does."""
    header = [*LOOSE[0], "load_characteristics", "daf"]
    lines = INVENTED.replace("g/t", "g CO2e/t").replace("g/T", "g CO2e/T").split("\n")
    cells = [header, *(line.split("|") for line in lines if line)]
    about = About(published_on=date(2023, 9, 1), gwp_set="AR6")
    found = read_loose(cells[0], list(enumerate(cells[1:], start=2)), "mine.csv", about)
    assert found.refused == []
    keys = [
        dict.fromkeys(MATCHING.names) | key_row(row) | {"source_id": "own"}
        for name in ("intensities", "hubs_intensity")
        for row in found.rows[name]
    ]
    books = library(folder)
    rows = {n: [r | {"source_id": "own"} for r in rows] for n, rows in found.rows.items()}
    books.save("mine", rows | {"matching": keys}, OWN, "")
    return books.factors(("mine",))


@pytest.mark.parametrize(
    ("query", "words", "steps"),
    [
        (Query(mode="sea", containerised=True), "INDUSTRY-AVERAGE-DRY", []),
        (
            Query(mode="sea", containerised=True, temperature="frozen"),
            "INDUSTRY-AVERAGE-REEFER",
            [],
        ),
        (Query(mode="sea", vehicle="capesize"), "BULK-CARRIER-100000", ["vehicle"]),
        (Query(hub_kind="port"), "MARITIME-CONTAINER", []),
        (Query(hub_kind="port", vehicle="liquid bulk terminal"), "LIQUID-BULK", []),
        (
            Query(mode="road", regions=("DE",), vehicle="40t artic", fuel="hvo"),
            "GVW-AVERAGE-MIXED-DIESEL",
            ["region", "fuel"],
        ),
        (
            Query(mode="road", regions=("DE",), vehicle="electric van"),
            "VAN-VAN-3-5-T",
            ["region", "fuel", "another kind of energy", "vehicle"],
        ),
        (
            Query(mode="road", regions=("DE",), vehicle="van"),
            "VAN-VAN-3-5-T",
            ["region", "vehicle"],
        ),
        (
            Query(mode="road", regions=("DE",), vehicle="40t artic"),
            "GVW-AVERAGE-MIXED-DIESEL",
            ["region"],
        ),
        (
            Query(mode="road", regions=("CN",), vehicle="40t artic"),
            "GVW-AVERAGE-MIXED-DIESEL",
            ["region", "wider region", "foreign"],
        ),
    ],
)
def test_imported_rows_are_found_for_what_they_are(
    tmp_path: Path, query: Query, words: str, steps: list[str]
) -> None:
    """A row whose words say another ship, fuel, lane or sector is never `as wanted`."""
    found = match(query, imported(tmp_path))
    assert words in found.category_id
    assert [s.name for s in found.steps] == steps


def test_shortest_distance_without_its_detour_is_read_as_driven(tmp_path: Path) -> None:
    """`SFD (apply x1.05)`, not included: the detour is still due on a planned distance."""
    toc = next(t for t in imported(tmp_path).tocs.values() if "CHEMICAL" in t.toc_id)
    assert (toc.distance_kind, toc.daf_included) == ("actual", "no")
    assert distance_adjustment_factor(toc, "sfd", 100.0) == 1.05


def test_carbon_dioxide_alone_is_not_called_co2e() -> None:
    """`gCO2/tkm` counts no methane and no nitrous oxide."""
    body = ["road", "Europe", "HGV", "40 t artic", "Diesel", "gCO2/tkm", "15", "65"]
    about = About(published_on=date(2023, 9, 1), gwp_set="AR6")
    (row,) = read_loose(LOOSE[0], [(2, body)], "mine.csv", about).rows["intensities"]
    assert (row["gas_set"], row["ttw_kgco2_per_tkm"]) == ("co2", 0.065)
    assert "CO2 alone" in row["note"]


def test_intensity_that_no_vehicle_reaches_is_refused_by_row() -> None:
    """15 and 60 kg per tkm are grams: twenty times the band of the mode is no truck."""
    body = ["road", "Europe", "HGV", "40 t artic", "Diesel", "kg CO2e/tkm", "15", "60", "75"]
    about = About(published_on=date(2023, 9, 1), gwp_set="AR6")
    (refused,) = read_loose(LOOSE[0], [(7, body)], "mine.csv", about).refused
    assert (refused.row, refused.file) == (7, "mine.csv")
    assert "75 kg CO2e per tkm" in refused.wanted


def test_a_new_edition_lies_over_an_old_one(tmp_path: Path) -> None:
    """Own figures under a shipped id, with keys: on a base, or laid over it by name."""
    row = row_of("ROAD-HGV-AVG", date(2026, 6, 10), 0.09)
    key = dict.fromkeys(MATCHING.names) | key_row(row) | {"source_id": "own"}
    rows = {"intensities": [row], "matching": [key]}
    books = library(tmp_path)
    books.save("based", rows, OWN, DEFAULT_EDITION)
    books.save("ed26b", rows, OWN, "")
    for names in (("based",), (DEFAULT_EDITION, "ed26b")):
        late, then = books.factors(names), books.factors(names, date(2026, 1, 1))
        assert late.toc("ROAD-HGV-AVG").ttw_kgco2e_per_tkm == 0.09
        for factors, source in ((late, "own"), (then, "greenlane-assumptions")):
            keys = [
                r["source_id"]
                for table, schema in factors.parts
                if schema is MATCHING
                for r in table.rows
                if r["category_id"] == "ROAD-HGV-AVG"
            ]
            assert keys == [source]


@pytest.mark.parametrize("source_id", ["a.b", "a..b", "a b"])
def test_a_set_may_have_dots_in_its_name(tmp_path: Path, source_id: str) -> None:
    """A dot in a TOML key is quoted, or it would open a table inside a table."""
    source = Provenance(source_id=source_id, publisher="a carrier", title="its own figures")
    row = row_of("MINE", date(2026, 1, 1), 0.1, source_id=source_id)
    books = library(tmp_path)
    books.save("a.b", {"intensities": [row]}, source, "")
    assert books.factors(("a.b",)).origin("MINE").source_id == source_id


@pytest.mark.skipif(not GLEC.is_file(), reason="needs a licensed copy of the tables")
def test_a_licensed_copy_of_the_framework_loads(tmp_path: Path) -> None:
    """GLEC tables are never shipped; a user's own copy loads with one command (AR6, alone)."""
    cells = list(csv.reader(io.StringIO(GLEC.read_text("utf-8-sig"), newline="")))
    about = About(published_on=date(2023, 9, 30), gwp_set="AR6", teu_per_container=1.8)
    found = read_loose(cells[0], list(enumerate(cells[1:], start=2)), GLEC.name, about)
    assert len(found.rows["intensities"]) + len(found.rows["hubs_intensity"]) > 330
    assert len(found.refused) + sum(map(len, found.rows.values())) == len(cells) - 1
    keys = [key_row(r) | {"source_id": "user"} for r in found.rows["intensities"]]
    rows = found.rows | {"matching": keys}
    source = Provenance(source_id="user", publisher="a licensed copy", title="framework")
    books = library(tmp_path)
    books.save("framework", rows, source, "")
    books.save("on-ours", rows, source, DEFAULT_EDITION)
    both = books.factors(("on-ours",))
    six = next(
        name for name, toc in both.tocs.items() if toc.gwp_set == "AR6" and toc.mode == "road"
    )
    legs = [haul("ROAD-HGV-AVG"), haul(six)]
    with pytest.raises(MixedWarmingError):
        take_inventory(legs, both)
