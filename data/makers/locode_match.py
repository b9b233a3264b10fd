"""Join the rows of UN/LOCODE to towns of GeoNames by country, name and nearness."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from data.makers.place_rows import Draft, subdivision_name
from data.makers.registers import NearestTowns, own_facts, world_port_index
from data.place_names import fold
from data.places import haversine_km

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.makers.registers import Locode, Town

NEAR_KM = 60.0  # UN/LOCODE gives whole minutes and sometimes the port, not the town
AT_HOME_KM = 150.0  # coordinates farther than this from any town of their country are wrong
CODE_LENGTH = 5
CERTAIN = 10  # a town so many times as populous as the next of its name is the one meant
AGREED = 0.8  # of the towns of a subdivision
CITY = 200_000  # people; a city of the same name outweighs UN/LOCODE's coordinates
FREIGHT = frozenset("1246")  # port, rail, airport, inland depot
AIRPORT = "4"


def listed_ports() -> dict[str, dict[str, str]]:
    """Return our own list of container ports by UN/LOCODE."""
    return {row["unlocode"]: row for row in own_facts("container_ports")}


def carriers_codes() -> dict[str, dict[str, str]]:
    """Return the ports that carriers write with another code than UN/LOCODE has, by that code."""
    return {
        row["hub_id"]: row
        for row in own_facts("container_ports")
        if row["hub_id"] != row["unlocode"]
    }


_PORTS, _CARRIERS = listed_ports(), carriers_codes()


def port_names(code: str) -> tuple[str, ...]:
    """Return what our own list calls a port: Yantian for Shenzhen (Yantian)."""
    name = _PORTS[code]["name"] if code in _PORTS else ""
    return (name.rstrip(")").split("(")[-1].split(",")[0],) if name else ()


def port_index() -> dict[str, tuple[float, float]]:
    """Return the positions of the World Port Index by UN/LOCODE, where one port alone has it."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in world_port_index():
        code = "".join(c for c in row["UN/LOCODE"].upper() if c.isalnum())
        if len(code) == CODE_LENGTH and row["Latitude"].strip():
            found[code].append((float(row["Latitude"]), float(row["Longitude"])))
    return {code: places[0] for code, places in found.items() if len(places) == 1}


_INDEX = port_index()


def surveyed(row: Locode) -> Locode:
    """Return a row with the position of our own list or the port index where UN/LOCODE errs."""
    port = _PORTS.get(row.code)
    if port is None:
        lat, lon = _INDEX.get(row.code, (None, None))
        return replace(row, lat=lat, lon=lon) if row.lat is None else row
    lat, lon = float(port["lat"]), float(port["lon"])
    if row.lat is None or row.lon is None or haversine_km(row.lat, row.lon, lat, lon) > NEAR_KM:
        return replace(row, lat=lat, lon=lon)
    return row


def confirmed(row: Locode) -> bool:
    """Tell whether the port index has a port of that code about there, too."""
    if row.lat is None or row.lon is None or row.code not in _INDEX:
        return False
    return haversine_km(row.lat, row.lon, *_INDEX[row.code]) <= NEAR_KM


def source(row: Locode) -> str:
    """Return whose code and whose position a row has that stands alone."""
    if row.code in _PORTS:
        return "unlocode-2023-1|own-list"
    filled = (row.lat, row.lon) == _INDEX.get(row.code)
    return "unlocode-2023-1|nga-wpi" if filled else "unlocode-2023-1"


def certain(found: list[Town]) -> Town | None:
    """Return the town of that name beyond doubt, if there is one."""
    if len(found) > 1 and found[0].population <= CERTAIN * found[1].population:
        return None
    return found[0] if found else None


class Matcher:
    """Say which town bears which UN/LOCODE, and what remains."""

    def __init__(self, towns: list[Town], rows: Iterable[Locode], airports: list[Draft]) -> None:
        self._towns = NearestTowns(towns)
        self._by_name: dict[tuple[str, str], list[Town]] = defaultdict(list)
        for town in sorted(towns, key=lambda t: (-t.population, t.geoname_id)):
            for key in {fold(name) for name in (town.name, *town.names)} - {""}:
                self._by_name[town.country, key].append(town)
        self._airports = {draft.iata: draft for draft in airports}
        self._subdivisions: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.subdivision_of: dict[tuple[str, str], str] = {}
        self.codes_of: dict[int, list[Locode]] = defaultdict(list)
        self.other_codes_of: dict[int, set[str]] = defaultdict(set)
        self.counts: Counter[str] = Counter()
        self._alone: list[Locode] = []
        kept = (row for row in rows if row.code not in _CARRIERS)
        self._join(sorted(map(surveyed, kept), key=lambda row: row.code))

    def _join(self, rows: list[Locode]) -> None:
        later = [row for row in rows if not self._join_by_position(row)]
        for key, found in self._subdivisions.items():
            code = min(found, key=lambda c: (-found[c], c))
            if found[code] >= AGREED * found.total():  # else UN/LOCODE divides more finely
                self.subdivision_of[key] = code
        for row in later:
            self._join_by_name(row)
        self._join_unlisted({row.code for row in rows} | self._join_carriers())

    def _give(self, town: Town, row: Locode, how: str) -> None:
        self.codes_of[town.geoname_id].append(row)
        self.counts[how] += 1

    def _named(self, row: Locode) -> list[Town]:
        country = row.code[:2]
        plain = row.name_plain.split("/")[0].split("=")[0].split("(")[0]
        for name in (row.name, row.name_plain, plain, plain.removesuffix(" Pt").strip()):
            if found := self._by_name.get((country, fold(name))):
                return found
        return []

    def _join_by_position(self, row: Locode) -> bool:
        if row.lat is None or row.lon is None:
            return False
        for town in self._named(row):  # the most populous first
            if haversine_km(row.lat, row.lon, town.lat, town.lon) <= NEAR_KM:
                self._give(town, row, "joined by name and position")
                if row.subdivision:
                    self._subdivisions[town.country, town.admin1][row.subdivision] += 1
                return True
        return False

    def _join_by_name(self, row: Locode) -> None:
        found = self._named(row)
        if row.subdivision:
            at_home = [
                t
                for t in found
                if self.subdivision_of.get((t.country, t.admin1)) == row.subdivision
            ]
            found = at_home or found
        town = certain(found)
        if row.lat is None:
            if town:
                self._give(town, row, "without coordinates, joined by name")
            else:
                self._join_airport(row)
        elif row.code in _PORTS or confirmed(row):
            self._alone.append(row)
            self.counts["ports that stand alone"] += 1
        elif town and (town.population >= CITY or not self._is_at_home(row)):
            self._give(town, row, "coordinates rejected, joined by name")
        elif not self._is_at_home(row):
            self.counts["left out: coordinates rejected, no town of that name"] += 1
        elif set(row.functions) & FREIGHT:
            self._alone.append(row)
            self.counts["stand alone with their own coordinates"] += 1
        else:
            self.counts["left out: road or post only, no town of that name"] += 1

    def _is_at_home(self, row: Locode) -> bool:
        if row.lat is None or row.lon is None:
            return False
        near = self._towns.within(row.lat, row.lon, AT_HOME_KM)
        return any(town.country == row.code[:2] for town in near) or not near

    def _join_airport(self, row: Locode) -> None:
        airport = self._airports.get(row.code[2:])
        if not airport or AIRPORT not in row.functions or airport.country != row.code[:2]:
            self.counts["left out: no coordinates, no town beyond doubt"] += 1
            return
        self._give_to_city(airport, row.code, row.name_plain)

    def _give_to_city(self, airport: Draft, code: str, name: str) -> None:
        """Carriers write the code of a city's airport for the city: CNNKG means Nanjing."""
        key = fold(name)
        near = self._towns.within(airport.lat, airport.lon, NEAR_KM)
        named = [
            t
            for t in near
            if t.country == airport.country and fold(t.name) and key.startswith(fold(t.name))
        ]
        if named:
            town = max(named, key=lambda t: t.population)
            self.other_codes_of[town.geoname_id].add(code)
            self.counts["airports joined to their city"] += 1
        else:
            airport.locodes.add(code)
            self.counts["airports joined by IATA code"] += 1

    def _join_carriers(self) -> set[str]:
        """Give carriers' codes to the towns of their ports: CNSWA is not Jieyang's airport."""
        bearers = {row.code: town for town, rows in self.codes_of.items() for row in rows}
        given = set()
        for code, port in sorted(_CARRIERS.items()):
            if town := bearers.get(port["unlocode"]) or self._town_of_port(port):
                self.other_codes_of[town].add(code)
                given.add(code)
        self.counts["carriers' codes joined to the town of the port"] += len(given)
        return given

    def _town_of_port(self, port: dict[str, str]) -> int:
        """Return the town within reach that a port is called after, 0 if there is none."""
        key = fold(port["name"].split("(")[0])
        near = self._towns.within(float(port["lat"]), float(port["lon"]), AT_HOME_KM)
        named = [t for t in near if t.country == port["country"] and fold(t.name) == key]
        return max(named, key=lambda t: t.population).geoname_id if named else 0

    def _join_unlisted(self, listed: set[str]) -> None:
        """Country and IATA code make a code that people write, though UN/LOCODE lacks it."""
        for iata, airport in sorted(self._airports.items()):
            code = airport.country + iata
            if code not in listed:
                self._give_to_city(airport, code, airport.name)

    def alone(self, zones: NearestTowns, names: dict[tuple[str, str], str]) -> list[Draft]:
        """Return the places that UN/LOCODE alone knows."""
        return [
            Draft(
                name=row.name,
                country=row.code[:2],
                lat=row.lat,
                lon=row.lon,
                tz=zones.time_zone(row.lat, row.lon, row.code[:2]),
                kind="locode",
                source_id=source(row),
                admin1_code=row.subdivision,
                admin1=subdivision_name(names, row.code[:2], row.subdivision),
                own_names=(row.name, row.name_plain),
                alternates=port_names(row.code),
                locodes={row.code},
                unlocode=row.code,
            )
            for row in self._alone
            if row.lat is not None and row.lon is not None
        ]
