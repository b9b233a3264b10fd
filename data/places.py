"""Resolve what people write for a place to a hub of their problem; in doubt, name candidates.

Places anywhere in the world, hub or not, are found by `data.gazetteer`.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.network import Hub

_LAT_LON = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*")
_SAME_PLACE_KM = 5.0  # coordinates this near to a site mean the site
_EARTH_RADIUS_KM = 6371.0088  # IUGG mean radius


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A hub, or why there is none and what comes near."""

    hub_id: str = ""
    wanted: str = ""


def resolve(name: str, hubs: Mapping[str, Hub]) -> Resolved:
    """Resolve a hub id, IATA code, UN/LOCODE, `City, CC` or `lat,lon`; never a silent guess."""
    if name in hubs:
        return Resolved(hub_id=name)
    if match := _LAT_LON.fullmatch(name):
        return _at(float(match[1]), float(match[2]), hubs)
    wanted = _folded(name)
    found = sorted(
        h.hub_id for h in hubs.values() if wanted in {_folded(h.hub_id), _folded(_city(h))}
    )
    sites = [hub_id for hub_id in found if hubs[hub_id].kind == "site"]
    if len(found) == 1 or len(sites) == 1:
        return Resolved(hub_id=(sites or found)[0])
    if found:
        return Resolved(wanted=f"one of {', '.join(found)}: the name is ambiguous")
    return Resolved(wanted=f"a known place; nearest are {', '.join(_nearest(name, hubs))}")


def _city(hub: Hub) -> str:
    return f"{hub.name}, {hub.country}"


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", kept).strip().casefold()


def _nearest(name: str, hubs: Mapping[str, Hub]) -> list[str]:
    names = {_folded(h.hub_id): h.hub_id for h in hubs.values()}
    names |= {_folded(_city(h)): h.hub_id for h in hubs.values()}
    close = difflib.get_close_matches(_folded(name), names, n=3, cutoff=0.0)
    return list(dict.fromkeys(names[c] for c in close))


def _at(lat: float, lon: float, hubs: Mapping[str, Hub]) -> Resolved:
    if not hubs:
        return Resolved(wanted="a known place; there are no hubs")
    near = sorted((haversine_km(lat, lon, h.lat, h.lon), h.hub_id) for h in hubs.values())
    km, hub_id = near[0]
    if km <= _SAME_PLACE_KM:
        return Resolved(hub_id=hub_id)
    return Resolved(
        wanted=f"a point within {_SAME_PLACE_KM:g} km of a hub; {hub_id} is {km:.0f} km off"
    )


def haversine_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the great circle on the mean sphere: to find near places, never for footprints."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_lat, half_lon = (phi_b - phi_a) / 2, math.radians(lon_b - lon_a) / 2
    h = math.sin(half_lat) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lon) ** 2
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, h)))
