"""Say what the tables of first- and last-mile tours hold: stops, vehicles, chargers, tours."""

from __future__ import annotations

from data.schemas import (
    NOTE,
    Column,
    Schema,
    choice,
    integer,
    number,
    text,
    time,
)

STOP_KINDS = ("pickup", "delivery")
VISIT_KINDS = ("start", *STOP_KINDS, "charge", "end")


def _lat(name: str) -> Column:
    return number(name, "WGS84 degrees, instead of a name", at_least=-90, at_most=90)


def _lon(name: str) -> Column:
    return number(name, "WGS84 degrees, instead of a name", at_least=-180, at_most=180)


STOPS = Schema(
    name="stops",
    title="Stops: where a tour picks up or delivers, how much, and when",
    key=("stop_id",),
    columns=(
        text("stop_id", "unique name of the stop", required=True),
        choice("kind", STOP_KINDS, "what happens there", required=True),
        text("place", "UN/LOCODE, `City, CC` or `lat,lon`; or lat and lon"),
        _lat("lat"),
        _lon("lon"),
        number("mass_kg", "actual mass", required=True, above=0, at_most=1e6),
        number("volume_m3", "outer volume", required=True, above=0, at_most=1e4),
        time("ready_at", "service begins no earlier", required=True),
        time("due_at", "service begins no later", required=True),
        number("service_minutes", "time at the stop; blank: 0", at_least=0, at_most=1440),
        text("pair_id", "a pickup and a delivery of one pair ride together; blank: by the depot"),
        text("shipment_id", "the shipment; blank: the pair, else the stop"),
        NOTE,
    ),
)

TOUR_VEHICLES = Schema(
    name="vehicles",
    title="Vehicles of a tour problem: how many of a kind, where, when, and what they cost",
    key=("vehicle_id",),
    columns=(
        text("vehicle_id", "unique name of the kind", required=True),
        text("vehicle_code", "vehicle of the factor set", required=True),
        integer("count", "vehicles of this kind; blank: 1", at_least=0),
        text("depot", "where its tours start and end, as a place; or depot_lat and depot_lon"),
        _lat("depot_lat"),
        _lon("depot_lon"),
        time("shift_starts_at", "no departure before", required=True),
        time("shift_ends_at", "no return after", required=True),
        number("capacity_kg", "blank: the payload of vehicle_code", above=0, at_most=1e6),
        number("capacity_m3", "volume that it takes", required=True, above=0, at_most=1e4),
        number("speed_km_per_h", "mean, traffic included; blank: 50", above=0, at_most=130),
        number("fixed_cost", "EUR per tour; blank: 0", at_least=0, at_most=1e6),
        number("cost_per_km", "EUR; blank: 0", at_least=0, at_most=1e4),
        number("cost_per_h", "EUR from departure to return; blank: 0", at_least=0, at_most=1e4),
        number("range_km", "on one charge, full load; blank: as vehicle_code", above=0),
        number("battery_kwh", "usable, counted at the meter; blank: range x use", above=0),
        number("charge_kw", "what it can take, at the meter; blank: as vehicle_code", above=0),
        text("grid", "grid that charges an electric vehicle"),
        NOTE,
    ),
)

CHARGERS = Schema(
    name="chargers",
    title="Chargers: where electric vehicles can charge on tour",
    key=("charger_id",),
    columns=(
        text("charger_id", "unique name", required=True),
        text("place", "as of a stop; or lat and lon"),
        _lat("lat"),
        _lon("lon"),
        number("kw", "power at the meter", required=True, above=0, at_most=5000),
        NOTE,
    ),
)

TOURS = Schema(
    name="tours",
    title="Tours: one row per call of a vehicle, from its depot and back",
    key=("tour_id", "visit_no"),
    columns=(
        text("tour_id", "the tour", required=True),
        integer("visit_no", "place in the tour, from 1", required=True, at_least=1),
        text("vehicle_id", "kind of vehicle", required=True),
        text("vehicle_code", "vehicle of the factor set"),
        choice("kind", VISIT_KINDS, "what happens", required=True),
        text("stop_id", "stop, charger, or the place of the depot", required=True),
        text("shipment_id", "of a stop"),
        text("place", "where"),
        number("lat", "WGS84 degrees"),
        number("lon", "WGS84 degrees"),
        time("arrives_at", "to the second"),
        time("begins_at", "service or charging begins, after waiting"),
        time("leaves_at", "to the second"),
        number("distance_km", "from the visit before, shortest feasible"),
        number("load_kg", "on board as it leaves"),
        number("load_m3", "on board as it leaves"),
        number("charged_kwh", "at the meter"),
        number("battery_arriving_kwh", "left on arrival, planned at full load"),
        number("battery_kwh", "as it leaves, planned at full load"),
    ),
)

TOUR_UNSERVED = Schema(
    name="unserved",
    title="Stops that no tour takes, why, and what would help",
    key=("stop_id",),
    columns=(
        text("stop_id", "the stop", required=True),
        text("shipment_id", "its shipment", required=True),
        text("reason_code", "for machines", required=True),
        text("reason", "for people", required=True),
        text("would_need", "what would let it be served", required=True),
    ),
)

TOUR_PROBLEM_TABLES = (STOPS, TOUR_VEHICLES, CHARGERS)
TOUR_TABLES = (TOURS, TOUR_UNSERVED)
