"""The reference lane, end to end: four plans, a declaration, a pack, and its check."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

from app import claims, workflow
from app.console import show_comparison, show_levers, show_statement
from app.tools import open_tools
from emissions.evidence import exit_code, summary
from optimizer.solve import Effort

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.tools import Tools

PILOT = "pilot"
WORKERS = 2


def run_demo(folder: Path, *, effort: str, say: Callable[[str], None]) -> int:
    """Write everything below `folder`, print what it shows, and return the check's exit code."""
    documents = _plan_all(folder, effort, say)
    tools = open_tools()
    show_comparison(workflow.compare(documents))
    pilot = documents[PILOT]["summary"]
    print(
        f"\nIn the pilot, air makes {100 * pilot['mode_shares']['air']:.1f} % of the physical "
        "total. What the other measures would save on each plan, and at what price:"
    )
    for name in ("business_as_usual", PILOT):
        print(f"\n{documents[name]['scenario']['title']}:")
        show_levers(documents[name])
    return _claim(folder, tools, say)


def _plan_all(folder: Path, effort: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Plan the scenarios in processes of their own: the same bytes, whatever their number."""
    say(f"planning {', '.join(workflow.SCENARIOS)}")
    # Processes are spawned, not forked: a solver's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=WORKERS, mp_context=context) as pool:
        running = {n: pool.submit(_plan_one, n, folder, effort) for n in workflow.SCENARIOS}
        documents = {}
        for name, result in running.items():
            documents[name] = result.result()
            say(f"  planned {name}")
    return documents


def _plan_one(name: str, folder: Path, effort: str) -> dict[str, Any]:
    tools = open_tools()
    planned = workflow.make_plan(
        workflow.sample_folder(),
        workflow.sample_scenarios()[name],
        tools,
        effort=Effort(name=effort),
    )
    workflow.save_plan(planned, folder / name, tools)
    return planned.document


def _claim(folder: Path, tools: Tools, say: Callable[[str], None]) -> int:
    """Declare, seal and check the pilot."""
    say("declaring, sealing and checking the pilot")
    declared = claims.make_declaration(folder / PILOT, workflow.sample_folder(), tools.factors)
    claims.save_declaration(declared, folder / "claim")
    show_statement(declared.statement.to_json(), declared.self_check)
    key, trust, pack = folder / "demo.key", folder / "trust.toml", folder / "claim.zip"
    if claims.demo_key(key, trust):
        print(f"\nmade a demo key {key} and {trust}, which trusts it: on this machine only")
    claims.seal_folder(folder / "claim", key, pack, tools.factors, holder=claims.DEMO_HOLDER)
    report = claims.verify_file(pack, trust)
    print(f"\n$ greenlane verify {pack} --trust {trust}\n{summary(report)}")
    print(f"\nfiles: {folder}/<scenario>/ with legs.csv, summary.json, map.html, plan.json ...")
    print("see the pages with `make app`, or `greenlane app` where it is installed")
    return exit_code(report)
