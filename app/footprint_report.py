"""Make the report of a footprint: the elements that ISO 14083 asks for, as JSON and as a page."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from app.views.footprint_html import footprint_html
from data.errors import GreenlaneError
from emissions.conformity import Evidence, guard_words, readiness, refuse_claims
from emissions.measures import World, per_year_of, read_measures, weigh
from emissions.report import About, footprint_report
from emissions.targets import Period, read_targets, stand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.footprints import FootprintResult
    from data.findings import Report

LEVELS = ("organisation", "service")


def read_period(text: str) -> tuple[date, date] | None:
    """Read START/END; blank is None.

    Raises
    ------
    GreenlaneError
        if they are not two dates in order.
    """
    if not text:
        return None
    start, _, end = text.partition("/")
    try:
        found = date.fromisoformat(start), date.fromisoformat(end)
    except ValueError:
        raise GreenlaneError(f"--period {text!r}, wanted START/END as dates") from None
    if found[0] > found[1]:
        raise GreenlaneError(f"--period {text!r}, wanted a start before its end")
    return found


def report_of(
    result: FootprintResult,
    *,
    subject: str = "",
    level: str = "organisation",
    period: tuple[date, date] | None = None,
    omissions: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Return the report of a footprint; the period is that of its legs unless told otherwise.

    Raises
    ------
    DataError
        if subject or omissions claim what only a third party can give.
    """
    start, end = period or _period_of(result)
    keys = [(leg.values["shipment_id"], leg.values["leg_no"]) for leg in result.legs]
    evidence = {
        key: leg.values["distance_evidence"]
        for key, leg in zip(keys, result.legs, strict=True)
        if leg.values["distance_evidence"]
    }
    about = About(
        subject=subject or _named_by_file(result.intake.file),
        period_start=start,
        period_end=end,
        level=level,
        refused=result.refused,
        distance_evidence=evidence,
        carrier_rows=_carrier_rows(result),
        departures=_departures(result),
        omissions=tuple(omissions),
        as_of=result.options.as_of,
    )
    return footprint_report(result.inventory, result.factors, about)


def _named_by_file(file: str) -> str:
    """Return a file's name as subject, unless the name itself makes a claim: nobody stated it."""
    return file if guard_words(file).ok else "Freight of one file"


def _departures(result: FootprintResult) -> tuple[date, ...]:
    times = (leg.values["departs_at"] for leg in result.legs)
    return tuple(when.date() for when in times if when is not None)


def _period_of(result: FootprintResult) -> tuple[date | None, date | None]:
    times = [
        when.date()
        for leg in result.legs
        for when in (leg.values["departs_at"], leg.values["arrives_at"])
        if when is not None
    ]
    return (min(times), max(times)) if times else (None, None)


def _carrier_rows(result: FootprintResult) -> list[dict[str, Any]]:
    """Return the legs that bring the carrier's own figure, with ours beside it."""
    from app.footprints import result_rows  # noqa: PLC0415  (it stands above this room's reports)

    return [row for row in result_rows(result) if row["carrier_wtw_kgco2e"] is not None]


def check_of(report: dict[str, Any], result: FootprintResult) -> Report:
    """Return the readiness for CountEmissionsEU, as of the newest thing that is known here."""
    days = [o.origin.published_on for o in result.factors.tocs.values()]
    period_end = report["period"]["end"]
    newest = max(days) if period_end == "not stated" else date.fromisoformat(period_end)
    return readiness(report, Evidence(checked_on=result.options.as_of or newest))


def page_of(
    report: dict[str, Any],
    check: Report,
    *,
    targets: Sequence[dict[str, Any]] = (),
    measures: dict[str, Any] | None = None,
) -> bytes:
    """Return the report as one page that loads nothing."""
    return footprint_html(report, targets=targets, measures=measures, readiness=check).encode()


def stand_against(
    result: FootprintResult, report: dict[str, Any], file: str, content: bytes
) -> list[dict[str, Any]]:
    """Return where each target of a file stands, the year of this footprint included.

    The footprint is added as the period of the year in which it ends, unless the file tells of that
    year itself; a report without a period adds none.
    """
    found = []
    targets = read_targets(content, file)
    refuse_claims((file, target.name) for target in targets)
    for target in targets:
        periods = list(target.periods)
        end = report["period"]["end"]
        year = None if end == "not stated" else date.fromisoformat(end).year
        if year and year > target.baseline.year and year not in {p.year for p in periods}:
            periods.append(
                Period(
                    year=year,
                    kgco2e=result.inventory.physical.wtw_kgco2e,
                    activity=result.inventory.activity_tkm or None,
                )
            )
        found.append(stand(target, periods).document())
    return found


def weigh_measures(result: FootprintResult, content: bytes, file: str) -> dict[str, Any]:
    """Return what each measure of a file saves in a year, in one comparable table."""
    measures, scale = read_measures(content, file)
    refuse_claims((file, measure.name) for measure in measures)
    elements = tuple(line.element for line in result.inventory.lines)
    packaging = {
        (leg.values["shipment_id"], leg.values["leg_no"]): leg.values["packaging_mass_kg"]
        for leg in result.legs
        if leg.values["packaging_mass_kg"]
    }
    world = World(elements=elements, factors=result.factors, packaging_kg=packaging)
    return weigh(world, measures, per_year=per_year_of(elements, scale))
