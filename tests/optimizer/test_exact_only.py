"""What the search at scale cannot plan: said by its row, limited in time, refused if too large."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (pytest reads fixtures' annotations)
from typing import TYPE_CHECKING, Any

import pytest

from optimizer import Scenario
from optimizer.errors import ProblemError
from optimizer.exact_only import LIMIT_S, MOST_ANYHOW, MOST_EXACT, clock_of
from optimizer.scenarios import Objective, read_scenario
from optimizer.solve import Effort, Hands, solve

if TYPE_CHECKING:
    from optimizer.planner.engine import Progress

COST = Scenario(objective=Objective(mode="cost"))
SMALL = Effort(name="small")


def crowd(world: Any, count: int) -> None:
    """Ask for so many light shipments."""
    one = world.shipments[0] | {"mass_kg": 20, "volume_m3": 0.05}
    world.shipments = [one | {"shipment_id": f"S{n:03d}"} for n in range(count)]


def test_divisible_shipment_among_too_many_is_refused_by_name(world: Any) -> None:
    """The exact model would go on for hours: better to say which row sends the problem there."""
    crowd(world, MOST_ANYHOW + 1)
    world.shipments[7]["divisible"] = "yes"
    problem = world.read(COST).problem
    with pytest.raises(ProblemError, match=r"S007 is divisible.*say divisible = no"):
        solve(problem, effort=SMALL)


def test_service_without_duration_among_too_many_is_refused_by_name(world: Any) -> None:
    crowd(world, MOST_ANYHOW + 1)
    world.service("TRUCK-CN")["duration_h"] = 0
    problem = world.read(COST).problem
    with pytest.raises(ProblemError, match=r"TRUCK-CN takes no time.*a duration above 0"):
        solve(problem, effort=SMALL)


def test_exact_model_between_says_why_and_for_how_long(world: Any) -> None:
    """A plan under a clock is not repeatable, and whoever watches may stop it."""
    crowd(world, MOST_EXACT + 1)
    world.shipments[7]["divisible"] = "yes"
    said: list[str] = []
    told: list[Progress] = []
    plan = solve(
        world.read(COST).problem, effort=SMALL, report=said.append, hands=Hands(watch=told.append)
    )
    line = next(text for text in said if text.startswith("exact model"))
    assert "S007 is divisible" in line
    assert f"at most {LIMIT_S:g} s in all, and a stop takes effect then" in line
    assert [x.phase for x in told] == ["exact model"]
    assert not plan.deterministic
    assert plan.legs


def test_few_shipments_stay_without_a_clock(world: Any) -> None:
    world.shipments[0]["divisible"] = "yes"
    assert solve(world.read(COST).problem, effort=SMALL).deterministic


@pytest.mark.parametrize(
    ("effort", "asked", "crowded", "wanted"),
    [
        ("normal", None, False, None),
        ("normal", 7.0, False, 7.0),
        ("normal", 7.0, True, 7.0),
        ("large", None, True, None),
    ],
)
def test_clock_keeps_what_was_asked(
    effort: str,
    asked: float | None,
    crowded: bool,  # noqa: FBT001  (a parameter of the test)
    wanted: float | None,
) -> None:
    assert clock_of(effort, asked, lambda: False, crowded=crowded).left_s() == wanted


def test_clock_limits_all_levels_together_and_hears_a_stop() -> None:
    """Five levels of two minutes each would be ten."""
    limited = clock_of("normal", None, lambda: False, crowded=True)
    left_s = limited.left_s()
    assert left_s is not None
    assert 0 < left_s <= LIMIT_S
    stopped = clock_of("normal", None, lambda: True, crowded=True)
    assert stopped.left_s() == 1.0


def test_level_named_twice_is_refused(tmp_path: Path) -> None:
    """The second one would be held by itself."""
    file = tmp_path / "twice.toml"
    file.write_text(
        '[scenario]\nname = "twice"\n[objective]\nmode = "lexicographic"\n'
        'order = ["cost", "co2e", "cost"]\n',
        "utf-8",
    )
    with pytest.raises(ProblemError, match=r"twice.toml: \[objective\] order: found cost, co2e"):
        read_scenario(file)
