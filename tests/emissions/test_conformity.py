"""What others ask of a report: CountEmissionsEU item by item, and words that we may not say."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from data import open_catalogue
from data.errors import DataError
from data.findings import Finding, Severity, Verdict
from emissions import TCE, Factors, take_inventory
from emissions.conformity import Evidence, eu_database_rows, guard_words, readiness
from emissions.library import Provenance, with_rows
from emissions.report import About, footprint_report

FACTORS = Factors.load(open_catalogue())


def sample() -> dict[str, Any]:
    flight = TCE(
        shipment_id="S", leg_no=1, kind="transport", mode="air", origin="PVG", destination="FRA",
        mass_kg=1000.0, distance_km=8880.0, distance_kind="gcd", toc_id="AIR-LONGHAUL-AVG",
    )  # fmt: skip
    about = About(subject="S", period_start=date(2025, 1, 1), period_end=date(2025, 12, 31))
    return footprint_report(take_inventory([flight], FACTORS), FACTORS, about)


REPORT = sample()


def check(report: dict[str, Any] | None = None, **evidence: Any) -> dict[str, Finding]:
    shown = Evidence(**({"checked_on": date(2026, 6, 1)} | evidence))
    return {f.code: f for f in readiness(report or REPORT, shown).findings}


def broken(*path: str, value: object) -> dict[str, Any]:
    """The report with one entry changed."""
    report = deepcopy(REPORT)
    place = report
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return report


def test_a_whole_report_passes_what_can_be_known() -> None:
    """All that a report can show by itself; the rest is unknown, which is no pass."""
    found = check()
    unknown = {code for code, f in found.items() if f.verdict is Verdict.UNKNOWN}
    assert unknown == {"CEU-11", "CEU-12"}
    assert all(f.verdict is Verdict.PASS for code, f in found.items() if code not in unknown)
    assert not readiness(REPORT, Evidence(checked_on=date(2026, 6, 1))).ok


@pytest.mark.parametrize(
    ("code", "report"),
    [
        ("CEU-01", broken("totals", "energy_provision_wtt_kgco2e", value="0.000000")),
        ("CEU-02", broken("method", value="GLEC-aligned")),
        ("CEU-03", broken("data_shares", "by_emissions", value={})),
        ("CEU-04", broken("sources", value=[{"source_id": "x", "publisher": ""}])),
        ("CEU-05", broken("activity", "tkm_by_distance_kind", value={"actual": 1.0})),
        ("CEU-06", broken("chains", "changes_without_hub", value=2)),
        ("CEU-07", broken("totals", "wtw_kgco2e", value="1.000000")),
        ("CEU-08", broken("intensity", "total_g_per_tkm", value=None)),
        ("CEU-09", broken("gases", "co2_only_share", value=0.25)),
    ],
)
def test_each_item_fails_when_its_own_fault_is_planted(code: str, report: dict[str, Any]) -> None:
    """One fault, one failing item: TTW alone, no method, netted offsets and so on."""
    assert check(report)[code].verdict is Verdict.FAIL


def test_co2_alone_only_informs() -> None:
    """Some published grids count CO2 alone: told by its share, not decisive."""
    assert check()["CEU-09"].severity is Severity.WARNING


def test_old_default_values_are_a_doubt() -> None:
    """Updated values within 18 months: without the database nobody can say more than unknown."""
    assert check(checked_on=date(2026, 6, 1))["CEU-10"].verdict is Verdict.PASS
    late = check(checked_on=date(2027, 6, 1))["CEU-10"]
    assert late.verdict is Verdict.UNKNOWN
    assert "AIR-LONGHAUL-AVG (2025-06-10)" in late.message


def test_assurance_is_unknown_until_named_and_never_checked_here() -> None:
    """The author's word, marked as such; small companies are exempt."""
    assert check()["CEU-11"].verdict is Verdict.UNKNOWN
    named = check(verifier="Some body, statement 7")["CEU-11"]
    assert named.verdict is Verdict.PASS
    assert "not checked here" in named.message
    assert "exempt" in check(small_company=True)["CEU-11"].message


def test_the_tool_is_never_more_than_unknown() -> None:
    """It has no certificate, whatever an author writes."""
    for words in ("", "C-123"):
        assert check(tool_certificate=words)["CEU-12"].verdict is Verdict.UNKNOWN


def test_the_day_of_application_is_not_known_exactly() -> None:
    """In force 1 June 2026, applies about the end of 2030: before, it does not apply yet."""
    assert "does not apply yet" in check()["CEU-13"].message
    assert check(checked_on=date(2031, 1, 1))["CEU-13"].verdict is Verdict.UNKNOWN


def test_facts_of_the_regulation_bear_their_mark() -> None:
    """The text of Regulation (EU) 2026/1030 was not read: said in each finding that uses it."""
    for code in ("CEU-10", "CEU-11", "CEU-12", "CEU-13"):
        assert "was not read" in check()[code].message
        assert check()[code].clause == ""  # no article is known by number


def test_the_checklist_itself_claims_nothing() -> None:
    """It is a self-check too."""
    words = " ".join(f"{f.about} {f.message}" for f in check().values())
    assert guard_words(words).ok


@pytest.mark.parametrize(
    "words",
    [
        "Certified by us",
        "a VERIFIED footprint",
        "ISO 14083 compliant",
        "zertifiziert nach ISO",
        "zertifizierte Werte",
        "verifiziert",
        "un bilan certifié",
        "empreintes vérifiées",
        "huella certificada",
        "datos verificados",
        "impronta certificata",
        "通过认证的数据",
        "核证",
        "認證",
        "veri\u00adfied",  # a soft hyphen hides nothing
        "ver\u200bified",
        "ｖｅｒｉｆｉｅｄ",  # noqa: RUF001  (wide letters are the point)
        "certifie\u0301",  # decomposed accent
        "not only certified",
        "not certified but verified",
    ],
)
def test_words_of_a_third_party_are_found(words: str) -> None:
    """In the languages of our users, in any case, form and disguise."""
    report = guard_words(words, "cover page")
    assert not report.ok
    assert report.findings[0].about == "cover page"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "self-check",
        "It is no verification by a third party.",
        "no third party has verified these figures",
        "Self-check only: no third party has verified this plan.",
        "Not verified,  not\ncertified.",
        "nicht zertifiziert",
        "certification of the calculation tool",
        "electricity certificates",
        "certificates, verifier, verifiable",
        "unverified_column",
    ],
)
def test_our_own_denials_and_plain_nouns_pass(words: str) -> None:
    """Whole words only: a certificate of electricity is a thing, not a claim."""
    assert guard_words(words).ok


def test_every_word_found_is_told() -> None:
    """All faults, not the first."""
    assert len(guard_words("certified, verified and compliant").findings) == 3


ROW = {
    "category_id": "EU-ROAD-ARTIC",
    "mode": "road",
    "region": "EU",
    "vehicle": "articulated truck",
    "energy_carrier": "diesel",
    "wtt_gco2e_per_tkm": "20",
    "ttw_gco2e_per_tkm": "60",
    "distance_kind": "SFD",
    "gwp_set": "AR5",
    "deviation_share": "0.3",
    "published_on": "2029-01-01",
    "valid_from": "",
    "valid_to": "",
    "edition": "draft",
}


def test_a_table_in_the_expected_layout_becomes_factors() -> None:
    """The seam for the coming EU database: rows that our own readers take."""
    rows = eu_database_rows(list(ROW), [ROW], source_id="eu-db")
    source = Provenance(source_id="eu-db", publisher="EU", title="Default intensities")
    toc = with_rows(FACTORS, "eu", {"intensities": rows}, source).toc("EU-ROAD-ARTIC")
    assert (toc.wtt_kgco2e_per_tkm, toc.ttw_kgco2e_per_tkm) == (0.02, 0.06)
    assert (toc.distance_kind, toc.origin.quality) == ("sfd", "default")


def test_an_unknown_layout_is_refused_by_name() -> None:
    """The databases are not published yet: nothing is guessed."""
    with pytest.raises(DataError, match=r"unknown layout with co2 beyond .* not published yet"):
        eu_database_rows([*ROW, "co2"], [ROW], source_id="eu-db")
    with pytest.raises(DataError, match="without edition"):
        eu_database_rows([n for n in ROW if n != "edition"], [], source_id="eu-db")


def test_all_faulty_rows_are_named() -> None:
    """A zero, a word and an unknown distance: three rows, three lines."""
    bad = [
        ROW | {"wtt_gco2e_per_tkm": "0", "ttw_gco2e_per_tkm": "0"},
        ROW | {"ttw_gco2e_per_tkm": "n/a"},
        ROW | {"distance_kind": "as driven"},
        ROW | {"wtt_gco2e_per_tkm": "nan"},
    ]
    with pytest.raises(DataError) as caught:
        eu_database_rows(list(ROW), [ROW, *bad], source_id="eu-db")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        f"EU database row {n}" for n in (3, 4, 5, 6)
    ]
