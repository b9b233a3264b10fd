"""Say why a kind of transport has no chain between two ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.world.offered import DESTINATION, ORIGIN

if TYPE_CHECKING:
    from optimizer.world.arcs import Network
    from optimizer.world.corridor import Corridor, End
    from optimizer.world.tools import World


def why_absent(world: World, net: Network, modes: tuple[str, ...]) -> str:
    """Return the first thing that keeps a family of line modes from a chain."""
    corridor = net.corridor
    for mode in modes or ("road",):
        if mode in corridor.conditions.modes:
            return f"mode {mode} is closed"
    if not modes:
        longest = world.router.parameters["road_longest_km"]
        return (
            f"no road joins both ends, or it is longer than the {longest:,.0f} km that trucks are "
            f"offered for ({corridor.conditions})"
        )
    for mode in modes:
        for end, marker in ((corridor.origin, ORIGIN), (corridor.destination, DESTINATION)):
            if not _in_reach(corridor, mode, end, marker):
                reach = world.router.parameters["first_mile_km"]
                return (
                    f"no {mode} hub that lines call at is within {reach:,.0f} km of {end.name} by "
                    f"road ({corridor.conditions})"
                )
        if not (net.mode == mode).any():
            return (
                f"no {mode} line is on offer between the hubs in reach: no way, too near, too far, "
                f"or a hub too small ({corridor.conditions})"
            )
    if len(modes) > 1:
        return (
            f"{' and '.join(modes)} do not join on this lane: lines change at one hub or by a "
            "short truck, and a flight is fed by one long leg"
        )
    return (
        f"{modes[0]} lines are on offer, but none from a hub near {corridor.origin.name} "
        f"to one near {corridor.destination.name} ({corridor.conditions})"
    )


def _in_reach(corridor: Corridor, mode: str, end: End, marker: int) -> bool:
    if end.hub is not None and mode in end.hub.modes:
        return True
    km = corridor.from_origin_km if marker == ORIGIN else corridor.to_destination_km
    joined = [d for h, d in zip(corridor.hubs, km.tolist(), strict=True) if mode in h.modes]
    return bool(np.isfinite(joined).any())
