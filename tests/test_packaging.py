"""What ships is what was meant: four packages with their data, pinned, light where promised."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^ ]+)(?P<marker>.*) \\$", re.MULTILINE)
ADDRESS = re.compile(r"://|--(extra-)?index-url|--find-links|--trusted-host")


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The [project] table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads(_text("pyproject.toml"))["project"]
    return table


@pytest.fixture(scope="module")
def check_wheel() -> ModuleType:
    """The script that CI runs on the built archives."""
    spec = importlib.util.spec_from_file_location("check_wheel", ROOT / ".ci" / "check_wheel.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_wheel_holds_exactly_the_four_packages(tmp_path: Path, check_wheel: ModuleType) -> None:
    """A fifth top-level folder would claim an import name that is not ours."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout: what belongs to the packages is what git knows")
    built = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    with zipfile.ZipFile(built) as wheel:
        names = set(wheel.namelist())
    assert check_wheel.wheel_faults(names, check_wheel.wanted_files()) == []
    assert "data/factors/intensities_desnz_2025.csv" in names
    assert any(name.endswith("/licenses/NOTICE") for name in names)


def test_wheel_check_finds_what_is_too_much_and_too_little(check_wheel: ModuleType) -> None:
    """The check is only worth something if it can say no."""
    wanted = {"data/__init__.py", "app/cli.py"}
    held = {"data/__init__.py", "tests/test_x.py", "greenlane-0.1.0.dist-info/METADATA"}
    assert check_wheel.wheel_faults(held, wanted) == [
        "holds tests/test_x.py, which is not part of the packages",
        "lacks app/cli.py",
    ]


def test_no_address_is_named_in_what_installs() -> None:
    """Whose index is used is the installer's choice."""
    for name in ("requirements.lock", "pyproject.toml", "Makefile", ".ci/run", ".ci/try_wheel"):
        assert not ADDRESS.search(_text(name)), name


def test_lock_pins_everything_by_hash() -> None:
    """`pip --require-hashes` refuses a line without one; so do we, before it runs."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", _text("requirements.lock"), flags=re.MULTILINE)[1:]
    assert len(blocks) > 50
    for block in blocks:
        assert PIN.match(block), block
        assert "--hash=sha256:" in block, block


def test_lock_satisfies_what_the_project_asks_for(project: dict[str, Any]) -> None:
    """A lock that lags behind pyproject.toml would be found on the user's machine only."""
    extras = project["optional-dependencies"]
    _check_lock("requirements.lock", [*project["dependencies"], *extras["dev"]])
    more = [*extras["dev"], *extras["tours"], *extras["distributed"]]
    _check_lock("requirements-extras.lock", [*project["dependencies"], *more])
    _check_lock("requirements-build-data.lock", [*project["dependencies"], *extras["build-data"]])
    assert set(extras) == {"dev", "build-data", "distributed", "tours"}


def _check_lock(file: str, wanted: list[str]) -> None:
    pins: dict[str, list[str]] = {}
    for pin in PIN.finditer(_text(file)):
        pins.setdefault(canonicalize_name(pin["name"]), []).append(pin["version"])
    for requirement in map(Requirement, wanted):
        versions = pins.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not locked in {file}: make lock"
        assert all(requirement.specifier.contains(v) for v in versions), requirement


def test_no_lock_that_records_addresses() -> None:
    """uv.lock names the index of whoever made it."""
    assert not list(ROOT.glob("uv.lock"))


def test_version_is_the_same_wherever_it_stands(project: dict[str, Any]) -> None:
    """One number in three files."""
    version = project["version"]
    assert f"\nversion: {version}\n" in _text("CITATION.cff")
    heading = rf"^## \[({re.escape(version)}|Unreleased)\]"
    assert re.search(heading, _text("CHANGELOG.md"), re.MULTILINE)


def test_console_script_is_installed_and_answers() -> None:
    """`greenlane` is the name in every text of ours."""
    (script,) = entry_points(group="console_scripts", name="greenlane")
    assert script.value == "app.cli:main"
    assert callable(script.load())


def test_readme_tells_every_verb_and_no_other() -> None:
    """A verb that nobody can find is not there; one that is only told is a lie."""
    from app.cli import app  # noqa: PLC0415  (only this test needs the face)

    verbs = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    verbs |= {group.name for group in app.registered_groups if group.name}
    told = set(re.findall(r"^\| `greenlane ([a-z]+)", _text("README.md"), re.MULTILINE))
    assert told == verbs


def test_verifier_stays_light() -> None:
    """A stranger needs the standard library, `cryptography` and `rfc8785`, no more."""
    program = (
        "import json, sys; import emissions.evidence.verify; "
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = {"numpy", "pandas", "pyarrow", "scipy", "shapely", "ortools", "streamlit", "typer"}
    assert heavy & set(json.loads(done.stdout)) == set()
