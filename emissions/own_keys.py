"""Give imported categories the keys by which legs find them, from the words of their rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emissions.regions import EU, EUROPE, WORLD
from emissions.vehicle_words import read_vehicle

if TYPE_CHECKING:
    from data.tables import Row

_REGIONS = (
    (r"\b(global|world|worldwide|any|all)\b", WORLD),
    (r"\beu(27|28)?\b|\beuropean union\b", EU),
    (r"\beurop", EUROPE),
    (r"\b(china|cn)\b", "CN"),
    (r"\b(india|in)\b", "IN"),
    (r"\b(us|usa|united states|north america)\b", "US"),
    (r"\b(uk|gb|united kingdom)\b", "GB"),
)
_FUELS = ("diesel", "petrol", "electricity", "cng", "lng", "lpg", "hvo", "hfo", "mgo", "hydrogen")
_LOADS = (
    (r"\b(heavy|full|100 ?%)", "full"),
    (r"\b(light|half|50 ?%)", "half"),
    (r"average|mixed", "average"),
)


def key_row(row: Row) -> Row:
    """Return the keys of one category: mode, region, vehicle class, fuel, load, temperature.

    What its words do not tell stays blank and fits any leg, after categories that say it.
    """
    name = row.get("toc_id") or row.get("hoc_id") or row.get("vehicle_code")
    kind = "toc" if row.get("toc_id") else ("hoc" if row.get("hoc_id") else "vehicle")
    mode = row.get("mode") or ""
    words = str(row.get("vehicle") or "")
    reading = read_vehicle("hub" if kind == "hoc" else mode, words)
    text = " ".join(str(row.get(c) or "") for c in ("vehicle", "load", "toc_id")).lower()
    return {
        "match_id": f"M-{name}",
        "category_id": name,
        "kind": kind,
        "mode": mode or None,
        "hub_kind": row.get("kind") if kind == "hoc" else None,
        "region": _region(str(row.get("region") or "")),
        "vehicle": reading.vehicle or None,
        "fuel": _fuel(str(row.get("_fuel") or row.get("carrier_id") or "")) or None,
        "temperature": row.get("temperature") or "ambient",
        "load": next((load for pattern, load in _LOADS if re.search(pattern, text)), None),
        "air_option": _air_option(text) if mode == "air" else None,
        "haul": _haul(text) if mode == "air" else None,
        "quality": "estimate",
        "note": "Keys read from the words of the row.",
    }


def _region(text: str) -> str | None:
    plain = text.lower()
    if re.fullmatch(r"[A-Z]{2}", text):
        return text
    return next((code for pattern, code in _REGIONS if re.search(pattern, plain)), None)


def _fuel(text: str) -> str:
    plain = text.lower()
    return next((fuel for fuel in _FUELS if plain.startswith(fuel)), "")


def _air_option(text: str) -> str | None:
    if "belly" in text:
        return "belly"
    return "freighter" if "freighter" in text else "average"


def _haul(text: str) -> str | None:
    if "short" in text:
        return "short"
    return "long" if "long" in text else None
