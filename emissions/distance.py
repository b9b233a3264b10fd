"""Keep distance kinds apart: great-circle, shortest feasible and driven never mix in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.units import KG_PER_TONNE
from emissions.errors import LegFaultError

if TYPE_CHECKING:
    from emissions.categories import TOC

# Great circle plus a fixed 95 km: Commission Decision 2009/339/EC (monitoring of aviation in the EU
# ETS); the decision is cited from memory and was not re-read. ISO 14083 takes the same distance.
AIR_DETOUR_KM = 95.0
# Driven or sailed over shortest feasible: GLEC Framework v3.0, pages 98, 117 and 143, as read by
# others; rail and inland waterways need no adjustment (pages 39 and 43).
DETOUR = {"road": 1.05, "sea": 1.15, "rail": 1.0, "iww": 1.0}
# A container of unknown load, in t of goods per TEU (GLEC Framework v3.0, page 50).
TONNES_PER_TEU = {"average": 10.0, "light": 6.0, "heavy": 14.5}


def transport_activity_tkm(mass_kg: float, distance_km: float) -> float:
    """Return the transport activity of one consignment on one TCE.

    `distance_km` is the transport activity distance: great-circle or shortest feasible, never the
    distance driven (ISO 14083, 3.1.24 and 3.1.27).

    >>> transport_activity_tkm(230, 700)
    161.0
    """
    return mass_kg / KG_PER_TONNE * distance_km


def planned_kind(mode: str) -> str:
    """Return the kind of distance that a mode's activity is stated in: GCD for air, else SFD."""
    return "gcd" if mode == "air" else "sfd"


def distance_adjustment_factor(toc: TOC, distance_kind: str, distance_km: float) -> float:
    """Return the DAF between the distance behind an intensity and that of a TCE (ISO 14083, 5.4.4).

    * Equal kinds, or a kind that the publisher does not state: 1.
    * Intensity per driven km, activity in planned km: the detour (road 1.05, sea 1.15, air
      (GCD + 95) / GCD), unless the intensity already holds it: never twice.
    * Intensity per planned km, activity in driven km: divided by the detour.

    Raises
    ------
    LegFaultError
        for great-circle against shortest feasible: no factor between them is published, so the
        distance must be given in the kind of the intensity.
    """
    planned = planned_kind(toc.mode)
    behind = toc.distance_kind
    if behind == "actual" and toc.daf_included in {"yes", "inferred"}:
        behind = planned
    if behind in {"not_stated", distance_kind}:
        return 1.0
    if behind == "actual" and distance_kind == planned:
        if toc.mode == "air":
            return (distance_km + AIR_DETOUR_KM) / distance_km
        return DETOUR[toc.mode]
    if behind == planned and distance_kind == "actual":
        return 1 / DETOUR[toc.mode] if toc.mode != "air" else _flown_to_planned(distance_km)
    wanted = f"{behind!r}, the kind behind {toc.toc_id}"
    raise LegFaultError("distance_kind", distance_kind, wanted)


def _flown_to_planned(distance_km: float) -> float:
    if not distance_km > AIR_DETOUR_KM:
        raise LegFaultError("distance_km", distance_km, f"a flight of more than {AIR_DETOUR_KM} km")
    return (distance_km - AIR_DETOUR_KM) / distance_km
