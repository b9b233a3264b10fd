"""Turn what others sent into rows of our own tables: intensities, hubs, legs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from data.cells import BadCellError, read_cell
from data.factor_schemas import HUB_INTENSITIES, INTENSITIES
from data.schemas import FOOTPRINT_LEGS
from data.tables import number_text
from emissions.exchange import vocabulary as v
from emissions.exchange.models import decimal_text
from emissions.exchange.neighbours import distances_behind, hub_kinds, own_id
from emissions.exchange.rules import distance_behind, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from data.schemas import Schema
    from data.tables import Row
    from emissions.exchange.incoming import Incoming, Received
    from emissions.exchange.models import HOC, TAD, TCE, TOC, EnergyCarrier, Location

METHOD = "iLEAP 1.0.0"
# Half the width that we give to a stranger's figure that states none. Measured ones are closer.
DEVIATION_SHARE = {"primary": 0.1, "modelled": 0.3, "default": 0.5}
_QUALITIES = {0.0: "default", 100.0: "primary"}  # by the percent of primary data; else modelled
_KG_PER_T = 1000


def intensity_rows(found: Incoming, *, published_on: date | None = None) -> list[Row]:
    """Return TOCs as rows of INTENSITIES; what has no place there is refused by path.

    `published_on` is for bare objects, which no envelope dates. Quality is `primary` only where the
    sender says that all of the figure rests on primary data, `default` where none of it does, else
    `modelled`. iLEAP states neither the CO2 part nor biogenic CO2: both stay unknown. The kind of
    distance is what the elements that name the category multiply with. Ids carry their sender's
    name, for `ROAD-1` of two companies are two categories.
    """
    kinds = distances_behind(found)

    def make(toc: TOC) -> Row:
        return _toc_row(toc) | kinds.get(toc.toc_id, {})

    return list(_good(found, found.tocs, INTENSITIES, make, published_on))


def hub_rows(found: Incoming, *, published_on: date | None = None) -> list[Row]:
    """Return HOCs as rows of HUB_INTENSITIES, as `intensity_rows` does TOCs."""
    kinds = hub_kinds(found)

    def make(hoc: HOC) -> Row:
        return _hoc_row(hoc, kinds)

    return list(_good(found, found.hocs, HUB_INTENSITIES, make, published_on))


def _good(
    found: Incoming,
    shelf: dict[str, Any],
    schema: Schema,
    make: Any,  # noqa: ANN401  (either of the two below)
    published_on: date | None,
) -> Iterator[Row]:
    for name in sorted(shelf):
        one = shelf[name]
        known = _provenance(one, published_on)
        row = dict.fromkeys(schema.names) | make(one.thing) | known
        row[schema.key[0]] = own_id(one, name)
        faults = [*_category_faults(one.thing, row), *_unreadable(row, schema)]
        for path, value, wanted in faults:
            found.refuse(one.row, f"{one.path}.{path}", value, wanted, "no_row")
        if not faults:
            yield row


def _unreadable(row: Row, schema: Schema) -> Iterator[tuple[str, object, str]]:
    """Yield (column, found, wanted) of each value that no reader of our tables would take."""
    for column in schema.columns:
        value = row[column.name]
        if value is None and not column.required:
            continue
        try:
            read_cell(column, _written(value))
        except BadCellError as fault:
            yield column.name, "" if value is None else value, str(fault)


def _written(value: object) -> str:
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, date):  # a time is a date too
        return value.isoformat()
    return "" if value is None else str(value)


def _category_faults(thing: TOC | HOC, row: Row) -> Iterator[tuple[str, object, str]]:
    if row["published_on"] is None:
        yield "created", "", "a date of publication, by the envelope or as an argument"
    if thing.co2e_intensity_ttw > thing.co2e_intensity_wtw or thing.co2e_intensity_ttw < 0:
        yield "co2eIntensityTTW", thing.co2e_intensity_ttw, "0 <= TTW <= WTW in a factor table"
    for path, column in (
        ("mode", "mode"),
        ("transportActivityUnit", "activity_unit"),
        ("hubActivityUnit", "activity_unit"),
    ):
        if column in row and row[column] is None and path in thing.to_json():
            yield path, thing.to_json()[path], "a word that we know"


def _provenance(one: Received[Any], published_on: date | None) -> Row:
    around = one.envelope
    share = around.primary_share
    quality = "modelled" if share is None else _QUALITIES.get(share, "modelled")
    stated = around.deviation_share
    return {
        "boundary": "wtw",
        "gas_set": "co2e",
        "gwp_set": around.gwp_set if around.gwp_set in {"AR4", "AR5", "AR6"} else "none",
        "deviation_share": DEVIATION_SHARE[quality] if stated is None else stated,
        "published_on": around.created.date() if around.created else published_on,
        "valid_from": around.period_start.date() if around.period_start else None,
        "valid_to": around.period_end.date() if around.period_end else None,
        "quality": quality,
        "source_id": _source(one),
        "locator": one.path or None,
        "note": None if around.gwp_set else "Its sender does not state the warming potentials.",
    }


def _source(one: Received[Any]) -> str:
    # A bar would part two sources.
    return f"iLEAP: {one.envelope.company.replace('|', '/') or 'not stated'}"


def _condition(stated: str | None) -> str | None:
    if stated is None:
        return None
    return "ambient" if stated == "ambient" else "temperature_controlled"


def _share(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _toc_row(toc: TOC) -> Row:
    units = {"tkm": "tkm", "TEUkm": "teukm"}
    return {
        "toc_id": toc.toc_id,
        "mode": v.OUR_MODE.get(toc.mode),
        "region": "not stated",
        "vehicle": toc.description or "not stated",
        "carrier_id": _one_carrier(toc.energy_carriers),
        "wtt_kgco2e_per_tkm": float(toc.co2e_intensity_wtw - toc.co2e_intensity_ttw),
        "ttw_kgco2e_per_tkm": float(toc.co2e_intensity_ttw),
        "activity_unit": units.get(toc.transport_activity_unit),
        "temperature": _condition(toc.temperature_control),
        "load_share": _share(toc.load_factor),
        "empty_share": _share(toc.empty_distance_factor),
        "distance_kind": "not_stated",
        "daf_included": "unknown",
        "empty_running_included": "unknown",
    }


def _hub_kind(hoc: HOC, kinds: Mapping[str, str]) -> str:
    mode = hoc.outbound_transport_mode or hoc.inbound_transport_mode or ""
    stated = v.OUR_HUB_KIND.get(hoc.hub_type) or v.HUB_KIND_OF_MODE.get(mode)
    return stated or kinds.get(hoc.hoc_id, "road")


def _hoc_row(hoc: HOC, kinds: Mapping[str, str]) -> Row:
    units = {"tonnes": "t", "TEU": "teu"}
    return {
        "hoc_id": hoc.hoc_id,
        "kind": _hub_kind(hoc, kinds),
        "temperature": _condition(hoc.temperature_control),
        "activity_unit": units.get(hoc.hub_activity_unit),
        "wtt_kgco2e_per_t": float(hoc.co2e_intensity_wtw - hoc.co2e_intensity_ttw),
        "ttw_kgco2e_per_t": float(hoc.co2e_intensity_ttw),
    }


def _one_carrier(carriers: tuple[EnergyCarrier, ...]) -> str | None:
    return _our_carrier(carriers[0]) or None if len(carriers) == 1 else None


def _our_carrier(carrier: EnergyCarrier) -> str:
    made_of = tuple(f.feedstock for f in carrier.feedstocks or ())
    return v.carrier_of(carrier.energy_carrier, made_of)


def leg_rows(found: Incoming) -> list[Row]:
    """Return shipments as rows of FOOTPRINT_LEGS; the sender's figures are the carrier's own.

    Elements are numbered in the order of the chain; a chain with a cycle has none and is refused.
    """
    rows: list[Row] = []
    kinds = hub_kinds(found)
    for name in sorted(found.shipments):
        one = found.shipments[name]
        ordered, circling = in_order(one.thing.tces)
        if circling:
            said = ", ".join(t.tce_id for t in circling[:5])
            found.refuse(one.row, f"{one.path}.tces", said, "a chain without a cycle", "cycle")
            continue
        before: tuple[Location, str] | None = None
        for number, t in enumerate(ordered, start=1):
            row = _leg_row(found, one, t, number, before) | _category_of(found, one, t, kinds)
            faults = list(_unreadable(row, FOOTPRINT_LEGS))
            for column, value, wanted in faults:
                found.refuse(one.row, f"{one.path}: {t.tce_id} {column}", value, wanted, "no_row")
            if not faults:
                rows.append(row)
            before = (t.destination, row["destination"]) if t.destination else before
    return rows


def _leg_row(
    found: Incoming,
    one: Received[Any],
    t: TCE,
    number: int,
    before: tuple[Location, str] | None,
) -> Row:
    toc, hoc = found.tocs.get(t.toc_id or ""), found.hocs.get(t.hoc_id or "")
    origin = _label(t.origin, before)
    return (
        dict.fromkeys(FOOTPRINT_LEGS.names)
        | {
            "shipment_id": one.thing.shipment_id,
            "leg_no": number,
            "kind": "hub" if t.hoc_id else "transport",
            "origin": origin,
            "destination": _label(t.destination, None) if t.destination else origin,
            "mass_kg": float(t.mass),
            "departs_at": t.departure_at,
            "arrives_at": t.arrival_at,
            "source_id": _source(one),
            "consignment_id": t.consignment_id,
            "teu": _share(t.teu),
            "temperature": _ambient(toc.thing if toc else hoc.thing if hoc else None),
            "carrier": one.envelope.company or None,
            "air_option": _air_option(toc.thing) if toc else None,
            "flight_no": t.flight_no,
            "voyage_no": t.voyage_no,
            "carrier_wtw_kgco2e": float(t.co2e_wtw),
            "carrier_method": METHOD,
        }
        | ({} if t.hoc_id else _carriage(t, toc.thing if toc else None))
    )


def _category_of(found: Incoming, one: Received[Any], t: TCE, kinds: Mapping[str, str]) -> Row:
    """Return the ids of an element's category as its own table has them, and the mode."""
    toc, hoc = found.tocs.get(t.toc_id or ""), found.hocs.get(t.hoc_id or "")
    kind = _hub_kind(hoc.thing, kinds) if hoc else kinds.get(t.hoc_id) if t.hoc_id else None
    return {
        "toc_id": own_id(toc or one, t.toc_id) if t.toc_id else None,
        "hoc_id": own_id(hoc or one, t.hoc_id) if t.hoc_id else None,
        "mode": v.OUR_MODE.get(toc.thing.mode) if toc else v.MODE_OF_HUB_KIND.get(kind or ""),
        "hub_kind": kind,
    }


def _label(place: Location | None, before: tuple[Location, str] | None) -> str:
    """Name a place as tables do; the same city next in the chain keeps the name that it had."""
    if place is None:
        return before[1] if before else "not stated"
    if before and (before[0].city, before[0].country) == (place.city, place.country):
        return before[1]
    return place.locode or place.iata or f"{place.city}, {place.country}"


def _ambient(category: TOC | HOC | None) -> str | None:
    # `refrigerated` is chilled or frozen: nobody says which.
    return "ambient" if category and category.temperature_control == "ambient" else None


def _air_option(toc: TOC) -> str | None:
    theirs = {their: our for our, their in v.AIR_OPTION_OF.items()}
    return theirs.get(toc.air_shipping_option or "")


def _carriage(t: TCE, toc: TOC | None) -> Row:
    stated = t.distance.stated()
    behind = distance_behind(t, toc)
    kind = behind[0].split("+", maxsplit=1)[0] if behind else next(iter(stated))
    by_teu = toc is not None and toc.transport_activity_unit == "TEUkm"
    return {
        "distance_km": float(stated[kind]),
        "distance_kind": kind,
        "activity_tkm": None if by_teu else float(t.transport_activity) or None,
    }


def activity_rows(found: Incoming) -> list[Row]:
    """Return activity data as rows of FOOTPRINT_LEGS, with the energy used as primary data.

    Energy is consumption x tonnes x km: amount of this carrier per unit of the whole activity
    [unverified: activity data state no intensity on which the sense could be tried].
    """
    rows = []
    for name in sorted(found.tads):
        one = found.tads[name]
        if one.thing.mass is None:
            wanted = "a mass, which legs need"
            found.refuse(one.row, f"{one.path}.mass", "", wanted, "missing_value")
            continue
        row = _activity_row(one)
        faults = list(_unreadable(row, FOOTPRINT_LEGS))
        for column, value, wanted in faults:
            found.refuse(one.row, f"{one.path}: {column}", value, wanted, "no_row")
        if not faults:
            rows.append(row)
    return rows


def _activity_row(one: Received[TAD]) -> Row:
    tad = one.thing
    kind, km = next(iter(tad.distance.stated().items()))
    origin = _label(tad.origin, None)
    return (
        dict.fromkeys(FOOTPRINT_LEGS.names)
        | {
            "shipment_id": tad.activity_id,
            "leg_no": 1,
            "kind": "transport",
            "mode": v.OUR_MODE.get(tad.mode),
            "origin": origin,
            "destination": _label(tad.destination, None),
            "mass_kg": float(tad.mass or 0),
            "distance_km": float(km),
            "distance_kind": kind,
            "departs_at": tad.departure_at,
            "arrives_at": tad.arrival_at,
            "consignment_id": "|".join(tad.consignment_ids) or None,
            "temperature": "ambient" if tad.temperature_control == "ambient" else None,
            "carrier": one.envelope.company or None,
            "source_id": _source(one),
        }
        | _energy(tad, km)
    )


def _energy(tad: TAD, km: Decimal) -> Row:
    """Return fuel, amount and unit; no amount where carriers are counted in different units."""
    carriers = tad.energy_carriers or ()
    names = [_our_carrier(c) for c in carriers]
    if not carriers or not all(names):
        return {}
    units = {c.energy_consumption_unit for c in carriers}
    fuel = names[0]
    if len(names) > 1:
        fuel = "|".join(
            f"{name}:{decimal_text(c.relative_share)}"
            for name, c in zip(names, carriers, strict=True)
        )
    unit = v.OUR_CONSUMPTION_UNIT.get(units.pop() or "") if len(units) == 1 else None
    amounts = [c.energy_consumption for c in carriers if c.energy_consumption is not None]
    if unit is None or len(amounts) < len(carriers):
        return {"fuel": fuel}
    tkm = (tad.mass or Decimal(0)) / _KG_PER_T * km
    return {"fuel": fuel, "fuel_amount": float(sum(amounts) * tkm), "fuel_unit": unit}
