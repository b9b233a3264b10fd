"""Read an instance of the electric VRP with time windows of Schneider, Stenger and Goeke (2014).

Transportation Science 48(4), 500-520. Distances are Euclidean in double precision; a recharge is
always to the full, at `g` per unit of charge; fewest vehicles count first, then distance.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from data.errors import DataError
from optimizer.tours.records import (
    DELIVERY,
    MINUTES_PER_HOUR,
    Charger,
    Site,
    Stop,
    TourProblem,
    TourVehicle,
    Ways,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_CELLS = 8
_PARAMETER = re.compile(r"^([QCrgv]) .*/([0-9.]+)/", re.MULTILINE)
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_NO_VOLUME = 1.0  # the instances know mass alone


def read_evrptw(path: Path) -> TourProblem:
    """Return the instance as a tour problem: its units of length and time read as km and minutes.

    Raises
    ------
    DataError
        if the file is none of them.
    """
    text = path.read_text(encoding="utf-8")
    rows = [cells for line in text.splitlines()[1:] if len(cells := line.split()) == _CELLS]
    parameters = {name: float(value) for name, value in _PARAMETER.findall(text)}
    kinds = [row[1] for row in rows]
    if kinds.count("d") != 1 or set("QCrgv") - set(parameters):
        raise DataError(f"{path.name}: wanted one depot row and parameters Q, C, r, g, v")
    points = [(float(r[2]), float(r[3])) for r in rows]
    return TourProblem(
        sites=tuple(Site(hub_id=r[0], name=r[0], lat=0.0, lon=0.0) for r in rows),
        stops=tuple(_stop(r, i) for i, r in enumerate(rows) if r[1] == "c"),
        vehicles=(_vehicle(rows, kinds, parameters),),
        ways=Ways(km=tuple(tuple(math.dist(a, b) for b in points) for a in points)),
        starts_at=_ANY_DAY,
        chargers=tuple(
            Charger(charger_id=r[0], site=i, minutes_per_kwh=parameters["g"])
            for i, r in enumerate(rows)
            if r[1] == "f"
        ),
        objective="vehicles",
        recharge="full",
    )


def _stop(row: Sequence[str], site: int) -> Stop:
    demand, ready, due, service = map(float, row[4:])
    return Stop(
        stop_id=row[0],
        shipment_id=row[0],
        kind=DELIVERY,
        site=site,
        mass_kg=demand,
        volume_m3=0.0,
        ready_min=ready,
        due_min=due,
        service_min=service,
    )


def _vehicle(
    rows: Sequence[Sequence[str]], kinds: Sequence[str], parameters: Mapping[str, float]
) -> TourVehicle:
    depot = kinds.index("d")
    return TourVehicle(
        vehicle_id="EV",
        count=kinds.count("c"),
        depot=depot,
        starts_min=float(rows[depot][5]),
        ends_min=float(rows[depot][6]),
        capacity_kg=parameters["C"],
        capacity_m3=_NO_VOLUME,
        km_per_h=parameters["v"] * MINUTES_PER_HOUR,
        battery_kwh=parameters["Q"],
        kwh_per_km=parameters["r"],
    )
