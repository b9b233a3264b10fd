"""Read a user's own factor table, whatever its headers, into ours: units, boundary and gases told.

Nothing is guessed that changes a figure: a row without a unit, a boundary or a split into energy
provision and operation is refused, or kept with a note that says what is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.factor_schemas import ENERGY_CARRIERS, HUB_INTENSITIES, INTENSITIES
from data.tables import Refused
from data.units import G_PER_KG
from emissions.errors import EmissionsError
from emissions.library import want_plausible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from data.schemas import Schema
    from data.tables import Row

_ALIASES = {
    "id": ("toc_id", "hoc_id", "carrier_id", "id", "key", "factor_id"),
    "mode": ("mode", "transport_mode"),
    "region": ("region", "country", "geography", "area"),
    "category": ("category", "type", "class", "vessel_type", "vehicle_type"),
    "vehicle": ("vehicle", "size_or_vehicle", "size", "vehicle_size"),
    "load": ("load", "load_characteristics", "load_type", "cargo"),
    "fuel": ("fuel", "energy_carrier", "carrier", "propulsion"),
    "application": ("application", "use"),
    "temperature": ("temperature", "condition"),
    "unit": ("unit", "units"),
    "wtt": ("wtt", "wtt_intensity", "energy_provision", "upstream"),
    "ttw": ("ttw", "ttw_intensity", "operation", "direct"),
    "wtw": ("wtw", "wtw_intensity", "total"),
    "load_share": ("load_factor", "load_share"),
    "empty_share": ("empty_running", "empty_share"),
    "distance": ("distance_basis", "distance_kind", "distance"),
    "daf": ("daf_already_included", "daf_included", "daf"),
    "lhv": ("lhv_mj_per_kg", "lhv", "heating_value"),
    "density": ("density_kg_per_l", "density"),
    "wtt_mj": ("wtt_g_per_mj",),
    "ttw_mj": ("ttw_g_per_mj",),
    "gwp": ("gwp", "gwp_set", "gwp_source"),
    "year": ("year", "valid_year"),
    "locator": ("table", "locator", "page", "pdf_page", "reference"),
    "note": ("notes", "note", "comment"),
}
_MODES = {
    "road": "road", "truck": "road", "rail": "rail", "train": "rail", "air": "air", "sea": "sea",
    "sea_container": "sea", "ocean": "sea", "maritime": "sea", "iww": "iww",
    "inland_waterway": "iww", "barge": "iww", "hub": "hub", "logistics_site": "hub",
}  # fmt: skip
_HUBS = (
    ("container terminal", "port"), ("maritime", "port"), ("liquid", "port"), ("port", "port"),
    ("airport", "airport"), ("rail", "rail"), ("inland", "iww"), ("cross", "road"),
    ("transship", "road"), ("warehouse", "site"), ("storage", "site"), ("site", "site"),
)  # fmt: skip
_UNIT = re.compile(r"(?P<mass>g|kg|t)\s*(?:of\s*)?co2(?P<all>e|-?eq?)?\s*/\s*(?P<per>.+)", re.ASCII)
_PER = {
    "tkm": "tkm", "t-km": "tkm", "t km": "tkm", "tonne-km": "tkm", "tonne.km": "tkm",
    "tonne km": "tkm", "teu-km": "teukm", "teukm": "teukm", "teu km": "teukm",
    "t": "t", "tonne": "t", "teu": "teu", "container": "container",
}  # fmt: skip
_SUM_TOLERANCE = 0.02  # WTT + TTW against a WTW that its publisher rounded
_MOST_ID = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a table does not say of itself, said by who imports it."""

    published_on: date
    gwp_set: str = ""  # of rows that state none
    source_id: str = "user"
    deviation_share: float = 0.3
    quality: str = "default"
    id_prefix: str = ""
    teu_per_container: float | None = None


class _LooseFaultError(Exception):
    """One figure of a row that cannot be used."""

    def __init__(self, column: str, found: str, wanted: str) -> None:
        self.column, self.found, self.wanted = column, found, wanted
        super().__init__(wanted)


@dataclass(slots=True)
class Loose:
    """Rows of our tables by schema name, with the refused ones."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    unknown_columns: tuple[str, ...] = ()


def read_loose(
    header: Sequence[str], body: Iterable[tuple[int, Sequence[str]]], file: str, about: About
) -> Loose:
    """Read numbered rows of text into intensities, hub intensities and energy carriers."""
    places = _places(header)
    known = set(places.values())
    loose = Loose(unknown_columns=tuple(h for i, h in enumerate(header) if i not in known and h))
    taken: set[str] = set()
    for number, cells in body:
        row = {name: (cells[i].strip() if i < len(cells) else "") for name, i in places.items()}
        try:
            schema, made = _row(row, about)
            key = str(made[schema.key[0]])
            _want_new(key, taken, schema)
        except _LooseFaultError as fault:
            loose.refused.append(
                Refused(
                    file=file,
                    row=number,
                    column=fault.column,
                    found=fault.found,
                    wanted=fault.wanted,
                    code="bad_factor",
                )
            )
            continue
        taken.add(key)
        loose.rows.setdefault(schema.name, []).append(dict.fromkeys(schema.names) | made)
    return loose


def _want_new(key: str, taken: set[str], schema: Schema) -> None:
    if key in taken:
        raise _LooseFaultError(schema.key[0], key, "an id that no other row makes")


def _places(header: Sequence[str]) -> dict[str, int]:
    plain = [re.sub(r"[^a-z0-9]+", "_", h.strip().lower()).strip("_") for h in header]
    found = {}
    for name, aliases in _ALIASES.items():
        place = next((plain.index(a) for a in aliases if a in plain), None)
        if place is not None:
            found[name] = place
    return found


def _row(row: dict[str, str], about: About) -> tuple[Schema, Row]:
    if row.get("wtt_mj") or row.get("ttw_mj"):
        return ENERGY_CARRIERS, _carrier(row, about)
    mode = _MODES.get(row.get("mode", "").lower().replace(" ", "_"), "")
    if not mode:
        raise _LooseFaultError("mode", row.get("mode", ""), f"one of {', '.join(_MODES)}")
    scale, per, gases = _unit(row.get("unit", ""))
    wtt, ttw, note = _split(row, hub=mode == "hub")
    if gases == "co2":
        note = f"{note} CO2 alone: other gases are not counted.".strip()
    if mode == "hub":
        made = _hub(row, about, (wtt * scale, ttw * scale), per, note)
        return HUB_INTENSITIES, made | {"gas_set": gases}
    if per not in {"tkm", "teukm"}:
        raise _LooseFaultError("unit", row.get("unit", ""), "CO2e per tkm or TEU-km of carriage")
    figures = {
        "mode": mode,
        "activity_unit": per,
        "wtt_kgco2e_per_tkm": wtt * scale,
        "ttw_kgco2e_per_tkm": ttw * scale,
    }
    made = _toc(row, about, figures, note) | {"gas_set": gases}
    try:
        want_plausible(made)
    except EmissionsError as fault:
        raise _LooseFaultError("wtw", row.get("wtw") or row.get("ttw", ""), str(fault)) from None
    if gases == "co2":
        made["ttw_kgco2_per_tkm"] = ttw * scale
    return INTENSITIES, made


def _unit(text: str) -> tuple[float, str, str]:
    """Return how many kg, per what, and of which gases: `CO2` is not CO2e."""
    found = _UNIT.fullmatch(text.strip().lower())
    per = _PER.get(found["per"].strip(), "") if found else ""
    if found is None or not per:
        raise _LooseFaultError(
            "unit", text, "a unit such as g CO2e/tkm, kg CO2e/t or g CO2e/TEU-km"
        )
    scale = {"g": 1 / G_PER_KG, "kg": 1.0, "t": 1000.0}[found["mass"]]
    return scale, per, "co2e" if found["all"] else "co2"


def _number(row: dict[str, str], name: str) -> float | None:
    text = row.get(name, "")
    if not text:
        return None
    try:
        value = float(text.rstrip("%"))
    except ValueError:
        raise _LooseFaultError(name, text, "a plain number") from None
    if not 0 <= value < 1e9:  # noqa: PLR2004  (also refuses NaN)
        raise _LooseFaultError(name, text, "a number from 0")
    return value / 100 if text.endswith("%") else value


def _split(row: dict[str, str], *, hub: bool) -> tuple[float, float, str]:
    """Return (WTT, TTW, note); a total alone is kept only for hubs, whose split few publish."""
    wtt, ttw, wtw = (_number(row, name) for name in ("wtt", "ttw", "wtw"))
    if wtt is not None and ttw is not None:
        if wtw is not None and abs(wtt + ttw - wtw) > max(_SUM_TOLERANCE * wtw, 0.11):
            raise _LooseFaultError("wtw", row["wtw"], f"WTT + TTW, {wtt + ttw:g}")
        return wtt, ttw, ""
    if wtw is not None and wtt is not None:
        return wtt, max(0.0, wtw - wtt), "TTW is WTW less WTT."
    if wtw is not None and ttw is not None:
        return max(0.0, wtw - ttw), ttw, "WTT is WTW less TTW."
    if wtw is not None and hub:
        return 0.0, wtw, "The split is not published: all of it stands under operation."
    raise _LooseFaultError("wtt", row.get("wtt", ""), "both WTT and TTW: a part is no total")


def _toc(row: dict[str, str], about: About, figures: Row, note: str) -> Row:
    mode = str(figures["mode"])
    words = (mode, *(row.get(n, "") for n in ("category", "vehicle", "load", "fuel")))
    cold = re.search(
        r"reefer|temperature|\btemp[.-]controlled|refrigerat|chill|frozen", " ".join(words).lower()
    )
    kind, daf = _distance(row)
    return _common(row, about, note) | {
        "toc_id": _id(row, about, words),
        **figures,
        "region": row.get("region") or "world",
        "vehicle": ", ".join(w for w in words[1:3] if w) or mode,
        "_words": " ".join(w for w in words[1:3] if w),  # for the keys, too
        "load": row.get("load") or None,
        "carrier_id": None,
        "_fuel": row.get("fuel", ""),  # for the keys of matching; no column keeps it
        "temperature": "temperature_controlled" if cold else "ambient",
        "load_share": _share(row, "load_share"),
        "empty_share": _share(row, "empty_share"),
        "distance_kind": kind,
        "daf_included": daf,
        "empty_running_included": "yes" if row.get("empty_share") else "unknown",
    }


def _hub(
    row: dict[str, str], about: About, figures: tuple[float, float], per: str, note: str
) -> Row:
    scale = 1.0
    if per == "container":
        if not about.teu_per_container:
            wanted = "a figure per tonne or TEU, or how many TEU a container is"
            raise _LooseFaultError("unit", row.get("unit", ""), wanted)
        scale, per = 1 / about.teu_per_container, "teu"
        note = f"{note} {about.teu_per_container:g} TEU per container.".strip()
    if per not in {"t", "teu"}:
        raise _LooseFaultError("unit", row.get("unit", ""), "CO2e per tonne or TEU of handling")
    words = ("hub", row.get("category", ""), row.get("vehicle", ""), row.get("load", ""))
    text = " ".join(words).lower()
    cold = "reefer" in text or ("temperature" in text and "ambient (" not in text)
    return _common(row, about, note) | {
        "hoc_id": _id(row, about, words),
        "_words": " ".join(words[1:3]),
        "kind": next((kind for word, kind in _HUBS if word in text), "site"),
        "temperature": "temperature_controlled" if cold else "ambient",
        "activity_unit": per,
        "wtt_kgco2e_per_t": figures[0] * scale,
        "ttw_kgco2e_per_t": figures[1] * scale,
    }


def _carrier(row: dict[str, str], about: About) -> Row:
    lhv, wtt, ttw = (_number(row, n) for n in ("lhv", "wtt_mj", "ttw_mj"))
    for name, value in (("lhv", lhv), ("wtt_mj", wtt), ("ttw_mj", ttw)):
        if value is None or (name == "lhv" and not value):
            raise _LooseFaultError(name, row.get(name, ""), "a number above 0")
    assert lhv is not None  # noqa: S101  (checked above)
    words = (row.get("fuel", ""), row.get("application", ""))
    common = _common(row, about, "")
    return {k: v for k, v in common.items() if k in ENERGY_CARRIERS.names} | {
        "carrier_id": _id(row, about, words).lower(),
        "name": ", ".join(w for w in words if w),
        "lhv_mj_per_kg": lhv,
        "density_kg_per_l": _number(row, "density"),
        "wtt_kgco2e_per_kg": (wtt or 0.0) * lhv / G_PER_KG,
        "ttw_kgco2e_per_kg": (ttw or 0.0) * lhv / G_PER_KG,
    }


def _common(row: dict[str, str], about: About, note: str) -> Row:
    gwp = row.get("gwp") or about.gwp_set
    gwp = next((s for s in ("AR4", "AR5", "AR6") if s in gwp.upper()), "")
    if not gwp:
        wanted = "AR4, AR5 or AR6: a set of warming potentials is never guessed"
        raise _LooseFaultError("gwp", row.get("gwp", ""), wanted)
    return {
        "boundary": "wtw",
        "gas_set": "co2e",
        "gwp_set": gwp,
        "deviation_share": about.deviation_share,
        "published_on": about.published_on,
        "quality": about.quality,
        "source_id": about.source_id,
        "locator": row.get("locator") or None,
        "note": " ".join(t for t in (note, row.get("note", "")) if t) or None,
    }


def _distance(row: dict[str, str]) -> tuple[str, str]:
    text = row.get("distance", "").lower()
    kind = next((k for k in ("gcd", "sfd", "actual") if text.startswith(k)), "not_stated")
    if text.startswith("great"):
        kind = "gcd"
    said = row.get("daf", "").lower()
    daf = next((d for d in ("yes", "no") if re.match(rf"{d}\b", said)), "unknown")
    if kind == "sfd" and daf == "no":
        kind = "actual"  # per tonne and km driven: on a planned distance the detour is still due
    return kind, "inferred" if said.startswith("presumably") else daf


def _share(row: dict[str, str], name: str) -> float | None:
    try:
        value = _number(row, name)
    except _LooseFaultError:
        return None  # words such as "combined with load factor": no figure is needed here
    return value if value is not None and value <= 1 else None


def _id(row: dict[str, str], about: About, words: Iterable[str]) -> str:
    text = row.get("id") or "-".join(w for w in words if w)
    if not row.get("id") and (region := row.get("region")):
        text = f"{text}-{region}"
    slug = re.sub(r"[^A-Z0-9]+", "-", text.upper()).strip("-")
    if not slug:
        raise _LooseFaultError("id", "", "words or an id that name the row")
    return f"{about.id_prefix}{slug}"[:_MOST_ID].rstrip("-")
