"""The books behind a claim: retired credits, neat SAF, electricity certificates, never mixed.

>>> from emissions.ledger import Book, parse_serial
>>> parse_serial("ACR-US-999-2022-99-1 to 60").span.quantity
60000
>>> Book().entries
()
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emissions.ledger.book import Book as Book
    from emissions.ledger.book import claim_saf as claim_saf
    from emissions.ledger.book import draw as draw
    from emissions.ledger.book import redeem as redeem
    from emissions.ledger.book import retire as retire
    from emissions.ledger.checks import check_book as check_book
    from emissions.ledger.credits import parse_serial as parse_serial
    from emissions.ledger.entries import Entry as Entry
    from emissions.ledger.entries import Kind as Kind
    from emissions.ledger.entries import LedgerError as LedgerError
    from emissions.ledger.tables import read_book as read_book

_HOMES = {
    "Book": "book",
    "Entry": "entries",
    "Kind": "entries",
    "LedgerError": "entries",
    "check_book": "checks",
    "claim_saf": "book",
    "draw": "book",
    "parse_serial": "credits",
    "read_book": "tables",
    "redeem": "book",
    "retire": "book",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:  # noqa: ANN401  (a module attribute may be anything)
    """Import a public name when it is first asked for (PEP 562): the verifier stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
