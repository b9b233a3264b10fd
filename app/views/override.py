"""Word what a planner's decision costs, the three columns apart, and who travels otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.look import look_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.views.told import Told
    from optimizer.scenarios import Decision
    from optimizer.steering import ChainFigures, OverrideCost

    Row = dict[str, Any]

_CHAIN = " → "
_LEFT = "not planned"
_SAME = 0.5  # below half a unit a figure has not moved


def decision_words(d: Decision) -> str:
    """Return a decision in words.

    >>> from optimizer.scenarios import Decision
    >>> decision_words(Decision(kind="ban", what="mode", name="air"))
    'Ban mode air, for all freight'
    """
    name = d.name.replace(" > ", _CHAIN)
    whose = f"for {d.shipment}" if d.shipment else "for all freight"
    return f"{d.kind.capitalize()} {d.what} {name}, {whose}"


def sentence(cost: OverrideCost, what: str = "This decision") -> str:
    """Return what a decision costs in one sentence, each column apart, and who changed."""
    if not cost.changes and abs(cost.cost_eur) < _SAME:
        return f"{what} costs nothing: no shipment changed its way."
    eur = f"{abs(cost.cost_eur):,.0f} EUR"
    verb = "costs" if cost.cost_eur >= 0 else "saves"
    kg = [
        f"{_signed(cost.physical_kgco2e)} kg CO₂e physical",
        f"{_signed(cost.market_kgco2e)} kg CO₂e market-based",
        f"{_whole(cost.offsets_t)} t credits",
    ]
    number = len(cost.changes)
    who = "1 shipment" if number == 1 else f"{number} shipments"
    parts = [f"{what} {verb} {eur}; {', '.join(kg)}; {who} changed"]
    if abs(cost.planned) >= _SAME:
        parts.append(f"{abs(cost.planned):,.0f} {'more' if cost.planned > 0 else 'fewer'} planned")
    return "; ".join(parts) + "."


def _whole(value: float) -> str:
    """Return a difference with its sign, whole."""
    return "±0" if abs(value) < _SAME else f"{value:+,.0f}"


def _signed(value: float) -> str:
    """Return a difference with its sign and three significant digits."""
    if abs(value) < _SAME:
        return "±0"
    return f"{'+' if value > 0 else '-'}{text.three_digits(abs(value))}"


def figures(cost: OverrideCost) -> list[Row]:
    """Return the figures of a decision with their units; each column stands alone."""
    rows = (
        ("Cost (EUR)", _whole(cost.cost_eur), "Penalties included."),
        ("Physical (kg CO₂e)", _signed(cost.physical_kgco2e), "Location-based, well-to-wheel."),
        (
            "Market-based (kg CO₂e)",
            _signed(cost.market_kgco2e),
            "After SAF claims and certificates, before any offset.",
        ),
        (
            "Offsets (t, credits)",
            _whole(cost.offsets_t),
            "Credits to retire; never taken off a footprint.",
        ),
        ("Door to door (h)", _whole(cost.hours), "All planned shipments together."),
        ("Units opened", _whole(cost.units), "Trucks, wagons, containers, ULDs, part loads too."),
    )
    return [{"label": label, "value": value, "help": told} for label, value, told in rows]


def changes_words(cost: OverrideCost) -> str:
    """Say how many shipments travel otherwise, are left, or come along."""
    were = [(bool(c.before.services), bool(c.after.services)) for c in cost.changes]
    parts = (
        ("travel otherwise", were.count((True, True))),
        ("no longer planned", were.count((True, False))),
        ("newly planned", were.count((False, True))),
    )
    return f"Shipments: {', '.join(f'{number:,} {words}' for words, number in parts if number)}"


def changes_for_screen(cost: OverrideCost, names: Told | None = None) -> list[Row]:
    """Return the shipments whose way changed, before and after; without names, by services."""
    return [
        {
            "Shipment": c.shipment_id,
            "Before": _way(c.before, names),
            "After": _way(c.after, names),
            "Cost (EUR)": round(c.after.cost_eur - c.before.cost_eur),
            "Physical (kg CO₂e)": round(c.after.physical_kgco2e - c.before.physical_kgco2e),
            "Market-based (kg CO₂e)": round(c.after.market_kgco2e - c.before.market_kgco2e),
            "Door to door (h)": round(c.after.hours - c.before.hours, 1)
            if c.before.services and c.after.services
            else None,
        }
        for c in cost.changes
    ]


def _way(chain: ChainFigures, names: Told | None) -> str:
    if not chain.services:
        return _LEFT
    return _CHAIN.join(chain.services) if names is None else names.way(chain.services)


def leg_words(leg: Mapping[str, Any], carriers: Mapping[str, str]) -> str:
    """Return a carriage in words, to choose it by."""
    ends = f"{leg['origin']} → {leg['destination']}"
    return f"{look_of(leg['mode']).label} {ends}, {carriers[leg['service_id']]}"


def ban_words(what: str, name: str) -> str:
    """Return the words of a button: what is long or plain from the choice above it is not named."""
    if what == "mode":
        return f"Ban {look_of(name).label.lower()}"
    return f"Ban {what} {name}" if what in {"hub", "carrier"} else f"Ban this {what}"
