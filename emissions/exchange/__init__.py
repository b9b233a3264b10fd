"""Give and take footprints as iLEAP 1.0.0 objects in PACT v2 envelopes.

>>> from datetime import UTC, datetime
>>> from data import open_catalogue
>>> from emissions import TCE, Factors, take_inventory
>>> from emissions.exchange import Place, Publication, leg_rows, objects_of, publish, read_objects
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
>>> objects = objects_of(
...     take_inventory([flight], factors),
...     factors,
...     places={
...         "PVG": Place(city="Shanghai", country="CN", iata="PVG"),
...         "FRA": Place(city="Frankfurt", country="DE", iata="FRA"),
...     },
... )
>>> us = Publication(
...     company_name="Example Forwarding",
...     company_ids=("urn:example:forwarding",),
...     created=datetime(2026, 1, 15, tzinfo=UTC),
...     period_start=datetime(2025, 1, 1, tzinfo=UTC),
...     period_end=datetime(2026, 1, 1, tzinfo=UTC),
... )
>>> sorted(f["productNameCompany"] for f in publish(objects, us).footprints)
['shipment S1', 'toc AIR-LONGHAUL-AVG']
>>> import json
>>> found = read_objects(json.dumps({"data": publish(objects, us).footprints}).encode())
>>> [(row["toc_id"], row["carrier_wtw_kgco2e"]) for row in leg_rows(found)]
[('example-forwarding:AIR-LONGHAUL-AVG', 5918.1648)]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emissions.exchange.carriers import EnergyMix as EnergyMix
    from emissions.exchange.incoming import Incoming as Incoming
    from emissions.exchange.incoming import read_objects as read_objects
    from emissions.exchange.outgoing import LegFacts as LegFacts
    from emissions.exchange.outgoing import Objects as Objects
    from emissions.exchange.outgoing import Place as Place
    from emissions.exchange.outgoing import facts_of as facts_of
    from emissions.exchange.outgoing import objects_of as objects_of
    from emissions.exchange.pact import Export as Export
    from emissions.exchange.pact import Publication as Publication
    from emissions.exchange.pact import publish as publish
    from emissions.exchange.rows import activity_rows as activity_rows
    from emissions.exchange.rows import hub_rows as hub_rows
    from emissions.exchange.rows import intensity_rows as intensity_rows
    from emissions.exchange.rows import leg_rows as leg_rows
    from emissions.exchange.rules import check as check

_HOMES = {
    "EnergyMix": "carriers",
    "Export": "pact",
    "Incoming": "incoming",
    "LegFacts": "outgoing",
    "Objects": "outgoing",
    "Place": "outgoing",
    "Publication": "pact",
    "activity_rows": "rows",
    "check": "rules",
    "facts_of": "outgoing",
    "hub_rows": "rows",
    "intensity_rows": "rows",
    "leg_rows": "rows",
    "objects_of": "outgoing",
    "publish": "pact",
    "read_objects": "incoming",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:  # noqa: ANN401  (a module attribute may be anything)
    """Import a public name when it is first asked for (PEP 562): pydantic stays away till then."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
