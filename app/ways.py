"""Places, and candidate chains between two of them, as documents for files, tables and maps."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.documents import json_bytes, software_version
from app.passages import passage_names
from app.views.chain_html import chains_html
from app.views.geo import ATTRIBUTION
from app.workflow import land
from data.errors import DataError
from data.gazetteer import open_gazetteer
from data.schemas import CHAINS, QUALITIES
from data.tables import write_bytes
from optimizer.closures import check_closures, conditions_of, world_names
from optimizer.world.chains import find_chains
from optimizer.world.detail import detail
from optimizer.world.supply import end_of
from optimizer.world.tools import World

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from app.tools import Tools
    from data.catalogue import Catalogue
    from optimizer.scenarios import Closures
    from optimizer.world.chains import Chains
    from optimizer.world.corridor import End
    from optimizer.world.detail import Detail

SCHEMA = "greenlane/chains/1"
MOST_CANDIDATES = 10
MOST_KG = 1e8  # as in a shipments table


@lru_cache(maxsize=1)
def _open_world(catalogue: Catalogue, edition: str, cache_dir: Path | None) -> World:
    from emissions.factors import Factors  # noqa: PLC0415  (only its type above)

    return World.open(catalogue, Factors.load(catalogue, edition), cache_dir)


def open_world(tools: Tools) -> World:
    """Return the world network, read once; what it finds is kept between runs."""
    return _open_world(tools.catalogue, tools.factors.edition, tools.cache_dir)


def find_places(tools: Tools, name: str, limit: int = MOST_CANDIDATES) -> list[dict[str, Any]]:
    """Return ranked candidates for a name, as rows."""
    return [
        {
            "name": c.place.name,
            "country": c.place.country,
            "admin1": c.place.admin1,
            "unlocode": c.place.unlocode,
            "iata": c.place.iata,
            "lat": round(c.place.lat, 4),
            "lon": round(c.place.lon, 4),
            "tz": c.place.tz,
            "population": c.place.population,
            "score": round(c.score, 3),
            "why": c.why,
        }
        for c in open_gazetteer(tools.catalogue).candidates(name, limit)
    ]


def chains_document(
    tools: Tools, origin: str, destination: str, *, mass_kg: float, closures: Closures
) -> dict[str, Any]:
    """Return the candidate chains between two places, leg by leg, with ways and footprints.

    Raises
    ------
    DataError
        for a place that is unknown or ambiguous, with candidates, or two ends in one place.
    RouteError
        if there is no chain at all, with the reasons.
    """
    if not 0 < mass_kg <= MOST_KG:
        raise DataError(f"mass {mass_kg:g} kg, wanted more than 0 and at most {MOST_KG:g}")
    world, gazetteer = open_world(tools), open_gazetteer(tools.catalogue)
    check_closures(closures, world_names(world.router, world.hubs.index))
    ends = [end_of(world, gazetteer, name) for name in (origin, destination)]
    if ends[0].hub_id == ends[1].hub_id:
        raise DataError(f"{origin!r} and {destination!r}: found one place, wanted two")
    found = find_chains(world, ends[0], ends[1], conditions_of(closures))
    worked = [detail(world, found, c, mass_kg) for c in (*found.chains, *found.others)]
    world.legs.save(final=True)
    count, names = len(found.chains), _names(world, found)
    return {
        "schema": SCHEMA,
        "version": software_version(),
        "origin": _end(ends[0]),
        "destination": _end(ends[1]),
        "mass_kg": mass_kg,
        "conditions": str(found.conditions),
        "factor_set": {"id": tools.factors.edition, "sha256": tools.factors.sha256},
        "hubs_searched": found.hubs_searched,
        "unbeaten": found.unbeaten,
        "chains": [_chain(names, d, n) for n, d in enumerate(worked[:count], start=1)],
        "others": [_chain(names, d, n) for n, d in enumerate(worked[count:], start=count + 1)],
        "absent": [{"family": family, "why": why} for family, why in found.absent],
        "assumptions": _assumptions(found),
    }


def save_chains(document: Mapping[str, Any], folder: Path, tools: Tools) -> tuple[Path, ...]:
    """Write the chains as JSON, CSV, GeoJSON and a map that anyone can open."""
    folder.mkdir(parents=True, exist_ok=True)
    files = all_files(document, tools)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in files)


def all_files(document: Mapping[str, Any], tools: Tools) -> dict[str, bytes]:
    """Return every file of some chains by name; the same chains give the same bytes."""
    page = chains_html(document, land(tools.catalogue, "50m"), passage_names(tools))
    return {
        "chains.json": json_bytes(document),
        **chains_files(document),
        "map.html": page.encode(),
    }


def chains_files(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the chains as CSV (one row per leg) and as GeoJSON, by file name."""
    return {
        "chains.csv": write_bytes(_leg_rows(document), CHAINS),
        "chains.geojson": chains_geojson(document),
    }


def chains_geojson(document: Mapping[str, Any]) -> bytes:
    """Return one line per leg, WGS84, for any GIS."""
    features = [
        {
            "type": "Feature",
            "properties": {k: v for k, v in row.items() if not isinstance(v, tuple)},
            "geometry": {"type": "LineString", "coordinates": leg["geometry"]},
        }
        for row, leg in zip(_leg_rows(document), _legs(document), strict=True)
    ]
    collection = {
        "type": "FeatureCollection",
        "attribution": ATTRIBUTION,
        "features": features,
    }
    return (json.dumps(collection, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _legs(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    both = [*document["chains"], *document["others"]]
    return [leg for chain in both for leg in chain["legs"]]


def _leg_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "chain": chain["rank"],
            "kind": chain["kind"],
            "chain_cost": chain["cost_eur"],
            "chain_hours": chain["hours"],
            "chain_wtw_kgco2e": chain["kgco2e"],
            "leg_no": number,
            **{name: leg[name] for name in _LEG_COLUMNS},
            "passages": tuple(leg["passages"]),
            "countries": tuple(leg["countries"]),
            "wtw_kgco2e": leg["kgco2e"],
            "chain_handling_kgco2e": chain["handling_kgco2e"],
            "note": f"assumed {leg['offer']}",
            "source_id": leg["source_id"],
        }
        for chain in (*document["chains"], *document["others"])
        for number, leg in enumerate(chain["legs"], start=1)
    ]


_LEG_COLUMNS = (
    *("mode", "origin", "destination", "distance_km", "distance_kind"),
    *("evidence", "toc_id", "quality"),
)


def _end(end: End) -> dict[str, Any]:
    return {
        "hub_id": end.hub_id,
        "name": end.name,
        "country": end.country,
        "lat": end.lat,
        "lon": end.lon,
    }


def _chain(names: Mapping[str, str], found: Detail, rank: int) -> dict[str, Any]:
    chain = found.chain
    lines = {(x.element.origin, x.element.destination): x for x in found.inventory.lines}
    return {
        "rank": rank,
        "kind": chain.kind,
        "marks": list(chain.marks),
        "note": chain.note,
        "cost_eur": round(found.cost_eur, 2),
        "hours": round(found.hours, 1),
        "kgco2e": found.kgco2e,
        "handling_kgco2e": sum(
            line.physical.wtw_mg for line in found.inventory.lines if line.element.kind == "hub"
        )
        / 1e6,
        "legs": [
            {
                "mode": leg.mode,
                "origin": leg.origin,
                "origin_name": names[leg.origin],
                "destination": leg.destination,
                "destination_name": names[leg.destination],
                "distance_km": route.distance_km,
                "distance_kind": route.distance_kind,
                "evidence": route.evidence,
                "quality": _weaker(route.quality, lines[leg.origin, leg.destination].quality),
                "source_id": lines[leg.origin, leg.destination].source_id,
                "passages": list(route.passages),
                "countries": list(route.countries),
                "toc_id": leg.offer.toc_id,
                "offer": f"{leg.offer.offer_id}: {leg.offer.title}",
                "kgco2e": lines[leg.origin, leg.destination].physical.wtw_kgco2e,
                "geometry": [list(p) for p in route.geometry],
            }
            for leg, route in zip(chain.legs, found.routes, strict=True)
        ],
    }


def _names(world: World, found: Chains) -> dict[str, str]:
    """Return the name for people of every hub and both ends, by id."""
    names = {h.hub.hub_id: h.hub.name for h in world.hubs.hubs}
    return names | {end.hub_id: end.name for end in (found.origin, found.destination)}


def _weaker(a: str, b: str) -> str:
    return max(a, b, key=QUALITIES.index)


def _assumptions(found: Chains) -> list[str]:
    offers = {leg.offer.offer_id: leg.offer for c in found.chains for leg in c.legs}
    return [
        "prices, hours and schedules are assumptions (data/network/offers.csv, handling.csv)",
        "CO2e is physical, well-to-wheel, with handling at hubs; no certificate and no offset",
        *(f"{name}: {offers[name].title}" for name in sorted(offers)),
    ]
