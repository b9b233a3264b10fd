"""Replay the benchmark solutions of real flights: `python -m bench.aclpp [FOLDER]`.

FOLDER holds `base/` (20 MD-11F flights out of Frankfurt, November 2015) and `masterdata/`, by
Felix Brandt (CC BY 4.0). Each unit that the benchmark built is judged by the rules of the data:
walls, contour, blocked space, overlap, turning, gross mass, what keeps apart. Then by rules that
the data does not state: how much of each base is held, a middle over its contacts, the pressure
that pieces bear.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from data.findings import Verdict
from optimizer.errors import LoadingError
from optimizer.loading.geometry import (
    HEIGHT,
    LENGTH,
    WIDTH,
    Block,
    Cut,
    Interior,
    Item,
    LoadedUnit,
    LoadPlan,
    Placement,
    Rules,
)
from optimizer.loading.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FOLDER = Path("instances/loading/aclpp")
MM, GRAMS = 10, 1000  # of a centimetre and of a kilogram
EXPRESS = "ZXF"
STANDARD = "not express"  # our word: express and other pieces never share a unit
_UPRIGHT = {5: (HEIGHT,), 63: (LENGTH, WIDTH, HEIGHT)}  # the only bit fields of the 20 flights
_SIDES = ("lng", "lat", "height")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The cargo of one way from airport to airport, and how the benchmark loads it."""

    flight: str
    segment_id: str
    plan: LoadPlan
    names: tuple[str, ...]  # of the units
    gross_kg: tuple[int, ...]  # as the benchmark states it for each unit
    tops_kg_per_cm2: tuple[tuple[Fraction | None, ...], ...]  # of each item, by upright side
    penalties: tuple[int, ...]  # of each item if it stays behind
