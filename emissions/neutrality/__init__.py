"""State a claim in three columns, physical, market-based and offsets, and self-check it.

>>> from emissions.neutrality import RULE_SETS
>>> sorted(RULE_SETS)
['iso-14068-1-2023', 'pas-2060-2014']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emissions.neutrality.claim import declare as declare
    from emissions.neutrality.declaration import Declaration as Declaration
    from emissions.neutrality.declaration import read_declaration as read_declaration
    from emissions.neutrality.rules import DEFAULT_STANDARD as DEFAULT_STANDARD
    from emissions.neutrality.rules import RULE_SETS as RULE_SETS
    from emissions.neutrality.rules import assess as assess
    from emissions.neutrality.statement import Statement as Statement

_HOMES = {
    "DEFAULT_STANDARD": "rules",
    "Declaration": "declaration",
    "RULE_SETS": "rules",
    "Statement": "statement",
    "assess": "rules",
    "declare": "claim",
    "read_declaration": "declaration",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:  # noqa: ANN401  (a module attribute may be anything)
    """Import a public name when it is first asked for (PEP 562): the verifier stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
