"""Put each iLEAP object into its PACT v2 envelope; names are hashes of content, dates are given."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rfc8785

from data.units import kg_text
from emissions.errors import EmissionsError
from emissions.exchange.models import (
    HOC,
    CarbonFootprint,
    DataModelExtension,
    ProductFootprint,
    Rules,
    ShipmentFootprint,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from emissions.exchange.models import TOC
    from emissions.exchange.outgoing import Basis, Objects

FOOTPRINT_SPEC = "2.1.0"  # iLEAP 1.0.0 is written for 2.1 and later of the second protocol
EXTENSION_SPEC = "2.0.0"
SCHEMAS = {
    kind: f"https://api.ileap.sine.dev/{name}.json"
    for kind, name in (("shipment", "shipment-footprint"), ("toc", "toc"), ("hoc", "hoc"))
}
DOCUMENTATION = "https://sine-fdn.github.io/ileap-extension/"
MARKET_SCHEMA = "https://greenlane.invalid/schemas/market-based/1.json"
FREIGHT_CPC = "83117"
URN = "urn:pathfinder:product:customcode:vendor-assigned"
# A name space of our own, so that no other writer's content can have the same name.
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://greenlane.invalid/exchange/1")
_SETS = ("AR5", "AR6")
_DEVIATION = "half width of the interval: {} of the figure"
_DEVIATION_READ = re.compile(_DEVIATION.format(r"([0-9]{1,3}(?:\.[0-9]{1,17})?)"), re.ASCII)
_BOUNDARY = (
    "Well-to-wheel: energy provision and vehicle or hub operation of each transport chain element"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Who publishes, when, and for which period; no clock is read.

    `cross_sectoral_standards` must not be empty; the list of the protocol has no freight standard,
    so ISO 14083 is named as a sector rule beside it [unverified: no text says which to choose].
    `characterization_factors` speaks where no factor says on which set it stands, as for plain CO2.
    """

    company_name: str
    company_ids: tuple[str, ...]  # URNs
    created: datetime
    period_start: datetime
    period_end: datetime
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    characterization_factors: str = "AR5"
    cross_sectoral_standards: tuple[str, ...] = ("GHG Protocol Product standard",)

    def __post_init__(self) -> None:
        if not self.company_name or not self.company_ids:
            raise EmissionsError("publication: no company, wanted its name and a URN at least")
        wrong = [i for i in self.company_ids if not i.lower().startswith("urn:")]
        if wrong:
            raise EmissionsError(f"publication: company id {wrong[0]!r}, wanted a URN")
        if not self.cross_sectoral_standards:
            raise EmissionsError("publication: no cross-sectoral standard, wanted one at least")
        if self.period_end <= self.period_start:
            raise EmissionsError("publication: period ends before it starts, wanted it after")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What a host offers: footprints by their names, and activity data; JSON values."""

    footprints: tuple[dict[str, Any], ...]
    tads: tuple[dict[str, Any], ...]
    left_out: tuple[str, ...] = ()


def publish(objects: Objects, publication: Publication, *, market_based: bool = False) -> Export:
    """Return each object in an envelope of its own.

    `market_based` adds to each shipment an extension of our own with the market-based column. It is
    no iLEAP object, and no figure of the envelope stands on it.

    Raises
    ------
    EmissionsError
        if factors on different or unknown sets of warming potentials meet in one footprint.
    """
    footprints = [
        envelope(kind, thing, objects.bases[kind, name], publication, market_based=market_based)
        for kind, name, thing in _things(objects)
    ]
    return Export(
        footprints=tuple(sorted((f.to_json() for f in footprints), key=lambda f: str(f["id"]))),
        tads=tuple(t.to_json() for t in sorted(objects.tads, key=lambda t: t.activity_id)),
        left_out=objects.left_out,
    )


def _things(objects: Objects) -> Iterator[tuple[str, str, ShipmentFootprint | TOC | HOC]]:
    yield from (("shipment", s.shipment_id, s) for s in objects.shipments)
    yield from (("toc", t.toc_id, t) for t in objects.tocs)
    yield from (("hoc", h.hoc_id, h) for h in objects.hocs)


def envelope(
    kind: str,
    thing: ShipmentFootprint | TOC | HOC,
    basis: Basis,
    publication: Publication,
    *,
    market_based: bool = False,
) -> ProductFootprint:
    """Return one object in its envelope, named by a hash of all that it says."""
    name = _name(thing)
    extensions = [_extension(SCHEMAS[kind], thing.to_json())]
    if market_based and kind == "shipment":
        extensions.append(_extension(MARKET_SCHEMA, _market(name, basis)))
    bare = ProductFootprint(
        id=str(uuid.UUID(int=0)),
        spec_version=FOOTPRINT_SPEC,
        version=0,
        created=publication.created,
        status="Active",
        validity_period_start=publication.valid_from,
        validity_period_end=publication.valid_to,
        company_name=publication.company_name,
        company_ids=publication.company_ids,
        product_description=f"Logistics emissions of {kind} {name}",
        product_ids=(f"{URN}:{kind}:{quote(name, safe='')}",),
        product_category_cpc=FREIGHT_CPC,
        product_name_company=f"{kind} {name}",
        comment="",
        pcf=_pcf(thing, basis, publication),
        extensions=tuple(extensions),
    )
    content = rfc8785.dumps(bare.to_json())
    return bare.model_copy(update={"id": str(uuid.uuid5(_SPACE, content.decode()))})


def _name(thing: ShipmentFootprint | TOC | HOC) -> str:
    if isinstance(thing, ShipmentFootprint):
        return thing.shipment_id
    return thing.hoc_id if isinstance(thing, HOC) else thing.toc_id


def _extension(schema: str, data: dict[str, Any]) -> DataModelExtension:
    own = schema == MARKET_SCHEMA
    return DataModelExtension(
        spec_version=EXTENSION_SPEC,
        data_schema=schema,
        documentation=None if own else DOCUMENTATION,
        data=data,
    )


def _market(name: str, basis: Basis) -> dict[str, Any]:
    return {
        "shipmentId": name,
        "basis": "market-based",
        "co2eWTW": kg_text(basis.market_based.wtw_mg),
        "co2eTTW": kg_text(basis.market_based.ttw_mg),
    }


def _pcf(
    thing: ShipmentFootprint | TOC | HOC, basis: Basis, publication: Publication
) -> CarbonFootprint:
    amount, mass, total, unit = _measure(thing)
    warming = _warming(_name(thing), basis, publication)
    return CarbonFootprint(
        declared_unit=unit,
        unitary_product_amount=amount,
        product_mass_per_declared_unit=mass,
        p_cf_excluding_biogenic=total,
        fossil_ghg_emissions=total,
        fossil_carbon_content=Decimal(0),
        biogenic_carbon_content=Decimal(0),
        characterization_factors=warming,
        ipcc_characterization_factors_sources=(warming,),
        cross_sectoral_standards_used=publication.cross_sectoral_standards,
        product_or_sector_specific_rules=(
            Rules(
                operator="Other",
                rule_names=("ISO 14083:2023",),
                other_operator_name="ISO",
            ),
        ),
        boundary_processes_description=_BOUNDARY,
        reference_period_start=publication.period_start,
        reference_period_end=publication.period_end,
        exempted_emissions_percent=0.0,
        exempted_emissions_description="",
        packaging_emissions_included=False,
        primary_data_share=round(basis.primary_share * 100, 6),
        uncertainty_assessment_description=_DEVIATION.format(round(basis.deviation_share, 6)),
    )


def deviation_told(text: str) -> float | None:
    """Read the width that we write into an envelope; nothing from a stranger's prose.

    >>> deviation_told("half width of the interval: 0.5 of the figure")
    0.5
    """
    found = _DEVIATION_READ.fullmatch(text)
    return float(found[1]) if found else None


def _measure(thing: ShipmentFootprint | TOC | HOC) -> tuple[Decimal, Decimal, Decimal, str]:
    """Return (amount of the declared unit, mass per unit, emissions, unit) of an object."""
    if isinstance(thing, HOC):
        tonne = Decimal(1000)  # in kilograms, the unit of a hub
        return tonne, tonne, thing.co2e_intensity_wtw, "kilogram"
    if not isinstance(thing, ShipmentFootprint):
        return Decimal(1), Decimal(1), thing.co2e_intensity_wtw, "ton kilometer"
    tkm = sum((t.transport_activity for t in thing.tces), Decimal(0))
    if not tkm > 0:
        raise EmissionsError(f"shipment {thing.shipment_id}: no carriage, wanted some tkm")
    return tkm, thing.mass, sum((t.co2e_wtw for t in thing.tces), Decimal(0)), "ton kilometer"


def _warming(name: str, basis: Basis, publication: Publication) -> str:
    if not basis.gwp_sets:
        return publication.characterization_factors
    if len(basis.gwp_sets) > 1 or basis.gwp_sets[0] not in _SETS:
        found = ", ".join(basis.gwp_sets)
        raise EmissionsError(f"{name}: warming potentials of {found}, wanted one of AR5, AR6")
    return basis.gwp_sets[0]
