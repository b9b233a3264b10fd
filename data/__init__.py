"""The ground floor: what the world is (records) and who said so (catalogues with sources).

>>> from data import Shipment
>>> from datetime import UTC, datetime
>>> Shipment(
...     shipment_id="S1",
...     origin="NKG-PLANT",
...     destination="MAD-WH",
...     mass_kg=230.0,
...     volume_m3=1.2,
...     ready_at=datetime(2023, 6, 1, tzinfo=UTC),
...     due_at=datetime(2023, 6, 8, tzinfo=UTC),
... ).mass_kg
230.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from data.catalogue import Catalogue as Catalogue
    from data.catalogue import open_catalogue as open_catalogue
    from data.errors import DataError as DataError
    from data.errors import GreenlaneError as GreenlaneError
    from data.findings import Finding as Finding
    from data.findings import Report as Report
    from data.findings import Verdict as Verdict
    from data.freight import Piece as Piece
    from data.freight import Shipment as Shipment
    from data.network import Hub as Hub
    from data.network import Service as Service

_HOMES = {
    "Catalogue": "catalogue",
    "DataError": "errors",
    "Finding": "findings",
    "GreenlaneError": "errors",
    "Hub": "network",
    "Piece": "freight",
    "Report": "findings",
    "Service": "network",
    "Shipment": "freight",
    "Verdict": "findings",
    "open_catalogue": "catalogue",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:  # noqa: ANN401  (a module attribute may be anything)
    """Import a public name when it is first asked for (PEP 562): the verifier stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
