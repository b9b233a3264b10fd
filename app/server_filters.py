"""Read what a client asks for: the OData subset of PACT v2, and pairs for activity data."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from data.errors import GreenlaneError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from app.server_store import Document

MAX_FILTER = 4000  # characters
MAX_TERMS = 40

# Names that a filter may use, and where their values stand. The protocol speaks of the reporting
# period; its data model calls the same dates the reference period.
_TIMES = {
    "created": ("created",),
    "updated": ("updated",),
    "pcf/reportingPeriodStart": ("pcf", "referencePeriodStart"),
    "pcf/reportingPeriodEnd": ("pcf", "referencePeriodEnd"),
    "pcf/referencePeriodStart": ("pcf", "referencePeriodStart"),
    "pcf/referencePeriodEnd": ("pcf", "referencePeriodEnd"),
}
_WORDS = {
    "productCategoryCpc": ("productCategoryCpc",),
    "pcf/geographyCountry": ("pcf", "geographyCountry"),
}
_LISTS = ("companyIds", "productIds")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ge": operator.ge,
    "le": operator.le,
    "lt": operator.lt,
    "gt": operator.gt,
}
# Well-formed OData that we do not do; told apart from what nobody could read.
_ELSEWHERE = frozenset(
    {"or", "not", "ne", "in", "has", "all", "contains", "startswith", "endswith"}
)
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<time>\d{4}-\d{2}-\d{2}T[0-9:.]+(?:Z|[+-]\d{2}:\d{2}))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:/[A-Za-z_][A-Za-z0-9_]*)*)|(?P<mark>[():]))"
)


class BadFilterError(GreenlaneError):
    """A filter that nobody can read."""


class FilterNotDoneError(GreenlaneError):
    """A filter that others may understand and we do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    path: tuple[str, ...]
    compare: Callable[[Any, Any], bool]
    wanted: Any
    of_list: bool

    def holds(self, document: Document) -> bool:
        value: Any = document
        for name in self.path:
            value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            return False
        if self.of_list:
            return any(self.compare(one, self.wanted) for one in value)
        if isinstance(self.wanted, datetime):
            value = _time(str(value))
        return bool(self.compare(value, self.wanted))


class _Reader:
    """Walks over the tokens of one filter."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0

    def next(self, *wanted: str) -> str:
        """Take the next token; a mark must be one of those wanted."""
        if self.at >= len(self.tokens):
            raise BadFilterError(f"$filter ends, wanted {' or '.join(wanted) or 'more'}")
        kind, text = self.tokens[self.at]
        if text in _ELSEWHERE and kind == "name":
            raise FilterNotDoneError(f"$filter: {text!r} is not done here, wanted a plain `and`")
        if wanted and text not in wanted and kind not in wanted:
            raise BadFilterError(f"$filter: found {text[:40]!r}, wanted {' or '.join(wanted)}")
        self.at += 1
        return text

    def sees(self, text: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][1] == text

    def terms(self) -> list[_Term]:
        """Read terms joined by `and`, in parentheses or not."""
        found = self.group()
        while self.sees("and"):
            self.next("and")
            found += self.group()
            if len(found) > MAX_TERMS:
                raise BadFilterError(f"$filter: more than {MAX_TERMS} terms")
        return found

    def group(self) -> list[_Term]:
        if not self.sees("("):
            return [self.term()]
        self.next("(")
        found = [self.term()]
        while self.sees("and"):
            self.next("and")
            found.append(self.term())
        self.next(")")
        return found

    def term(self) -> _Term:
        name = self.next("name")
        if name.endswith(("/any", "/all")):
            return self.any_of(name)
        return self.comparison(name)

    def comparison(self, name: str) -> _Term:
        full = name if name in _TIMES or name in _WORDS else f"pcf/{name}"
        path = _TIMES.get(full) or _WORDS.get(full)
        if path is None:
            raise FilterNotDoneError(f"$filter: property {name[:40]!r} is not one to filter by")
        compare = self.operator()
        literal = self.next("text", "time")
        wanted: Any = _unquoted(literal)
        if full in _TIMES:
            wanted = _time(wanted)
        return _Term(path=path, compare=compare, wanted=wanted, of_list=False)

    def operator(self) -> Callable[[Any, Any], bool]:
        word = self.next("name")
        if word not in _OPERATORS:
            raise BadFilterError(f"$filter: found {word[:40]!r}, wanted an operator")
        return _OPERATORS[word]

    def any_of(self, name: str) -> _Term:
        """Read `productIds/any(x:(x eq 'urn:...'))`, with or without the inner parentheses."""
        path, kind = name.rsplit("/", maxsplit=1)
        if kind == "all" or path not in _LISTS:
            raise FilterNotDoneError(f"$filter: {name[:40]!r} is not done here")
        self.next("(")
        variable = self.next("name")
        self.next(":")
        inner = self.sees("(")
        if inner:
            self.next("(")
        if self.next("name") != variable:
            raise BadFilterError(f"$filter: wanted the variable {variable[:40]!r} inside any()")
        compare = self.operator()
        wanted = _unquoted(self.next("text"))
        if inner:
            self.next(")")
        self.next(")")
        return _Term(path=(path,), compare=compare, wanted=wanted, of_list=True)


def _tokens(text: str) -> list[tuple[str, str]]:
    if len(text) > MAX_FILTER:
        raise BadFilterError(f"$filter of {len(text)} characters, wanted at most {MAX_FILTER}")
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadFilterError(f"$filter: cannot read from {text[at : at + 20]!r}")
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        at = match.end()
    return found


def _unquoted(literal: str) -> str:
    return literal[1:-1].replace("''", "'") if literal.startswith("'") else literal


def _time(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise BadFilterError(f"found {text[:40]!r}, wanted an ISO 8601 time") from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def footprint_filter(text: str) -> Callable[[Document], bool]:
    """Return the test that an OData filter states; a blank one lets all pass.

    Raises
    ------
    BadFilterError, FilterNotDoneError
        for what nobody can read, and for what we do not do.
    """
    if not text.strip():
        return lambda _: True
    reader = _Reader(text)
    terms = reader.terms()
    if reader.at < len(reader.tokens):
        reader.next("and")
        raise BadFilterError("$filter: more than one expression, wanted `and` between")
    return lambda document: all(term.holds(document) for term in terms)


def matches_pairs(document: Document, pairs: Mapping[str, Iterable[str]]) -> bool:
    """Tell whether an activity has all wanted values: names exactly, values in any case.

    A name that activities do not have does not filter: the protocol asks for best effort.
    """
    for name, wanted in pairs.items():
        if name not in FILTERED:
            continue
        value = document.get(name)
        found = {str(one).casefold() for one in (value if isinstance(value, list) else [value])}
        if not found & {one.casefold() for one in wanted}:
            return False
    return True


# The plain fields of activity data; nested ones cannot be said in a pair.
FILTERED = (
    "activityId",
    "consignmentIds",
    "mass",
    "loadFactor",
    "emptyDistanceFactor",
    "departureAt",
    "arrivalAt",
    "mode",
    "packagingOrTrEqType",
    "packagingOrTrEqAmount",
    "temperatureControl",
)
