"""The walls hold: plant one offence per contract, and see each one found, with file and line."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("data", "emissions", "optimizer", "app")

# Contract -> (the file that offends, what it must never import).
OFFENCES = {
    "floors": ("data/units.py", "emissions.chain"),
    "emissions": ("emissions/chain.py", "emissions.ledger.book"),
    "offsets": ("emissions/inventory.py", "emissions.ledger.credits"),
    "audit": ("optimizer/audit.py", "optimizer.solve"),
    "validator": ("optimizer/loading/validate.py", "optimizer.loading.order"),
    "verifier": ("emissions/evidence/verify.py", "emissions.evidence.pack"),
    "faces": ("optimizer/plan.py", "typer"),
    "views": ("app/workflow.py", "streamlit"),
    "frames": ("emissions/factors.py", "pandas"),
    "pages": ("app/pages/plan.py", "optimizer.solve"),
    "solver": ("optimizer/problem.py", "ortools"),
    "makers": ("emissions/distance.py", "data.makers.cards"),
    "online": ("optimizer/routers.py", "requests"),
    "bulk": ("data/tables.py", "polars"),
    "kernels": ("optimizer/closures.py", "numba"),
    "paper": ("app/load_desk.py", "reportlab"),
    "hosts": ("optimizer/scores.py", "distributed"),
    "tours": ("optimizer/tours/solve.py", "pyvrp"),
}


def _contracts() -> dict[str, str]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {c["id"]: c["name"] for c in config["tool"]["importlinter"]["contracts"]}


def _lint(folder: Path) -> str:
    """Run import-linter in a folder and return its report, told from its decoration."""
    program = "import sys; from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def report_on_offences(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A copy of the house with one offence per contract, all at once, as import-linter sees it."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for floor in FLOORS:
        for module in (ROOT / floor).rglob("*.py"):
            target = copy / module.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(module, target)
    for file, forbidden in OFFENCES.values():
        with (copy / file).open("a", encoding="utf-8") as offender:
            offender.write(f"\nimport {forbidden}\n")
    return _lint(copy)


def _section(report: str, name: str) -> str:
    """Return what a report says on one broken contract: from its heading to the next."""
    names = "|".join(re.escape(n) for n in _contracts().values())
    parts = re.split(rf"^({names})\n-+$", report, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    return sections.get(name, "")


def test_every_contract_has_an_offence() -> None:
    """A wall that nobody ever leans on may be painted on."""
    assert set(_contracts()) == set(OFFENCES)


@pytest.mark.parametrize("contract", OFFENCES)
def test_planted_offence_breaks_its_contract(contract: str, report_on_offences: str) -> None:
    """Each offence is named by importer, imported and line in the section of its own contract."""
    file, target = OFFENCES[contract]
    importer = file.removesuffix(".py").replace("/", ".")
    section = _section(report_on_offences, _contracts()[contract])
    line = len((ROOT / file).read_text(encoding="utf-8").splitlines()) + 2
    assert re.search(rf"{importer} -> {target} \(.*\bl\.{line}\b.*\)", section), report_on_offences


def test_environment_is_read_in_settings_alone(tmp_path: Path) -> None:
    """Import contracts cannot see `os.environ`; ruff's banned API does."""
    offender = tmp_path / "optimizer" / "plan.py"
    offender.parent.mkdir()
    offender.write_text('import os\n\nHOME = os.environ["HOME"]\nUSER = os.getenv("USER")\n')
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--no-cache", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count("TID251") == 2, done.stdout + done.stderr


def test_no_file_of_app_hides_a_floor() -> None:
    """`streamlit run app/main.py` puts app/ first on the path: app/data.py would hide data/."""
    hiding = {path.stem for path in (ROOT / "app").iterdir()} & set(FLOORS)
    assert hiding == set()
