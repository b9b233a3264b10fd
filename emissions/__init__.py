"""What it emits, what may be claimed, and the proof.

>>> from data import open_catalogue
>>> from emissions import TCE, Factors, take_inventory
>>> factors = Factors.load(open_catalogue())
>>> flight = TCE(
...     shipment_id="S1",
...     leg_no=1,
...     kind="transport",
...     mode="air",
...     origin="PVG",
...     destination="FRA",
...     mass_kg=1000.0,
...     distance_km=8880.0,
...     distance_kind="gcd",
...     toc_id="AIR-LONGHAUL-AVG",
... )
>>> round(take_inventory([flight], factors).physical.wtw_kgco2e)
5918
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emissions.chain import TCE as TCE
    from emissions.chain import TransportChain as TransportChain
    from emissions.errors import EmissionsError as EmissionsError
    from emissions.factors import Factors as Factors
    from emissions.inventory import Emissions as Emissions
    from emissions.inventory import Inventory as Inventory
    from emissions.inventory import take_inventory as take_inventory

_HOMES = {
    "TCE": "chain",
    "Emissions": "inventory",
    "EmissionsError": "errors",
    "Factors": "factors",
    "Inventory": "inventory",
    "TransportChain": "chain",
    "take_inventory": "inventory",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:  # noqa: ANN401  (a module attribute may be anything)
    """Import a public name when it is first asked for (PEP 562): the verifier stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
