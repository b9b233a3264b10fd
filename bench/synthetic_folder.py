"""Write an instance as a problem folder: `python -m bench.synthetic_folder DIR T K SEED`."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.synthetic import MODES, PART_LOAD, UNITS, _takes, draw
from data.catalogue import open_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

START = datetime(2026, 9, 7, tzinfo=UTC)
MODE = {"etruck": "road", "ocean": "sea"}
TOC = {
    "road": "ROAD-ARTIC33-AVG",
    "rail": "RAIL-FREIGHT-GB",
    "ocean": "SEA-CONTAINER-AVG",
    "iww": "IWW-MOTOR-1000T",
    "air": "AIR-LONGHAUL-AVG",
}
HAZARDOUS = "UN1263"
SOURCE = ("estimate", "synthetic")


def ports() -> list[dict[str, Any]]:
    """Return the ports of the world network: terminals stand where ships can call."""
    text = open_catalogue().file("network/ports.csv").decode()
    return [r for r in csv.DictReader(text.splitlines()) if r["position"] != "none"]


def write_folder(folder: Path, terminals: int, shipments: int, seed: int) -> None:
    """Write hubs, transfers, services, departures and shipments of a seed."""
    folder.mkdir(parents=True, exist_ok=True)
    known = ports()
    places = np.array([(float(r["lat"]), float(r["lon"])) for r in known])
    d, s = draw(terminals, shipments, seed, places)
    at = {(float(r["lat"]), float(r["lon"])): r for r in known}
    hubs = [at[float(a), float(b)] for a, b in d["xy"]]
    names = [f"H{n:03d}" for n in range(terminals)]
    _write(
        folder / "hubs.csv",
        "hub_id,kind,name,country,lat,lon,tz,hoc_id,grid_id,quality,source_id",
        (
            (
                name, "port", h["name"], h["country"], h["lat"], h["lon"], h["tz"],
                "HUB-CROSSDOCK", "CN", *SOURCE,
            )
            for name, h in zip(names, hubs, strict=True)
        ),
    )  # fmt: skip
    modes = sorted({MODE.get(m, m) for m in MODES})
    _write(
        folder / "transfers.csv",
        "hub_id,from_mode,to_mode,hours,cost_per_t,quality,source_id",
        ((n, a, b, 0, 0, *SOURCE) for n in names for a in modes for b in modes),
    )
    _services(folder, d, names)
    _write(
        folder / "shipments.csv",
        "shipment_id,origin,destination,mass_kg,volume_m3,ready_at,due_at,temperature,un_number,"
        "value,currency,quality,source_id",
        (
            (
                f"S{k:06d}", names[s["origin"][k]], names[s["destination"][k]],
                f"{s['mass'][k]:.1f}", f"{s['volume'][k]:.4f}", _time(s["ready"][k]),
                _time(s["due"][k]), "chilled" if s["reefer"][k] else "ambient",
                HAZARDOUS if s["hazardous"][k] else "", f"{20 * s['mass'][k]:.0f}", "EUR", *SOURCE,
            )
            for k in range(shipments)
        ),
    )  # fmt: skip


def _services(folder: Path, d: dict[str, Any], names: list[str]) -> None:
    takes = _takes(d)
    first = {int(lane): n for n, lane in reversed(list(enumerate(d["lane"])))}
    rows = []
    for lane, n in sorted(first.items()):
        kind = MODES[d["mode"][n]]
        kg, m3, units, *_, speed, hours, per_t = UNITS[kind]
        away = (d["arrives"][n] - d["at"][n] - hours) * speed
        routed = kind in {"air", "ocean"}
        rows.append(
            (
                f"L{lane:05d}", f"{kind} carrier", MODE.get(kind, kind),
                names[d["origin"][n]], names[d["destination"][n]],
                "" if routed else f"{1.01 * away:.1f}", "" if routed else "sfd",
                f"{d['arrives'][n] - d['at'][n]:.3f}", kg if kind != "etruck" else 21360, m3,
                units, f"{d['fixed'][n]:.2f}", PART_LOAD, per_t, "shared" if kind in TOC else
                "dedicated", TOC.get(kind, ""), "" if kind in TOC else "EV-ARTIC-40T",
                "" if kind in TOC else "CN", "" if kind in TOC else 0,
                "chilled" if takes[lane] & 1 else "ambient", HAZARDOUS if takes[lane] & 2 else "",
                "freighter" if kind == "air" else "",
                "suez|panama" if kind == "ocean" else "", *SOURCE,
            )
        )  # fmt: skip
    _write(
        folder / "services.csv",
        "service_id,carrier,mode,origin_hub,destination_hub,distance_km,distance_kind,duration_h,"
        "unit_capacity_kg,unit_capacity_m3,units_max,cost_per_unit,part_load_factor,cost_per_t,"
        "emission_basis,toc_id,vehicle_code,grid,empty_share,temperature,dangerous_goods,aircraft,"
        "passages,quality,source_id",
        rows,
    )
    _write(
        folder / "departures.csv",
        "service_id,departs_at,arrives_at,quality,source_id",
        (
            (f"L{lane:05d}", _time(a), _time(b), *SOURCE)
            for lane, a, b in zip(d["lane"], d["at"], d["arrives"], strict=True)
        ),
    )


def _time(hours: float) -> str:
    """Return a moment of the instance, to the minute."""
    return (START + timedelta(minutes=round(60 * hours))).isoformat()


def _write(path: Path, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(header.split(","))
        out.writerows(rows)


if __name__ == "__main__":
    write_folder(Path(sys.argv[1]), *map(int, sys.argv[2:5]))
