"""Check that a wheel holds exactly the four packages with their data, and the sdist the sources."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

PACKAGES = ("data", "emissions", "optimizer", "app")
METADATA = re.compile(r"^greenlane-[0-9][^/]*\.dist-info/")
ROOT = Path(__file__).resolve().parents[1]


def wanted_files(root: Path = ROOT) -> set[str]:
    """Return what git knows, or would take, of the four packages."""
    listed = subprocess.run(  # noqa: S603
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *PACKAGES],  # noqa: S607
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return {name for name in listed if name and (root / name).is_file()}


def wheel_faults(names: set[str], wanted: set[str]) -> list[str]:
    """Return what a wheel holds too much or too little of; order is by name.

    A top-level folder more than the four would claim an import that is not ours.
    """
    held = {name for name in names if not METADATA.match(name)}
    faults = [f"holds {name}, which is not part of the packages" for name in sorted(held - wanted)]
    return faults + [f"lacks {name}" for name in sorted(wanted - held)]


def sdist_faults(names: set[str], wanted: set[str]) -> list[str]:
    """Return what an sdist lacks: it must rebuild the wheel, and carry the tests."""
    held = {name.partition("/")[2] for name in names}
    needed = wanted | {"pyproject.toml", "requirements.lock", "README.md", "LICENSE", "NOTICE"}
    faults = [f"lacks {name}" for name in sorted(needed - held)]
    if not any(name.startswith("tests/") for name in held):
        faults.append("lacks tests/")
    return faults


def main(paths: list[str]) -> int:
    """Check each archive and say what was found."""
    wanted, bad = wanted_files(), 0
    for path in map(Path, paths):
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                names = set(wheel.namelist())
            faults = wheel_faults(names, wanted)
        else:
            with tarfile.open(path) as sdist:
                names = {member.name for member in sdist if member.isfile()}
            faults = sdist_faults(names, wanted)
        bad += len(faults)
        for fault in faults:
            print(f"{path.name} {fault}", file=sys.stderr)
        if not faults:
            print(f"{path.name}: {len(names)} files, as wanted")
    return 1 if bad or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
