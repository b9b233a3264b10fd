"""State mass, distance and activity of elements in decimals that multiply out exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from emissions.errors import LegFaultError
from emissions.exchange.carriers import rounded
from emissions.exchange.models import GlecDistance, exact
from emissions.inventory import activity_tkm_of
from emissions.kernel import activity_of, teu_of

if TYPE_CHECKING:
    from emissions.chain import TCE
    from emissions.factors import Factors

_KG_PER_T = 1000
_KINDS = ("gcd", "sfd", "actual")


def counts_teu(e: TCE, factors: Factors) -> bool:
    """Tell whether an element travels, or is charged, by containers."""
    if e.teu is not None:
        return True
    if e.hoc_id:
        return factors.hoc(e.hoc_id).activity_unit == "teu"
    toc = factors.tocs.get(e.toc_id)
    return toc is not None and toc.activity_unit == "teukm"


def teu(e: TCE) -> Decimal:
    """Return containers in TEU, as counted or by the mass of one."""
    return exact(teu_of(e.mass_kg, e.teu))


def transport_activity(e: TCE, factors: Factors) -> Decimal:
    """Return the tonne-kilometres of an element as its intensity counts them, in plain decimals."""
    if e.kind != "transport":
        return Decimal(0)
    if e.activity_tkm is not None:
        return exact(e.activity_tkm)
    daf = _daf(e, factors)
    exactly = exact(e.mass_kg) / _KG_PER_T * exact(e.distance_km)
    return exactly if daf == 1 else rounded(exactly * daf)


def _daf(e: TCE, factors: Factors) -> Decimal:
    """Return what the kernel multiplies a distance by, told from the activity that it counts."""
    toc = factors.tocs.get(e.toc_id)
    if toc is None or e.activity_tkm is not None:
        return Decimal(1)
    plain = activity_tkm_of(e)
    if toc.activity_unit == "teukm":
        plain = teu_of(e.mass_kg, e.teu) * e.distance_km
    counted = activity_of(e, toc)
    return Decimal(1) if counted == plain else exact(counted) / exact(plain)


def distance(e: TCE, factors: Factors) -> GlecDistance:
    """Return the distance by its kind, and by that behind the intensity where they differ."""
    if e.kind != "transport":
        return GlecDistance(actual=Decimal(0))
    if e.distance_kind not in _KINDS or not e.distance_km > 0:
        raise LegFaultError(
            "distance_kind", e.distance_kind, f"a distance of kind {', '.join(_KINDS)}"
        )
    km = exact(e.distance_km)
    daf = _daf(e, factors)
    stated = {e.distance_kind: km}
    # The detour of flights is known to everyone as 95 km; that of roads and ships is ours to tell.
    if daf != 1 and e.mode != "air":
        stated[factors.toc(e.toc_id).distance_kind] = rounded(km * daf)
    return GlecDistance(**stated)
