"""Arrange chains in rows for people to read; exact figures are in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.chain_lanes import (
    MARKS,
    end_names,
    evidence_words,
    hub_name,
    kind_label,
    mark_figure,
    marked_chain,
    way_words,
)
from app.views.look import look_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.views.chain_lanes import Chain, Names

    Row = dict[str, Any]

_FEW = 100.0


def chains_for_screen(
    chains: Iterable[Chain], document: Mapping[str, Any], names: Names
) -> list[Row]:
    """Return one row per chain."""
    return [
        {
            "Chain": pill(c),
            "Cost (EUR)": _shown(c["cost_eur"]),
            "Days": round(c["hours"] / text.HOURS_PER_DAY, 1),
            "Physical (kg CO₂e)": _shown(c["kgco2e"]),
            "Modes": kind_label(c),
            "Way": way_words(c, document, names),
            "Distances are": evidence_words(c),
        }
        for c in chains
    ]


def legs_for_screen(chain: Chain, document: Mapping[str, Any], names: Names) -> list[Row]:
    """Return the legs of a chain: how far, how it is known, and what it emits."""
    ends = end_names(document)
    return [
        {
            "Leg": number,
            "Mode": look_of(leg["mode"]).label,
            "From": hub_name(leg, "origin", ends),
            "To": hub_name(leg, "destination", ends),
            "Distance (km)": _shown(leg["distance_km"]),
            "Distance is": leg["evidence"],
            "Physical (kg CO₂e)": _shown(leg["kgco2e"]),
            "Passes": ", ".join(names.get(p, p) for p in leg["passages"]),
            "Countries": ", ".join(leg["countries"]),
            "Priced as": leg["offer"],
            "Emission category": leg["toc_id"],
            "Data quality": leg["quality"],
        }
        for number, leg in enumerate(chain["legs"], start=1)
    ]


def _shown(figure: float) -> float:
    return round(figure, 1 if abs(figure) < _FEW else None)


def cards(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what stands on the card of each marked chain."""
    found = ((mark, marked_chain(document, mark)) for mark in MARKS)
    return [
        {
            "title": mark.capitalize(),
            "figure": mark_figure(chain, mark),
            "note": f"Chain {chain['rank']}, {kind_label(chain)}: {text.eur(chain['cost_eur'])}, "
            f"{text.days(chain['hours'])}, {text.kg(chain['kgco2e'])}",
        }
        for mark, chain in found
        if chain is not None
    ]


def pill(chain: Chain) -> str:
    """Return what stands on the button of a chain."""
    return f"{chain['rank']} {', '.join(chain['marks'])}".strip()
