"""Make the cargo airports of the world network: `python -m data.makers.airports`.

Needs the build packages of data/makers/registers.py. OurAirports names the airports: large, with
scheduled service and an open runway of 2,400 m or more. facts/cargo_airports.tsv adds the class of
those that carry freight, whatever their size, with tonnes and citation where they were read; an
airport without a row there is unranked, and no candidate chain will use it.
"""

from __future__ import annotations

import sys
from collections import Counter

from data.makers.cards import DATA, Rows, stamp, write_rows
from data.makers.registers import (
    Airport,
    NearestTowns,
    airports,
    longest_runways_m,
    our_airports,
    own_facts,
    towns,
)

TARGET = DATA / "network" / "airports.csv"
SHORTEST_RUNWAY_M = 2400.0  # a loaded wide-body freighter asks for about as much


def hub(airport: Airport, runway_m: float, fact: dict[str, str] | None) -> dict[str, str]:
    """Return one row of airports.csv."""
    cited = [s for s in (fact or {}).get("evidence", "").split("|") if s]
    note = fact["note"] if fact else ""
    if fact and not cited:
        note = "known for freight from memory; no figure was read"
    registers = [airport.source_id, *(["ourairports"] if runway_m else [])]
    return {
        "hub_id": airport.iata,
        "kind": "airport",
        "name": airport.name,
        "country": airport.country,
        "lat": f"{airport.lat:.5f}",
        "lon": f"{airport.lon:.5f}",
        "tz": airport.tz,
        "unlocode": "",
        "iata": airport.iata,
        "size_class": fact["size_class"] if fact else "unranked",
        "throughput": fact["tonnes"] if fact else "",
        "throughput_unit": "t" if fact and fact["tonnes"] else "",
        "throughput_year": fact["year"] if fact else "",
        "modes": "air|road",
        "position": "site",
        "max_draft_m": "",
        "runway_m": f"{runway_m:.0f}" if runway_m else "",
        "note": note,
        "quality": "estimate" if fact and not cited else "default",
        "source_id": "|".join(dict.fromkeys([*registers, *cited])),
    }


def main() -> int:
    """Write airports.csv and stamp its card."""
    facts = {row["iata"]: row for row in own_facts("cargo_airports")}
    known, runways = airports(NearestTowns(towns("cities5000"))), longest_runways_m()
    rows: Rows = []
    seen: set[str] = set()
    left_out: Counter[str] = Counter()
    for airport in our_airports():
        iata, runway_m = airport["iata_code"], runways.get(airport["ident"], 0.0)
        fact = facts.get(iata)
        large = airport["type"] == "large_airport" and airport["scheduled_service"] == "yes"
        if iata in seen or not (fact or (large and runway_m >= SHORTEST_RUNWAY_M)):
            continue
        if airport["type"] in {"closed", "heliport"}:
            continue
        if iata not in known:
            left_out[f"not in airportsdata: {iata}"] += 1
            continue
        rows.append(hub(known[iata], runway_m, fact))
        seen.add(iata)
    for iata in sorted(set(facts) - seen):
        if iata in known:
            rows.append(hub(known[iata], 0.0, facts[iata]))
        else:
            left_out[f"fact without an airport: {iata}"] += 1
    rows.sort(key=lambda row: row["hub_id"])
    write_rows(TARGET, rows)
    stamp(TARGET)
    cited = [r for r in rows if r["size_class"] != "unranked" and r["quality"] == "default"]
    print(f"{len(rows)} airports, {len(cited)} of them with cited freight; {dict(left_out)}")
    print(dict(sorted(Counter(r["size_class"] for r in rows).items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
