"""The bulk path against the kernel, row by row, and what it does to files that are not as hoped."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import random
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import open_catalogue
from data.cells import BadCellError, read_cell
from data.errors import DataError
from data.schemas import DISTANCE_KINDS, FOOTPRINT_LEGS, MODES, Kind
from data.tables import read_bytes
from data.units import kg_text
from emissions import Factors, take_inventory
from emissions.bulk import Matches, footprint_of_file, shipment_totals
from emissions.bulk.blocks import BLOCK_BYTES
from emissions.bulk.terms import column, term
from emissions.categories import TOC, Origin
from emissions.energy import hub_energy
from emissions.errors import EmissionsError, MixedWarmingError
from emissions.inventory import Line, activity_tkm_of
from emissions.legs import numbered_elements

SHIPPED = Factors.load(open_catalogue())
ORIGIN = Origin(
    published_on=date(2025, 1, 1), quality="modelled", source_id="a|b", locator="", note=""
)


def seeded(seed: int) -> random.Random:
    """The same legs in every run."""
    return random.Random(seed)  # noqa: S311  (no secret)


def made_tocs() -> dict[str, TOC]:
    """Categories of every mode, kind of distance, DAF statement and unit."""
    rng = seeded(3)
    tocs = {}
    cases = product(MODES, DISTANCE_KINDS, ("yes", "no", "inferred", "unknown"), ("tkm", "teukm"))
    for i, (mode, kind, daf, unit) in enumerate(cases):
        tocs[f"T{i}"] = TOC(
            toc_id=f"T{i}",
            mode=mode,
            carrier_id="diesel",
            wtt_kgco2e_per_tkm=rng.uniform(0.001, 0.3),
            ttw_kgco2e_per_tkm=rng.uniform(0.001, 0.9),
            ttw_kgco2_per_tkm=rng.choice([None, 0.5]),
            distance_kind=kind,
            daf_included=daf,
            gas_set="co2e",
            deviation_share=rng.uniform(0, 0.6),
            origin=ORIGIN,
            activity_unit=unit,
            market_wtt_kgco2e_per_tkm=rng.choice([None, 0.01]),
            biogenic_kgco2_per_tkm=rng.choice([0.0, 0.02]),
        )
    return tocs


FACTORS = dataclasses.replace(SHIPPED, tocs=dict(SHIPPED.tocs) | made_tocs())
HUBS = list(FACTORS.hocs)
COLUMNS = (
    *("shipment_id", "leg_no", "kind", "mode", "origin", "destination", "mass_kg", "distance_km"),
    *("distance_kind", "toc_id", "hoc_id", "fuel_kg", "energy_kwh", "grid_id", "saf_kg"),
    *("saf_pathway", "eac_kwh", "teu", "activity_tkm", "match_steps", "departs_at", "overflight"),
)


def leg(rng: random.Random, number: int) -> dict[str, str]:
    """A leg of some kind, mostly good."""
    row = dict.fromkeys(COLUMNS, "")
    mass = round(10 ** rng.uniform(-2, 5), rng.choice([0, 1, 3, 9])) or 1.0
    row |= {"shipment_id": f"S{number // 4}", "leg_no": str(number % 4 + 1), "mass_kg": repr(mass)}
    row |= {"origin": "A, B", "destination": 'C "D"', "kind": "transport"}
    what = rng.choice(["shared", "shared", "shared", "hub", "hub", "vehicle", "flight"])
    row["distance_km"] = repr(round(10 ** rng.uniform(0, 4), rng.choice([0, 2, 9])))
    row["match_steps"] = rng.choice(["", "", "0", "2"])
    globals()[f"_{what}"](rng, row, mass)
    return row


def _shared(rng: random.Random, row: dict[str, str], mass: float) -> None:
    toc = rng.choice(list(FACTORS.tocs.values()))
    row |= {"toc_id": toc.toc_id, "mode": toc.mode}
    row["distance_kind"] = rng.choice([toc.distance_kind, *DISTANCE_KINDS, ""])
    if rng.random() < 0.2:
        row["activity_tkm"] = repr(mass * rng.uniform(0.1, 9))
        row["distance_km"] = rng.choice(["", "0", row["distance_km"]])
    if rng.random() < 0.3:
        row["teu"] = repr(rng.choice([1.0, 2.25, 0.37]))
    if rng.random() < 0.1:
        row["fuel_kg"] = "17"


def _flight(rng: random.Random, row: dict[str, str], mass: float) -> None:
    row |= {"toc_id": "AIR-LONGHAUL-AVG", "mode": "air"}
    row["distance_kind"] = rng.choice(["gcd", "gcd", "actual"])
    burnt = mass / 1000 * float(row["distance_km"]) * 0.52583 / 3.15
    row["saf_kg"] = repr(round(burnt * rng.choice([0.0, 0.1, 0.5, 0.95, 1.5]), 6))
    row["saf_pathway"] = rng.choice([*list(FACTORS.pathways)[:5], "nothing"])
    row["fuel_kg"] = rng.choice(["", "12"])


def _hub(rng: random.Random, row: dict[str, str], mass: float) -> None:
    hoc = FACTORS.hocs[rng.choice(HUBS)]
    diesel, kwh = hub_energy(hoc, mass)
    off = rng.choice([0.0, 0.0, 0.0, 0.0, 1e-6, 1.1e-6, 0.5e-6, 1.5e-6, 1.0])
    row |= {"kind": "hub", "hoc_id": hoc.hoc_id, "mode": rng.choice(["road", ""])}
    row["distance_km"] = rng.choice(["", "0"])
    if hoc.by_energy or rng.random() < 0.1:
        row |= {"fuel_kg": repr(diesel + off), "energy_kwh": repr(kwh)}
        row["grid_id"] = rng.choice([*list(FACTORS.grids)[:30], "NOWHERE"])
        row["eac_kwh"] = rng.choice(["", "0", repr(kwh / 3), repr(kwh), repr(kwh + 1)])


def _vehicle(rng: random.Random, row: dict[str, str], _mass: float) -> None:
    vehicle = rng.choice(list(FACTORS.vehicles.values()))
    own, other = ("energy_kwh", "fuel_kg") if vehicle.electric else ("fuel_kg", "energy_kwh")
    row |= {"toc_id": vehicle.vehicle_code, "mode": vehicle.mode}
    row[own] = rng.choice(["", "0", *[repr(rng.uniform(0.1, 900))] * 6])
    row[other] = rng.choice(["", "", "", "0", "3"])
    row["grid_id"] = rng.choice(list(FACTORS.grids))
    if vehicle.electric:
        row["eac_kwh"] = rng.choice(["", "0.05"])


SPOILT = {
    "mass_kg": ("0", "-1", "nan", "inf", "", "1_000", "1e3", "+7", "1,5", " 12 ", "1e10", "\uff15"),
    "leg_no": ("0", "x", "1.5", "3.0", ""),
    "kind": ("", "carriage", "hub", "transport"),
    "mode": ("", "balloon", "sea"),
    "origin": ("", "  "),
    "distance_km": ("-1", "", "0", "70000", "x", "95", "1e2"),
    "distance_kind": ("", "gcd", "miles"),
    "toc_id": ("", "T9999", "=cmd()"),
    "hoc_id": ("", "HUB-NOWHERE", "HUB-AIR"),
    "energy_kwh": ("5", "-5"),
    "saf_kg": ("3",),
    "eac_kwh": ("2",),
    "activity_tkm": ("0", "-3", "12.5"),
    "departs_at": (
        *("2025-06-01T18:00Z", "2025-06-31T18:00Z", "2025-06-01", "20250601T180000+0200"),
        *("2025-12-31 23:59:59+05:30", "1900-01-01T00:00Z", "noon"),
    ),
    "overflight": ("yes", "NO", "perhaps"),
}


def spoil(rng: random.Random, row: dict[str, str]) -> None:
    """Put something odd into a cell or two."""
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        name = rng.choice(list(SPOILT))
        row[name] = rng.choice(SPOILT[name])


def made_rows(count: int, seed: int) -> list[dict[str, str]]:
    rng = seeded(seed)
    rows = [leg(rng, i) for i in range(count)]
    for row in rows:
        if rng.random() < 0.25:
            spoil(rng, row)
    for _ in range(count // 50):
        rows.insert(rng.randrange(len(rows)), dict(rng.choice(rows)))
    return rows


def write_csv(path: Path, rows: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def one_by_one(path: Path) -> tuple[dict[int, Line], set[tuple[int, str, str]]]:
    """The reference: lines by row number, and (row, column, code) of every refusal."""
    table = read_bytes(path.read_bytes(), path.name, FOOTPRINT_LEGS)
    numbered = numbered_elements(table, FACTORS)
    inventory = take_inventory([e for _, e in numbered], FACTORS)
    lines = {n: line for (n, _), line in zip(numbered, inventory.lines, strict=True)}
    kinds = dict(table)
    refused = set()
    for r in table.refused:
        row = kinds.get(r.row)
        bare = row and row["mass_kg"] and not (row["toc_id"] or row["hoc_id"])
        if row and bare and r.code == "bad_leg" and not r.column:
            refused.add((r.row, "hoc_id" if row["kind"] == "hub" else "toc_id", "needs_matching"))
        else:
            refused.add((r.row, r.column, r.code))
    return lines, refused


def refusals(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def legs_of(files: tuple[Path, ...]) -> list[dict[str, Any]]:
    """Return the legs in order of their rows, which each tells."""
    found = [row for f in files for row in pq.read_table(f).to_pylist()]
    return sorted(found, key=lambda row: row["row"])


def digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


def typed(path: Path, rows: list[dict[str, str]], group: int = 100) -> Path:
    """The rows as Parquet with our types; only rows whose cells can be typed."""
    table: dict[str, list[Any]] = {n: [] for n in COLUMNS}
    for row in rows:
        for n in COLUMNS:
            table[n].append(_cell(n, row[n]))
    types = {Kind.NUMBER: pa.float64(), Kind.INTEGER: pa.int64()}
    arrays = {
        n: pa.array(cells, types.get(FOOTPRINT_LEGS.column(n).kind, pa.string()))
        for n, cells in table.items()
    }
    pq.write_table(pa.table(arrays), path, row_group_size=group)
    return path


def _cell(name: str, text: str) -> Any:
    kind = FOOTPRINT_LEGS.column(name).kind
    if kind not in {Kind.NUMBER, Kind.INTEGER}:
        return text or None
    try:
        return float(text) if kind is Kind.NUMBER else int(float(text))
    except (ValueError, OverflowError):
        return None


def assert_same(line: Line, row: dict[str, Any]) -> None:
    """Every figure and word of a leg as the inventory has it."""
    got = {n: row[n] for n in ("wtt_mg", "ttw_mg", "market_wtt_mg", "market_ttw_mg")}
    assert got == {
        "wtt_mg": line.physical.wtt_mg,
        "ttw_mg": line.physical.ttw_mg,
        "market_wtt_mg": line.market_based.wtt_mg,
        "market_ttw_mg": line.market_based.ttw_mg,
    }
    assert (row["wtw_mg"], row["market_wtw_mg"]) == (
        line.physical.wtw_mg,
        line.market_based.wtw_mg,
    )
    assert (row["low_mg"], row["high_mg"]) == (line.low_mg, line.high_mg)
    assert (row["biogenic_mg"], row["rf_memo_mg"]) == (line.biogenic_mg, line.rf_memo_mg)
    assert (row["data_type"], row["quality"]) == (line.data_type, line.quality)
    assert row["quality_tier"] == line.quality_tier
    assert (row["gas_set"], row["source_id"]) == (line.gas_set, line.source_id)
    assert row["gwp_set"] == ("+".join(line.gwp_sets) or "none")
    assert row["deviation_share"] == line.deviation_share
    assert row["working"] == line.working
    assert row["factor_set_sha256"] == FACTORS.sha256
    assert row["status"] == ("warned" if line.element.match_steps else "ok")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_csv_is_the_kernel_to_the_milligram(tmp_path: Path, seed: int) -> None:
    """Legs of every kind, a quarter spoilt: each row as the reader and the kernel take it."""
    path = write_csv(tmp_path / "legs.csv", made_rows(3000, seed))
    lines, refused = one_by_one(path)
    found = footprint_of_file(path, FACTORS, tmp_path / "out", work=tmp_path / "work", working=True)
    told = refusals(found.refusals)
    assert {(int(r["row"]), r["column"], r["code"]) for r in told} == refused
    legs = legs_of(found.legs)
    assert len(legs) == len(lines) > 1000
    for (_, line), row in zip(sorted(lines.items()), legs, strict=True):
        assert (row["shipment_id"], row["leg_no"]) == (
            line.element.shipment_id,
            line.element.leg_no,
        )
        assert_same(line, row)
    assert found.totals["wtw_mg"] == sum(line.physical.wtw_mg for line in lines.values())
    assert found.rows == found.ok + found.warned + found.refused


@pytest.mark.parametrize("seed", [4, 5])
def test_parquet_is_the_kernel_to_the_milligram(tmp_path: Path, seed: int) -> None:
    rows = made_rows(3000, seed)
    path = typed(tmp_path / "legs.parquet", rows)
    lines, refused = one_by_one(path)
    found = footprint_of_file(
        path, FACTORS, tmp_path / "out", work=tmp_path / "work", rows_per_part=700, working=True
    )
    told = {(int(r["row"]), r["column"], r["code"]) for r in refusals(found.refusals)}
    assert told == refused
    for (_, line), row in zip(sorted(lines.items()), legs_of(found.legs), strict=True):
        assert_same(line, row)


def test_the_working_is_worded_as_in_an_inventory(tmp_path: Path) -> None:
    """Messages of refusals too are the kernel's own, nearest names included."""
    rows = made_rows(200, 9)
    rows[0] |= {"toc_id": "SEA-CONTAINER-AVGG", "hoc_id": "", "kind": "transport"}
    path = write_csv(tmp_path / "legs.csv", rows)
    table = read_bytes(path.read_bytes(), path.name, FOOTPRINT_LEGS)
    numbered_elements(table, FACTORS)
    wanted = {(r.row, r.wanted) for r in table.refused if r.column}
    found = footprint_of_file(path, FACTORS, tmp_path / "out", work=tmp_path / "work")
    told = {(int(r["row"]), r["wanted"]) for r in refusals(found.refusals)}
    assert wanted <= told


def test_kilograms_as_text_are_those_of_legs_csv(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "legs.csv", made_rows(400, 6))
    lines, _ = one_by_one(path)
    found = footprint_of_file(path, FACTORS, tmp_path / "out", work=tmp_path / "work", kg_text=True)
    for (_, line), row in zip(sorted(lines.items()), legs_of(found.legs), strict=True):
        assert row["wtw_kgco2e"] == kg_text(line.physical.wtw_mg)
        assert row["market_wtt_kgco2e"] == kg_text(line.market_based.wtt_mg)
        assert row["biogenic_kgco2"] == kg_text(line.biogenic_mg)
    assert found.totals["wtw_mg"] == sum(x.physical.wtw_mg for x in lines.values())


def totals_of(path: Path, tmp_path: Path, **options: Any) -> pa.Table:
    found = shipment_totals(path, FACTORS, work=tmp_path / "totals", **options)
    assert found.rows == found.ok + found.refused
    assert found.table is not None
    return found.table


def test_totals_are_the_sums_of_the_lines(tmp_path: Path) -> None:
    path = typed(tmp_path / "legs.parquet", made_rows(3000, 7), group=333)
    lines, refused = one_by_one(path)
    table = totals_of(path, tmp_path, rows_per_part=500)
    wanted: dict[str, list[float]] = {}
    for line in lines.values():
        sums = wanted.setdefault(line.element.shipment_id, [0, 0, 0, 0])
        sums[0] += line.physical.wtw_mg
        sums[1] += line.market_based.wtw_mg
        sums[2] += 1
        sums[3] += round(activity_tkm_of(line.element) * 1e6)
    names = ("wtw_mg", "market_wtw_mg", "legs", "activity_millionths")
    rows = {r["shipment_id"]: [r[n] for n in names] for r in table.to_pylist() if r["legs"]}
    assert rows == wanted
    assert pc.sum(table["refused_legs"]).as_py() >= len({r for r, *_ in refused}) - 60
    assert table["shipment_id"].to_pylist() == sorted(table["shipment_id"].to_pylist())


def test_totals_do_not_depend_on_threads_order_or_parts(tmp_path: Path) -> None:
    """Whole milligrams sum to the same in any order: ISO totals that a stranger reproduces."""
    rows = [leg(seeded(i), i) for i in range(2000)]
    shuffled = list(rows)
    seeded(1).shuffle(shuffled)
    tables = [
        totals_of(typed(tmp_path / "a.parquet", rows), tmp_path, threads=1),
        totals_of(typed(tmp_path / "b.parquet", rows, 77), tmp_path, rows_per_part=77),
        totals_of(typed(tmp_path / "c.parquet", shuffled), tmp_path, rows_per_part=300),
        totals_of(write_csv(tmp_path / "d.csv", shuffled), tmp_path),
    ]
    assert all(t.to_pylist() == tables[0].to_pylist() for t in tables)
    files = []
    for threads in (1, 2):
        out = tmp_path / f"t{threads}.parquet"
        shipment_totals(
            tmp_path / "c.parquet",
            FACTORS,
            work=tmp_path / f"w{threads}",
            out=out,
            threads=threads,
            rows_per_part=300,
        )
        files.append(digest(out))
    assert files[0] == files[1]


class StoppedError(Exception):
    """A run that ends in the middle."""


def stop_at(stage: str, count: int) -> Any:
    def report(at: str, done: int) -> None:
        if (at, done) == (stage, count):
            raise StoppedError

    return report


@pytest.mark.parametrize("stage", ["cells", "legs"])
def test_a_stopped_run_goes_on_and_ends_with_the_same_bytes(tmp_path: Path, stage: str) -> None:
    rows = made_rows(1500, 8)
    path = typed(tmp_path / "legs.parquet", rows)
    if stage == "cells":
        path = write_csv(tmp_path / "legs.csv", rows)
    options: dict[str, Any] = {"rows_per_part": 200}
    whole = footprint_of_file(path, FACTORS, tmp_path / "a", work=tmp_path / "wa", **options)
    with pytest.raises(StoppedError):
        footprint_of_file(
            path,
            FACTORS,
            tmp_path / "b",
            work=tmp_path / "wb",
            report=stop_at(stage, 1),
            **options,
        )
    again = footprint_of_file(
        path, FACTORS, tmp_path / "b", work=tmp_path / "wb", threads=1, **options
    )
    assert stage == "cells" or again.reused >= 1
    assert digest(*again.legs) == digest(*whole.legs)
    assert digest(again.refusals) == digest(whole.refusals)
    third = footprint_of_file(path, FACTORS, tmp_path / "b", work=tmp_path / "wb", **options)
    assert third.reused == len(third.legs)
    assert third.totals == whole.totals


def test_another_factor_set_reuses_nothing(tmp_path: Path) -> None:
    """A changed rate is another result, even where the tables' names stay the same."""
    path = typed(tmp_path / "legs.parquet", [leg(seeded(i), i) for i in range(50)])
    first = footprint_of_file(path, FACTORS, tmp_path / "a", work=tmp_path / "w")
    tocs = {
        n: dataclasses.replace(t, wtt_kgco2e_per_tkm=t.wtt_kgco2e_per_tkm * 2)
        for n, t in FACTORS.tocs.items()
    }
    other = dataclasses.replace(FACTORS, tocs=tocs)
    second = footprint_of_file(path, other, tmp_path / "b", work=tmp_path / "w")
    assert second.reused == 0
    assert second.totals["wtt_mg"] > first.totals["wtt_mg"]


PLAIN = (
    "shipment_id,leg_no,kind,mode,origin,destination,mass_kg,distance_km,toc_id\n"
    "S1,1,transport,road,A,B,1000,100,ROAD-HGV-AVG\n"
)


def run(path: Path, tmp_path: Path, **options: Any) -> Any:
    return footprint_of_file(path, SHIPPED, tmp_path / "out", work=tmp_path / "work", **options)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (PLAIN.encode() + b"S\0,1", "NUL"),
        (PLAIN.encode() + b"S2,1,transport,road,\xff,B,1,1,ROAD-HGV-AVG\n", "UTF-8"),
        (PLAIN.encode() + b'S2,1,transport,road,"A,B,1,1,ROAD-HGV-AVG\n', "CSV"),
        (b"", "missing"),
        (b"shipment_id,leg_no\nS,1\n", "missing"),
        (PLAIN.replace("toc_id", "mode").encode(), "twice"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, wanted: str) -> None:
    path = tmp_path / "legs.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=wanted):
        run(path, tmp_path)


def test_rows_are_told_by_physical_line(tmp_path: Path) -> None:
    """A cell with a line break moves all later rows down by one line, as an editor shows them."""
    path = tmp_path / "legs.csv"
    path.write_text(
        PLAIN + 'S2,1,transport,road,"A\nA",B,1000,100,ROAD-HGV-AVG\n'
        "S3,1,transport,road,A,B,none,100,ROAD-HGV-AVG\n"
        "S4,1,transport,road,A,B,1,100,ROAD-HGV-AVG,extra\n"
        "\n"
        "S5,1,transport,road,A,B\n"
    )
    found = run(path, tmp_path)
    told = [(r["row"], r["column"], r["code"]) for r in refusals(found.refusals)]
    assert told == [
        ("5", "mass_kg", "bad_value"),
        ("6", "", "bad_row"),
        ("8", "", "bad_leg"),
    ]
    assert (found.rows, found.ok, found.refused) == (5, 2, 3)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_bom_change_nothing(tmp_path: Path, end: str) -> None:
    path = tmp_path / "legs.csv"
    path.write_bytes(("\ufeff" + PLAIN + "\n,,,,,,,,\nS2,x\n").replace("\n", end).encode())
    found = run(path, tmp_path)
    assert (found.ok, found.refused) == (1, 1)
    assert {r["row"] for r in refusals(found.refusals)} == {"5"}


def test_quoted_and_plain_files_are_read_alike(tmp_path: Path) -> None:
    """The fast reader takes files without quotes; both must find the same."""
    rows = [r | {"origin": "A", "destination": "B"} for r in made_rows(2000, 12)]
    plain = write_csv(tmp_path / "legs.csv", rows)
    one = run(plain, tmp_path / "plain")
    legs, told = digest(*one.legs), digest(one.refusals)
    text = plain.read_text().replace("shipment_id", '"shipment_id"', 1)
    plain.write_text(text)
    other = run(plain, tmp_path / "quoted")
    assert (digest(*other.legs), digest(other.refusals)) == (legs, told)
    assert plain.stat().st_size < BLOCK_BYTES


@pytest.mark.parametrize("name", ["x'; DROP.parquet", "a*[1]?.parquet", 'q"uote.parquet'])
def test_names_of_files_are_only_names(tmp_path: Path, name: str) -> None:
    """No name becomes SQL or a pattern; a neighbour that a pattern would take stays out."""
    typed(tmp_path / "ab1c.parquet", [leg(seeded(i), i) for i in range(9)])
    path = typed(tmp_path / name, [leg(seeded(5), 5)])
    found = footprint_of_file(path, FACTORS, tmp_path / "o'ut", work=tmp_path / "w*'k")
    assert found.rows == 1


def test_a_spreadsheet_does_not_run_what_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "legs.csv"
    path.write_text(PLAIN + "S2,1,transport,road,A,B,1000,100,=1+1\n")
    assert refusals(run(path, tmp_path).refusals)[0]["found"] == "'=1+1"


def test_odd_types_of_parquet_are_read_as_text(tmp_path: Path) -> None:
    """Masses as text and leg numbers as decimals: read cell by cell, refused where they must be."""
    path = tmp_path / "legs.parquet"
    table = pa.table(
        {
            "shipment_id": ["S1", "S2", "S3"],
            "leg_no": [1.0, 1.0, 1.5],
            "kind": ["transport"] * 3,
            "mode": ["road"] * 3,
            "toc_id": ["ROAD-HGV-AVG"] * 3,
            "origin": ["A"] * 3,
            "destination": ["B"] * 3,
            "mass_kg": ["1000", "a lot", "5"],
            "distance_km": [100, 100, 100],
        }
    )
    pq.write_table(table, path)
    found = run(path, tmp_path)
    told = [(r["row"], r["column"]) for r in refusals(found.refusals)]
    assert told == [("3", "mass_kg"), ("4", "leg_no")]
    assert found.ok == 1


def test_blank_categories_need_matching_or_a_match(tmp_path: Path) -> None:
    path = tmp_path / "legs.csv"
    path.write_text(
        "shipment_id,leg_no,kind,mode,origin,destination,mass_kg,distance_km,vehicle\n"
        "S1,1,transport,road,A,B,1000,100,truck\n"
        "S1,2,transport,sea,B,C,1000,900,\n"
        "S1,3,transport,air,C,D,1000,900,\n"
    )
    bare = run(path, tmp_path / "bare")
    assert [r["code"] for r in refusals(bare.refusals)] == ["needs_matching"] * 3
    matches = Matches(
        columns=("mode", "vehicle"),
        found={("road", "truck"): ("ROAD-HGV-AVG", 0), ("sea", ""): ("SEA-CONTAINER-AVG", 2)},
    )
    found = run(path, tmp_path / "matched", matched=matches)
    assert (found.ok, found.warned, found.refused) == (1, 1, 1)
    rows = legs_of(found.legs)
    assert [(r["toc_id"], r["match_steps"]) for r in rows] == [
        ("ROAD-HGV-AVG", 0),
        ("SEA-CONTAINER-AVG", 2),
    ]
    total = shipment_totals(path, SHIPPED, work=tmp_path / "t", matched=matches)
    assert (total.ok, total.refused) == (2, 1)
    with pytest.raises(EmissionsError, match="carrier"):
        run(path, tmp_path, matched=Matches(columns=("carrier",), found={}))


def test_warming_potentials_do_not_mix_in_silence(tmp_path: Path) -> None:
    """AR5 and AR6 figures in one file are refused as a whole unless the mix is allowed by name."""
    six = dataclasses.replace(SHIPPED.tocs["ROAD-HGV-AVG"], toc_id="SIX", gwp_set="AR6")
    factors = dataclasses.replace(SHIPPED, tocs=dict(SHIPPED.tocs) | {"SIX": six})
    path = tmp_path / "legs.csv"
    path.write_text(PLAIN + "S2,1,transport,road,A,B,1000,100,SIX\n")
    ways: tuple[Any, ...] = (footprint_of_file, shipment_totals)
    for work in ways:
        args: Any = (path, factors, *([tmp_path / "out"] if work is footprint_of_file else []))
        with pytest.raises(MixedWarmingError):
            work(*args, work=tmp_path / "w")
        allowed: Any = work(*args, work=tmp_path / "w", mixed_gwp=True)
        assert allowed.gwp_sets == ("AR5", "AR6")
    path.write_text(PLAIN)
    assert run(path, tmp_path).gwp_sets == ("AR5",)


def test_repeated_legs_are_refused_across_parts(tmp_path: Path) -> None:
    """The first row keeps the key, however far apart the two stand."""
    rows = [leg(seeded(1), i) for i in range(400)] * 2
    path = typed(tmp_path / "legs.parquet", rows)
    found = footprint_of_file(path, FACTORS, tmp_path / "o", work=tmp_path / "w", rows_per_part=100)
    twice = [r for r in refusals(found.refusals) if r["code"] == "twice"]
    assert [int(r["row"]) for r in twice] == list(range(402, 802))
    assert twice[0]["wanted"] == "a key not used in row 2"
    total = shipment_totals(path, FACTORS, work=tmp_path / "t", rows_per_part=100)
    assert (total.ok, total.refused) == (found.ok + found.warned, found.refused)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("0123456789.+-eE_ xinfa\t\uff15", max_size=8), min_size=1, max_size=30))
def test_cells_are_taken_exactly_as_the_reader_takes_them(texts: list[str]) -> None:
    """SQL passes no number that `read_cell` refuses or reads otherwise."""
    from emissions.bulk.cells import read_sql  # noqa: PLC0415
    from emissions.bulk.engine import Engine  # noqa: PLC0415

    mass = FOOTPRINT_LEGS.column("mass_kg")
    engine = Engine(work=Path("/nonexistent"), reads=[], memory_mb=64)
    try:
        engine.lend("cells", pa.table({"line": range(len(texts)), "mass_kg": texts}))
        found = engine.rows(read_sql([mass], {"mass_kg": "VARCHAR"}, "line", "cells"))
        engine.take_back("cells")
    finally:
        engine.close()
    for line, value, doubtful in found:
        if not doubtful:
            assert value == read_cell(mass, texts[line])
        else:
            with pytest.raises((BadCellError, AssertionError)):
                assert repr(read_cell(mass, texts[line])) == texts[line].strip()


def test_terms_fold_only_what_is_exact() -> None:
    """Zeros and ones leave no trace; anything else keeps the order of the kernel's operations."""
    x = column("x")
    assert str(x * 0 + 0.0) == str(term(0.0))
    assert str((1 - term(0.0)) * x) == "x"
    assert str(x / 1000.0 * column("y")) == "((x / '1000.0'::DOUBLE) * y)"
