"""Make the seaports of the world network: `python -m data.makers.ports`.

Needs the build packages of data/makers/registers.py. Container ports come from our own list,
facts/container_ports.tsv (positions of the container terminals by hand, ranks and TEU as cited);
every other port from the NGA World Port Index: harbour size Large or Medium, or a container
facility, if UN/LOCODE knows it as a port there. An index row near a listed port is that port.
The index sets its container flag for few coasts of the world, and there for piers that see no
container line: with a harbour of some size it makes a port `medium`, an estimate, else nothing.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from typing import TYPE_CHECKING

from data.makers.cards import DATA, Rows, stamp, write_rows
from data.makers.registers import (
    Locode,
    NearestTowns,
    locodes,
    own_facts,
    towns,
    world_port_index,
)
from data.place_names import fold
from data.places import haversine_km

if TYPE_CHECKING:
    from collections.abc import Iterable

TARGET = DATA / "network" / "ports.csv"
SAME_PORT_KM = 20.0  # an index row this near to a listed port describes that port
SAME_CODE_KM = 60.0  # UN/LOCODE gives whole minutes, and often the town for the port
DRAFT_KM = 8.0  # the index describes the same channel only when this near
GREAT_LAKES = ((41.0, 49.0), (-93.0, -75.5))  # latitudes, longitudes
GRADED_SIZES = frozenset({"large", "medium"})  # harbours of the index that may see container lines
DEEP_ENOUGH_M = 11.0  # a shallower "maximum draft" contradicts the ships that call at a major port
PORT = "1"  # function of UN/LOCODE
RIVER_PORTS = frozenset(  # where the sea meets a waterway of the AGN network
    {"BRPOA", "DEBKE", "DEBRE", "FRNTE", "FRURO", "NLDOR", "NLTNZ", "ROBRA", "ROGAL"}
)
# Not cargo ports of a network: sea terminals for one commodity, naval bases, places without ships.
NOT_FREIGHT = re.compile(
    r"terminal|\boil\b|\blng\b|canal|guantanamo|bremerton|lyness|ensenada honda|tompkinsville"
    r"|ireland island|bukom|studstrup|pond inlet|flying fish|loop |empire|tri-city|porto cervo"
    r"|kajalleq|karsto|mongstad|europa point|hankow|dudinka",
    re.IGNORECASE,
)


def near(row: dict[str, str], lat: float, lon: float, km: float) -> bool:
    """Return True if an index row lies within some kilometres."""
    return haversine_km(float(row["Latitude"]), float(row["Longitude"]), lat, lon) <= km


def draft_m(rows: Iterable[dict[str, str]]) -> float:
    """Return the deepest maximum draft that index rows state, 0 if none does."""
    return max((float(r["Maximum Vessel Draft (m)"] or 0) for r in rows), default=0.0)


def listed_port(fact: dict[str, str], index: Rows, zones: NearestTowns) -> dict[str, str]:
    """Return the hub of one row of our own list."""
    lat, lon = float(fact["lat"]), float(fact["lon"])
    draft = draft_m(r for r in index if near(r, lat, lon, DRAFT_KM))
    draft = 0.0 if fact["size_class"] == "major" and draft < DEEP_ENOUGH_M else draft
    note = "position of the container terminal from memory, to about 2 km"
    if fact["rank"]:
        note += f"; rank {fact['rank']} of the world's container ports in {fact['rank_year']}"
    elif fact["size_class"] == "major" and not fact["evidence"]:
        note += "; major by our own grading, from memory: no ranking was read"
    if fact["note"]:
        note += f"; {fact['note']}"
    if fact["unlocode"] != fact["hub_id"]:
        note += f"; hub_id as carriers write it, UN/LOCODE 2023-1 has {fact['unlocode']}"
    sources = [s for s in fact["evidence"].split("|") if s]
    return hub(
        hub_id=fact["hub_id"],
        name=fact["name"],
        position=(lat, lon),
        tz=zones.time_zone(lat, lon, fact["country"]),
        unlocode=fact["unlocode"],
        size_class=fact["size_class"],
        modes=fact["modes"],
        draft=draft,
        note=note,
        quality="estimate",
        sources=["own-list", *sources, *(["nga-wpi"] if draft else [])],
        teu=(fact["teu"], fact["teu_year"]),
    )


def hub(  # noqa: PLR0913  (the columns of a table)
    *,
    hub_id: str,
    name: str,
    position: tuple[float, float],
    tz: str,
    unlocode: str,
    size_class: str,
    modes: str,
    draft: float,
    note: str,
    quality: str,
    sources: list[str],
    teu: tuple[str, str] = ("", ""),
) -> dict[str, str]:
    """Return one row of ports.csv."""
    return {
        "hub_id": hub_id,
        "kind": "port",
        "name": name,
        "country": hub_id[:2],
        "lat": f"{position[0]:g}",
        "lon": f"{position[1]:g}",
        "tz": tz,
        "unlocode": unlocode,
        "iata": "",
        "size_class": size_class,
        "throughput": teu[0],
        "throughput_unit": "teu" if teu[0] else "",
        "throughput_year": teu[1],
        "modes": modes,
        "position": "site",
        "max_draft_m": f"{draft:g}" if draft else "",
        "runway_m": "",
        "note": note,
        "quality": quality,
        "source_id": "|".join(sources),
    }


class Codes:
    """Find the UN/LOCODE of a port of the index."""

    def __init__(self, listed: Iterable[Locode]) -> None:
        self._by_code = {c.code: c for c in listed if PORT in c.functions}
        self._by_name: dict[tuple[str, str], list[Locode]] = {}
        for code in self._by_code.values():
            key = code.code[:2], fold(code.name_plain)
            self._by_name.setdefault(key, []).append(code)

    def of(self, row: dict[str, str]) -> str:
        """Return the code that stands in the index, or one of the same name and place, or ''."""
        stated = re.sub(r"[^A-Z0-9]", "", row["UN/LOCODE"].upper())
        if stated in self._by_code and self._fits(self._by_code[stated], row):
            return stated
        if stated[:2].isalpha():
            for name in (row["Main Port Name"], row["Alternate Port Name"]):
                for code in self._by_name.get((stated[:2], fold(name)), ()):
                    if code.lat is not None and self._fits(code, row):
                        return code.code
        return ""

    def _fits(self, code: Locode, row: dict[str, str]) -> bool:
        if code.lat is None or code.lon is None:
            return True
        return near(row, code.lat, code.lon, SAME_CODE_KM)


def index_port(row: dict[str, str], code: str, zones: NearestTowns) -> dict[str, str]:
    """Return the hub of one row of the World Port Index."""
    lat, lon = float(row["Latitude"]), float(row["Longitude"])
    size = row["Harbor Size"].strip().lower()
    railway = row["Railway"] in {"Small", "Medium", "Large"}
    container = row["Facilities - Container"] == "Yes"
    # A harbour's size says nothing of container lines, and the flag alone too little: without both,
    # or on the Great Lakes behind the seaway's locks, no box is sent there unasked.
    graded = container and size in GRADED_SIZES and not on_great_lakes(lat, lon)
    return hub(
        hub_id=code,
        name=row["Main Port Name"],
        position=(round(lat, 4), round(lon, 4)),
        tz=zones.time_zone(lat, lon, code[:2]),
        unlocode=code,
        size_class="medium" if graded else "unranked",
        modes="sea|road" + "|rail" * railway + "|iww" * (code in RIVER_PORTS),
        draft=draft_m([row]),
        note=f"harbour {size or 'of unstated size'}"
        + ", container facility" * container
        + "; class guessed from both" * graded,
        quality="estimate" if graded else "default",
        sources=["nga-wpi", "unlocode-2023-1"],
    )


def on_great_lakes(lat: float, lon: float) -> bool:
    """Tell whether a port lies above the locks of the St Lawrence Seaway."""
    (south, north), (west, east) = GREAT_LAKES
    return south < lat < north and west < lon < east


def candidates(index: Rows) -> Rows:
    """Return the index rows that may be freight ports, the largest first."""
    sizes = ["Large", "Medium"]
    kept = [
        r
        for r in index
        if r["Harbor Size"] in sizes or r["Facilities - Container"] == "Yes"
        if r["Harbor Use"] not in {"Military", "Fishing"}
        if not NOT_FREIGHT.search(r["Main Port Name"])
    ]
    order = {size: n for n, size in enumerate(sizes)}
    return sorted(
        kept,
        key=lambda r: (
            order.get(r["Harbor Size"], len(sizes)),
            float(r["World Port Index Number"]),
        ),
    )


def main() -> int:
    """Write ports.csv and stamp its card."""
    facts = own_facts("container_ports")
    index = [r for r in world_port_index() if r["Latitude"].strip()]
    zones, codes = NearestTowns(towns("cities5000")), Codes(locodes())
    hubs = {fact["hub_id"]: listed_port(fact, index, zones) for fact in facts}
    taken = set(hubs) | {h["unlocode"] for h in hubs.values()}
    places = [(float(f["lat"]), float(f["lon"])) for f in facts]
    left_out: Counter[str] = Counter()
    for row in candidates(index):
        code = codes.of(row)
        if any(near(row, lat, lon, SAME_PORT_KM) for lat, lon in places):
            left_out["stands near a listed port"] += 1
        elif not code:
            left_out["has no UN/LOCODE that fits"] += 1
        elif code in taken:
            left_out["shares its UN/LOCODE with another port"] += 1
        else:
            hubs[code] = index_port(row, code, zones)
            taken.add(code)
    write_rows(TARGET, [hubs[key] for key in sorted(hubs)])
    stamp(TARGET)
    print(f"{len(hubs)} ports, {len(facts)} of them listed by hand; left out: {dict(left_out)}")
    print(dict(sorted(Counter(h["size_class"] for h in hubs.values()).items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
