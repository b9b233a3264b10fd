"""Replay the benchmark's loads of real flights: `python -m bench.aclpp [--folder DIR]`.

DIR holds `base/` (20 MD-11F flights out of Frankfurt, November 2015) and `masterdata/`, by Felix
Brandt (CC BY 4.0). Each unit that the benchmark built is judged by the rules of the data: counts,
walls, contour, overlap, turning, gross mass, dangerous goods apart. Then by rules that it does not
keep, or not to the millimetre: express apart from the rest, blocked space, how much of a base is
held, middles over contacts, the mass that a piece bears. Units are open on all sides; positions
aboard are not judged.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]

from data.findings import Verdict
from optimizer.errors import LoadingError
from optimizer.loading.geometry import (
    HEIGHT,
    LENGTH,
    WIDTH,
    Block,
    Cut,
    Interior,
    Item,
    LoadedUnit,
    LoadPlan,
    Placement,
    Rules,
)
from optimizer.loading.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = Path("instances/loading/aclpp")
MM, GRAMS = 10, 1000  # of a centimetre and of a kilogram
EXPRESS, STANDARD = "ZXF", "not express"  # the second word is ours
SAG_MM = 30  # the benchmark takes a top up to 3 cm below a base for a contact; found, not told
HELD_PERCENT = 75  # likewise
_UPRIGHT = {5: (HEIGHT,), 63: (LENGTH, WIDTH, HEIGHT)}  # the only bit fields of these flights
# The same reader, faster where PyYAML was built with libyaml.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SIDES = ("lng", "lat", "height")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The cargo of one way from airport to airport, and how the benchmark loads it."""

    flight: str
    segment_id: str
    plan: LoadPlan  # an item per piece, as the data calls equal boxes of a shipment
    names: tuple[str, ...]  # of the units
    gross_kg: tuple[int, ...]  # of each unit, as the benchmark states it
    penalties: tuple[int, ...]  # of each item, for each box that stays behind
    bears_kg_per_cm2: tuple[tuple[Fraction | None, ...], ...]  # of each item, by its upright side


def read_unit_types(folder: Path = FOLDER) -> dict[str, Interior]:
    """Return the unit types by name, in mm and g; the payload is the gross mass without the tare.

    x runs along the aircraft (lng), y across (lat). A cut runs from its point 1 to its point 2
    with the cargo to its right, seen from the front of the unit.
    """
    found: dict[str, Interior] = {}
    for path in sorted((folder / "masterdata").glob("uld_*.yaml")):
        for name, told in _read(path)["uld_types"].items():
            found[name] = Interior(
                unit_code=name,
                size_mm=tuple(
                    MM * told[f"inner_{side}"] for side in ("lng_size", "lat_size", "height")
                ),
                payload_g=GRAMS * (told["max_weight"] - told["tare_weight"]),
                tare_g=GRAMS * told["tare_weight"],
                cuts=tuple(map(_cut, told.get("uld_cuts", ()))),
                blocks=tuple(map(_block, told.get("uld_blocks", ()))),
                rear_only=False,
            )
    return found


def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        read: dict[str, Any] = yaml.load(file, Loader=_LOADER)  # noqa: S506  (both are safe)
    return read


def _cut(told: Mapping[str, int]) -> Cut:
    up, across = told["height2"] - told["height1"], told["lat2"] - told["lat1"]
    return Cut(-up, across, MM * (across * told["height1"] - up * told["lat1"]))


def _block(told: Mapping[str, int]) -> Block:
    return Block(*(MM * told[f"{end}_{side}"] for end in ("min", "max") for side in _SIDES))


def read_apart(folder: Path = FOLDER) -> frozenset[tuple[str, str]]:
    """Return the pairs of special codes that no unit may hold."""
    told = _read(folder / "masterdata" / "separation.yaml")["separation_constraints"]
    pairs = [(p["code_a"], p["code_b"]) for p in told]
    return frozenset((min(p), max(p)) for p in pairs)


def read_segments(folder: Path = FOLDER) -> Iterator[Segment]:
    """Yield all segments, by file name and then as they stand in it."""
    types = read_unit_types(folder)
    for path in sorted((folder / "base").glob("*.yaml")):
        read = _read(path)
        (flight,) = read["flights"]
        for name, told in read["segments"].items():
            yield _segment(flight, name, told, types)


def _segment(
    flight: str, name: str, told: Mapping[str, Any], types: Mapping[str, Interior]
) -> Segment:
    pieces = {
        piece: (shipment, facts)
        for shipment, one in told["shipments"].items()
        for piece, facts in one["pieces"].items()
    }
    number = {piece: k for k, piece in enumerate(pieces)}
    built = told["built_ulds"]
    plan = LoadPlan(
        items=tuple(_item(piece, *facts) for piece, facts in pieces.items()),
        units=tuple(
            LoadedUnit(
                # Types that end in _cad stand in no table; their loads fit those of that stem.
                interior=types[unit["uld_type"].removesuffix("_cad")],
                placements=tuple(_placement(number[box["piece"]], box) for box in unit["loaded"]),
            )
            for unit in built.values()
        ),
        unplaced=tuple((number[p], n, "offloaded") for p, n in told["offloads"].items()),
    )
    return Segment(
        flight=flight,
        segment_id=name,
        plan=plan,
        names=tuple(built),
        gross_kg=tuple(unit["total_weight"] for unit in built.values()),
        penalties=tuple(facts["offload_penalty"] for _, facts in pieces.values()),
        bears_kg_per_cm2=tuple(
            tuple(
                None if (kg := facts.get(f"stack_{side}")) is None else Fraction(str(kg))
                for side in _SIDES
            )
            for _, facts in pieces.values()
        ),
    )


def _item(piece: str, shipment: str, facts: Mapping[str, Any]) -> Item:
    if facts["allowed_rotations"] not in _UPRIGHT:
        what = f"allowed_rotations {facts['allowed_rotations']}"
        raise LoadingError(f"{piece}: {what}, wanted {' or '.join(map(str, _UPRIGHT))}")
    codes = frozenset(str(facts.get("specials", "")).split())
    return Item(
        item_id=piece,
        shipment_id=shipment,
        quantity=facts["amount"],
        size_mm=(MM * facts["lng"], MM * facts["lat"], MM * facts["height"]),
        mass_g=GRAMS * facts["weight"],
        upright=_UPRIGHT[facts["allowed_rotations"]],
        codes=codes if EXPRESS in codes else codes | {STANDARD},
    )


def _placement(item: int, box: Mapping[str, int]) -> Placement:
    corner = (MM * box[f"start_{side}"] for side in _SIDES)
    return Placement(item, *corner, *(MM * box[side] for side in _SIDES))


def unit_plan(segment: Segment, unit: int) -> LoadPlan:
    """Return one unit of a segment as a plan of its own, with the pieces it holds."""
    loaded = segment.plan.units[unit]
    held = Counter(p.item for p in loaded.placements)
    number = {item: k for k, item in enumerate(held)}
    items = (replace(segment.plan.items[k], quantity=n) for k, n in held.items())
    placements = (p._replace(item=number[p.item]) for p in loaded.placements)
    return LoadPlan(
        items=tuple(items), units=(replace(loaded, placements=tuple(placements)),), unplaced=()
    )


def bearing_plan(segment: Segment, unit: int) -> LoadPlan:
    """Return one unit with an item per box that bears its strength times its top, in whole g."""
    loaded = segment.plan.units[unit]
    items: list[Item] = []
    placements: list[Placement] = []
    for p in loaded.placements:
        item = segment.plan.items[p.item]
        sides = (k for k in item.upright if item.size_mm[k] == p.dz)  # equal sides: the strongest
        told = [kg for k in sides if (kg := segment.bears_kg_per_cm2[p.item][k]) is not None]
        top = int(max(told) * GRAMS * p.dx * p.dy / MM**2) if told else None
        placements.append(p._replace(item=len(items)))
        items.append(replace(item, quantity=1, top_g=top))
    return LoadPlan(
        items=tuple(items), units=(replace(loaded, placements=tuple(placements)),), unplaced=()
    )


def least_held_percent(boxes: tuple[Placement, ...], sag_mm: int = SAG_MM) -> Fraction:
    """Return the least share of a base that is held if tops a little below it count as contacts."""
    least = Fraction(100)
    for b in boxes:
        held = 0 if b.z > sag_mm else b.dx * b.dy
        for a in boxes:
            sides = (
                min(a.x + a.dx, b.x + b.dx) - max(a.x, b.x),
                min(a.y + a.dy, b.y + b.dy) - max(a.y, b.y),
            )
            if b.z - sag_mm <= a.z + a.dz <= b.z and min(sides) > 0:
                held += sides[0] * sides[1]
        least = min(least, Fraction(100 * held, b.dx * b.dy))
    return least


COLUMNS = (
    "units",
    "boxes",
    "gross mass as stated",
    "rules of the data kept",  # all but blocked space and express
    "express apart",
    "blocked space clear",
    "75 % held",
    "75 % held within 3 cm",
    "balanced",
    "bearing kept",
    "listed in loading order",
    "boxes left",
    "penalty",
)


def replay(segment: Segment, apart: frozenset[tuple[str, str]]) -> Iterator[tuple[str, int]]:
    """Yield counts by column: of units that keep a rule, where nothing else is said."""
    floating = Rules(support_percent=0, unload_in_order=False, apart=apart)
    express = frozenset({(EXPRESS, STANDARD)})
    firm = replace(floating, support_percent=HELD_PERCENT, apart=express)
    counts = validate(segment.plan, floating)
    if any(f.code == "LOAD-02" for f in counts.failed()):
        raise LoadingError(f"{segment.segment_id}: built and left are not what was asked")
    for item, count, _why in segment.plan.unplaced:
        yield "boxes left", count
        yield "penalty", count * segment.penalties[item]
    for k, unit in enumerate(segment.plan.units):
        plan = unit_plan(segment, k)
        mass_g = sum(plan.items[p.item].mass_g for p in plan.units[0].placements)
        stated = GRAMS * segment.gross_kg[k]
        own, strict = broken(plan, floating), broken(plan, firm)
        yield "units", 1
        yield "boxes", len(unit.placements)
        yield "gross mass as stated", mass_g + unit.interior.tare_g == stated
        yield "rules of the data kept", own <= {"LOAD-05", "LOAD-22"}
        yield "express apart", "LOAD-20" not in strict
        yield "blocked space clear", "LOAD-05" not in own
        yield "75 % held", "LOAD-09" not in strict
        yield "75 % held within 3 cm", least_held_percent(unit.placements) >= HELD_PERCENT
        yield "balanced", "LOAD-10" not in strict
        yield "bearing kept", "LOAD-12" not in broken(bearing_plan(segment, k), floating)
        yield "listed in loading order", "LOAD-22" not in own


def broken(plan: LoadPlan, rules: Rules) -> set[str]:
    """Return the codes of the rules that a plan breaks."""
    return {f.code for f in validate(plan, rules).failed() if f.verdict is Verdict.FAIL}


def main() -> None:
    """Print a row per flight and their sum."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, default=FOLDER)
    folder = options.parse_args().folder
    apart, rows = read_apart(folder), defaultdict[str, Counter[str]](Counter)
    for segment in read_segments(folder):
        for column, count in replay(segment, apart):
            rows[segment.flight][column] += count
            rows["all"][column] += count
    rows["all"] = rows.pop("all")  # last
    print("| flight | " + " | ".join(COLUMNS) + " |\n" + "|---" * (len(COLUMNS) + 1) + "|")
    for flight, row in rows.items():
        print(f"| {flight} | " + " | ".join(str(row[column]) for column in COLUMNS) + " |")


if __name__ == "__main__":
    main()
