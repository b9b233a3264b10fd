"""Shape of iLEAP 1.0.0 objects and their PACT v2 envelope; what they mean is for `rules`.

Amounts are decimals, written as JSON strings without exponent, sign or comma. Words of a closed
list are demanded of what we write; what we read may hold words that a later edition adds: they are
kept as they are and listed by `unknown_words`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import core_schema

from emissions.exchange import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import GetCoreSchemaHandler

PATTERN = r"^-?\d+(\.\d+)?$"
_DECIMAL = re.compile(PATTERN.replace("$", r"\Z"), re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T", re.ASCII)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MAX_DIGITS = 60  # more than any physical amount has; a hostile one may have millions
TOLERANT = {"tolerant": True}  # pydantic context of what others wrote
_UPPER = frozenset({"wtw", "ttw", "dqr"})


def decimal_text(value: Decimal) -> str:
    """Write a decimal as the exchange wants it: plain digits, no exponent, no minus zero.

    >>> decimal_text(Decimal("1.50E+3")), decimal_text(Decimal("-0.0"))
    ('1500', '0.0')
    """
    text = format(value, "f")
    return text.removeprefix("-") if value == 0 else text


def exact(value: float) -> Decimal:
    """Return the decimal that a float is written as: 0.1 is 0.1, not its binary expansion."""
    return Decimal(repr(float(value)))


def _read_decimal(found: object) -> Decimal:
    if isinstance(found, Decimal):
        if not found.is_finite():
            raise ValueError("wanted a finite amount")
        return found
    if not isinstance(found, str):
        raise ValueError("wanted a decimal as a JSON string, such as '36.801'")  # noqa: TRY004
    if len(found) > MAX_DIGITS:
        raise ValueError(f"wanted at most {MAX_DIGITS} characters")
    if not _DECIMAL.match(found):
        raise ValueError("wanted digits with a point, such as '36.801': no comma, exponent or sign")
    return Decimal(found)


Amount = Annotated[
    Decimal,
    BeforeValidator(_read_decimal),
    PlainSerializer(decimal_text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": PATTERN}),
]


def _time_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_time(found: object) -> object:
    # Else pydantic would take a bare number for seconds since 1970.
    if isinstance(found, datetime) or (isinstance(found, str) and _TIME.match(found)):
        return found
    raise ValueError("wanted an ISO 8601 time with offset, such as '2026-05-31T17:31:00Z'")


Time = Annotated[
    AwareDatetime,
    BeforeValidator(_read_time),
    PlainSerializer(_time_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


@dataclass(frozen=True, slots=True)
class OneOf:
    """A word of a closed list, unless the context is tolerant of what others wrote."""

    choices: tuple[str, ...]

    def _check(self, value: str, info: ValidationInfo) -> str:
        if value not in self.choices and not (info.context or {}).get("tolerant"):
            raise ValueError(f"wanted one of {', '.join(self.choices)}")
        return value

    def __get_pydantic_core_schema__(
        self,
        source: Any,  # noqa: ANN401  (pydantic's protocol)
        handler: GetCoreSchemaHandler,
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))


Mode = Annotated[str, OneOf(v.TRANSPORT_MODES)]
Packaging = Annotated[str, OneOf(v.PACKAGING)]
Condition = Annotated[str, OneOf(v.CONDITIONS)]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(p.upper() if p in _UPPER else p.capitalize() for p in rest)


def refuse_unprintable(data: Any) -> Any:  # noqa: ANN401  (whatever a stranger wrote)
    """Return an object as it is, unless a text in it holds control characters or half a one."""
    for name, value in data.items() if isinstance(data, dict) else ():
        texts = value if isinstance(value, list | tuple) else (value,)
        if any(isinstance(text, str) and _UNPRINTABLE.search(text) for text in texts):
            raise ValueError(f"{name} with control characters, wanted plain text")
    return data


class Model(BaseModel):
    """An object of the exchange: frozen, camelCase outside, unknown fields kept."""

    model_config = ConfigDict(
        frozen=True, extra="allow", alias_generator=_camel, populate_by_name=True
    )

    @model_validator(mode="before")
    @classmethod
    def _plain_text(cls, data: Any) -> Any:  # noqa: ANN401  (whatever a stranger wrote)
        """Refuse text that no table or answer can carry."""
        return refuse_unprintable(data)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values as they go out: what is not stated is left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class GlecDistance(Model):
    """A distance by its kind, km; at least one kind."""

    actual: Amount | None = None
    gcd: Amount | None = None
    sfd: Amount | None = None

    @model_validator(mode="after")
    def _any(self) -> GlecDistance:
        if self.actual is None and self.gcd is None and self.sfd is None:
            raise ValueError("wanted at least one of actual, gcd, sfd")
        return self

    def stated(self) -> dict[str, Decimal]:
        """Return the kinds that are stated, in the order in which we prefer them."""
        kinds = {"sfd": self.sfd, "gcd": self.gcd, "actual": self.actual}
        return {kind: value for kind, value in kinds.items() if value is not None}


class Location(Model):
    """Where an element begins or ends; a city at least."""

    city: str
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    street: str | None = None
    zip: str | None = None
    iata: str | None = None
    locode: str | None = None
    uic: str | None = None
    lat: Amount | None = None
    lng: Amount | None = None


class Feedstock(Model):
    """What an energy carrier is made of."""

    feedstock: Annotated[str, OneOf(v.FEEDSTOCKS)]
    feedstock_share: Amount | None = None
    region_provenance: str | None = None


class EnergyCarrier(Model):
    """One carrier of a category or an activity; factors are kg CO2e per unit of energy."""

    energy_carrier: Annotated[str, OneOf(v.ENERGY_CARRIERS)]
    relative_share: Amount
    feedstocks: tuple[Feedstock, ...] | None = None
    energy_consumption: Amount | None = None  # of this carrier, per unit of the whole activity
    energy_consumption_unit: Annotated[str, OneOf(v.CONSUMPTION_UNITS)] | None = None
    emission_factor_wtw: Amount
    emission_factor_ttw: Amount


class TOC(Model):
    """A transport operation category; intensities are kg CO2e per activity unit."""

    toc_id: str
    certifications: tuple[Annotated[str, OneOf(v.CERTIFICATIONS)], ...] | None = None
    description: str | None = None
    mode: Mode
    load_factor: Amount | None = None
    empty_distance_factor: Amount | None = None
    temperature_control: Condition | None = None
    truck_loading_sequence: Annotated[str, OneOf(v.LOADING)] | None = None
    air_shipping_option: Annotated[str, OneOf(v.AIR_OPTIONS)] | None = None
    flight_length: Annotated[str, OneOf(v.FLIGHT_LENGTHS)] | None = None
    energy_carriers: tuple[EnergyCarrier, ...]
    co2e_intensity_wtw: Amount
    co2e_intensity_ttw: Amount
    transport_activity_unit: Annotated[str, OneOf(v.ACTIVITY_UNITS)]


class HOC(Model):
    """A hub operation category; intensities are kg CO2e per tonne or TEU."""

    hoc_id: str
    description: str | None = None
    certifications: tuple[Annotated[str, OneOf(v.CERTIFICATIONS)], ...] | None = None
    hub_type: Annotated[str, OneOf(v.HUB_TYPES)]
    temperature_control: Condition | None = None
    hub_location: Location | None = None
    inbound_transport_mode: Mode | None = None
    outbound_transport_mode: Mode | None = None
    packaging_or_tr_eq_type: Packaging | None = None
    packaging_or_tr_eq_amount: Annotated[int, Field(ge=0, strict=True)] | None = None
    energy_carriers: tuple[EnergyCarrier, ...]
    co2e_intensity_wtw: Amount
    co2e_intensity_ttw: Amount
    hub_activity_unit: Annotated[str, OneOf(v.HUB_ACTIVITY_UNITS)]


class TCE(Model):
    """A transport chain element of one shipment, with its emissions in kg."""

    tce_id: str
    prev_tce_ids: tuple[str, ...] | None = None
    toc_id: str | None = None
    hoc_id: str | None = None
    shipment_id: str
    consignment_id: str | None = None
    mass: Amount
    packaging_or_tr_eq_type: Packaging | None = None
    packaging_or_tr_eq_amount: Amount | None = None
    distance: GlecDistance
    origin: Location | None = None
    destination: Location | None = None
    transport_activity: Amount
    departure_at: Time | None = None
    arrival_at: Time | None = None
    flight_no: str | None = None
    voyage_no: str | None = None
    incoterms: Annotated[str, OneOf(v.INCOTERMS)] | None = None
    co2e_wtw: Amount
    co2e_ttw: Amount
    nox_ttw: Amount | None = None
    sox_ttw: Amount | None = None
    ch4_ttw: Amount | None = None
    pm_ttw: Amount | None = None

    @property
    def teu(self) -> Decimal | None:
        """Containers in TEU, where the packaging says so."""
        each = v.TEU_OF.get(self.packaging_or_tr_eq_type or "")
        amount = self.packaging_or_tr_eq_amount
        return None if each is None or amount is None else amount * each


class ShipmentFootprint(Model):
    """The chain of one shipment."""

    mass: Amount
    volume: Amount | None = None
    shipment_id: str
    tces: tuple[TCE, ...]


class TAD(Model):
    """Activity of one vehicle, for whoever works out its emissions."""

    activity_id: str
    consignment_ids: tuple[str, ...]
    distance: GlecDistance
    mass: Amount | None = None
    load_factor: Amount | None = None
    empty_distance_factor: Amount | None = None
    origin: Location
    destination: Location
    departure_at: Time
    arrival_at: Time
    mode: Mode
    packaging_or_tr_eq_type: Packaging | None = None
    packaging_or_tr_eq_amount: Annotated[int, Field(ge=0, strict=True)] | None = None
    energy_carriers: tuple[EnergyCarrier, ...] | None = None
    temperature_control: Annotated[str, OneOf(v.TAD_CONDITIONS)] | None = None


class Rules(Model):
    """A sector rule that a PCF follows."""

    operator: Annotated[str, OneOf(("PEF", "EPD International", "Other"))]
    rule_names: tuple[str, ...]
    other_operator_name: str | None = None


class CarbonFootprint(Model):
    """The `pcf` part of a PACT v2 footprint, as far as we fill it."""

    declared_unit: Annotated[str, OneOf(("ton kilometer", "kilogram"))]
    unitary_product_amount: Amount
    product_mass_per_declared_unit: Amount
    p_cf_excluding_biogenic: Amount
    fossil_ghg_emissions: Amount
    fossil_carbon_content: Amount
    biogenic_carbon_content: Amount
    characterization_factors: Annotated[str, OneOf(("AR5", "AR6"))]
    ipcc_characterization_factors_sources: tuple[str, ...]
    cross_sectoral_standards_used: tuple[str, ...]
    product_or_sector_specific_rules: tuple[Rules, ...]
    boundary_processes_description: str
    reference_period_start: Time
    reference_period_end: Time
    exempted_emissions_percent: float
    exempted_emissions_description: str
    packaging_emissions_included: bool
    primary_data_share: Annotated[float, Field(ge=0, le=100)] | None = None
    uncertainty_assessment_description: str | None = None


class DataModelExtension(Model):
    """One object of another data model inside a footprint."""

    spec_version: str
    data_schema: str
    documentation: str | None = None
    data: dict[str, Any]


class ProductFootprint(Model):
    """A PACT v2 footprint, as far as we fill it."""

    id: str
    spec_version: str
    version: int
    created: Time
    status: Annotated[str, OneOf(("Active", "Deprecated"))]
    validity_period_start: Time | None = None
    validity_period_end: Time | None = None
    company_name: Annotated[str, Field(min_length=1)]
    company_ids: Annotated[tuple[str, ...], Field(min_length=1)]
    product_description: str
    product_ids: Annotated[tuple[str, ...], Field(min_length=1)]
    product_category_cpc: str
    product_name_company: Annotated[str, Field(min_length=1)]
    comment: str
    pcf: CarbonFootprint
    extensions: tuple[DataModelExtension, ...]


def unknown_words(model: Model, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield (path, found, wanted) of each word that is in none of the lists of this edition."""
    for name, outside, choices in _fields(type(model)):
        here = f"{path}.{outside}" if path else outside
        for at, one in _each(getattr(model, name), here):
            if isinstance(one, Model):
                yield from unknown_words(one, at)
            elif choices and isinstance(one, str) and one not in choices:
                yield at, one, f"one of {', '.join(choices)}"


def unknown_fields(model: Model, path: str = "") -> Iterator[str]:
    """Yield the path of each field that this edition does not know."""
    yield from (f"{path}.{name}" if path else name for name in model.model_extra or {})
    for name, outside, _ in _fields(type(model)):
        here = f"{path}.{outside}" if path else outside
        for at, one in _each(getattr(model, name), here):
            if isinstance(one, Model):
                yield from unknown_fields(one, at)


@cache
def _fields(kind: type[Model]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return (name, name outside, closed list) of each field of a model."""
    return tuple((n, _camel(n), _choices(f)) for n, f in kind.model_fields.items())


def _each(value: object, path: str) -> list[tuple[str, object]]:
    if isinstance(value, tuple):
        return [(f"{path}[{i}]", one) for i, one in enumerate(value)]
    return [] if value is None else [(path, value)]


def _choices(field: Any) -> tuple[str, ...]:  # noqa: ANN401  (pydantic's field)
    """Return the closed list of a field, however deep its annotation holds it."""
    found = [m for m in field.metadata if isinstance(m, OneOf)] or list(_markers(field.annotation))
    return found[0].choices if found else ()


def _markers(annotation: Any) -> Iterator[OneOf]:  # noqa: ANN401  (a type form)
    yield from (m for m in getattr(annotation, "__metadata__", ()) if isinstance(m, OneOf))
    for inner in getattr(annotation, "__args__", ()):
        yield from _markers(inner)
