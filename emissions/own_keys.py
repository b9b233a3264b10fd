"""Give imported categories the keys by which legs find them, from the words of their rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emissions.regions import EU, EUROPE, REGIONS, WORLD
from emissions.vehicle_words import read_vehicle

if TYPE_CHECKING:
    from data.tables import Row

_REGIONS = (
    (r"\b(global|world|worldwide|any|all)\b", WORLD),
    (r"\beu(27|28)?\b|\beuropean union\b", EU),
    (r"\beurop", EUROPE),
    (r"\b(china|cn)\b", "CN"),
    (r"\bindia\b", "IN"),
    (r"\b(us|usa|united states|north america)\b", "US"),
    (r"\b(uk|gb|united kingdom)\b", "GB"),
)
_FUELS = (  # what a text begins with, and the energy carrier; longer beginnings first
    ("diesel", "diesel"), ("petrol", "petrol"), ("gasoline", "petrol"), ("electric", "electricity"),
    ("cng", "cng"), ("lng", "lng"), ("lpg", "lpg"), ("hvo", "hvo"), ("hfo", "hfo"),
    ("vlsfo", "lfo"),
    ("lfo", "lfo"), ("mgo", "mgo"), ("mdo", "mgo"), ("marine", "mgo"), ("heavy fuel", "hfo"),
    ("jet", "jet"), ("kerosene", "jet"), ("mix", "mixed"), ("average", "mixed"),
    ("bio-lng", "biomethane-lng"), ("bio-cng", "biomethane-cng"), ("hydrogen", "hydrogen"),
)  # fmt: skip
_WORDS_OF_MIX = re.compile(r"\bunknown\b|\bmixed traction\b")
_LOADS = (
    (r"^(heavy|full|100 ?%)", "full"),
    (r"^(light|half|50 ?%)", "half"),
    (r"^(average|mixed|combined)", "average"),
)
_AVERAGE = re.compile(r"\baverage\b")
_NO_LOAD = re.compile(r"^(dry|reefer|ambient|mixed \(|temperature|refrigerated|chilled|frozen)")


def key_row(row: Row) -> Row:
    """Return the keys of one category: mode, region, vehicle class, fuel, load, temperature.

    What its words do not say stays blank. Words that say something which we do not understand are
    kept as they are: then no leg takes the category for what was wanted.
    """
    name = row.get("toc_id") or row.get("hoc_id") or row.get("vehicle_code")
    kind = "toc" if row.get("toc_id") else ("hoc" if row.get("hoc_id") else "vehicle")
    mode = row.get("mode") or ""
    words = str(row.get("_words") or row.get("vehicle") or row.get("name") or "")
    reading = read_vehicle("hub" if kind == "hoc" else mode, words)
    vehicle = reading.vehicle
    by_container = mode == "sea" and row.get("activity_unit") == "teukm"
    lane = by_container and vehicle in {"", "ship"} and not _AVERAGE.search(words.lower())
    if by_container and vehicle in {"", "ship"}:
        vehicle = "container"
    text = " ".join(str(row.get(c) or "") for c in ("vehicle", "load", "toc_id")).lower()
    return {
        "match_id": f"M-{name}",
        "category_id": name,
        "kind": kind,
        "mode": mode or None,
        "hub_kind": row.get("kind") if kind == "hoc" else None,
        "region": _slug(words) if lane else _region(str(row.get("region") or "")),
        "vehicle": vehicle or None,
        "fuel": _fuel(row, words) or reading.fuel or None,
        "temperature": _temperature(row, reading.temperature),
        "load": _load(str(row.get("load") or ""), words) if mode != "air" else None,
        "air_option": _air_option(text) if mode == "air" else None,
        "haul": _haul(text) if mode == "air" else None,
        "quality": "estimate",
        "note": "Keys read from the words of the row.",
    }


def _temperature(row: Row, read: str) -> str:
    return str(row.get("temperature") or read or "ambient")


def _slug(text: str) -> str:
    return " ".join(text.lower().split())


def _region(text: str) -> str | None:
    """Return a country or a wider region; one that we do not know is foreign to every leg."""
    if re.fullmatch(r"[A-Z]{2}", text) or text in REGIONS:
        return text
    plain = text.lower()
    found = next((code for pattern, code in _REGIONS if re.search(pattern, plain)), None)
    return found or _slug(text) or None


def _fuel(row: Row, words: str) -> str:
    plain = _slug(str(row.get("_fuel") or row.get("carrier_id") or ""))
    mixed = "mixed" if not plain and _WORDS_OF_MIX.search(words.lower()) else ""
    if "/" in plain and not plain.startswith("jet"):  # two fuels in one engine: neither of them
        return plain
    return next((fuel for word, fuel in _FUELS if plain.startswith(word)), plain) or mixed


def _load(text: str, words: str) -> str | None:
    """Return how full; where the column is blank, a vehicle may tell, as in `artic, 50 % laden`."""
    plain = _slug(text)
    if not plain or _NO_LOAD.match(plain):
        return "average" if _AVERAGE.search(words.lower()) else None
    return next((load for pattern, load in _LOADS if re.search(pattern, plain)), plain)


def _air_option(text: str) -> str | None:
    if "belly" in text:
        return "belly"
    return "freighter" if "freighter" in text else "average"


def _haul(text: str) -> str | None:
    if "short" in text:
        return "short"
    return "long" if "long" in text else None
