"""What every test needs: no trace in the home of whoever runs them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


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
