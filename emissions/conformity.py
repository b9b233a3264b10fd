"""Hold a report against what others ask: CountEmissionsEU, the GHG Protocol, words for experts.

A self-check by the program that wrote the report, never more. What is said of Regulation 2026/1030
comes from secondary sources (its text was not read) and bears the mark † in every finding; articles
are therefore left blank. It is in force since 1 June 2026 and applies from about the end of 2030†.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from data.errors import DataError
from data.findings import Finding, Report, Severity, Verdict
from data.units import G_PER_KG, MG_PER_KG, kg_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from data.tables import Row
    from emissions.factors import Factors
    from emissions.inventory import Line
    from emissions.report import About

    Document = Mapping[str, Any]

# About 48 months after 1 June 2026†; the exact day was not read.
APPLIES_FROM = date(2030, 12, 1)
_UPDATE_MONTHS = 18  # within which new intensity values must be taken up†
_DAYS_PER_MONTH = 30.4375
_MARK = " (†: from secondary sources, the regulation's text was not read)"

# Words that only a third party may say, in the languages of our users; stems take their endings.
_CLAIMS = re.compile(
    r"(?<!\w)(?:certified|verified|compliant|zertifiziert\w{0,3}|verifiziert\w{0,3}"
    r"|certifiée?s?|vérifiée?s?|certificad[oa]s?|verificad[oa]s?|certificat[oaie]|verificat[oaie])"
    r"(?!\w)|认证|核证|認證|核證",
    re.IGNORECASE,
)
# What we say ourselves to deny such a claim, whole phrases only.
_DENIALS = (
    "no third party has verified these figures",
    "no third party has verified this plan",
    "not verified",
    "not certified",
    "never says certified",
    "nicht zertifiziert",
    "nicht verifiziert",
    "未经认证",
    "未经核证",
)


def guard_words(text: str, about: str = "text") -> Report:
    """Find words that claim what only a third party can give; our own denials are let pass.

    Invisible characters are dropped, wide letters made plain and underscores read as spaces first,
    so that a word cannot hide.

    >>> guard_words("Verified by us.").ok, guard_words("Self-check, not verified.").ok
    (False, True)
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    plain = " ".join(plain.replace("_", " ").split())
    for denial in _DENIALS:
        plain = re.sub(rf"(?<!\w){re.escape(denial)}(?!\w)", "-", plain, flags=re.IGNORECASE)
    found = sorted({m.group().lower() for m in _CLAIMS.finditer(plain)})
    return Report.of(
        _finding("WORD-01", Verdict.FAIL, about, f"found {word!r}, wanted 'self-check'")
        for word in found
    ) + Report.of(
        [] if found else [_finding("WORD-01", Verdict.PASS, about, "self-check: no such word")]
    )


def refuse_claims(texts: Iterable[tuple[str, str]]) -> None:
    """Refuse words of a user that would stand in a report as our own claim.

    Raises
    ------
    DataError
        naming each text and the words found in it.
    """
    found = [f for about, text in texts for f in guard_words(text, about).failed()]
    if found:
        raise DataError("\n".join(f"{f.about}: {f.message}" for f in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the author of a report can show beside it."""

    checked_on: date
    verifier: str = ""  # who assured the report, and the reference of the statement
    tool_certificate: str = ""
    small_company: bool | None = None


def readiness(report: Document, evidence: Evidence) -> Report:
    """Check a footprint report, item by item; an answer that cannot be known is UNKNOWN."""
    found = [item(report) for item in _ITEMS]
    return Report.of(
        [*found, _updated(report, evidence), _assured(evidence), _tool(evidence), _when(evidence)]
    )


def _finding(code: str, verdict: Verdict, about: str, message: str, clause: str = "") -> Finding:
    return Finding(code=code, verdict=verdict, about=about, message=message, clause=clause)


def _verdict(right: bool) -> Verdict:  # noqa: FBT001  (it is the question)
    return Verdict.PASS if right else Verdict.FAIL


def _boundary(report: Document) -> Finding:
    wtt, ttw, wtw = (
        float(report["totals"][f"{part}_kgco2e"])
        for part in ("energy_provision_wtt", "operation_ttw", "wtw")
    )
    whole = math.isclose(wtt + ttw, wtw, abs_tol=1e-6) and not (wtw > 0 and wtt == 0)
    message = f"well-to-wheel {wtw:g} kg = operation {ttw:g} + energy provision {wtt:g}"
    return _finding("CEU-01", _verdict(whole), "boundary", message)


def _method(report: Document) -> Finding:
    named = str(report.get("method", ""))
    right = named.startswith("ISO 14083:2023")
    message = f"found {named or 'nothing'!r}, wanted ISO 14083:2023"
    return _finding("CEU-02", _verdict(right), "method", message, "ISO 14083, 13.2†")


def _shares(report: Document) -> Finding:
    shares = report["data_shares"]["by_emissions"]
    right = bool(shares) and math.isclose(math.fsum(shares.values()), 1.0, abs_tol=1e-9)
    told = ", ".join(f"{kind} {share:.1%}" for kind, share in shares.items()) or "nothing"
    return _finding(
        "CEU-03", _verdict(right), "primary data share", f"found {told}", "ISO 14083, 13.3†"
    )


def _sources(report: Document) -> Finding:
    sources = report["sources"]
    nameless = [s["source_id"] for s in sources if not s.get("publisher")]
    right = bool(sources) and not nameless
    message = f"{len(sources)} sources; without a publisher: {', '.join(nameless) or 'none'}"
    return _finding("CEU-04", _verdict(right), "data sources", message, "ISO 14083, 13.3†")


def _distances(report: Document) -> Finding:
    kinds = report["activity"]["tkm_by_distance_kind"]
    right = bool(kinds) and not {"not_stated", "actual", ""} & set(kinds)
    message = f"found {', '.join(kinds) or 'none'}, wanted shortest feasible or great-circle (air)"
    return _finding("CEU-05", _verdict(right), "distance kinds", message, "ISO 14083, 3.1.27†")


def _hubs(report: Document) -> Finding:
    without = report["chains"]["changes_without_hub"]
    message = f"{without} changes of vehicle have no handling between them, wanted 0"
    return _finding("CEU-06", _verdict(without == 0), "hubs", message)


def _no_netting(report: Document) -> Finding:
    parts = [*report["by_mode"], *report["by_hub_kind"]]
    total = math.fsum(float(p["wtw_kgco2e"]) for p in parts)
    right = math.isclose(total, float(report["totals"]["wtw_kgco2e"]), abs_tol=1e-5)
    message = "the total is the sum of its elements; no offset is in it"
    if not right:
        message = f"elements sum to {total:g} kg, the total says {report['totals']['wtw_kgco2e']}"
    return _finding("CEU-07", _verdict(right), "offsets", message, "ISO 14083, 13.4.2†")


def _per_unit(report: Document) -> Finding:
    g = report["intensity"]["total_g_per_tkm"]
    message = f"{g:.4g} g CO2e per tkm" if g else "no activity, so nothing per tkm"
    return _finding("CEU-08", _verdict(bool(g)), "per unit of activity", message, "ISO 14083, 12†")


def _gases(report: Document) -> Finding:
    share = report["gases"]["co2_only_share"]
    message = f"{share:.1%} of the total rests on factors of CO2 alone, wanted all gases"
    found = _finding("CEU-09", _verdict(share == 0), "gases", message)
    return replace(found, severity=Severity.WARNING)


_ITEMS: tuple[Callable[[Document], Finding], ...] = (
    *(_boundary, _method, _shares, _sources, _distances, _hubs, _no_netting, _per_unit, _gases),
)


def _updated(report: Document, evidence: Evidence) -> Finding:
    """Old default values are only a doubt: whether newer ones exist, no table here can tell."""
    old = [
        f"{c['category']} ({c['published_on']})"
        for c in report["categories"]
        if (evidence.checked_on - date.fromisoformat(c["published_on"])).days
        > _UPDATE_MONTHS * _DAYS_PER_MONTH
    ]
    message = (
        f"published more than {_UPDATE_MONTHS} months before {evidence.checked_on}: "
        f"{', '.join(old) or 'none'}; a newer edition must be taken up in that time{_MARK}"
    )
    verdict = Verdict.UNKNOWN if old else Verdict.PASS
    return _finding("CEU-10", verdict, "updated intensities", message)


def _assured(evidence: Evidence) -> Finding:
    exempt = (
        " Small companies are exempt unless they want proof†." if evidence.small_company else ""
    )
    if not evidence.verifier:
        message = f"no assurance statement of a third party is named.{exempt}{_MARK}"
        return _finding("CEU-11", Verdict.UNKNOWN, "assurance", message)
    message = f"its author names {evidence.verifier!r}; not checked here.{exempt}"
    return _finding("CEU-11", Verdict.PASS, "assurance", message)


def _tool(evidence: Evidence) -> Finding:
    stated = evidence.tool_certificate
    named = f"its author names {stated!r}" if stated else "this tool has none"
    message = f"certification of the calculation tool: {named}; not checked here{_MARK}"
    return _finding("CEU-12", Verdict.UNKNOWN, "calculation tool", message)


def _when(evidence: Evidence) -> Finding:
    applies = evidence.checked_on >= APPLIES_FROM
    message = (
        f"{'applies' if applies else 'does not apply yet'} on {evidence.checked_on}: from about "
        f"{APPLIES_FROM:%B %Y}, to transport that starts or ends in the Union{_MARK}"
    )
    verdict = Verdict.UNKNOWN if applies else Verdict.PASS
    found = _finding("CEU-13", verdict, "application", message)
    return replace(found, severity=Severity.WARNING)


# Incoterms under which the buyer bears the main carriage; FAS and FOB leave the way to the ship to
# the seller.
_BUYER_PAYS = ("EXW", "FCA", "FAS", "FOB")
_SELLER_TO_SHIP = ("FAS", "FOB")
_UPSTREAM = "scope 3, category 3 (fuel and energy provision)"


def ghg_protocol(lines: Sequence[Line], factors: Factors, about: About) -> list[dict[str, str]]:
    """Return the totals by scope and category of the GHG Protocol; nothing stands twice.

    Own fuel: operation in scope 1, provision in category 3. Own electricity: generation in scope 2,
    upstream and grid losses in category 3. What others run: category 4 where the reporting company
    pays for it, category 9 where the incoterm has its customer pay (GLEC Framework v3.0, pages 57
    and 65, for the first; categories 4 and 9 from memory).
    """
    ships: dict[str, int] = {}
    for e in (line.element for line in lines):
        if e.mode == "sea" and e.kind == "transport":
            ships[e.shipment_id] = min(e.leg_no, ships.get(e.shipment_id, e.leg_no))
    totals: dict[str, tuple[int, int]] = {}
    for line in lines:
        for scope, here, there in _scopes(line, factors, about, ships):
            location, market = totals.get(scope, (0, 0))
            totals[scope] = location + here, market + there
    return [
        {"scope": s, "kgco2e": kg_text(x), "market_based_kgco2e": kg_text(y)}
        for s, (x, y) in sorted(totals.items())
        if x or y
    ]


def _scopes(
    line: Line, factors: Factors, about: About, ships: Mapping[str, int]
) -> list[tuple[str, int, int]]:
    e, here, there = line.element, line.physical, line.market_based
    if (e.shipment_id, e.leg_no) not in about.own_transport:
        term = about.incoterms.get(e.shipment_id, "").strip().upper()[:3]
        to_ship = term in _SELLER_TO_SHIP and e.leg_no < ships.get(e.shipment_id, 0)
        unpaid = term in _BUYER_PAYS and not to_ship
        category = "9 (downstream transport)" if unpaid else "4 (upstream transport)"
        return [(f"scope 3, category {category}", here.wtw_mg, there.wtw_mg)]
    burnt = ("scope 1", here.ttw_mg, there.ttw_mg)
    if not e.energy_kwh:
        electric = e.toc_id in factors.tocs and factors.toc(e.toc_id).carrier_id == "electricity"
        provision = "scope 2 and scope 3, category 3 (kWh not known)" if electric else _UPSTREAM
        return [burnt, (provision, here.wtt_mg, there.wtt_mg)]
    grid = factors.grid(e.grid_id)
    rate, residual = grid.generation_kgco2e_per_kwh, grid.residual_kgco2e_per_kwh
    drawn = round(e.energy_kwh * rate * MG_PER_KG)
    bought = round(
        (e.energy_kwh - e.eac_kwh) * (rate if residual is None else residual) * MG_PER_KG
    )
    rest = (_UPSTREAM, here.wtt_mg - drawn, there.wtt_mg - bought)
    return [burnt, ("scope 2 (electricity)", drawn, bought), rest]


# The two free databases of the Union (default intensities; emission factors) are not published yet.
# This is the layout that we expect, by our own names; a real one gets an entry of its own.
EXPECTED_LAYOUT = "expected-intensities"
_EXPECTED = (
    *("category_id", "mode", "region", "vehicle", "energy_carrier", "wtt_gco2e_per_tkm"),
    *("ttw_gco2e_per_tkm", "distance_kind", "gwp_set", "deviation_share", "published_on"),
    *("valid_from", "valid_to", "edition"),
)
_DISTANCES = {"SFD": "sfd", "GCD": "gcd", "actual": "actual"}


def eu_database_rows(
    header: Sequence[str], rows: Sequence[Mapping[str, str]], *, source_id: str
) -> list[Row]:
    """Map a table of the coming EU database of default intensities to rows of ours.

    Raises
    ------
    DataError
        for a layout that is not known by name, or rows that cannot be mapped, all of them named.
    """
    if set(header) != set(_EXPECTED):
        more = ", ".join(sorted(set(header) - set(_EXPECTED))) or "nothing"
        lacks = ", ".join(sorted(set(_EXPECTED) - set(header))) or "nothing"
        raise DataError(
            f"EU database: unknown layout with {more} beyond {EXPECTED_LAYOUT!r} and without "
            f"{lacks}; the databases are not published yet, and a layout is read by name only"
        )
    made, faults = [], []
    for number, row in enumerate(rows, start=2):
        try:
            made.append(_intensity(row, source_id))
        except (KeyError, ValueError) as fault:
            faults.append(f"EU database row {number}: {type(fault).__name__} {fault}")
    if faults:
        raise DataError("\n".join(faults))
    return made


def _intensity(row: Mapping[str, str], source_id: str) -> Row:
    wtt, ttw = (float(row[f"{part}_gco2e_per_tkm"]) / G_PER_KG for part in ("wtt", "ttw"))
    if not (math.isfinite(wtt) and math.isfinite(ttw) and min(wtt, ttw) >= 0 < wtt + ttw):
        raise ValueError(f"wtt and ttw found {wtt} and {ttw}, wanted finite and >= 0, not both 0")
    return {
        "toc_id": row["category_id"],
        "mode": row["mode"],
        "region": row["region"],
        "vehicle": row["vehicle"],
        "carrier_id": row["energy_carrier"] or None,
        "wtt_kgco2e_per_tkm": wtt,
        "ttw_kgco2e_per_tkm": ttw,
        "distance_kind": _DISTANCES[row["distance_kind"]],
        "daf_included": "unknown",
        "empty_running_included": "unknown",
        "boundary": "wtw",
        "gas_set": "co2e",
        "gwp_set": row["gwp_set"],
        "deviation_share": float(row["deviation_share"]),
        "published_on": date.fromisoformat(row["published_on"]),
        "valid_from": date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        "quality": "default",
        "source_id": source_id,
        "locator": f"edition {row['edition']}",
    }
