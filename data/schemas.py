"""Say what each column of each file holds: one declaration drives readers, writers and docs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """How the text of a cell is read."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    TIME = "time"  # ISO 8601 with offset
    DATE = "date"
    LIST = "list"  # separated by |
    FLAG = "flag"  # yes or no


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name (with unit), how it is read, what it may hold, what it means."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    above: float | None = None  # exclusive lower bound
    at_least: float | None = None
    at_most: float | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """One kind of file: its name, its columns in canonical order, and the key of a row."""

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(c for c in self.columns if c.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in canonical order."""
        return tuple(c.name for c in self.columns)


MODES = ("road", "rail", "sea", "air", "iww")
QUALITIES = ("primary", "modelled", "default", "estimate")
HUB_KINDS = ("airport", "port", "rail", "iww", "road", "site")
EVIDENCE = ("measured", "repaired", "published", "estimated", "stated")
DISTANCE_KINDS = ("gcd", "sfd", "actual", "not_stated")
TEMPERATURES = ("ambient", "chilled", "frozen")
FUEL_UNITS = ("kg", "t", "l", "m3", "gal_us", "kwh", "mj", "gj")


def text(name: str, meaning: str, *, required: bool = False) -> Column:
    """Declare a column of text."""
    return Column(name=name, required=required, meaning=meaning)


def choice(name: str, choices: tuple[str, ...], meaning: str, *, required: bool = False) -> Column:
    """Declare a column that takes one of some words."""
    return Column(name=name, choices=choices, required=required, meaning=meaning)


def number(  # noqa: PLR0913  (a declaration, read as a table row)
    name: str,
    meaning: str,
    *,
    required: bool = False,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Column:
    """Declare a column of numbers, with its bounds."""
    return Column(
        name=name,
        kind=Kind.NUMBER,
        required=required,
        above=above,
        at_least=at_least,
        at_most=at_most,
        meaning=meaning,
    )


def integer(
    name: str, meaning: str, *, required: bool = False, at_least: float | None = None
) -> Column:
    """Declare a column of whole numbers."""
    return Column(
        name=name, kind=Kind.INTEGER, required=required, at_least=at_least, meaning=meaning
    )


def time(name: str, meaning: str, *, required: bool = False) -> Column:
    """Declare a column of ISO 8601 times."""
    return Column(name=name, kind=Kind.TIME, required=required, meaning=meaning)


def date(name: str, meaning: str, *, required: bool = False) -> Column:
    """Declare a column of dates."""
    return Column(name=name, kind=Kind.DATE, required=required, meaning=meaning)


def flag(name: str, meaning: str) -> Column:
    """Declare a column of yes or no."""
    return Column(name=name, kind=Kind.FLAG, meaning=meaning)


def text_list(name: str, meaning: str) -> Column:
    """Declare a column of texts separated by |."""
    return Column(name=name, kind=Kind.LIST, meaning=meaning)


QUALITY = choice("quality", QUALITIES, "how the figures of this row came about")
SOURCE = text("source_id", "where the figures of this row come from, keys of the sources file")
NOTE = text("note", "for people")

SHIPMENTS = Schema(
    name="shipments",
    title="Shipments: what must move, from where to where, by when",
    key=("shipment_id",),
    columns=(
        text("shipment_id", "unique name of the shipment", required=True),
        text("origin", "hub, UN/LOCODE, IATA code, `City, CC` or `lat,lon`", required=True),
        text("destination", "as origin", required=True),
        number(
            "mass_kg",
            "goods with the shipper's packaging, without carrier's pallets, ULDs or containers",
            required=True,
            above=0,
            at_most=1e8,
        ),
        number(
            "volume_m3", "outer volume of the packed goods", required=True, above=0, at_most=1e6
        ),
        time("ready_at", "earliest pick-up", required=True),
        time("due_at", "latest arrival at the destination", required=True),
        choice("mass_basis", ("actual", "chargeable"), "`chargeable` is refused for emissions"),
        number("packaging_mass_kg", "part of mass_kg that is packaging", at_least=0),
        choice("temperature", TEMPERATURES, "default ambient"),
        text("un_number", "UN number of dangerous goods, such as UN3481"),
        text("packing_instruction", "by air, such as PI967; refused where it is not of un_number"),
        text("hs_code", "Harmonised System code"),
        number("value", "value of the goods, in `currency`", at_least=0, at_most=1e12),
        text("currency", "of value and lateness cost"),
        text("incoterm", "Incoterms 2020 rule"),
        number(
            "lateness_cost_per_day", "blank: late arrival is not allowed", at_least=0, at_most=1e9
        ),
        text_list("must_use", "hubs, services, carriers or modes that the chain must use"),
        text_list(
            "must_avoid",
            "hubs, services, carriers or modes that the chain must not use, and countries (ISO "
            "alpha-2) that none of its services may leave, cross by land or enter",
        ),
        time("booked_at", "when it is booked; blank: long before, no booking lead binds"),
        flag(
            "divisible",
            "may travel as several consignments on several chains; default no; not with must_use "
            "or pieces",
        ),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

PIECES = Schema(
    name="pieces",
    title="Pieces: the boxes and pallets of each shipment",
    key=("shipment_id", "piece_id"),
    columns=(
        text("shipment_id", "the shipment", required=True),
        text("piece_id", "unique in its shipment", required=True),
        integer("quantity", "number of equal pieces", required=True, at_least=1),
        number("length_mm", "outer length", required=True, above=0),
        number("width_mm", "outer width", required=True, above=0),
        number("height_mm", "outer height", required=True, above=0),
        number("mass_kg", "gross mass of one piece", required=True, above=0),
        text_list("upright_axes", "axes that may stand upright: l, w, h; blank: h, as delivered"),
        number("max_load_top_kg", "load that one piece bears on top", at_least=0),
        Column(name="stackable", kind=Kind.FLAG, meaning="may bear other pieces; blank: yes"),
        integer("most_above", "pieces that may stand above it, one on another", at_least=0),
        flag("floor_only", "stands on the floor of the unit, never on other pieces"),
        flag("fixed", "stands as delivered, its length along the unit; blank: may be turned"),
        integer("stop_no", "unloading stop, 1 is the first", at_least=1),
        text("group", "pieces that travel in one unit"),
        text_list("codes", "such as dangerous goods classes, for what must not share a unit"),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

HUBS = Schema(
    name="hubs",
    title="Hubs: places where freight changes vehicle or mode, and the sites at both ends",
    key=("hub_id",),
    columns=(
        text("hub_id", "unique name, such as an IATA code or UN/LOCODE", required=True),
        choice("kind", HUB_KINDS, "what happens there", required=True),
        text("name", "name for people", required=True),
        text("country", "ISO 3166 alpha-2", required=True),
        number("lat", "WGS84 degrees", required=True, at_least=-90, at_most=90),
        number("lon", "WGS84 degrees", required=True, at_least=-180, at_most=180),
        text("tz", "IANA time zone; schedules are in local time", required=True),
        text(
            "opening",
            "hours in local time in which it handles, hands over and lets any-time vehicles leave, "
            "such as `Mon-Fri 06:00-22:00; Sat 08:00-14:00`; blank: always",
        ),
        text("hoc_id", "hub operation category when a transfer names none"),
        text("grid_id", "electricity grid that feeds the hub"),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

TRANSFERS = Schema(
    name="transfers",
    title="Transfers: which mode changes a hub offers, with hours and cost",
    key=("hub_id", "from_mode", "to_mode"),
    columns=(
        text("hub_id", "the hub", required=True),
        choice("from_mode", MODES, "arriving mode", required=True),
        choice("to_mode", MODES, "leaving mode", required=True),
        number("hours", "handling time", required=True, at_least=0, at_most=8784),
        number("cost_per_t", "handling price per tonne, EUR", at_least=0, at_most=1e7),
        number(
            "cutoff_h",
            "hours before departure by which freight must be ready",
            at_least=0,
            at_most=8784,
        ),
        number("customs_h", "customs clearance added to handling", at_least=0, at_most=8784),
        text("hoc_id", "hub operation category"),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

SERVICES = Schema(
    name="services",
    title="Services: connections on offer between two hubs, by one carrier in one mode",
    key=("service_id",),
    columns=(
        text("service_id", "unique name", required=True),
        text("carrier", "transport operator", required=True),
        choice("mode", MODES, "mode of the whole service", required=True),
        text("origin_hub", "hub of departure", required=True),
        text("destination_hub", "hub of arrival", required=True),
        number("distance_km", "blank: routed", above=0, at_most=60000),
        choice("distance_kind", DISTANCE_KINDS, "great circle, shortest feasible or driven"),
        number(
            "duration_h",
            "departure to arrival; 0: at once, in a network without time",
            required=True,
            at_least=0,
            at_most=8784,
        ),
        text(
            "schedule",
            "blank: any time; `weekly:Mon,Thu 18:00`; `daily:06:00,18:00`; `every:6h`",
        ),
        text("unit_code", "unit that is opened and filled, from the unit catalogue"),
        number("unit_capacity_kg", "mass that one unit takes", at_least=1, at_most=1e9),
        number("unit_capacity_m3", "volume that one unit takes", at_least=0.001, at_most=1e7),
        integer("units_max", "units on one departure; blank: no limit", at_least=0),
        number("cost_per_unit", "price of one full unit", at_least=0, at_most=1e8),
        number(
            "part_load_factor",
            "price of part loads relative to full; blank: none",
            at_least=1,
            at_most=1000,
        ),
        number("cost_per_t", "price per chargeable tonne", at_least=0, at_most=1e8),
        number("chargeable_kg_per_m3", "volumetric rule; blank: actual mass", above=0, at_most=1e5),
        number("cost_min", "least price per shipment", at_least=0, at_most=1e8),
        text_list("rate_breaks", "`from_kg:price_per_kg`, all chargeable kg at the reached rate"),
        text_list("surcharges", "`NAME:amount/kg`, `/unit` or `/shipment`; kg is chargeable"),
        text("currency", "of all prices in the row; blank: EUR"),
        choice("emission_basis", ("shared", "dedicated"), "default shared"),
        text("toc_id", "transport operation category of a shared service"),
        text("vehicle_code", "vehicle of a dedicated service"),
        text("grid", "grid that charges an electric vehicle"),
        number("empty_share", "empty km / total km of a dedicated vehicle", at_least=0, at_most=1),
        choice("temperature", TEMPERATURES, "condition kept; default ambient"),
        text_list("dangerous_goods", "UN numbers that are taken; blank: none"),
        choice("aircraft", ("passenger", "freighter"), "for air"),
        text_list("passages", "sea passages used, such as suez|babalmandab"),
        number(
            "booking_lead_h",
            "hours before departure by which a shipment must be booked; blank: none",
            at_least=0,
            at_most=8784,
        ),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

DEPARTURES = Schema(
    name="departures",
    title="Departures: dated departures of a service, where a schedule string does not do",
    key=("service_id", "departs_at"),
    columns=(
        text("service_id", "the service", required=True),
        time("departs_at", "departure", required=True),
        time("arrives_at", "arrival", required=True),
        integer("units_max", "units on this departure; blank: as the service", at_least=0),
        NOTE,
        QUALITY,
        SOURCE,
    ),
)

FX = Schema(
    name="fx",
    title="Exchange rates",
    key=("currency",),
    columns=(
        text("currency", "ISO 4217", required=True),
        number("per_eur", "units of the currency for one euro", required=True, above=0),
        date("as_of", "day of the rate", required=True),
        QUALITY,
        SOURCE,
        NOTE,
    ),
)

CHAINS = Schema(
    name="chains",
    title="Candidate chains between two places: one row per leg, for people to compare",
    key=("chain", "leg_no"),
    columns=(
        integer("chain", "number of the chain", required=True, at_least=1),
        text("kind", "line modes of the chain", required=True),
        number("chain_cost", "whole chain, EUR"),
        number("chain_hours", "whole chain, waiting and handling included"),
        number("chain_wtw_kgco2e", "whole chain, physical, hubs included"),
        number("chain_handling_kgco2e", "part of it that is handling at hubs, in no leg"),
        integer("leg_no", "leg of the chain, from 1", required=True, at_least=1),
        choice("mode", MODES, "mode of the leg", required=True),
        text("origin", "hub or site", required=True),
        text("destination", "hub or site", required=True),
        number("distance_km", "transport activity distance"),
        choice("distance_kind", DISTANCE_KINDS, "kind of that distance"),
        choice(
            "evidence",
            EVIDENCE,
            "how the way was measured",
        ),
        text_list("passages", "canals, straits, links and gauge changes passed"),
        text_list("countries", "crossed, in order"),
        text("toc_id", "transport operation category"),
        number("wtw_kgco2e", "of the leg, physical"),
        NOTE,
        choice("quality", QUALITIES, "of the distance and of the emission figure, the weaker"),
        text("source_id", "of the emission figure; prices and hours are assumptions"),
    ),
)

LEGS = Schema(
    name="legs",
    title="Legs: one row per shipment and transport chain element, hubs included",
    key=("shipment_id", "leg_no"),
    columns=(
        text("shipment_id", "the shipment", required=True),
        integer("leg_no", "place in the chain, from 1", required=True, at_least=1),
        choice("kind", ("transport", "hub"), "carriage by a vehicle, or handling", required=True),
        text("mode", "of a transport element; of the hub for a hub element"),
        text("origin", "hub", required=True),
        text("destination", "hub", required=True),
        number("mass_kg", "actual mass", required=True, above=0, at_most=1e9),
        number("distance_km", "transport activity distance", at_least=0, at_most=60000),
        choice("distance_kind", DISTANCE_KINDS, "kind of that distance"),
        text("departure_id", "departure used"),
        text("service_id", "service used"),
        number("unit_share", "share of the departure's opened units", at_least=0),
        text("toc_id", "transport operation category, or the vehicle of a dedicated service"),
        text("hoc_id", "hub operation category"),
        time("departs_at", "start"),
        time("arrives_at", "end"),
        number("wtt_kgco2e", "energy provision, physical"),
        number("ttw_kgco2e", "operation, physical"),
        number("wtw_kgco2e", "total, physical"),
        number("market_wtt_kgco2e", "energy provision, market-based"),
        number("market_ttw_kgco2e", "operation, market-based"),
        number("market_wtw_kgco2e", "total, market-based"),
        number(
            "fuel_kg",
            "fuel burnt; an input for dedicated vehicles and hubs",
            at_least=0,
            at_most=1e9,
        ),
        number("energy_kwh", "electricity at the meter, an input", at_least=0, at_most=1e9),
        text("grid_id", "grid of that electricity"),
        number("saf_kg", "neat SAF claimed for this leg", at_least=0),
        text("saf_pathway", "pathway of that SAF"),
        number("eac_kwh", "kWh covered by electricity certificates", at_least=0),
        number("cost", "share of the price, EUR"),
        choice("data_type", ("primary", "modelled", "default"), "kind of emission data"),
        choice("quality", QUALITIES, "weakest input of the emission figures"),
        choice(
            "distance_evidence", EVIDENCE, "how the distance is known; `stated`: by the service"
        ),
        number("low_kgco2e", "lower end of the interval, physical WTW"),
        number("high_kgco2e", "upper end of the interval, physical WTW"),
        text("source_id", "sources of the emission figures"),
    ),
)

FOOTPRINT_LEGS = Schema(
    name="legs",
    title="Legs of transport done: as above, and what carriers bring along; mass_kg or teu",
    key=("shipment_id", "leg_no"),
    columns=(
        *(replace(c, required=c.required and c.name != "mass_kg") for c in LEGS.columns),
        # What a footprint of transport already done may bring along.
        text("consignment_id", "consignment, where a shipment travels as several"),
        number("packaging_mass_kg", "part of mass_kg that is packaging", at_least=0, at_most=1e9),
        number("teu", "containers in TEU", above=0, at_most=1e6),
        number(
            "activity_tkm",
            "transport activity as the carrier states it; then no distance is adjusted",
            above=0,
            at_most=1e15,
        ),
        choice("temperature", TEMPERATURES, "condition kept; default ambient"),
        text("carrier", "transport operator"),
        text("vehicle", "vehicle class in words"),
        choice("air_option", ("belly", "freighter", "average"), "for air"),
        choice("hub_kind", HUB_KINDS, "for a hub without a hoc_id"),
        text("flight_no", "flight"),
        text("aircraft_type", "aircraft"),
        flag("overflight", "over Russia"),
        text("vessel_imo", "ship"),
        text("voyage_no", "voyage"),
        text("vehicle_id", "VIN, plate or fleet"),
        text("fuel", "energy carrier; a blend as `carrier:share of energy|carrier:share`"),
        number("fuel_amount", "fuel used, an input: primary data", at_least=0, at_most=1e12),
        choice("fuel_unit", FUEL_UNITS, "of fuel_amount"),
        number(
            "activity_total_tkm",
            "activity of the whole operation: fuel_amount and energy_kwh are all of its use",
            above=0,
            at_most=1e15,
        ),
        number("carrier_wtw_kgco2e", "the carrier's own figure, kept beside ours", at_least=0),
        text("carrier_method", "how the carrier worked it out; blank: undisclosed"),
        # How a category was found where none was given, and what stands outside the total.
        integer("match_steps", "steps down the ladder to the category", at_least=0),
        text("lineage", "how category, distance and hubs were found"),
        integer("quality_tier", "1 (measured) and on; lower is better", at_least=1),
        number("biogenic_kgco2", "biogenic CO2, outside the total"),
        number("rf_memo_kgco2e", "radiative forcing of flights, outside the total"),
    ),
)

DEPARTURES_USED = Schema(
    name="departures_used",
    title="Departures used: what was opened, how full it is, what it costs and emits",
    key=("departure_id",),
    columns=(
        text("departure_id", "service and time", required=True),
        text("service_id", "the service", required=True),
        time("departs_at", "departure", required=True),
        time("arrives_at", "arrival", required=True),
        text("unit_code", "unit that is opened"),
        integer("full_units", "whole units opened", required=True),
        number("part_units", "part load, in units", required=True),
        integer("units_max", "units on offer"),
        number("mass_kg", "mass on board", required=True),
        number("volume_m3", "volume on board", required=True),
        number("fill_mass", "mass / capacity of the opened units"),
        number("fill_volume", "volume / capacity of the opened units"),
        number("fill_floor", "floor stood on / floor of the opened units; blank: not placed"),
        number("ldm", "loading metres, footprints over 2.4 m; blank: not placed"),
        text("not_placed", "why pieces were not placed in units; blank: each has its place"),
        number("cost", "price of the departure, EUR", required=True),
        number("wtw_kgco2e", "physical total of the shipments on board", required=True),
        number("saf_kg", "neat SAF bought for this departure", required=True),
    ),
)

LOADS = Schema(
    name="loads",
    title="Loads: which shipment travels in which unit",
    key=("departure_id", "unit_no", "shipment_id"),
    columns=(
        text("departure_id", "the departure", required=True),
        integer("unit_no", "unit, from 1", required=True),
        text("unit_code", "kind of unit"),
        text("shipment_id", "the shipment", required=True),
        number("mass_kg", "mass in this unit", required=True),
        number("volume_m3", "volume in this unit", required=True),
    ),
)

UNSERVED = Schema(
    name="unserved",
    title="Unserved shipments, with the reason and what would help",
    key=("shipment_id",),
    columns=(
        text("shipment_id", "the shipment", required=True),
        text(
            "reason_code",
            "no_chain, no_chain_in_time, incompatible, too_large, capacity, limit, price, "
            "must_use, booking, punctuality",
        ),
        text("reason", "in words and numbers"),
        text("would_need", "the smallest change that would help"),
    ),
)

ALTERNATIVES = Schema(
    name="alternatives",
    title="Alternatives: other chains each shipment could take, each on its own",
    key=("shipment_id", "rank"),
    columns=(
        text("shipment_id", "the shipment", required=True),
        integer("rank", "by cost, the chosen one is 0", required=True),
        text("itinerary", "services in order, joined by >", required=True),
        number("cost", "if the shipment travelled alone, EUR", required=True),
        time("arrives_at", "earliest arrival", required=True),
        number("wtw_kgco2e", "physical total", required=True),
        number("market_wtw_kgco2e", "market-based total", required=True),
        text("why_not", "why this chain was not chosen"),
    ),
)

FRONTIER = Schema(
    name="frontier",
    title="Frontier: cheapest plan for each carbon cap",
    key=("point",),
    columns=(
        integer("point", "from 1, cheapest first", required=True),
        text("objective", "what was minimised"),
        number("cost", "EUR", required=True),
        number("wtw_kgco2e", "physical", required=True),
        number("market_wtw_kgco2e", "market-based", required=True),
        number("hours", "mean door to door", required=True),
        number("lower_bound", "no plan that emits and leaves no more costs less, EUR"),
        number("gap", "(cost - lower bound) / cost, without unservable_cost"),
        text("status", "optimal or feasible"),
        integer("left", "shipments left that some chain could serve in time"),
        number("unservable_cost", "in cost and bound: price of what no chain can serve, EUR"),
        number("saf_kg", "neat SAF bought"),
        number("eac_kwh", "kWh covered by certificates"),
        number("eur_per_t", "price of what is abated beyond the point before"),
        integer("credits_t", "whole credits for the target share of the residual"),
        number("neutral_cost", "EUR, all that is paid with those credits"),
    ),
)

ON_TIME = Schema(
    name="punctuality",
    title="Punctuality: when each shipment arrives, with what probability in time",
    key=("shipment_id",),
    columns=(
        text("shipment_id", "the shipment", required=True),
        time("due_at", "as asked", required=True),
        time("planned_arrival", "delivery, if nothing is late", required=True),
        time("p50_arrival", "half of all such chains are delivered by then"),
        time("p90_arrival", "90 % are"),
        number("on_time_probability", "delivered by due_at; blank: a mode has no delays on record"),
    ),
)

REFUSED = Schema(
    name="refused",
    title="Refused rows: where, what was found, what was wanted",
    columns=(
        text("file", "file name", required=True),
        integer("row", "row number; the header is row 1", required=True),
        text("column", "column, or blank for the whole row"),
        text("found", "what stands there"),
        text("wanted", "what would do"),
        text("code", "kind of fault"),
    ),
)

CONSIGNMENTS = Schema(
    name="consignments",
    title="Consignments: the parts of each shipment that was divided; only where one was",
    key=("shipment_id",),
    columns=(
        text("shipment_id", "the consignment, as in legs and loads", required=True),
        text("consignment_of", "the divisible shipment that it is a part of", required=True),
        number("share", "of that shipment, by mass", required=True),
        number("mass_kg", "its mass", required=True),
        number("volume_m3", "its volume", required=True),
    ),
)

PROBLEM_TABLES = (SHIPMENTS, PIECES, HUBS, TRANSFERS, SERVICES, DEPARTURES, FX)
PLAN_TABLES = (
    *(LEGS, DEPARTURES_USED, LOADS, UNSERVED, ALTERNATIVES, FRONTIER),
    *(ON_TIME, REFUSED),
)
