"""Read iLEAP objects of others, bare or in PACT envelopes; refuse by path, keep what is good."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from data.findings import Finding, Report, Severity, Verdict
from data.tables import Refused
from emissions.exchange.decoding import MAX_BYTES, read_json
from emissions.exchange.models import (
    HOC,
    TAD,
    TOC,
    TOLERANT,
    ShipmentFootprint,
    Time,
    refuse_unprintable,
    unknown_fields,
    unknown_words,
)
from emissions.exchange.pact import SCHEMAS, deviation_told
from emissions.exchange.rules import ROUNDED_KG, Thing, check, close

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from emissions.exchange.models import EnergyCarrier

_T = TypeVar("_T")  # Python 3.11 has no class C[T]

# The field that only one kind of object has, by which a bare one is told.
_MARKS: dict[str, type[Thing]] = {
    "tces": ShipmentFootprint,
    "tocId": TOC,
    "hocId": HOC,
    "activityId": TAD,
}
_BY_SCHEMA: dict[str, type[Thing]] = {
    SCHEMAS["shipment"]: ShipmentFootprint,
    SCHEMAS["toc"]: TOC,
    SCHEMAS["hoc"]: HOC,
    "https://api.ileap.sine.dev/tad.json": TAD,
}
_LONGEST = 80  # characters of a stranger's text in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the footprint around an object says of it; blank for a bare one."""

    company: str = ""
    created: datetime | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    primary_share: float | None = None
    gwp_set: str = ""
    deviation_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Generic[_T]):
    """One object, what was said of it, and where it stood."""

    thing: _T
    envelope: Envelope
    row: int  # place in the document, from 1
    path: str


@dataclass(slots=True, kw_only=True)
class Incoming:
    """All good objects of a document by name, the refused ones by path, and what the rules say."""

    file: str
    shipments: dict[str, Received[ShipmentFootprint]] = field(default_factory=dict)
    tocs: dict[str, Received[TOC]] = field(default_factory=dict)
    hocs: dict[str, Received[HOC]] = field(default_factory=dict)
    tads: dict[str, Received[TAD]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    report: Report = field(default_factory=Report)

    def refuse(self, row: int, path: str, found: object, wanted: str, code: str) -> None:
        """Report one fault by the place where it stands."""
        self.refused.append(
            Refused(
                file=self.file,
                row=row,
                column=path,
                found=str(found)[:_LONGEST],
                wanted=wanted,
                code=code,
            )
        )


def read_objects(content: bytes, *, file: str = "JSON", max_bytes: int = MAX_BYTES) -> Incoming:
    """Read `{"data": [...]}`, a list or a single one of footprints or bare iLEAP objects.

    A bad object is refused with path, found and wanted; the others go on. Words that iLEAP 1.0.0
    does not know are kept and warned of (ILEAP-101), as are fields (ILEAP-102) and data of other
    models (ILEAP-103).

    Raises
    ------
    EmissionsError
        if nothing can be read at all.
    """
    found = Incoming(file=file)
    skipped: list[Finding] = []
    values = _values(read_json(content, where=file, max_bytes=max_bytes))
    for row, (path, value) in enumerate(values, start=1):
        if isinstance(value, dict) and ("pcf" in value or "extensions" in value):
            skipped += _take_footprint(found, row, path, value)
        else:
            _take(found, row, path, value, Envelope())
    found.report = Report.of([*skipped, *_findings(found)])
    return found


def _values(document: Any) -> list[tuple[str, Any]]:  # noqa: ANN401  (JSON)
    data, path = document, ""
    if isinstance(document, dict) and "data" in document:
        data, path = document["data"], "data"
    if not isinstance(data, list):
        return [(path, data)]
    return [(f"{path}[{i}]", one) for i, one in enumerate(data)]


class _HeadPcf(BaseModel):
    """The parts of `pcf` that say how to take the object inside; version 2 or 3."""

    reference_period_start: Time | None = Field(default=None, alias="referencePeriodStart")
    reference_period_end: Time | None = Field(default=None, alias="referencePeriodEnd")
    primary_data_share: float | None = Field(default=None, alias="primaryDataShare", ge=0, le=100)
    characterization_factors: str = Field(default="", alias="characterizationFactors")
    uncertainty: str = Field(default="", alias="uncertaintyAssessmentDescription")


class _Head(BaseModel):
    """The parts of a footprint that we read; the rest is its writer's."""

    plain_text = model_validator(mode="before")(refuse_unprintable)

    company_name: str = Field(default="", alias="companyName")
    created: Time | None = None
    pcf: _HeadPcf = _HeadPcf()
    extensions: list[Any] | None = None


def _take_footprint(
    found: Incoming, row: int, path: str, value: dict[str, Any]
) -> Iterator[Finding]:
    try:
        head = _Head.model_validate(value)
    except ValidationError as fault:
        _refuse_fields(found, row, path, fault)
        return
    envelope = Envelope(
        company=head.company_name,
        created=head.created,
        period_start=head.pcf.reference_period_start,
        period_end=head.pcf.reference_period_end,
        primary_share=head.pcf.primary_data_share,
        gwp_set=head.pcf.characterization_factors,
        deviation_share=deviation_told(head.pcf.uncertainty),
    )
    ours = 0
    for i, extension in enumerate(head.extensions or ()):
        here = _joined(path, f"extensions[{i}]")
        data = extension.get("data") if isinstance(extension, dict) else None
        schema = extension.get("dataSchema") if isinstance(extension, dict) else None
        kind = _BY_SCHEMA.get(schema) if isinstance(schema, str) else None
        if kind or _kind_of(data):
            ours += 1
            _take(found, row, f"{here}.data", data, envelope, kind)
        else:
            said = f"dataSchema {str(schema)[:_LONGEST]!r} is not iLEAP, left out"
            yield _warning("ILEAP-103", here, said)
    if not ours:
        wanted = "an extension with a shipment footprint, TOC, HOC or TAD"
        found.refuse(row, _joined(path, "extensions"), "none of iLEAP", wanted, "no_ileap")


def _kind_of(data: object) -> type[Thing] | None:
    if not isinstance(data, dict):
        return None
    return next((kind for mark, kind in _MARKS.items() if mark in data), None)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _take(  # noqa: PLR0913, PLR0917  (where it stands, and what it is)
    found: Incoming,
    row: int,
    path: str,
    data: object,
    envelope: Envelope,
    kind: type[Thing] | None = None,
) -> None:
    kind = kind or _kind_of(data)
    if kind is None:
        wanted = f"an object with one of {', '.join(_MARKS)}"
        found.refuse(row, path, type(data).__name__, wanted, "not_ileap")
        return
    try:
        thing = kind.model_validate(data, context=TOLERANT)
    except ValidationError as fault:
        _refuse_fields(found, row, path, fault)
        return
    _keep(found, Received(thing=thing, envelope=envelope, row=row, path=path))


def _refuse_fields(found: Incoming, row: int, path: str, fault: ValidationError) -> None:
    for error in fault.errors(include_url=False, include_context=False):
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"])
        at = (path + "".join(steps)).removeprefix(".")
        wanted = error["msg"].removeprefix("Value error, ").removeprefix("wanted ")
        missing = error["type"] == "missing"
        found.refuse(
            row,
            at,
            "" if missing else repr(error["input"]),
            wanted,
            "missing_value" if missing else "bad_value",
        )


def _keep(found: Incoming, one: Received[Any]) -> None:
    shelf, name = _shelf(found, one.thing)
    before = shelf.setdefault(name, one)
    if before is not one and before.thing != one.thing:
        found.refuse(one.row, one.path, name, f"a name not used in {before.path}", "twice")


def _shelf(found: Incoming, thing: Thing) -> tuple[dict[str, Any], str]:
    if isinstance(thing, ShipmentFootprint):
        return found.shipments, thing.shipment_id
    if isinstance(thing, TOC):
        return found.tocs, thing.toc_id
    if isinstance(thing, HOC):
        return found.hocs, thing.hoc_id
    return found.tads, thing.activity_id


def _findings(found: Incoming) -> Iterator[Finding]:
    tocs = {name: one.thing for name, one in found.tocs.items()}
    hocs = {name: one.thing for name, one in found.hocs.items()}
    shelves: tuple[Iterable[Received[Any]], ...] = (
        found.tocs.values(),
        found.hocs.values(),
        found.shipments.values(),
        found.tads.values(),
    )
    for one in (one for shelf in shelves for one in shelf):
        yield from check(one.thing, tocs=tocs, hocs=hocs).findings
        for path, word, wanted in unknown_words(one.thing, one.path):
            yield _warning("ILEAP-101", path, f"found {word[:_LONGEST]!r}, wanted {wanted}")
        for path in unknown_fields(one.thing, one.path):
            yield _warning("ILEAP-102", path[:200], "a field that iLEAP 1.0.0 does not know, kept")
        if isinstance(one.thing, TOC | HOC):
            yield from _consumption(one.thing, one.path)


def _warning(code: str, about: str, message: str) -> Finding:
    return Finding(
        code=code,
        verdict=Verdict.UNKNOWN,
        about=about,
        message=message,
        severity=Severity.WARNING,
    )


def consumption_sense(category: TOC | HOC) -> str:
    """Tell what a sender means by energyConsumption: per unit of what.

    `whole`: of this carrier per unit of the whole activity; `own`: per unit of that share of the
    activity that this carrier drives. The answer is the sense that reproduces the stated intensity,
    `none` where nothing is stated, and blank where neither reproduces it.
    """
    carriers = category.energy_carriers
    if not any(c.energy_consumption for c in carriers):
        return "none"
    stated = category.co2e_intensity_wtw, category.co2e_intensity_ttw
    for sense in ("whole", "own"):
        wtw = sum((_amount(c, sense) * c.emission_factor_wtw for c in carriers), Decimal(0))
        ttw = sum((_amount(c, sense) * c.emission_factor_ttw for c in carriers), Decimal(0))
        if all(close(a, b, ROUNDED_KG) for a, b in zip((wtw, ttw), stated, strict=True)):
            return sense
    return ""


def _amount(carrier: EnergyCarrier, sense: str) -> Decimal:
    amount = carrier.energy_consumption or Decimal(0)
    return amount if sense == "whole" else amount * carrier.relative_share


def _consumption(category: TOC | HOC, path: str) -> Iterator[Finding]:
    if not consumption_sense(category):
        yield _warning(
            "ILEAP-104",
            path,
            "energyConsumption x emission factors gives the stated intensity neither per unit of "
            "all activity nor of the carrier's own share, wanted one of them",
        )
