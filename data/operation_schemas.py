"""Say what each column of operations.csv holds: what carriers and hub operators measured."""

from __future__ import annotations

from data.schemas import (
    DISTANCE_KINDS,
    FUEL_UNITS,
    HUB_KINDS,
    MODES,
    NOTE,
    Schema,
    choice,
    date,
    flag,
    number,
    text,
)

OPERATIONS = Schema(
    name="operations",
    title="Operations: what was burnt and what was carried, one row per thing recorded",
    columns=(
        text(
            "category_id",
            "the TOC or HOC that the row belongs to; several, separated by |, share its energy by "
            "their activity",
            required=True,
        ),
        choice("kind", ("toc", "hoc"), "carriage (default) or handling"),
        choice("mode", MODES, "of carriage"),
        choice("hub_kind", HUB_KINDS, "of handling"),
        text("record", "trip, voyage or month, for people"),
        choice("temperature", ("ambient", "temperature_controlled"), "default ambient"),
        choice(
            "trip",
            ("loaded", "empty", "all"),
            "what the energy of the row covers; default all. Energy of loaded trips alone needs "
            "that of the empty ones too",
        ),
        number("mass_kg", "freight on board, 0 on an empty trip", at_least=0, at_most=1e12),
        number("teu", "containers on board, in TEU", at_least=0, at_most=1e9),
        number("distance_km", "of the trip, with mass_kg, teu or passengers", at_least=0),
        choice("distance_kind", DISTANCE_KINDS, "default gcd for air, sfd for others"),
        number(
            "activity_tkm",
            "transport activity of the row, instead of mass and distance",
            at_least=0,
        ),
        number(
            "activity_teukm",
            "the same in TEU-km: the category's intensity is per TEU-km",
            at_least=0,
        ),
        number("throughput_t", "outbound tonnes of a hub", at_least=0),
        number("throughput_teu", "the same in TEU: the intensity is per TEU", at_least=0),
        number("passengers", "on board, with distance_km: 100 kg each with baggage", at_least=0),
        number(
            "passenger_km", "the same as an amount, instead of passengers and distance", at_least=0
        ),
        text(
            "carrier_id",
            "energy carrier of the factor set, `saf:PATHWAY`, `electricity`, or a blend by share "
            "of energy such as `diesel:0.93|hvo:0.07`",
        ),
        number("amount", "used, in `unit`", at_least=0),
        choice("unit", FUEL_UNITS, "of amount"),
        text("grid_id", "grid of electricity"),
        number("eac_kwh", "kWh of it covered by electricity certificates", at_least=0),
        text("refrigerant", "lost, such as R134a"),
        number("refrigerant_kg", "mass lost", at_least=0),
        text("vehicle_code", "modelled: a vehicle of the factor set, instead of amounts"),
        number("load_share", "modelled: mass carried / payload", above=0, at_most=1),
        number("empty_share", "modelled: empty km / total km", at_least=0, at_most=1),
        choice(
            "quality", ("primary", "modelled"), "default: modelled with vehicle_code, else primary"
        ),
        number(
            "deviation_share",
            "half width of the interval; default 0.05, modelled 0.3",
            at_least=0,
            at_most=10,
        ),
        date("published_on", "when it became known; default the end of the period"),
        date("valid_from", "first day of the period"),
        date("valid_to", "last day of the period"),
        text("region", "country or region"),
        text("vehicle", "vehicle class, for matching"),
        choice("air_option", ("belly", "freighter", "average"), "for air"),
        text("operator", "transport operator whose operation it is"),
        text("flight_no", "flight"),
        text("aircraft_type", "aircraft"),
        flag("overflight", "over Russia"),
        text("vessel_imo", "ship"),
        text("voyage_no", "voyage"),
        text("vehicle_id", "VIN, plate or fleet"),
        text("source", "document: fuel card, AWB, meter"),
        NOTE,
    ),
)
