"""Try to break the importer: `python -m bench.fuzz_importer --minutes 5 --seed 1 --out FILE.json`.

Every input is made from one seed alone, so `--replay SEED` makes it again. What is checked:

* nothing but `DataError` leaves the reader, the proposal, the profile or the import;
* every data row has exactly one outcome, and only rows that stand have drafts;
* no draft has a mass that is not above 0 unless it has TEU; no number is NaN or infinite;
* every number of a draft is one that stands in a cell of its row, times a unit;
* a file of up to 1 MB takes less than 2 s and 500 MB.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import math
import random
import re
import resource
import signal
import sys
import time
import traceback
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.footprint_intake import Options, intake_of
from app.footprints import FootprintDesk, result_rows, take_legs
from app.tools import open_tools
from data.dialects import RawTable, Typed, read_raw
from data.drafting import apply
from data.errors import DataError, GreenlaneError
from data.layouts import propose
from data.mapping import Mapping, read_profile
from data.quantities import FACTORS
from emissions.inventory import activity_tkm_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from data.drafts import Imported, LegDraft

ASSETS = Path(__file__).parents[1] / "tests" / "assets" / "layouts"
MAX_SECONDS_PER_MB = 2.0
MAX_SECONDS_PER_ROW = 50e-6
MAX_GROWTH_MB = 500
_HANG_S = 30
_TRACED_DRAFTS = 2000
_NUMBER = re.compile(r"[+-]?[\d.,'\u00a0\u202f\u2009 ’]*\d(?:[eE][+-]?\d+)?")  # noqa: RUF001
_ODD_CELLS = (
    "", " ", "0", "-0", "-1", "nan", "inf", "-inf", "1e400", "1e-400", "1e308", "9" * 60,
    "1,250", "1.250", "1.250,5", "12,5", "1 234,5", "1'234.5", "１２３", "٣٤", "²", "½",  # noqa: RUF001
    "0x10", "1_000", "+5", "--5", "5-", "1,2,3", "12%", "5 kg", "5kg", "5 lb", "5 stone",
    "kg", "1/2",
    "=1+1", "'=1+1", "@x", "-2+3", "\t", "\r\n", "\u202e", "\ufeff", "\u200b", "\x1f",
    "2026-02-30", "2026-03-01", "03/04/2026", "31/12/2026", "12/31/2026", "46085", "60", "1e5",
    "9999-12-31", "0000-00-00", "2026-03-01T25:00", "2026-03-01T10:00:00.123456789Z",
    "2026-03-01T10:00+99:00", "1.1.1", "31.12.9999 23:59", "1/1/2026 99:99", "20269999",
    "2x40HC", "0x40HC", "99999x45HC", "1x20GP+", "+", "40", "TEU", "3 FEU", "x", "1x",
    "road", "SEA", "hub", "leg", "truck ship", "multimodal", "Lkw", "海运", "null", "None",
    "true", "é" * 300, "lat 91 lon 181", "lat 1 lon 2", "1,2", "51.3,12.4", "DEHAM",
    "Leipzig, DEU", ",", ", ,", "DE",
    "CSQU3054383", "020-12345675", "IMO 9074729", "reefer", "-18 C", "2-8°C", "A" * 1000,
    "{}", "[]",
)  # fmt: skip
_ODD_NAMES = (
    "mass_kg", "weight", "Weight (tons)", "chargeable weight", "W/M", "leg0_mode", "leg99_mode",
    "leg1_", "leg 2 mode", "section 3 from", "", " ", "#2", "mass_kg #2", "document_no", "kind",
    "distance_mi", "co2e", "co2e (t)", "teu", "containers", "nContainers", "container type", "id",
    "sequence_no", "origin", "to", "shipment_id", "mode", "etd", "a.b.c", "details.", ".", "/",
    "x" * 500, "\u202e", "重量(吨)", "kg", "m3", "fuel_amount", "activity_tkm", "distance_kind",
)  # fmt: skip


def table_of(content: bytes, name: str) -> list[list[str]]:
    """Return the cells of an asset, whatever its form."""
    raw = read_raw(content, name)
    return [list(raw.header), *([str(c) for c in row] for row in raw.rows)]


def mutated_cells(rng: random.Random, rows: list[list[str]]) -> list[list[str]]:
    """Change cells, names, rows and columns at random."""
    rows = [list(row) for row in rows]
    for _ in range(rng.choice((0, 1, 1, 2, 5, 20))):
        row = rng.randrange(len(rows))
        if not rows[row]:
            continue
        at = rng.randrange(len(rows[row]))
        rows[row][at] = rng.choice(_ODD_NAMES if row == 0 and rng.random() < 0.8 else _ODD_CELLS)  # noqa: PLR2004
    changes, weights = ("none", "row", "ragged", "column", "swap", "title"), (6, 3, 2, 2, 1, 2)
    for change in rng.choices(changes, weights, k=2):
        at = rng.randrange(1, len(rows) + 1)
        if change == "row":
            rows[at:at] = [list(rng.choice(rows)) for _ in range(rng.choice((1, 3, 50)))]
        elif change == "ragged":
            rows[at - 1] = rows[at - 1][: rng.randrange(len(rows[at - 1]) + 1)]
        elif change == "column":
            for number, cells in enumerate(rows):
                cells.append(rng.choice(_ODD_NAMES) if number == 0 else rng.choice(_ODD_CELLS))
        elif change == "swap":
            rng.shuffle(rows[0])
        elif change == "title":
            rows.insert(0, [rng.choice(_ODD_CELLS)])
    return rows


def as_csv(rng: random.Random, rows: list[list[str]]) -> tuple[bytes, str]:
    """Write rows as CSV in a random dialect."""
    out = io.StringIO(newline="")
    with contextlib.suppress(csv.Error):  # what is written half-way is a fine input
        csv.writer(
            out,
            delimiter=rng.choice(",,;;\t|"),
            quoting=rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
            lineterminator=rng.choice(("\n", "\r\n", "\r")),
        ).writerows(rows)
    encoding = rng.choice((*("utf-8",) * 9, "utf-8-sig", "utf-16", "cp1252", "gb18030"))
    return out.getvalue().encode(encoding, "replace"), rng.choice(("x.csv", "x.tsv", "x.txt"))


def _typed(rng: random.Random, cell: str) -> object:
    if rng.random() < 0.5:  # noqa: PLR2004
        return cell
    try:
        return float(cell)
    except ValueError:
        return cell


def as_xlsx(rng: random.Random, rows: list[list[str]]) -> tuple[bytes, str]:
    """Write rows as a workbook, some numbers typed."""
    import openpyxl  # noqa: PLC0415

    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        kept = [re.sub(r"[\x00-\x08\x0b-\x1f]", "", c)[:32000] for c in row]
        values = [_typed(rng, c) for c in kept]
        sheet.append([None if isinstance(v, float) and not math.isfinite(v) else v for v in values])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue(), "x.xlsx"


def as_parquet(rng: random.Random, rows: list[list[str]]) -> tuple[bytes, str]:
    """Write rows as Parquet; columns of numbers typed where they can be."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    width = len(rows[0])
    body = [(row + [""] * width)[:width] for row in rows[1:]]
    columns: list[Any] = []
    for at in range(width):
        cells: list[Any] = [row[at].encode("utf-8", "replace").decode() for row in body]
        if rng.random() < 0.5:  # noqa: PLR2004
            with contextlib.suppress(ValueError):
                cells = [float(cell) if cell.strip() else None for cell in cells]
        columns.append(pa.array(cells))
    names = [name.encode("utf-8", "replace").decode() for name in rows[0]]
    out = io.BytesIO()
    pq.write_table(pa.table(columns, names=names), out)
    return out.getvalue(), "x.parquet"


def random_json(rng: random.Random, depth: int = 0) -> object:
    """Return a random document; its keys are often ours."""
    kind = rng.random()
    if depth > 14 or kind < 0.5:  # noqa: PLR2004
        return rng.choice((None, True, False, 0, -1, 1.5, 1e308, 10**400, *_ODD_CELLS))
    if kind < 0.7:  # noqa: PLR2004
        return [random_json(rng, depth + 1) for _ in range(rng.randrange(5))]
    keys = (*_ODD_NAMES, "shipments", "legs", "transportChainElements", "shipment_legs", "type")
    return {rng.choice(keys): random_json(rng, depth + 1) for _ in range(rng.randrange(8))}


def _mutated_json(rng: random.Random, document: object) -> object:
    if isinstance(document, dict):
        changed = {k: _mutated_json(rng, v) for k, v in document.items() if rng.random() > 0.03}  # noqa: PLR2004
        if rng.random() < 0.05:  # noqa: PLR2004
            changed[rng.choice(_ODD_NAMES)] = random_json(rng, 10)
        return changed
    if isinstance(document, list):
        return [_mutated_json(rng, v) for v in document for _ in range(rng.choice((0, 1, 1, 1, 2)))]
    return random_json(rng, 13) if rng.random() < 0.1 else document  # noqa: PLR2004


def as_json(rng: random.Random) -> tuple[bytes, str]:
    """Write a random or a mutated document, plain or one to a line."""
    path = rng.choice([p for p in sorted(ASSETS.iterdir()) if p.suffix.startswith(".json")])
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        documents = [json.loads(text)]
    else:
        documents = [json.loads(line) for line in text.splitlines()]
    if rng.random() < 0.3:  # noqa: PLR2004
        documents = [random_json(rng) for _ in range(rng.randrange(1, 4))]
    documents = [_mutated_json(rng, document) for document in documents]
    if rng.random() < 0.5:  # noqa: PLR2004
        return "\n".join(json.dumps(d) for d in documents).encode(), "x.jsonl"
    return json.dumps(documents[0] if rng.random() < 0.5 else documents).encode(), "x.json"  # noqa: PLR2004


def mutated_bytes(rng: random.Random, content: bytes) -> bytes:
    """Flip, cut, double and insert bytes."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 3, 10))):
        at = rng.randrange(len(data) + 1)
        change = rng.randrange(5)
        if change == 0 and data:
            data[at % len(data)] = rng.randrange(256)
        elif change == 1:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        elif change == 2:  # noqa: PLR2004
            del data[at : at + rng.choice((1, 4, 100))]
        elif change == 3:  # noqa: PLR2004
            data = data[:at] if rng.random() < 0.3 else data  # noqa: PLR2004
        else:
            data[at:at] = data[at : at + rng.choice((1, 10, 1000))]
    return bytes(data)


def mutated_workbook(rng: random.Random, content: bytes) -> bytes:
    """Mutate the bytes of one member inside the package, which stays a readable zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        names = before.namelist()
        hit = rng.choice(names)
        for name in names:
            member = before.read(name)
            after.writestr(name, mutated_bytes(rng, member) if name == hit else member)
    return out.getvalue()


def _huge(rng: random.Random) -> tuple[bytes, str]:  # noqa: PLR0911  (one per kind)
    """Return up to a megabyte: rows, columns or one cell without end."""
    kind = rng.randrange(7)
    head = "shipment_id,mode,origin,destination,mass_kg,etd\n"
    if kind == 0:
        rows = (
            f"S{n},road,A{rng.randrange(99)},B,{rng.random() * 1e4:.2f},2026-03-01\n"
            for n in range(22_000)
        )
        return (head + "".join(rows)).encode(), "x.csv"
    if kind == 1:
        return (head + rng.choice(',;"\n x1') * 1_000_000).encode(), "x.csv"
    if kind == 2:  # noqa: PLR2004
        return (head + "S,road,A,B," + rng.choice("1.,A ") * 100_000 + ",\n").encode(), "x.csv"
    if kind == 3:  # noqa: PLR2004
        return (head + '1,road,"a\nb",B,5,\n' * 60_000).encode(), "x.csv"
    if kind == 4:  # noqa: PLR2004
        return bomb(rng), "x.xlsx"
    if kind == 5:  # noqa: PLR2004
        name = "x" * rng.choice((10, 900, 100_000))
        fields = ",".join(f'"{n}":1' for n in range(500))
        return f'{{"{name}":{{{fields}}},"mode":"road"}}'.encode(), "x.json"
    key = rng.choice(("legs", "a", "shipments"))
    inner = rng.choice(('{"mode":"road"}', "{}", "1", '"x"', "[]", '{"a":{"b":1}}'))
    return (f'{{"{key}":[' + ",".join([inner] * 60_000) + "]}").encode(), "x.json"


def bomb(rng: random.Random) -> bytes:
    """Return a small workbook that unpacks to much: far cells, or one text in every cell."""
    plain, _ = as_xlsx(rng, [["shipment_id", "mass_kg"]])
    long, many = rng.choice((1, 30_000, 1_000_000)), rng.choice((10, 1000, 100_000))
    far = rng.choice(("A1", "XFD1", "A1048576", "A999999", "SR5", "SS5", "A0", "ZZZZ9"))
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, many))
    sheet = f'<worksheet><sheetData>{cells}<row><c r="{far}"><v>1</v></c></row></sheetData>'
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            if name == "xl/worksheets/sheet1.xml":
                after.writestr(name, f"{sheet}</worksheet>")
            elif name != "xl/sharedStrings.xml":
                after.writestr(name, before.read(name))
        after.writestr("xl/sharedStrings.xml", f"<sst><si><t>{'x' * long}</t></si></sst>")
    return out.getvalue()


def random_options(rng: random.Random) -> dict[str, Any]:
    """Return what a user may declare or answer, right or wrong."""
    assets = [p.name for p in sorted(ASSETS.iterdir()) if p.stem[0] != "k"]
    quantity = rng.choice(("mass", "distance", "co2e", "volume", "luck"))
    encodings = ("cp1252", "gb18030", "utf-16", "latin-1", "none", "hex")
    chances: dict[str, tuple[float, tuple[Any, ...]]] = {
        "decimal": (0.2, (*".,.,.,.,", "", ";")),
        "encoding": (0.03, encodings),
        "units": (0.1, tuple({quantity: u} for u in ("kg", "lb", "t", "km", "mi", "m3", "stone"))),
        "date_format": (0.1, ("dd/mm/yyyy", "mm/dd/yyyy", "yyyy")),
        "mode": (0.1, ("road", "air", "broom")),
        "profile_of": (0.05, tuple(assets)),
        "sheet": (0.05, ("Sheet", "Data", "\0")),
    }
    return {k: rng.choice(found) for k, (p, found) in chances.items() if rng.random() < p}


def made(seed: int) -> tuple[bytes, str, dict[str, Any]]:
    """Return the file and the options of a seed."""
    rng = random.Random(seed)  # noqa: S311  (to be repeated, not to be secret)
    options = random_options(rng)
    if rng.random() < 0.01:  # noqa: PLR2004
        return *_huge(rng), options
    if rng.random() < 0.25:  # noqa: PLR2004
        content, name = as_json(rng)
    else:
        path = rng.choice([p for p in sorted(ASSETS.iterdir()) if p.stem[0] != "k"])
        rows = mutated_cells(rng, table_of(path.read_bytes(), path.name))
        content, name = rng.choice((as_csv, as_csv, as_xlsx, as_parquet))(rng, rows)
    chance = rng.random()
    if name == "x.xlsx" and chance < 0.4:  # noqa: PLR2004
        content = mutated_workbook(rng, content)
    elif chance < 0.5:  # noqa: PLR2004
        content = mutated_bytes(rng, content)
    if "encoding" not in options and rng.random() < 0.7 and not _is_utf_8(content):  # noqa: PLR2004
        options["encoding"] = rng.choice(("latin-1", "cp1252", "gb18030"))
    return content, name, options


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return True


def check(
    content: bytes, name: str, options: dict[str, Any], step: Callable[[Imported], None] | None
) -> str:
    """Run the importer on one file; return how it ended, or raise AssertionError."""
    started = time.process_time()
    try:
        answers = {k: options.pop(k) for k in ("units", "date_format", "mode") if k in options}
        other = options.pop("profile_of", "")
        raw = read_raw(content, name, **options)
        mapping = propose(raw, **answers).mapping
        if other:
            mapping = propose(read_raw((ASSETS / other).read_bytes(), other)).mapping
        assert read_profile(mapping.to_toml()) == mapping, "profile does not read back"
        found = apply(raw, mapping)
    except DataError as error:
        return "refused file" if str(error) else "refused without a message"
    _check_rows(raw, found)
    seconds = time.process_time() - started
    rows_too = MAX_SECONDS_PER_ROW * len(raw.lines)  # 60,000 rows of one digit are 120 kB
    allowed = MAX_SECONDS_PER_MB * max(1.0, len(content) / 1e6) + rows_too
    assert seconds <= allowed, f"took {seconds:.2f} s for {len(content)} bytes"
    rows = dict(zip(raw.lines, raw.rows, strict=True))
    for draft in found.drafts[:_TRACED_DRAFTS]:
        _check_draft(draft, rows[draft.row])
    assert len(found.refused()) >= found.count("refused"), "a refusal without a reason"
    if step is not None:
        step(found)
    return "drafts" if found.drafts else "no drafts"


def _check_rows(raw: RawTable, found: Imported) -> None:
    lines = sorted([*raw.lines, *(line for line, _ in raw.ragged)])
    assert [o.row for o in found.outcomes] == lines, "outcomes do not account for every row"
    standing = {o.row for o in found.outcomes if o.status != "refused"}
    assert {d.row for d in found.drafts} <= standing, "a refused row has drafts"


def _check_draft(draft: LegDraft, cells: list[str]) -> None:
    values = draft.values
    mass, teu = values.get("mass_kg"), values.get("teu")
    assert (mass is not None and mass > 0) or (teu is not None and teu > 0), "silent zero"
    assert mass is None or mass > 0, "mass not above 0"
    for name in ("shipment_id", "mode", "origin", "destination", "leg_no"):
        assert values.get(name) not in {None, ""}, f"{name} is missing"
    for name, value in (values | draft.extras).items():
        if isinstance(value, float):
            assert math.isfinite(value), f"{name} is not finite"
            if name != "teu":
                assert _traced(value, cells), f"{name} = {value!r} stands in no cell"


def _traced(value: float, cells: list[str]) -> bool:
    """Return True if some number of the row, read either way, is the value in some unit."""
    factors = {f for units in FACTORS.values() for f in units.values()}
    for cell in cells:
        for text in _NUMBER.findall(cell):
            for number in _readings(cell if type(cell) is Typed else text):
                if any(math.isclose(number * f, value, rel_tol=1e-9) for f in factors):
                    return True
    return False


def _readings(text: str) -> list[float]:
    bare = re.sub(r"[\s'’]", "", text)  # noqa: RUF001
    found = []
    for kept in (bare, bare.replace(",", ""), bare.replace(".", "").replace(",", ".")):
        try:
            found.append(float(kept))
        except ValueError:
            continue
    return found


def _hung(_signal: int, _frame: FrameType | None) -> None:
    raise AssertionError(f"still running after {_HANG_S} s")


def try_seed(seed: int, step: Callable[[Imported], None] | None) -> tuple[str, str]:
    """Return how one seed ended, and what was wrong with it."""
    content, name, options = made(seed)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.setitimer(signal.ITIMER_PROF, _HANG_S)
    try:
        ended = check(content, name, options, step)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  (a panic of a Rust reader is no Exception)
        last = traceback.format_exc().strip().splitlines()[-7:]
        return "failed", f"{type(error).__name__}: {error}\n" + "\n".join(last)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if grown > MAX_GROWTH_MB:
        return "failed", f"took {grown:.0f} MB for {len(content)} bytes"
    return ended, ""


def run(minutes: float, seed: int, *, step: Callable[[Imported], None] | None = None) -> Any:  # noqa: ANN401
    """Fuzz for CPU minutes from a seed on; return what happened, failing seeds kept.

    `step` is called with every import that stands: what comes behind the importer goes there.
    """
    signal.signal(signal.SIGPROF, _hung)  # of CPU time: a busy machine is no hang
    ends: dict[str, int] = {}
    failures: list[dict[str, Any]] = []
    started = time.process_time()
    at = seed
    while time.process_time() - started < minutes * 60:
        ended, wrong = try_seed(at, step)
        ends[ended] = ends.get(ended, 0) + 1
        if wrong:
            failures.append({"seed": at, "wrong": wrong})
            print(f"seed {at}: {wrong}", file=sys.stderr)
        at += 1
    cpu = time.process_time() - started
    return {
        "first_seed": seed,
        "files": at - seed,
        "cpu_minutes": round(cpu / 60, 2),
        "ended": dict(sorted(ends.items())),
        "failures": failures,
    }


def footprint_step(most_legs: int = 30) -> Callable[[Imported], None]:
    """Return a step that takes the footprint behind an import, and looks at every row of it.

    No error but ours may leave it, no row may be unaccounted for, and nothing that moves mass over
    a distance may come out as nothing.
    """
    desk = FootprintDesk(open_tools())

    def step(found: Imported) -> None:
        intake = intake_of(found, Mapping(layout="other", bindings=()))
        intake.legs = intake.legs[:most_legs]  # routing decides the time, not the rows
        try:
            result = take_legs(intake, desk, Options())
        except GreenlaneError:
            return
        assert sum(result.counts().values()) == len(found.outcomes), "a row without a fate"
        for leg, line in zip(result.legs, result.inventory.lines, strict=True):
            moved = activity_tkm_of(line.element) or line.element.mass_kg / 1000
            assert line.physical.wtw_mg > 0 or moved < _LEAST, f"row {leg.row}: a silent zero"
            assert math.isfinite(line.physical.wtw_kgco2e), f"row {leg.row}: not finite"
        for row in result_rows(result):
            assert row["lineage"], "a figure without a way"

    return step


_LEAST = 1e-4  # tkm or t below which a footprint may round to no milligram


def main(arguments: list[str] | None = None) -> int:
    """Fuzz, or replay one seed; exit with 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=1.0, help="of CPU time")
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--no-footprint", action="store_true", help="the importer alone")
    parser.add_argument("--out", type=Path, help="write what happened as JSON")
    parser.add_argument("--replay", type=int, help="make and check the file of one seed")
    parser.add_argument("--keep", type=Path, help="with --replay: write that file into a folder")
    given = parser.parse_args(arguments)
    step = None if given.no_footprint else footprint_step()
    if given.replay is not None:
        content, name, options = made(given.replay)
        if given.keep is not None:
            (given.keep / f"seed-{given.replay}-{name}").write_bytes(content)
        print(name, len(content), options)
        signal.signal(signal.SIGPROF, _hung)  # of CPU time: a busy machine is no hang
        ended, wrong = try_seed(given.replay, step)
        print(ended, wrong)
        return int(bool(wrong))
    result = run(given.minutes, given.seed, step=step)
    print(json.dumps({k: v for k, v in result.items() if k != "failures"}))
    if given.out is not None:
        given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return int(bool(result["failures"]))


if __name__ == "__main__":
    sys.exit(main())
