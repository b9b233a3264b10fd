"""Round and word figures for people; files keep the exact ones."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOT_STATED = "not stated"
HOURS_PER_DAY = 24.0
_SIGNIFICANT = 3
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=])")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:\+00:00|Z)")
_CO2E = re.compile(r"\bco2e\b", re.IGNORECASE)
_SMALL_LEVER = 0.001  # of a plan's CO2e
_LABELS = {
    "business_as_usual": "Business as usual",
    "greenest_in_time": "Greenest in time",
}


def three_digits(value: float) -> str:
    """Return a figure with three significant digits and thousands apart.

    >>> three_digits(313255.52), three_digits(18.4689), three_digits(0.0)
    ('313,000', '18.5', '0')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else NOT_STATED
    places = _SIGNIFICANT - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    return f"{rounded:,.{max(places, 0)}f}"


def kg(value: float | str | None, *, unit: str = "kg CO₂e") -> str:
    """Return a mass of CO2e with its unit."""
    return NOT_STATED if value is None else f"{three_digits(float(value))} {unit}"


def interval(low: float, high: float) -> str:
    """Return an interval of CO2e."""
    return f"{three_digits(low)} to {three_digits(high)} kg"


def beside_cost(cost: Mapping[str, float]) -> str:
    """Return what a plan counts besides what is paid, in words; empty where there is nothing.

    >>> beside_cost({"lateness": 0.0, "unserved_penalty": 40_000.0})
    'counted besides: 40,000 EUR for what is left behind'
    """
    parts = (
        (cost["lateness"], "for lateness"),
        (cost["unserved_penalty"], "for what is left behind"),
    )
    words = [f"{eur(value)} {what}" for value, what in parts if value > 0]
    return f"counted besides: {' and '.join(words)}" if words else ""


def eur(value: float | None) -> str:
    """Return a cost in whole euros.

    >>> eur(327427.29)
    '327,427 EUR'
    """
    return NOT_STATED if value is None else f"{value:,.0f} EUR"


def days(hours: float | None) -> str:
    """Return hours as days.

    >>> days(234.938)
    '9.8 days'
    """
    return NOT_STATED if hours is None else f"{hours / HOURS_PER_DAY:,.1f} days"


def percent(share: float | None, digits: int = 0) -> str:
    """Return a share in per cent; a share too small to show is never shown as nothing.

    >>> percent(0.4799), percent(0.0004, 1), percent(None)
    ('48 %', '< 0.1 %', 'not stated')
    """
    if share is None:
        return NOT_STATED
    step = 10.0**-digits
    if 0 < share * 100 < step / 2:
        return f"< {step:.{digits}f} %"
    return f"{share * 100:,.{digits}f} %"


def proof(summary: Mapping[str, Any]) -> str:
    """Return how good a plan is known to be."""
    gap = summary.get("gap")
    if summary["status"] == "optimal":
        return "proven optimal"
    if gap is None:
        return str(summary["status"])
    stopped = "interrupted, " if summary["status"] == "interrupted" else ""
    return f"{stopped}within {percent(gap, 2)} of optimal"


def gap(summary: Mapping[str, Any]) -> str:
    """Return the gap to the proven lower bound."""
    value = summary.get("gap")
    return "no bound" if value is None else f"gap {percent(value, 2)}"


def proof_note(summary: Mapping[str, Any]) -> str:
    """Return what a planner must know of how a search ended; nothing, if it ended by itself."""
    if summary["status"] != "interrupted":
        return ""
    return "interrupted: the best plan found until then"


def moment(at: str | None) -> str:
    """Return a time of a file, which is UTC, to the minute; a header says that it is UTC.

    >>> moment("2026-10-03T14:41:00+00:00"), moment(None)
    ('2026-10-03 14:41', '')
    """
    return at[:16].replace("T", " ") if at else ""


def moments(words: str) -> str:
    """Return a sentence with its times of files as people write them.

    >>> moments("due 2026-10-03T14:41:00+00:00; late")
    'due 2026-10-03 14:41 UTC; late'
    """
    return _MOMENT.sub(r"\1 \2 UTC", words)


def subscript(words: str) -> str:
    """Return words with CO2e, and its kilograms, as people write them.

    >>> subscript("before the kgco2e: +2 kg CO2e")
    'before the kg CO₂e: +2 kg CO₂e'
    """
    return _CO2E.sub("CO₂e", words.replace("kgco2e", "kg CO2e"))


def credits_needed(summary: Mapping[str, Any]) -> str:
    """Return whole credits; one credit is one tonne."""
    return f"{summary['credits_t']:,.0f} t"


def tours_words(number: int) -> str:
    """Return so many tours.

    >>> tours_words(1), tours_words(12)
    ('1 tour', '12 tours')
    """
    return "1 tour" if number == 1 else f"{number:,} tours"


def plain(value: object) -> str:
    r"""Return text that Markdown shows as it is: no links, pictures or formulas of strangers.

    >>> plain("![x](y)")
    '\\!\\[x\\]\\(y\\)'
    """
    return _MARKDOWN.sub(r"\\\1", " ".join(str(value).split()))


def scenario_label(name: str, title: str = "") -> str:
    """Return a short name of a scenario for axes and buttons."""
    return _LABELS.get(name) or name.replace("_", " ").strip().capitalize() or title


def levers(document: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    """Return the levers that matter, the cheapest tonne first, and those too small to lead.

    Where a tonne costs the same to the euro, what saves most is first.
    A lever is small below a thousandth of the plan's physical CO2e; where all are, none is.
    """
    least = _SMALL_LEVER * document["summary"]["physical_kgco2e"]["wtw"]
    ranked = sorted(
        document["levers"], key=lambda x: (round(x["eur_per_t"]), -x["saves_kgco2e"], x["about"])
    )
    great = [x for x in ranked if x["saves_kgco2e"] >= least]
    small = [x for x in ranked if x["saves_kgco2e"] < least]
    return (great, small) if great else (small, [])


def air_share(document: Mapping[str, Any]) -> str:
    """Say what carriage by air makes of the physical total, and what could still be bought."""
    share = document["summary"]["mode_shares"].get("air", 0.0)
    offers = [*_saf_on_offer(document["levers"]), *_modes_on_offer(levers(document)[0])]
    head = (
        f"Air makes {percent(share, 1)} of this plan's physical (location-based) CO₂e."
        if share
        else "No shipment flies in this plan."
    )
    return f"{head} Still to be had: {'; '.join(offers)}." if offers else head


def _saf_on_offer(levers: Sequence[Mapping[str, Any]]) -> list[str]:
    saf = [x for x in levers if x["kind"] == "saf"]
    if not saf:
        return []
    total = math.fsum(x["saves_kgco2e"] for x in saf)
    least = min(x["eur_per_t"] for x in saf)
    return [
        (
            f"SAF for the fossil rest, {kg(total)} off the market-based figure from "
            f"{three_digits(least)} EUR per tonne (the physical figure would stay)"
        )
    ]


def _modes_on_offer(levers: Sequence[Mapping[str, Any]]) -> list[str]:
    modes = [x for x in levers if x["kind"] != "saf"]
    if not modes:
        return []
    best = min(modes, key=lambda x: (x["eur_per_t"], x["about"]))
    number = f"{len(modes)} changes" if len(modes) > 1 else "1 change"
    return [
        (
            f"{number} of mode or service, the cheapest for {best['about']}: "
            f"{kg(best['saves_kgco2e'])} at {three_digits(best['eur_per_t'])} EUR per tonne"
        )
    ]
