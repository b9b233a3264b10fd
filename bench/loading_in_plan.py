"""What the pieces of the reference lane change in its plans: with them placed, and without.

    python -m bench.loading_in_plan [--effort small]

Without, loads are by mass and volume alone, as in planners that know no pieces.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from app.tools import open_tools
from app.workflow import SCENARIOS, sample_folder, sample_scenarios
from data.units import CENTS_PER_EUR, KG_PER_TONNE, MG_PER_KG
from optimizer.audit import audit
from optimizer.intake import read_problem
from optimizer.solve import Effort, solve

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem


def blind(problem: Problem) -> Problem:
    """Return a problem whose pieces nobody knows."""
    shipments = tuple(replace(s, pieces=(), unloadable=()) for s in problem.shipments)
    return replace(problem, shipments=shipments, interiors={})


def told(plan: Plan, seconds: float) -> str:
    """Return a plan in figures."""
    audit(plan).raise_if_failed()
    own = sum(
        use.full_units + use.part_units
        for use in plan.uses
        if plan.problem.services[use.departure.service_id].dedicated
    )
    tonnes = plan.inventory.physical.wtw_mg / MG_PER_KG / KG_PER_TONNE
    return (
        f"{plan.costs.paid / CENTS_PER_EUR:,.0f} EUR, {tonnes:,.1f} t CO2e, {own:g} vehicles "
        f"of its own, gap {100 * plan.levels[0].gap:.2f} %, {seconds:.1f} CPU s"
    )


def main() -> None:
    """Print two lines per scenario."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--effort", default="small")
    options = parser.parse_args()
    tools, scenarios = open_tools(), sample_scenarios()
    for name in SCENARIOS:
        intake = read_problem(sample_folder(), tools.catalogue, tools.factors, scenarios[name])
        for words, problem in (("without", blind(intake.problem)), ("placed", intake.problem)):
            start = time.process_time()
            plan = solve(problem, effort=Effort(name=options.effort))
            print(f"{name}, {words}: {told(plan, time.process_time() - start)}", flush=True)


if __name__ == "__main__":
    main()
