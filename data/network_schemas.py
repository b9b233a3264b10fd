"""Say what the tables of the shipped world network hold: hubs, waterways, links, passages."""

from __future__ import annotations

from data.schemas import (
    HUB_KINDS,
    MODES,
    NOTE,
    QUALITY,
    SOURCE,
    Column,
    Kind,
    Schema,
    choice,
    number,
    text,
    text_list,
)

SIZE_CLASSES = ("major", "large", "medium", "unranked")
POSITIONS = ("site", "town")
GAUGES_MM = (1000, 1067, 1435, 1520, 1600, 1668, 1676)


def _lat(name: str, *, required: bool = True) -> Column:
    return number(name, "WGS84 degrees", required=required, at_least=-90, at_most=90)


def _lon(name: str, *, required: bool = True) -> Column:
    return number(name, "WGS84 degrees", required=required, at_least=-180, at_most=180)


def _gauge(name: str) -> Column:
    return Column(
        name=name,
        kind=Kind.INTEGER,
        required=True,
        at_least=min(GAUGES_MM),
        at_most=max(GAUGES_MM),
        meaning="track gauge, mm",
    )


WORLD_HUBS = Schema(
    name="world_hubs",
    title="Hubs of the world network: seaports, cargo airports, rail terminals, inland ports",
    key=("hub_id",),
    columns=(
        text("hub_id", "IATA code, UN/LOCODE, or UN/LOCODE with -RAIL or -IWW", required=True),
        choice("kind", HUB_KINDS, "what happens there", required=True),
        text("name", "name for people", required=True),
        text("country", "ISO 3166 alpha-2", required=True),
        _lat("lat"),
        _lon("lon"),
        text("tz", "IANA time zone", required=True),
        text("unlocode", "UN/LOCODE of the place"),
        text("iata", "IATA code of the place"),
        choice("size_class", SIZE_CLASSES, "by published throughput", required=True),
        number("throughput", "published throughput of one year", at_least=0),
        choice("throughput_unit", ("teu", "t"), "of throughput"),
        number("throughput_year", "of throughput", at_least=1990, at_most=2030),
        text_list("modes", "modes joined there, road always among them"),
        choice("position", POSITIONS, "of the site itself, or only of its town", required=True),
        number("max_draft_m", "deepest ship that the channel takes; blank: not known", above=0),
        number("runway_m", "longest open runway", above=0),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

WATERWAY_POINTS = Schema(
    name="waterway_points",
    title="Points along inland waterways, by river kilometre",
    key=("waterway", "river_km"),
    columns=(
        text("waterway", "name of the waterway", required=True),
        number("river_km", "kilometre along it, as its administration counts", required=True),
        text("name", "place or junction", required=True),
        text("country", "ISO 3166 alpha-2", required=True),
        _lat("lat"),
        _lon("lon"),
        text("hub_id", "inland port there; blank: a junction or a bend"),
        number("max_draft_m", "deepest loaded vessel; blank: not known", above=0),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

WATERWAY_JUNCTIONS = Schema(
    name="waterway_junctions",
    title="Where one inland waterway meets another",
    key=("waterway_a", "waterway_b", "river_km_a"),
    columns=(
        text("waterway_a", "one waterway", required=True),
        number("river_km_a", "kilometre on it: a row of waterway_points", required=True),
        text("waterway_b", "the other", required=True),
        number("river_km_b", "kilometre on it: a row of waterway_points", required=True),
        text("name", "name of the junction", required=True),
        number("km", "way between the two points", required=True, at_least=0),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

GAUGE_STATIONS = Schema(
    name="rail_gauge_stations",
    title="Stations where freight changes track gauge",
    key=("station_id",),
    columns=(
        text("station_id", "label of the crossing, such as brest-malaszewicze", required=True),
        text("name", "both stations, for people", required=True),
        text("a_name", "station on one side", required=True),
        text("a_country", "ISO 3166 alpha-2", required=True),
        _gauge("a_gauge_mm"),
        _lat("a_lat"),
        _lon("a_lon"),
        text("b_name", "station on the other", required=True),
        text("b_country", "ISO 3166 alpha-2", required=True),
        _gauge("b_gauge_mm"),
        _lat("b_lat"),
        _lon("b_lon"),
        number("hours", "typical hours of the change, formalities included", at_least=0),
        number("cost_per_t", "EUR per tonne", at_least=0),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

RAIL_LINES = Schema(
    name="rail_lines",
    title="Main lines that the open network lacks, as cited facts",
    key=("line_id",),
    columns=(
        text("line_id", "unique name", required=True),
        text("name", "for people", required=True),
        _gauge("gauge_mm"),
        text_list("stations", "`name lat lon` of each station in order"),
        number("km", "published length from the first station to the last", required=True, above=0),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

FIXED_LINKS = Schema(
    name="fixed_links",
    title="Bridges and tunnels across water, by name: nothing else crosses it",
    key=("link_id", "mode"),
    columns=(
        text("link_id", "label that a closure can name, such as channel_tunnel", required=True),
        choice("mode", MODES, "road or rail", required=True),
        text("name", "for people", required=True),
        _lat("from_lat"),
        _lon("from_lon"),
        _lat("to_lat"),
        _lon("to_lon"),
        number("km", "published length between the two points", required=True, above=0),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

RAIL_SERVICES = Schema(
    name="rail_services",
    title="Named rail freight services with a published distance",
    key=("origin_hub", "destination_hub"),
    columns=(
        text("origin_hub", "rail terminal", required=True),
        text("destination_hub", "rail terminal", required=True),
        text("name", "name of the service", required=True),
        number("published_km", "distance as published", required=True, above=0),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

PASSAGES = Schema(
    name="passages",
    title="Sea passages that a closure can name, and the ships they take",
    key=("passage",),
    columns=(
        text("passage", "label of the sea network", required=True),
        text("name", "for people", required=True),
        _lat("lat"),
        _lon("lon"),
        number("max_draft_m", "deepest ship; blank: no limit for container ships", above=0),
        number("max_beam_m", "widest ship; blank: no limit", above=0),
        number(
            "delay_h",
            "waiting and passing beyond sailing time; blank: none known, none added",
            at_least=0,
        ),
        number(
            "toll_eur_per_teu", "typical toll, laden; blank: none known, none added", at_least=0
        ),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

CLOSED_BORDERS = Schema(
    name="closed_borders",
    title="Land borders that freight does not cross",
    key=("country_a", "country_b"),
    columns=(
        text("country_a", "ISO 3166 alpha-2", required=True),
        text("country_b", "ISO 3166 alpha-2", required=True),
        text_list("modes", "modes that do not cross: road, rail"),
        text("name", "for people", required=True),
        text("since", "year of the closure, where it was read"),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

REGIONS = Schema(
    name="regions",
    title="Groups of countries that offers name",
    key=("region",),
    columns=(
        text("region", "name of the group", required=True),
        text_list("countries", "ISO 3166 alpha-2"),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

OFFERS = Schema(
    name="offers",
    title="What the world offers where a problem states no services: working assumptions",
    key=("offer_id",),
    columns=(
        text(
            "offer_id", "unique name; the first row that fits a pair of hubs counts", required=True
        ),
        choice("mode", MODES, "mode", required=True),
        text("title", "for people", required=True),
        text("region", "both ends lie in this region; blank: anywhere"),
        text("touches", "at least one end lies in this region; blank: no matter"),
        text("from_region", "it leaves this region: a price of one direction; blank: no matter"),
        text("to_region", "it arrives in this region; blank: no matter"),
        number("from_km", "shortest distance", required=True, at_least=0),
        number("to_km", "longest distance, exclusive", required=True, above=0),
        choice("least_size", SIZE_CLASSES, "both hubs at least of this class", required=True),
        text("toc_id", "transport operation category", required=True),
        number("speed_km_per_h", "under way", required=True, above=0),
        number("fixed_h", "calls, rests and dwell on the way", required=True, at_least=0),
        number("headway_h", "hours between departures; half of it is waited", at_least=0),
        text("schedule", "as in services; blank: any time"),
        text("unit_code", "unit that is opened and filled", required=True),
        number("unit_capacity_kg", "mass that one unit takes", required=True, above=0),
        number("unit_capacity_m3", "volume that one unit takes", required=True, above=0),
        number(
            "typical_load_kg", "load of a unit in comparisons per tonne", required=True, above=0
        ),
        number(
            "eur_per_unit", "part of a unit's price that does not depend on distance", at_least=0
        ),
        number("eur_per_unit_km", "part that does", at_least=0),
        number("eur_per_t", "part of a tonne's price that does not depend on distance", at_least=0),
        number("eur_per_tkm", "part that does", at_least=0),
        number("part_load_factor", "price of part loads relative to full", at_least=1),
        number("chargeable_kg_per_m3", "volumetric rule; blank: actual mass", above=0),
        choice("aircraft", ("passenger", "freighter"), "for air"),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

HANDLING = Schema(
    name="handling",
    title="Changing mode at a hub where a problem states no transfers: working assumptions",
    key=("kind", "from_mode", "to_mode"),
    columns=(
        choice("kind", HUB_KINDS, "kind of hub", required=True),
        choice("from_mode", MODES, "arriving mode", required=True),
        choice("to_mode", MODES, "leaving mode", required=True),
        number("hours", "handling time", required=True, at_least=0),
        number(
            "customs_h", "customs, where a border lies behind or ahead", required=True, at_least=0
        ),
        number("cutoff_h", "hours before departure", required=True, at_least=0),
        number("cost_per_t", "EUR per tonne", required=True, at_least=0),
        text("hoc_id", "hub operation category", required=True),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

_DELAY = "arrives with no more delay than this"
PUNCTUALITY = Schema(
    name="punctuality",
    title="How late carriages arrive: quantiles by mode, arriving hub or service; beside a problem "
    "its rows come before ours",
    key=("mode", "hub_id", "service_id", "from_km"),
    columns=(
        choice("mode", MODES, "mode", required=True),
        text("hub_id", "arriving there; blank: anywhere"),
        text("service_id", "this service alone; blank: any"),
        number("from_km", "for distances from here on; blank: 0", at_least=0),
        number("p50_h", f"half of all {_DELAY}", required=True, at_least=0, at_most=2000),
        number("p80_h", f"80 % {_DELAY}", required=True, at_least=0, at_most=2000),
        number("p95_h", f"95 % {_DELAY}", required=True, at_least=0, at_most=2000),
        number("p100_h", f"each {_DELAY}", required=True, at_least=0, at_most=2000),
        number(
            "missed_share",
            "freight in time that a scheduled departure leaves for the next; blank: none",
            at_least=0,
            at_most=0.9,
        ),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

NETWORK_TABLES = (
    WORLD_HUBS,
    WATERWAY_POINTS,
    WATERWAY_JUNCTIONS,
    GAUGE_STATIONS,
    RAIL_LINES,
    FIXED_LINKS,
    RAIL_SERVICES,
    PASSAGES,
    CLOSED_BORDERS,
    REGIONS,
    OFFERS,
    HANDLING,
    PUNCTUALITY,
)
