"""Answers on places are kept, and nothing else with them."""

from __future__ import annotations

import gc
import weakref

import pytest

from app.atlas import Atlas
from data.catalogue import open_catalogue
from data.errors import DataError


class Freight:
    """Stands for the legs of a file."""


def ask(atlas: Atlas, *, way: bool) -> weakref.ref[Freight]:
    """Ask for a place that is none, as a caller with freight in hand."""
    freight = Freight()
    name = "Nowhere at all"
    with pytest.raises(DataError, match=name):
        _ = atlas.distance(name, "Madrid, ES", "road") if way else atlas.position(name, "road")
    return weakref.ref(freight)


@pytest.mark.parametrize("way", [True, False])
def test_a_place_that_is_none_keeps_nothing_of_who_asked(*, way: bool) -> None:
    """An error that is kept keeps its traceback, and with it every leg of the file it rose in."""
    atlas = Atlas(catalogue=open_catalogue())
    found = [ask(atlas, way=way) for _ in range(2)]
    gc.collect()
    assert [ref() for ref in found] == [None, None]
