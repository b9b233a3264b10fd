"""What every test needs: no trace in the home of whoever runs them, and no work done twice."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Files to begin with. On a bare machine the first three compile the kernels, each in a worker of
# its own, and all others load what these compiled. Then come those that take longest, so that no
# worker is left alone with one of them at the end.
BEGIN_WITH = (
    "optimizer/loading/test_several.py",
    "optimizer/loading/test_quick.py",
    "optimizer/test_planner_search.py",
    "app/test_cli.py",
    "app/test_browser.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what others wait for; pytest-xdist hands out files in the order of their tests."""
    places = {Path(__file__).parent / name: k for k, name in enumerate(BEGIN_WITH)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Distances once found are kept in a folder of this run."""
    before = os.environ.get("GREENLANE_CACHE_DIR")
    os.environ["GREENLANE_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["GREENLANE_CACHE_DIR"]
    else:
        os.environ["GREENLANE_CACHE_DIR"] = before


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[], Any]], Any]:
    """Return what was made by the first of all workers who asked: `made_once(name, make)`."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of the whole run

    def get(name: str, make: Callable[[], Any]) -> Any:
        import fcntl  # noqa: PLC0415  (not on every system that collects these tests)

        kept = folder / f"{name}.pickle"
        with (folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # given back at the end, even if its holder is killed
            if not kept.exists():
                made = make()
                (folder / f"{name}.part").write_bytes(pickle.dumps(made))
                (folder / f"{name}.part").replace(kept)
        return pickle.loads(kept.read_bytes())  # noqa: S301  (of this run)

    return get
