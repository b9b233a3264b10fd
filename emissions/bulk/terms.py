"""Write arithmetic as SQL: columns whose + - * / build text, so that a formula is stated once.

Zeros and ones fold away where that is exact: x + 0, 1 * x and 0 * x of finite numbers. Division is
never folded with numbers of unknown columns. The order of operations is kept by parentheses, and
constants are DOUBLE, never DECIMAL: DuckDB then does the same IEEE steps as numpy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A number in SQL; `number` is set where it is known when the statement is written."""

    sql: str
    number: float | None = None

    def __add__(self, other: Term | float) -> Term:
        other = term(other)
        if self.number == 0:
            return other
        return self if other.number == 0 else _join(self, "+", other)

    def __radd__(self, other: float) -> Term:
        return term(other) + self

    def __sub__(self, other: Term | float) -> Term:
        other = term(other)
        return self if other.number == 0 else _join(self, "-", other)

    def __rsub__(self, other: float) -> Term:
        return term(other) - self

    def __mul__(self, other: Term | float) -> Term:
        other = term(other)
        if 0 in {self.number, other.number}:
            return ZERO
        if self.number == 1:
            return other
        return self if other.number == 1 else _join(self, "*", other)

    def __rmul__(self, other: float) -> Term:
        return term(other) * self

    def __truediv__(self, other: Term | float) -> Term:
        return ZERO if self.number == 0 else _join(self, "/", term(other))

    def __str__(self) -> str:
        return self.sql


def term(value: Term | float) -> Term:
    """Return a constant as DOUBLE; its shortest text reads back as the same float."""
    if isinstance(value, Term):
        return value
    return Term(f"'{float(value)!r}'::DOUBLE", float(value))


def column(sql: str) -> Term:
    """Return a column, or an expression in parentheses, as a term."""
    return Term(sql)


def _join(a: Term, sign: str, b: Term) -> Term:
    return Term(f"({a.sql} {sign} {b.sql})")


ZERO = term(0.0)
