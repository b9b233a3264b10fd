"""Remember how the columns of a stranger's export map to ours: a profile, as TOML text."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from data.alias_names import KINDS, QUANTITIES
from data.errors import DataError
from data.quantities import FACTORS, unit_named
from data.readings import DATE_FORMATS
from data.schemas import MODES

if TYPE_CHECKING:
    from collections.abc import Mapping as Map

LAYOUTS = (*"ABCDEFGHIJ", "legs", "shipments", "other")
_EDITION = 1
_MOST_LEGS = 99
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One column of the file, and what it fills.

    `part` tells which part of a value of several columns it is, such as the city of a place or the
    unit of a mass; `leg` which leg of a wide row, 0 being the shipment.
    """

    target: str
    source: str
    part: str = ""
    unit: str = ""
    leg: int = 0

    def __post_init__(self) -> None:
        if self.target not in KINDS:
            raise DataError(f"profile: column {self.source!r} maps to {self.target!r}, not ours")
        if self.unit and self.unit not in FACTORS.get(self.kind, {}):
            raise DataError(f"profile: column {self.source!r} has unit {self.unit!r}, not known")
        if not 0 <= self.leg <= _MOST_LEGS:
            raise DataError(f"profile: column {self.source!r} is of leg {self.leg}, not known")

    @property
    def kind(self) -> str:
        """How the cells of the column are read."""
        return KINDS[self.target]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """All that is needed to read the next export of the same kind in the same way."""

    layout: str
    bindings: tuple[Binding, ...]
    decimal: str = ""  # blank: decided over all numbers of the file
    date_format: str = ""  # blank: decided by each column
    mode: str = ""  # assumed where a row names none, with a warning
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""

    def __post_init__(self) -> None:
        allowed = (
            ("layout", self.layout, LAYOUTS),
            ("decimal", self.decimal, ("", ".", ",")),
            ("date_format", self.date_format, ("", *DATE_FORMATS)),
            ("mode", self.mode, ("", *MODES)),
        )
        for name, found, wanted in allowed:
            if found not in wanted:
                shown = ", ".join(repr(word) for word in wanted)
                raise DataError(f"profile: {name} {found!r}, wanted one of {shown}")

    def with_units(self, units: Map[str, str]) -> Mapping:
        """Return the mapping with units for the quantities whose columns name none.

        Raises
        ------
        DataError
            when a quantity or its unit is not known.
        """
        known: dict[str, str] = {}
        for quantity, text in units.items():
            unit = unit_named(text, quantity) if quantity in QUANTITIES else ""
            unit = text if text in FACTORS.get(quantity, {}) else unit
            if not unit:
                wanted = "; ".join(f"{q}={'|'.join(u)}" for q, u in FACTORS.items())
                raise DataError(f"unit {quantity}={text}: wanted one of {wanted}")
            known[quantity] = unit
        return replace(
            self,
            bindings=tuple(
                replace(b, unit=known[b.kind])
                if b.kind in known and not b.unit and b.part in {"", "plain"}
                else b
                for b in self.bindings
            ),
        )

    def to_toml(self) -> str:
        """Write the profile; the same mapping gives the same text."""
        lines = [f"profile = {_EDITION}"]
        lines += [f"{n} = {_quoted(v)}" for n in _FIELDS if (v := getattr(self, n))]
        for binding in self.bindings:
            lines += ["", "[[column]]"]
            for name, value in asdict(binding).items():
                if value:
                    lines.append(f"{name} = {value if name == 'leg' else _quoted(value)}")
        return "\n".join(lines) + "\n"


_FIELDS = ("layout", "decimal", "date_format", "mode", "encoding", "delimiter", "sheet")
_COLUMN_FIELDS = ("target", "source", "part", "unit", "leg")


def _quoted(text: str) -> str:
    shown = "".join(_ESCAPES.get(c) or (c if c.isprintable() else _escaped(c)) for c in text)
    return f'"{shown}"'


def _escaped(letter: str) -> str:
    return f"\\U{ord(letter):08X}"


def read_profile(text: str, file: str = "profile.toml") -> Mapping:
    """Read a profile back.

    Raises
    ------
    DataError
        when it is no TOML, has keys that we do not know, or values out of bounds.
    """
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DataError(f"{file}: not readable as TOML ({error})") from None
    if found.pop("profile", None) != _EDITION:
        raise DataError(f"{file}: wanted profile = {_EDITION}")
    columns = found.pop("column", [])
    _refuse_unknown(found, _FIELDS, file)
    if not isinstance(columns, list) or not all(isinstance(c, dict) for c in columns):
        raise DataError(f"{file}: column, wanted tables such as [[column]]")
    for column in columns:
        _refuse_unknown(column, _COLUMN_FIELDS, file)
        if not {"target", "source"} <= column.keys():
            raise DataError(f"{file}: a column without target or source: {column}")
    if "layout" not in found:
        raise DataError(f"{file}: layout is missing")
    return Mapping(bindings=tuple(Binding(**column) for column in columns), **found)


def _refuse_unknown(table: dict[str, Any], known: tuple[str, ...], file: str) -> None:
    for name, value in table.items():
        if name not in known:
            raise DataError(f"{file}: key {name!r} is not known, wanted {', '.join(known)}")
        wanted = int if name == "leg" else str
        if type(value) is not wanted:
            raise DataError(f"{file}: {name} = {value!r}, wanted {wanted.__name__}")
