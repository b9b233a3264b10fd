"""Keep distance kinds apart: great-circle, shortest feasible and driven never mix in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.units import KG_PER_TONNE
from emissions.errors import LegFaultError

if TYPE_CHECKING:
    from emissions.factors import TOC

# Great circle plus a fixed 95 km: Commission Decision 2009/339/EC (monitoring of aviation in the EU
# ETS); the decision is cited from memory and was not re-read. No shipped intensity uses it.
AIR_DETOUR_KM = 95.0


def transport_activity_tkm(mass_kg: float, distance_km: float) -> float:
    """Return the transport activity of one consignment on one TCE.

    `distance_km` is the transport activity distance: great-circle or shortest feasible, never the
    distance driven (ISO 14083, 3.1.24 and 3.1.27).

    >>> transport_activity_tkm(230, 700)
    161.0
    """
    return mass_kg / KG_PER_TONNE * distance_km


def distance_adjustment_factor(toc: TOC, distance_kind: str, distance_km: float) -> float:
    """Return the DAF between the distance behind an intensity and that of a TCE.

    The air detour counts once: it is added only when the intensity stands on flown kilometres and
    does not already include it (DESNZ air rows include an uplift by inference: factor 1).
    An intensity whose distance kind its publisher does not state is used as it is.

    Raises
    ------
    EmissionsError
        if the kinds differ and no open adjustment factor exists: the distance must be given in
        the kind of the intensity.
    """
    if toc.distance_kind in {"not_stated", distance_kind}:
        return 1.0
    if toc.mode == "air" and toc.distance_kind == "actual" and distance_kind == "gcd":
        uplifted = toc.daf_included in {"yes", "inferred"}
        return 1.0 if uplifted else (distance_km + AIR_DETOUR_KM) / distance_km
    wanted = f"{toc.distance_kind!r}, the kind behind {toc.toc_id}"
    raise LegFaultError("distance_kind", distance_kind, wanted)
