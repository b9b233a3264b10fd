"""Turn a named effort and the size of a problem into counted work."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.planner.corridors import Width
from optimizer.planner.engine import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    """What is sensible for problems up to so many shipments."""

    shipments: int
    width: Width
    bound_width: Width
    whole: bool
    steps: int  # of ruin and recreate, a round
    climbs: int  # likewise
    rounds: int  # at normal effort


_SIZES = (
    _Size(
        shipments=600,
        width=Width(factor=3.0, most=1000),
        bound_width=Width(factor=3.0, most=100_000),
        whole=True,
        steps=100_000,
        climbs=150,
        rounds=6,
    ),
    _Size(
        shipments=3_000,
        width=Width(factor=2.0, most=1500),
        bound_width=Width(factor=2.0, most=1500),
        whole=False,
        steps=60_000,
        climbs=75,
        rounds=5,
    ),
    _Size(
        shipments=20_000,
        width=Width(factor=1.6, most=350),
        bound_width=Width(factor=1.6, most=350),
        whole=False,
        steps=300_000,
        climbs=50,
        rounds=4,
    ),
    _Size(
        shipments=10**9,
        width=Width(factor=1.3, most=80),
        bound_width=Width(factor=1.3, most=80),
        whole=False,
        steps=1_000_000,
        climbs=40,
        rounds=1,
    ),
)
_SMALL, _LARGE = 0.1, 3  # times the work of normal effort


def work_of(effort: str, shipments: int) -> Work:
    """Return the work of an effort: small, normal, large, or a number of rounds."""
    size = next(s for s in _SIZES if shipments <= s.shipments)
    rounds, share = size.rounds, 1.0
    if effort == "small":
        rounds, share = 1, _SMALL * size.rounds
    elif effort == "large":
        rounds = _LARGE * size.rounds
    elif effort.isdecimal() and effort.isascii():
        rounds = int(effort)
    return Work(
        rounds=rounds,
        steps=int(size.steps * share),
        climbs=int(size.climbs * share),
        proofs=rounds,
        width=size.width,
        bound_width=size.bound_width,
        whole=size.whole,
    )
