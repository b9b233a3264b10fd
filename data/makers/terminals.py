"""Write rail terminals and inland ports from facts: `python -m data.makers.terminals`.

The facts stand in data/makers/facts/*.csv: name, town, code, modes, size and source of each
terminal, checked by hand. This script looks the town's position and time zone up in GeoNames and
refuses a UN/LOCODE that does not exist. A row with its own position keeps it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from data.makers.cards import DATA, Rows, read_rows, stamp, write_rows
from data.makers.towns import Gazetteer, check_versions, marked_codes
from data.network_schemas import WORLD_HUBS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NETWORK = DATA / "network"
FACTS = DATA / "makers" / "facts"
TABLES = {"rail_terminals": ("rail", "RAIL"), "inland_ports": ("iww", "IWW")}
MARKS = {"rail": ("rail", "a rail terminal"), "iww": ("port", "a port")}  # in UN/LOCODE
MEMORY = "greenlane-memory"
LOCODE = "unlocode-2023-1"
GEONAMES = "geonames-2026"
OFFICIAL_ZONES = {"Asia/Urumqi": "Asia/Shanghai"}  # trains and customs keep Beijing time there
DEGREES = 4  # decimals: about 10 m


def hub_row(
    fact: Mapping[str, str], kind: str, tail: str, towns: Gazetteer, codes: Mapping[str, bool]
) -> dict[str, str]:
    """Return one row of WORLD_HUBS."""
    code = fact["country"] + fact["code"]
    coded = fact["coded"] == "yes"
    if coded != (code in codes):
        raise ValueError(f"{code} {fact['name']}: coded {coded}, but UN/LOCODE says otherwise")
    lat, lon, zone = place(fact, towns)
    row = dict.fromkeys(WORLD_HUBS.names, "")
    row |= {
        "hub_id": "-".join(filter(None, (code, tail, fact["suffix"]))),
        "kind": kind,
        "lat": f"{lat:.{DEGREES}f}",
        "lon": f"{lon:.{DEGREES}f}",
        "tz": OFFICIAL_ZONES.get(zone, zone),
        "unlocode": code if coded else "",
        "position": fact["position"],
    }
    row |= {c: fact[c] for c in ("name", "country", "size_class", "modes")}
    return row | provenance(fact, MARKS[kind][1] if codes.get(code) else "")


def place(fact: Mapping[str, str], towns: Gazetteer) -> tuple[float, float, str]:
    """Return latitude, longitude and time zone, of the site where known, else of the town."""
    if fact["lat"]:
        lat, lon = float(fact["lat"]), float(fact["lon"])
        return lat, lon, towns.zone(fact["country"], lat, lon)
    town = towns.find(fact["country"], fact["town"], fact["admin1"])
    return town.lat, town.lon, town.tz


def provenance(fact: Mapping[str, str], marked_as: str) -> dict[str, str]:
    """Return note, quality and sources; a fact from memory is an estimate and says so."""
    notes, sources = [fact["note"]], fact["source_id"].split("|")
    if remembered := MEMORY in sources:
        notes.insert(0, "Terminal from memory.")
        if marked_as:
            notes.insert(1, f"UN/LOCODE marks {marked_as} in the town.")
            sources.append(LOCODE)
    if not fact["lat"]:
        sources.append(GEONAMES)
    return {
        "note": " ".join(filter(None, notes)),
        "quality": "estimate" if remembered else "default",
        "source_id": "|".join(sources),
    }


def build(facts: Path, kind: str, tail: str, towns: Gazetteer, codes: Mapping[str, bool]) -> Rows:
    """Return the rows of one table, sorted by id; all faults of the facts in one report."""
    rows: Rows = []
    faults: list[str] = []
    for fact in read_rows(facts):
        try:
            rows.append(hub_row(fact, kind, tail, towns, codes))
        except (KeyError, ValueError) as fault:
            faults.append(f"{facts.name}: {fault.args[0]}")
    twice = [i for i, n in Counter(r["hub_id"] for r in rows).items() if n > 1]
    faults += [f"{facts.name}: {hub_id} stands twice" for hub_id in sorted(twice)]
    if faults:
        raise ValueError("\n".join(faults))
    return sorted(rows, key=lambda r: r["hub_id"])


def main() -> None:
    """Write both tables and stamp their cards."""
    check_versions()
    towns = Gazetteer()
    for name, (kind, tail) in TABLES.items():
        facts = FACTS / f"{name}.csv"
        rows = build(facts, kind, tail, towns, marked_codes(MARKS[kind][0]))
        write_rows(NETWORK / f"{name}.csv", rows)
        stamp(NETWORK / f"{name}.csv")
        estimates = sum(r["quality"] == "estimate" for r in rows)
        sites = sum(r["position"] == "site" for r in rows)
        print(f"{name}: {len(rows)} rows, {estimates} from memory, {sites} with their own position")


if __name__ == "__main__":
    main()
