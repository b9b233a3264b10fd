"""Small loads by hand, for the tests of the check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.loading.geometry import Interior, Item, LoadedUnit, LoadPlan, Placement, Rules
from optimizer.loading.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable

Box = tuple[Item, tuple[int, ...]]


@pytest.fixture(scope="session")
def put() -> Callable[..., Box]:
    """Return an item of one box, and where it stands as it was delivered."""

    def make(at: tuple[int, int, int], size: tuple[int, int, int], **facts: Any) -> Box:
        told: dict[str, Any] = {
            "item_id": "box",
            "shipment_id": "s",
            "quantity": 1,
            "size_mm": size,
            "mass_g": 1000,
        }
        return Item(**(told | facts)), (*at, *size)

    return make


@pytest.fixture(scope="session")
def wrong() -> Callable[..., dict[str, list[str]]]:
    """Return the messages of what did not pass, by code, for boxes loaded in the order given."""

    def ask(*boxes: Box, rules: Rules = Rules(), **inside: Any) -> dict[str, list[str]]:  # noqa: B008  (frozen)
        told: dict[str, Any] = {
            "unit_code": "unit",
            "size_mm": (4000, 2000, 2000),
            "payload_g": 10_000_000,
        }
        placements = tuple(Placement(k, *there) for k, (_, there) in enumerate(boxes))
        unit = LoadedUnit(interior=Interior(**(told | inside)), placements=placements)
        plan = LoadPlan(items=tuple(item for item, _ in boxes), units=(unit,), unplaced=())
        found: dict[str, list[str]] = {}
        for finding in validate(plan, rules).failed():
            found.setdefault(finding.code, []).append(f"{finding.about} {finding.message}")
        return found

    return ask
