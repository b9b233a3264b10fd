"""Targets by hand: pathways, gaps, trends, and files that are refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from data.errors import DataError
from emissions.targets import Period, Target, read_targets, relative_change, stand


def goal(**change: Any) -> Target:
    """The published kind of goal: 52 % less per unit of activity by 2030 than in 2021."""
    plain: dict[str, Any] = {
        "name": "freight",
        "baseline": Period(year=2021, kgco2e=1000.0, activity=100.0),
        "target_year": 2030,
        "change_share": -0.52,
    }
    return Target(**(plain | change))


def year(number: int, kg: float, activity: float | None = 100.0, **more: Any) -> Period:
    return Period(year=number, kgco2e=kg, activity=activity, **more)


def test_the_pathway_ends_at_the_target_and_starts_at_the_baseline() -> None:
    """10 kg per unit in 2021, 4.8 in 2030, and so it stays."""
    for pathway in ("linear", "compound"):
        target = goal(pathway=pathway)
        assert target.required(2021) == 10.0
        assert target.required(2030) == pytest.approx(4.8)
        assert target.required(2035) == pytest.approx(4.8)


def test_a_linear_pathway_falls_by_equal_steps() -> None:
    """A third of the way is a third of the fall: 10 - 5.2 / 3."""
    assert goal().required(2024) == pytest.approx(10 - 5.2 / 3)


def test_a_compound_pathway_falls_by_equal_shares() -> None:
    """Each year the same share: 0.48^(1/9); it asks for more in the early years."""
    target = goal(pathway="compound")
    assert target.required(2022) / 10 == pytest.approx(0.48 ** (1 / 9))
    assert target.required(2024) < goal().required(2024)


def test_intensity_and_absolute_targets_judge_growth_differently() -> None:
    """More freight at a lower intensity is on track by unit and behind as a whole."""
    grown = [year(2024, 1100.0, 150.0)]
    assert stand(goal(), grown).standings[0].status == "on track"
    absolute = stand(goal(measure="absolute"), grown).standings[0]
    assert absolute.status == "behind"
    assert absolute.gap == pytest.approx(1100 - (1000 - 520 / 3))


def test_on_the_line_is_on_track() -> None:
    """Required exactly is enough, whatever the last bit of a float says."""
    target = goal()
    exact = year(2027, target.required(2027) * 100.0)
    assert stand(target, [exact]).standings[0].status == "on track"


def test_year_on_year_change_of_the_method() -> None:
    """G_now - T_now x g_before (GLEC Framework v3.0, pages 61-62): 900 - 110 x 10 = -200."""
    assert relative_change(900.0, 110.0, 10.0) == -200.0
    first, second = stand(goal(), [year(2022, 900.0, 110.0), year(2023, 1000.0, 110.0)]).standings
    assert first.change_kgco2e == pytest.approx(-200.0)
    assert second.change_kgco2e == pytest.approx(100.0)


def test_a_gap_in_years_has_no_year_on_year_change() -> None:
    """Two years apart is not year on year."""
    assert stand(goal(), [year(2023, 900.0)]).standings[0].change_kgco2e is None


def test_a_trend_needs_two_periods() -> None:
    """One point is no line."""
    one = stand(goal(), [year(2024, 900.0)])
    assert one.projected is None
    assert one.projected_status.startswith("not known")


def test_a_trend_is_the_least_squares_line() -> None:
    """9 in 2022 and 8 in 2024 lead to 5 in 2030: above 4.8, behind; 7.9 would reach it."""
    behind = stand(goal(), [year(2024, 800.0), year(2022, 900.0)])
    assert behind.projected == pytest.approx(5.0)
    assert behind.projected_status == "behind"
    assert stand(goal(), [year(2022, 900.0), year(2024, 790.0)]).projected_status == "on track"


def test_a_trend_never_projects_below_nothing() -> None:
    """A steep fall ends at 0."""
    assert stand(goal(), [year(2022, 900.0), year(2023, 100.0)]).projected == 0.0


def test_another_factor_set_is_not_comparable() -> None:
    """The baseline is restated first (methodology, section 12); such a year is in no trend."""
    target = goal(baseline=year(2021, 1000.0, factor_set="open-2025"))
    found = stand(target, [year(2022, 900.0, factor_set="v2"), year(2023, 800.0)])
    assert [s.status for s in found.standings] == ["not comparable", "on track"]
    assert found.projected is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"measure": "relative"}, "wanted intensity or absolute"),
        ({"pathway": "s-curve"}, "linear or compound"),
        ({"target_year": 2021}, "wanted after 2021"),
        ({"change_share": 0.52}, "wanted -1 to below 0"),
        ({"change_share": -52.0}, "wanted -1 to below 0"),
        ({"change_share": -1.0, "pathway": "compound"}, "no compound pathway leads to 0"),
        ({"baseline": Period(year=2021, kgco2e=1.0)}, "wanted its activity"),
    ],
)
def test_a_target_that_cannot_be_is_refused(change: dict[str, Any], words: str) -> None:
    """An intensity without activity, a rise, a pathway nobody knows."""
    with pytest.raises(DataError, match=words):
        goal(**change)


@pytest.mark.parametrize("kg", [0.0, -1.0, float("nan"), float("inf")])
def test_no_period_emits_nothing_or_nonsense(kg: float) -> None:
    """A silent zero would be the best year of all."""
    with pytest.raises(DataError, match="wanted > 0 and finite"):
        year(2022, kg)


def test_periods_stand_once_and_after_the_baseline() -> None:
    """Two figures of one year, or one before the baseline, are refused."""
    for periods in ([year(2022, 1.0), year(2022, 2.0)], [year(2020, 1.0)], [year(2021, 1.0)]):
        with pytest.raises(DataError, match="wanted each once and after 2021"):
            stand(goal(), periods)


TOML = b"""
[[target]]
name = "Freight, per tkm"
year = 2030
change = "-52 %"
[target.baseline]
year = 2021
kgco2e = 1000
activity = 100.0
[[target.period]]
year = 2024
kgco2e = 900.0
activity = 110
factor_set = "open-2025.2"
"""


def test_a_file_of_targets_is_read() -> None:
    """Per cent in words or a share."""
    (target,) = read_targets(TOML)
    assert target == goal(
        name="Freight, per tkm", periods=(year(2024, 900.0, 110.0, factor_set="open-2025.2"),)
    )
    assert read_targets(TOML.replace(b'"-52 %"', b"-0.52")) == (target,)
    document = stand(target).document()
    assert document["periods"][0]["status"] == "on track"
    assert document["required_by_year"][-1] == {"year": 2030, "value": pytest.approx(4.8)}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'change = "-52 %"', b'change = "half"', "change 'half', wanted a number"),
        (b'change = "-52 %"', b"", "wanted a number"),
        (b"year = 2030", b"year = 2030.5", "wanted a whole number"),
        (b"year = 2030", b"year = true", "wanted a number"),
        (b"kgco2e = 1000", b"kgco2e = nan", "wanted a number"),
        (b"[target.baseline]", b"[target.base]", "unknown base"),
        (b"activity = 110", b"aktivity = 110", "unknown aktivity"),
        (b"[[target]]", b"[[goal]]", "target"),
        (b"kgco2e = 1000", b"kgco2e = 1" + b"0" * 5000, "wanted a number|not readable"),
        (b"\nname", b"\n = name", "not readable as TOML"),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_words(old: bytes, new: bytes, words: str) -> None:
    """Misspelt keys, wrong types, monsters: never a traceback, never a default."""
    with pytest.raises(DataError, match=words):
        read_targets(TOML.replace(old, new, 1))


@pytest.mark.parametrize(
    "content",
    [b"", b"target = 3", b"target = [1]", b"[[target]]", b"\xff", b"a=" + b"[" * 10**4,
     b"[[target]]\nbaseline = 3\n", b"[[target]]\nperiod = [2]\n[target.baseline]\nyear=2020\n",
     b"#" * (1024 * 1024 + 1)],
)  # fmt: skip
def test_strange_files_are_refused(content: bytes) -> None:
    """Whatever a stranger sends is answered in words."""
    with pytest.raises(DataError):
        read_targets(content)
