"""Report a footprint of an organisation or a service with what ISO 14083, 13.2 and 13.3 ask for.

The report is plain JSON: kilograms as text with six decimals, exact; shares and intensities as
numbers. It is a self-check, made by the program that took the inventory. Market-based figures,
biogenic CO2 and radiative forcing stand apart, and offsets stand outside.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from data.units import G_PER_KG, KG_PER_TONNE, MG_PER_KG, kg_text
from emissions.conformity import ghg_protocol, refuse_claims
from emissions.differences import against_carrier
from emissions.fuel import ELECTRICITY
from emissions.inventory import NOTHING, Emissions, activity_tkm_of, published_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from data.tables import Refused, Row
    from emissions.chain import TCE
    from emissions.factors import Factors
    from emissions.inventory import Inventory, Line

METHOD = "ISO 14083:2023, well-to-wheel; calculation rules as in the GLEC Framework v3.0"
LEVELS = ("organisation", "service")
_YEAR_DAYS = (360, 372)  # about a year: four-week calendars and leap years included
_EXCLUDED = (
    "making, upkeep and disposal of vehicles, hubs and roads",
    "staff travel, offices and waste",
    "making of refrigerants; their leakage counts where it is stated",
    "contrails and other warming of flights beyond CO2e (a memo where a figure is known)",
    "storage beyond transshipment, unless given as an element of its own",
    "offsets: they stand outside of every figure of this report",
)
_INTERVAL = (
    "95 % of a normal error; deviations inside one category are one error and add up, those of "
    "different categories add in squares (an assumption of this project)"
)
Key = tuple[str, int]  # shipment and leg number


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a report is about, and what the inventory alone cannot know."""

    subject: str
    period_start: date | None = None  # None: nobody said, and no leg tells
    period_end: date | None = None
    level: str = "organisation"
    own_transport: frozenset[Key] = frozenset()  # elements run by the reporting company itself
    incoterms: Mapping[str, str] = field(default_factory=dict)  # by shipment that it sells
    omissions: tuple[tuple[str, str], ...] = ()  # what, and why
    refused: tuple[Refused, ...] = ()
    distance_evidence: Mapping[Key, str] = field(default_factory=dict)
    carrier_rows: Sequence[Row] = ()  # legs with results and carriers' own figures
    departures: tuple[date, ...] = ()  # days of the legs that tell one
    as_of: date | None = None

    @property
    def days(self) -> int | None:
        """Length of the period, both ends included."""
        if self.period_start is None or self.period_end is None:
            return None
        return (self.period_end - self.period_start).days + 1


def footprint_report(inventory: Inventory, factors: Factors, about: About) -> dict[str, Any]:
    """Return the report; equal inputs give an equal document.

    Raises
    ------
    DataError
        if the author's words claim what only a third party can give.
    """
    refuse_claims(_words_of(about))
    lines = inventory.lines
    low, high = inventory.interval_mg()
    late = published_after(inventory, factors, about.as_of) if about.as_of else {}
    return {
        "document": "footprint report",
        "standing": "self-check by the program that made it; no third party has verified these "
        "figures",
        "method": METHOD,
        "subject": about.subject,
        "level": about.level,
        "period": _period(about),
        "totals": _kg(inventory.physical),
        "interval_kgco2e": {"low": kg_text(low), "high": kg_text(high), "assumption": _INTERVAL},
        "market_based": _kg(inventory.market_based)
        | {"note": "after SAF profiles and electricity certificates; beside the total, not in it"},
        "biogenic_kgco2": kg_text(inventory.biogenic_mg),
        "rf_memo_kgco2e": kg_text(inventory.rf_memo_mg),
        "offsets": "none in any figure",
        "activity": _activity(lines),
        "intensity": _intensity(lines),
        "by_mode": _by_mode(lines, factors),
        "by_hub_kind": _by_hub_kind(lines, factors),
        "by_energy_carrier": _by_carrier(lines, factors),
        "data_shares": _data_shares(inventory, about),
        "gases": _gases(inventory),
        "chains": _chains(lines, about),
        "own_and_third_party": _by_owner(lines, about),
        "ghg_protocol": ghg_protocol(lines, factors, about),
        "categories": _categories(lines, factors),
        "sources": _sources(lines, factors),
        "factor_set": {"id": inventory.factor_set, "sha256": inventory.factor_set_sha256},
        "restated": {
            "as_of": str(about.as_of or ""),
            "label": "restated" if late else "",
            "published_later": late,
        },
        "excluded": list(_EXCLUDED),
        "omissions": [{"what": what, "why": why} for what, why in about.omissions],
        "refused": [str(fault) for fault in about.refused],
        "carrier_figures": against_carrier(about.carrier_rows),
        "warnings": _warnings(inventory, about, late),
    }


def _words_of(about: About) -> list[tuple[str, str]]:
    omitted = [("omission", f"{what}: {why}") for what, why in about.omissions]
    return [("subject", about.subject), *omitted]


def _kg(e: Emissions) -> dict[str, str]:
    return {
        "wtw_kgco2e": kg_text(e.wtw_mg),
        "operation_ttw_kgco2e": kg_text(e.ttw_mg),
        "energy_provision_wtt_kgco2e": kg_text(e.wtt_mg),
    }


def _total(lines: Iterable[Line]) -> Emissions:
    return sum((line.physical for line in lines), NOTHING)


def _tkm(lines: Iterable[Line]) -> float:
    return math.fsum(activity_tkm_of(line.element) for line in lines)


def _grouped(lines: Iterable[Line], key: Callable[[Line], str]) -> dict[str, list[Line]]:
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        groups[key(line)].append(line)
    return dict(sorted(groups.items()))


def _carriage(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.element.kind == "transport"]


def _hubs(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.element.kind == "hub"]


def _per(mg: int, activity: float, grams: float = G_PER_KG) -> float | None:
    """Return g per tkm (kg per t with `grams` = 1); nothing without activity."""
    return mg / MG_PER_KG * grams / activity if activity > 0 else None


def _period(about: About) -> dict[str, Any]:
    low, high = _YEAR_DAYS
    return {
        "start": str(about.period_start or "not stated"),
        "end": str(about.period_end or "not stated"),
        "days": about.days,
        "about_a_year": about.days is not None and low <= about.days <= high,
    }


def _distance_kind(line: Line) -> str:
    return line.element.distance_kind or "stated activity"


def _activity(lines: Sequence[Line]) -> dict[str, Any]:
    kinds = _grouped(_carriage(lines), _distance_kind)
    return {
        "transport_tkm": _tkm(lines),
        "hub_t": math.fsum(x.element.mass_kg / KG_PER_TONNE for x in _hubs(lines)),
        "tkm_by_distance_kind": {kind: _tkm(group) for kind, group in kinds.items()},
    }


def _intensity(lines: Sequence[Line]) -> dict[str, Any]:
    """Hub emissions are in the numerator, hub activity in no denominator (ISO 14083, 12.2.4)."""
    tkm, whole = _tkm(lines), _total(lines)
    return {
        "total_g_per_tkm": _per(whole.wtw_mg, tkm),
        "operation_g_per_tkm": _per(whole.ttw_mg, tkm),
        "carriage_alone_g_per_tkm": _per(_total(_carriage(lines)).wtw_mg, tkm),
        "distance_kinds": sorted({_distance_kind(x) for x in _carriage(lines)}),
    }


def _by_mode(lines: Sequence[Line], factors: Factors) -> list[dict[str, Any]]:
    kept = {m.category_id: m.temperature for m in factors.matches}
    kept |= {n: t.temperature for n, t in factors.tocs.items() if t.temperature != "ambient"}
    rows = []
    groups = _grouped(
        _carriage(lines), lambda x: f"{x.element.mode}|{kept.get(x.category, 'ambient')}"
    )
    for name, group in groups.items():
        mode, _, temperature = name.partition("|")
        said = {"mode": mode, "temperature": temperature, "elements": len(group)}
        rows.append(said | _kg(_total(group)) | {"tkm": _tkm(group)} | _intensity(group))
    return rows


def _by_hub_kind(lines: Sequence[Line], factors: Factors) -> list[dict[str, Any]]:
    def kind(line: Line) -> str:
        hoc = factors.hoc(line.element.hoc_id)
        return f"{hoc.kind or line.element.mode}|{hoc.temperature}"

    rows = []
    for name, group in _grouped(_hubs(lines), kind).items():
        hub_kind, _, temperature = name.partition("|")
        tonnes, whole = math.fsum(x.element.mass_kg / KG_PER_TONNE for x in group), _total(group)
        figures = {"t": tonnes, "total_kg_per_t": _per(whole.wtw_mg, tonnes, 1.0)}
        said = {"hub_kind": hub_kind, "temperature": temperature, "elements": len(group)}
        rows.append(said | _kg(whole) | figures)
    return rows


def _carriers(line: Line, factors: Factors) -> list[tuple[str, Emissions]]:
    """Return what each energy carrier of an element emits, where they are known apart."""
    e, whole = line.element, line.physical
    if not e.hoc_id:
        return [(f"{_carrier_name(e, factors)}|carriage", whole)]
    if not (e.fuel_kg or e.energy_kwh):
        return [("not known|handling", whole)]
    burnt = round((e.fuel_kg or 0.0) * factors.carrier("diesel").wtt_kgco2e_per_kg * MG_PER_KG)
    diesel = Emissions(wtt_mg=burnt, ttw_mg=whole.ttw_mg)
    power = Emissions(wtt_mg=whole.wtt_mg - burnt, ttw_mg=0)
    made = "electricity made on site" if e.grid_id.endswith("-ONSITE") else ELECTRICITY
    parts = [("diesel|handling", diesel), (f"{made}|handling", power)]
    return [(name, part) for name, part in parts if part.wtw_mg]


def _carrier_name(e: TCE, factors: Factors) -> str:
    if e.toc_id in factors.vehicles:
        return factors.vehicles[e.toc_id].carrier_id
    mix = next((m.energy_mix for m in factors.matches if m.category_id == e.toc_id), ())
    named = " and ".join(name for name, _ in mix)
    return named or factors.toc(e.toc_id).carrier_id or "not known"


def _by_carrier(lines: Sequence[Line], factors: Factors) -> list[dict[str, Any]]:
    totals: dict[str, Emissions] = defaultdict(lambda: NOTHING)
    for name, part in (x for line in lines for x in _carriers(line, factors)):
        totals[name] += part
    return [
        dict(zip(("energy_carrier", "used_in"), name.split("|"), strict=True)) | _kg(total)
        for name, total in sorted(totals.items())
    ]


def _weighed(groups: Mapping[str, Sequence[Line]]) -> dict[str, float]:
    """Return shares of transport activity."""
    tkm = {name: _tkm(group) for name, group in groups.items()}
    whole = math.fsum(tkm.values())
    return {name: part / whole for name, part in tkm.items() if part} if whole else {}


def _data_shares(inventory: Inventory, about: About) -> dict[str, Any]:
    carriage = _carriage(inventory.lines)

    def evidence(line: Line) -> str:
        return about.distance_evidence.get(_key(line), "not stated")

    return {
        "by_emissions": inventory.share_by("data_type"),
        "by_tkm": _weighed(_grouped(carriage, lambda x: x.data_type)),
        "quality_by_emissions": inventory.share_by("quality"),
        "tier_by_emissions": inventory.share_by("quality_tier"),
        "distance_evidence_by_tkm": _weighed(_grouped(carriage, evidence)),
    }


def _gases(inventory: Inventory) -> dict[str, Any]:
    shares = inventory.share_by("gas_set")
    return {
        "gwp_sets": list(inventory.gwp_sets),
        "co2_only_share": math.fsum(s for n, s in shares.items() if "co2" in n.split("+")),
    }


def _key(line: Line) -> Key:
    return line.element.shipment_id, line.element.leg_no


def _chains(lines: Sequence[Line], about: About) -> dict[str, Any]:
    chains = _grouped(lines, lambda x: x.element.shipment_id)
    stated: dict[str, Any] = {
        "count": len(chains),
        "elements": len(lines),
        "changes_without_hub": sum(map(_bare_changes, chains.values())),
    }
    if about.level == "service":
        stated["services"] = [
            {"shipment_id": name} | _kg(_total(group)) | _activity(group) | _intensity(group)
            for name, group in chains.items()
        ]
    return stated


def _bare_changes(chain: Sequence[Line]) -> int:
    kinds = [x.element.kind for x in sorted(chain, key=_key)]
    return sum(a == b == "transport" for a, b in pairwise(kinds))


def _by_owner(lines: Sequence[Line], about: About) -> list[dict[str, Any]]:
    groups = _grouped(lines, lambda x: "own" if _key(x) in about.own_transport else "third party")
    return [{"run_by": name, "elements": len(x)} | _kg(_total(x)) for name, x in groups.items()]


def _categories(lines: Sequence[Line], factors: Factors) -> list[dict[str, Any]]:
    rows = []
    for name, group in _grouped(lines, lambda x: x.category).items():
        origin = factors.origin(name)
        rows.append(
            {
                "category": name,
                "elements": len(group),
                "wtw_kgco2e": kg_text(_total(group).wtw_mg),
                "quality": origin.quality,
                "published_on": str(origin.published_on),
                "deviation_share": max(x.deviation_share for x in group),
                "most_steps_down": max(x.element.match_steps for x in group),
            }
        )
    return rows


def _sources(lines: Sequence[Line], factors: Factors) -> list[dict[str, str]]:
    cards = {k: s for table in factors.tables for k, s in table.card.sources.items()}
    named = sorted({one for line in lines for one in line.source_id.split("|") if one})
    said = ("publisher", "title", "edition", "licence", "read")
    return [
        {"source_id": one} | {x: str(getattr(cards[one], x)) if one in cards else "" for x in said}
        for one in named
    ]


def _outside(about: About) -> int:
    start, end = about.period_start, about.period_end
    if start is None or end is None:
        return 0
    return sum(not start <= day <= end for day in about.departures)


def _warnings(inventory: Inventory, about: About, late: Mapping[str, str]) -> list[str]:
    said = []
    if not _period(about)["about_a_year"]:
        length = "is not stated" if about.days is None else f"has {about.days} days"
        said.append(f"the period {length}; categories hold for about a year")
    if outside := _outside(about):
        said.append(
            f"{outside} of {len(about.departures)} dated legs departed outside of the period: "
            f"{min(about.departures)} to {max(about.departures)}"
        )
    if len(inventory.gwp_sets) > 1:
        said.append(f"figures on {' and '.join(inventory.gwp_sets)} warming potentials are mixed")
    if late:
        said.append(f"restated: {len(late)} categories were published after {about.as_of}")
    if about.refused:
        said.append(f"{len(about.refused)} rows were refused and are in no total")
    bare = _chains(inventory.lines, about)["changes_without_hub"]
    if bare:
        said.append(f"{bare} changes of vehicle have no handling between them")
    return said
