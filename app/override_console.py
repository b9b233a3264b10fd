"""Print what a planner's decisions cost, and which shipments travel otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from app.console import open_console
from app.steering_desk import cost_between, decisions_in
from app.views.override import changes_for_screen, decision_words, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_CHANGES = 20


def show_overrides(plans: Mapping[str, Mapping[str, Any]]) -> None:
    """Print what each plan under other decisions costs against the first one."""
    first, *others = plans
    console = open_console()
    for name in others:
        before, after = decisions_in(plans[first]), decisions_in(plans[name])
        if set(before) == set(after):
            continue
        cost = cost_between(plans[first], plans[name])
        for word, decisions in (("taken", after), ("given up", before)):
            for d in decisions:
                if d not in (before if word == "taken" else after):
                    console.print(f"{name}, {word}: {decision_words(d)}", markup=False)
        console.print(sentence(cost, f"Against {first} this"), markup=False)
        _show_changes(changes_for_screen(cost))


def _cell(value: str | float | None) -> str:
    if value is None:  # not planned before or after: nothing to be held against
        return ""
    return value if isinstance(value, str) else f"{value:+,.6g}"


def _show_changes(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table(title="Shipments whose way changed", title_justify="left")
    for header, value in rows[0].items():
        words = isinstance(value, str)
        table.add_column(header, justify="left" if words else "right", overflow="fold")
    for row in rows[:_MOST_CHANGES]:
        table.add_row(*(_cell(x) for x in row.values()))
    console = open_console()
    console.print(table)
    if len(rows) > _MOST_CHANGES:
        console.print(f"and {len(rows) - _MOST_CHANGES} more")
