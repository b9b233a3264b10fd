"""Word the rows of a load sheet: steps, what leaves at each stop, weights; rounding only."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.pdf_words import ELLIPSIS, TIMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

UNKNOWN = "not known"
_SIDES = ("length", "width", "height")
_LONGEST = 420  # characters of one cell of steps; more go to another row
_KINDS = 6  # of freight told for one stop
_LONG_NAME = 32  # characters of a name among others


def turned(size: Sequence[int], stands: Sequence[int]) -> str | tuple[str, ...]:
    """Return how a box is turned against its sizes as delivered, in a line or two.

    >>> turned((12, 8, 5), (12, 8, 5)), turned((12, 8, 5), (8, 12, 5))
    ('as delivered', ('turned', 'length across'))
    >>> turned((12, 8, 5), (5, 12, 8))
    ('tipped, width up', 'length across')
    """
    if tuple(stands) == tuple(size):
        return "as delivered"
    ways = ((0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 0, 1), (1, 2, 0), (2, 1, 0))
    for along, across, up in ways:
        if (size[along], size[across], size[up]) == tuple(stands):
            # Of the two sides that lie, the longer one is what a worker sees first.
            side, where = (along, "along") if size[along] >= size[across] else (across, "across")
            head = "turned" if _SIDES[up] == "height" else f"tipped, {_SIDES[up]} up"
            return head, f"{_SIDES[side]} {where}"
    return UNKNOWN


def step_rows(
    unit: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    """Return each step: its number, what, sizes as it stands, how, mass, where, and its stop."""
    for item, x, y, z, dx, dy, dz, step in unit["boxes"]:
        of = items[item]
        yield (
            str(step),
            (of["piece_id"], of["shipment_id"]),
            f" {TIMES} ".join(f"{side:,}" for side in (dx, dy, dz)),
            turned(of["size_mm"], (dx, dy, dz)),
            f"{of['mass_kg']:,.1f}".removesuffix(".0"),
            f"{x:,}",
            f"{y:,}",
            f"{z:,}",
            of["stop_no"],
        )


def pieces(number: int) -> str:
    """Return so many pieces.

    >>> pieces(1), pieces(1_200)
    ('1 piece', '1,200 pieces')
    """
    return "1 piece" if number == 1 else f"{number:,} pieces"


def spans(steps: Sequence[int]) -> list[str]:
    """Return numbers in their order, runs of three or more told by their ends.

    >>> spans([9, 8, 7, 3, 4, 1])
    ['9 to 7', '3', '4', '1']
    """
    found: list[str] = []
    first = 0
    while first < len(steps):
        last = first
        while last + 1 < len(steps) and steps[last + 1] - steps[last] == _pace(steps, first):
            last += 1
        if last - first > 1:
            found.append(f"{steps[first]} to {steps[last]}")
        else:
            last = first
            found.append(str(steps[first]))
        first = last + 1
    return found


def _pace(steps: Sequence[int], first: int) -> int:
    """Return whether numbers go up or down by one from here; 0 if they do neither."""
    pace = steps[first + 1] - steps[first]
    return pace if abs(pace) == 1 else 0


def leaving_rows(
    unit: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[int, str, str, str]]:
    """Return what leaves at each stop and in which order; a long order takes several rows."""
    item_of = {box[7]: items[box[0]] for box in unit["boxes"]}
    stops = sorted({item["stop_no"] for item in item_of.values()})
    for stop in stops:
        steps = [step for step in unit["unload"] if item_of[step]["stop_no"] == stop]
        mass = sum(item_of[step]["mass_kg"] for step in steps)
        amount = f"{pieces(len(steps))}, {mass:,.0f} kg"
        kinds = Counter((item_of[s]["shipment_id"], item_of[s]["piece_id"]) for s in steps)
        named = [
            f"{n:,} {TIMES} {_brief(piece)} ({_brief(shipment)})"
            for (shipment, piece), n in sorted(kinds.items())
        ]
        more = [f"and {len(named) - _KINDS:,} kinds more"] if len(named) > _KINDS else []
        what = "; ".join([*named[:_KINDS], *more])
        for n, chunk in enumerate(_chunks(spans(steps))):
            yield (stop, "" if n else amount, "continued" if n else what, chunk)


def _brief(name: str) -> str:
    """Return a name that leaves room for others in its cell."""
    return name if len(name) <= _LONG_NAME else f"{name[: _LONG_NAME - 1]}{ELLIPSIS}"


def _chunks(words: Sequence[str]) -> Iterator[str]:
    """Return words, with commas, in texts that a cell can hold."""
    held, long = list[str](), 0
    for word in words:
        if long + len(word) > _LONGEST:
            yield ", ".join(held) + ","
            held, long = [], 0
        held.append(word)
        long += len(word) + 2
    yield ", ".join(held)


def weight_rows(unit: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return mass, its centre, and what each support bears as the unit leaves each stop."""
    return [_weight(stop) for stop in unit["stops"] if stop["pieces"]]


def _weight(stop: Mapping[str, Any]) -> tuple[str, ...]:
    where = f"stop {stop['after_stop']}" if stop["after_stop"] else "as loaded"
    centre = [f"{c:,.0f}" for c in stop["centre_mm"] or ()] or ["", "", ""]
    supports = [
        UNKNOWN if stop[key] is None else f"{stop[key]:,.0f}"
        for key in ("front_kg", "front_max_kg", "rear_kg", "rear_max_kg")
    ]
    return (where, f"{stop['pieces']:,}", f"{stop['mass_kg']:,.0f}", *centre, *supports)


def figure_cells(unit: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the figures of a unit: what, how much, and of what."""
    length = unit["inside_mm"][0] / 1_000
    payload, share = unit["payload_kg"], unit["mass_share"]
    return [
        ("Pieces", f"{unit['pieces']:,}", "in the order below"),
        (
            "Mass",
            f"{unit['mass_kg']:,.0f} kg",
            "payload not known"
            if payload is None
            else f"{text.percent(share, 1)} of {payload:,.0f} kg payload",
        ),
        ("Volume", text.percent(unit["volume_share"], 1), f"{unit['volume_m3']:,.2f} m³ of cargo"),
        ("Floor", text.percent(unit["floor_share"], 1), "of its area"),
        ("Loading metres", f"{unit['ldm']:,.2f}", "footprints over 2.4 m"),
        ("Length in use", f"{unit['loading_metres']:,.2f} m", f"of {length:,.2f} m"),
    ]


def check_line(findings: Sequence[Mapping[str, Any]]) -> str:
    """Return how the plan's own check ended, all its findings together."""
    count = Counter(f["verdict"] for f in findings)
    words = f"Self-check of the plan: {count['pass']} of {len(findings)} passed"
    if count["fail"]:
        words += f", {count['fail']} failed"
    if count["unknown"]:
        words += f", {count['unknown']} unknown"
    return f"{words}, by a checker that shares nothing with the packer."


def doubts_of(findings: Sequence[Mapping[str, Any]], unit_code: str) -> list[str]:
    """Return what the check could not decide about a unit, or found wrong."""
    return [
        f"{'Not checked' if f['verdict'] == 'unknown' else f['verdict']}: "
        f"{f['about']}: {f['message']}"
        for f in findings
        if f["verdict"] != "pass"
        and (not f["about"].startswith("unit type ") or f["about"] == f"unit type {unit_code}")
    ]
