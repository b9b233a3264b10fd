"""Say what each column of each file holds: one declaration drives readers, writers and docs."""

from __future__ import annotations

from dataclasses import dataclass
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
DISTANCE_KINDS = ("gcd", "sfd", "actual", "not_stated")
TEMPERATURES = ("ambient", "chilled", "frozen")


def _text(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, required=required, meaning=meaning)


def _choice(name: str, choices: tuple[str, ...], meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, choices=choices, required=required, meaning=meaning)


def _number(  # noqa: PLR0913  (a declaration, read as a table row)
    name: str,
    meaning: str,
    *,
    required: bool = False,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Column:
    return Column(
        name=name,
        kind=Kind.NUMBER,
        required=required,
        above=above,
        at_least=at_least,
        at_most=at_most,
        meaning=meaning,
    )


def _integer(
    name: str, meaning: str, *, required: bool = False, at_least: float | None = None
) -> Column:
    return Column(
        name=name, kind=Kind.INTEGER, required=required, at_least=at_least, meaning=meaning
    )


def _time(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.TIME, required=required, meaning=meaning)


def _date(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.DATE, required=required, meaning=meaning)


def _list(name: str, meaning: str) -> Column:
    return Column(name=name, kind=Kind.LIST, meaning=meaning)


_QUALITY = _choice("quality", QUALITIES, "how the figures of this row came about")
_SOURCE = _text("source_id", "where the figures of this row come from, keys of the sources file")
_NOTE = _text("note", "for people")

SHIPMENTS = Schema(
    name="shipments",
    title="Shipments: what must move, from where to where, by when",
    key=("shipment_id",),
    columns=(
        _text("shipment_id", "unique name of the shipment", required=True),
        _text("origin", "hub, UN/LOCODE, IATA code, `City, CC` or `lat,lon`", required=True),
        _text("destination", "as origin", required=True),
        _number(
            "mass_kg",
            "goods with the shipper's packaging, without carrier's pallets, ULDs or containers",
            required=True,
            above=0,
            at_most=1e8,
        ),
        _number(
            "volume_m3", "outer volume of the packed goods", required=True, above=0, at_most=1e6
        ),
        _time("ready_at", "earliest pick-up", required=True),
        _time("due_at", "latest arrival at the destination", required=True),
        _choice("mass_basis", ("actual", "chargeable"), "`chargeable` is refused for emissions"),
        _number("packaging_mass_kg", "part of mass_kg that is packaging", at_least=0),
        _choice("temperature", TEMPERATURES, "default ambient"),
        _text("un_number", "UN number of dangerous goods, such as UN3481"),
        _text("packing_instruction", "air packing instruction, such as PI967"),
        _text("hs_code", "Harmonised System code"),
        _number("value", "value of the goods, in `currency`", at_least=0, at_most=1e12),
        _text("currency", "of value and lateness cost"),
        _text("incoterm", "Incoterms 2020 rule"),
        _number(
            "lateness_cost_per_day", "blank: late arrival is not allowed", at_least=0, at_most=1e9
        ),
        _list("must_use", "hubs, services, carriers or modes that the chain must use"),
        _list("must_avoid", "hubs, services, carriers or modes that the chain must not use"),
        _NOTE,
        _QUALITY,
        _SOURCE,
    ),
)

PIECES = Schema(
    name="pieces",
    title="Pieces: the boxes and pallets of each shipment",
    key=("shipment_id", "piece_id"),
    columns=(
        _text("shipment_id", "the shipment", required=True),
        _text("piece_id", "unique in its shipment", required=True),
        _integer("quantity", "number of equal pieces", required=True, at_least=1),
        _number("length_mm", "outer length", required=True, above=0),
        _number("width_mm", "outer width", required=True, above=0),
        _number("height_mm", "outer height", required=True, above=0),
        _number("mass_kg", "gross mass of one piece", required=True, above=0),
        _list("upright_axes", "axes that may stand upright: l, w, h"),
        _number("max_load_top_kg", "load that one piece bears on top", at_least=0),
        Column(name="stackable", kind=Kind.FLAG, meaning="may bear other pieces"),
        _integer("stop_no", "unloading stop", at_least=1),
        _text("group", "pieces that travel together"),
        _NOTE,
        _QUALITY,
        _SOURCE,
    ),
)

HUBS = Schema(
    name="hubs",
    title="Hubs: places where freight changes vehicle or mode, and the sites at both ends",
    key=("hub_id",),
    columns=(
        _text("hub_id", "unique name, such as an IATA code or UN/LOCODE", required=True),
        _choice("kind", HUB_KINDS, "what happens there", required=True),
        _text("name", "name for people", required=True),
        _text("country", "ISO 3166 alpha-2", required=True),
        _number("lat", "WGS84 degrees", required=True, at_least=-90, at_most=90),
        _number("lon", "WGS84 degrees", required=True, at_least=-180, at_most=180),
        _text("tz", "IANA time zone; schedules are in local time", required=True),
        _text("opening", "opening hours, blank: always"),
        _text("hoc_id", "hub operation category when a transfer names none"),
        _text("grid_id", "electricity grid that feeds the hub"),
        _NOTE,
        _QUALITY,
        _SOURCE,
    ),
)

TRANSFERS = Schema(
    name="transfers",
    title="Transfers: which mode changes a hub offers, with hours and cost",
    key=("hub_id", "from_mode", "to_mode"),
    columns=(
        _text("hub_id", "the hub", required=True),
        _choice("from_mode", MODES, "arriving mode", required=True),
        _choice("to_mode", MODES, "leaving mode", required=True),
        _number("hours", "handling time", required=True, at_least=0, at_most=8784),
        _number("cost_per_t", "handling price per tonne, EUR", at_least=0, at_most=1e7),
        _number(
            "cutoff_h",
            "hours before departure by which freight must be ready",
            at_least=0,
            at_most=8784,
        ),
        _number("customs_h", "customs clearance added to handling", at_least=0, at_most=8784),
        _text("hoc_id", "hub operation category"),
        _NOTE,
        _QUALITY,
        _SOURCE,
    ),
)

SERVICES = Schema(
    name="services",
    title="Services: connections on offer between two hubs, by one carrier in one mode",
    key=("service_id",),
    columns=(
        _text("service_id", "unique name", required=True),
        _text("carrier", "transport operator", required=True),
        _choice("mode", MODES, "mode of the whole service", required=True),
        _text("origin_hub", "hub of departure", required=True),
        _text("destination_hub", "hub of arrival", required=True),
        _number("distance_km", "blank: routed", above=0, at_most=60000),
        _choice("distance_kind", DISTANCE_KINDS, "great circle, shortest feasible or driven"),
        _number("duration_h", "departure to arrival", required=True, above=0, at_most=8784),
        _text(
            "schedule",
            "blank: any time; `weekly:Mon,Thu 18:00`; `daily:06:00,18:00`; `every:6h`",
        ),
        _text("unit_code", "unit that is opened and filled, from the unit catalogue"),
        _number("unit_capacity_kg", "mass that one unit takes", at_least=1, at_most=1e9),
        _number("unit_capacity_m3", "volume that one unit takes", at_least=0.001, at_most=1e7),
        _integer("units_max", "units on one departure; blank: no limit", at_least=0),
        _number("cost_per_unit", "price of one full unit", at_least=0, at_most=1e8),
        _number(
            "part_load_factor",
            "price of part loads relative to full; blank: none",
            at_least=1,
            at_most=1000,
        ),
        _number("cost_per_t", "price per chargeable tonne", at_least=0, at_most=1e8),
        _number(
            "chargeable_kg_per_m3", "volumetric rule; blank: actual mass", above=0, at_most=1e5
        ),
        _number("cost_min", "least price per shipment", at_least=0, at_most=1e8),
        _list("rate_breaks", "`from_kg:price_per_kg`, all chargeable kg at the reached rate"),
        _list("surcharges", "`NAME:amount/kg`, `/unit` or `/shipment`; kg is chargeable"),
        _text("currency", "of all prices in the row; blank: EUR"),
        _choice("emission_basis", ("shared", "dedicated"), "default shared"),
        _text("toc_id", "transport operation category of a shared service"),
        _text("vehicle_code", "vehicle of a dedicated service"),
        _text("grid", "grid that charges an electric vehicle"),
        _number("empty_share", "empty km / total km of a dedicated vehicle", at_least=0, at_most=1),
        _choice("temperature", TEMPERATURES, "condition kept; default ambient"),
        _list("dangerous_goods", "UN numbers that are taken; blank: none"),
        _choice("aircraft", ("passenger", "freighter"), "for air"),
        _list("passages", "sea passages used, such as suez|babalmandab"),
        _NOTE,
        _QUALITY,
        _SOURCE,
    ),
)

DEPARTURES = Schema(
    name="departures",
    title="Departures: dated departures of a service, where a schedule string does not do",
    key=("service_id", "departs_at"),
    columns=(
        _text("service_id", "the service", required=True),
        _time("departs_at", "departure", required=True),
        _time("arrives_at", "arrival", required=True),
        _integer("units_max", "units on this departure; blank: as the service", at_least=0),
        _NOTE,
        _QUALITY,
        _SOURCE,
    ),
)

FX = Schema(
    name="fx",
    title="Exchange rates",
    key=("currency",),
    columns=(
        _text("currency", "ISO 4217", required=True),
        _number("per_eur", "units of the currency for one euro", required=True, above=0),
        _date("as_of", "day of the rate", required=True),
        _QUALITY,
        _SOURCE,
        _NOTE,
    ),
)

LEGS = Schema(
    name="legs",
    title="Legs: one row per shipment and transport chain element, hubs included",
    key=("shipment_id", "leg_no"),
    columns=(
        _text("shipment_id", "the shipment", required=True),
        _integer("leg_no", "place in the chain, from 1", required=True, at_least=1),
        _choice("kind", ("transport", "hub"), "carriage by a vehicle, or handling", required=True),
        _text("mode", "of a transport element; of the hub for a hub element"),
        _text("origin", "hub", required=True),
        _text("destination", "hub", required=True),
        _number("mass_kg", "actual mass", required=True, above=0, at_most=1e9),
        _number("distance_km", "transport activity distance", at_least=0, at_most=60000),
        _choice("distance_kind", DISTANCE_KINDS, "kind of that distance"),
        _text("departure_id", "departure used"),
        _text("service_id", "service used"),
        _number("unit_share", "share of the departure's opened units", at_least=0),
        _text("toc_id", "transport operation category, or the vehicle of a dedicated service"),
        _text("hoc_id", "hub operation category"),
        _time("departs_at", "start"),
        _time("arrives_at", "end"),
        _number("wtt_kgco2e", "energy provision, physical"),
        _number("ttw_kgco2e", "operation, physical"),
        _number("wtw_kgco2e", "total, physical"),
        _number("market_wtt_kgco2e", "energy provision, market-based"),
        _number("market_ttw_kgco2e", "operation, market-based"),
        _number("market_wtw_kgco2e", "total, market-based"),
        _number(
            "fuel_kg",
            "fuel burnt; an input for dedicated vehicles and hubs",
            at_least=0,
            at_most=1e9,
        ),
        _number("energy_kwh", "electricity at the meter, an input", at_least=0, at_most=1e9),
        _text("grid_id", "grid of that electricity"),
        _number("saf_kg", "neat SAF claimed for this leg", at_least=0),
        _text("saf_pathway", "pathway of that SAF"),
        _number("eac_kwh", "kWh covered by electricity certificates", at_least=0),
        _number("cost", "share of the price, EUR"),
        _choice("data_type", ("primary", "modelled", "default"), "kind of emission data"),
        _choice("quality", QUALITIES, "weakest of all inputs"),
        _number("low_kgco2e", "lower end of the interval, physical WTW"),
        _number("high_kgco2e", "upper end of the interval, physical WTW"),
        _text("source_id", "sources of the emission figures"),
    ),
)

DEPARTURES_USED = Schema(
    name="departures_used",
    title="Departures used: what was opened, how full it is, what it costs and emits",
    key=("departure_id",),
    columns=(
        _text("departure_id", "service and time", required=True),
        _text("service_id", "the service", required=True),
        _time("departs_at", "departure", required=True),
        _time("arrives_at", "arrival", required=True),
        _text("unit_code", "unit that is opened"),
        _integer("full_units", "whole units opened", required=True),
        _number("part_units", "part load, in units", required=True),
        _integer("units_max", "units on offer"),
        _number("mass_kg", "mass on board", required=True),
        _number("volume_m3", "volume on board", required=True),
        _number("fill_mass", "mass / capacity of the opened units"),
        _number("fill_volume", "volume / capacity of the opened units"),
        _number("cost", "price of the departure, EUR", required=True),
        _number("wtw_kgco2e", "physical total of the shipments on board", required=True),
        _number("saf_kg", "neat SAF bought for this departure", required=True),
    ),
)

LOADS = Schema(
    name="loads",
    title="Loads: which shipment travels in which unit",
    key=("departure_id", "unit_no", "shipment_id"),
    columns=(
        _text("departure_id", "the departure", required=True),
        _integer("unit_no", "unit, from 1", required=True),
        _text("unit_code", "kind of unit"),
        _text("shipment_id", "the shipment", required=True),
        _number("mass_kg", "mass in this unit", required=True),
        _number("volume_m3", "volume in this unit", required=True),
    ),
)

UNSERVED = Schema(
    name="unserved",
    title="Unserved shipments, with the reason and what would help",
    key=("shipment_id",),
    columns=(
        _text("shipment_id", "the shipment", required=True),
        _text("reason_code", "no_chain, no_chain_in_time, incompatible, capacity, limit"),
        _text("reason", "in words and numbers"),
        _text("would_need", "the smallest change that would help"),
    ),
)

ALTERNATIVES = Schema(
    name="alternatives",
    title="Alternatives: other chains each shipment could take, each on its own",
    key=("shipment_id", "rank"),
    columns=(
        _text("shipment_id", "the shipment", required=True),
        _integer("rank", "by cost, the chosen one is 0", required=True),
        _text("itinerary", "services in order, joined by >", required=True),
        _number("cost", "if the shipment travelled alone, EUR", required=True),
        _time("arrives_at", "earliest arrival", required=True),
        _number("wtw_kgco2e", "physical total", required=True),
        _number("market_wtw_kgco2e", "market-based total", required=True),
        _text("why_not", "why this chain was not chosen"),
    ),
)

FRONTIER = Schema(
    name="frontier",
    title="Frontier: cheapest plan for each carbon cap",
    key=("point",),
    columns=(
        _integer("point", "from 1, cheapest first", required=True),
        _text("objective", "what was minimised"),
        _number("cost", "EUR", required=True),
        _number("wtw_kgco2e", "physical", required=True),
        _number("market_wtw_kgco2e", "market-based", required=True),
        _number("hours", "mean door to door", required=True),
        _number("lower_bound", "of the objective"),
        _number("gap", "(value - lower bound) / value"),
        _text("status", "optimal or feasible"),
    ),
)

REFUSED = Schema(
    name="refused",
    title="Refused rows: where, what was found, what was wanted",
    columns=(
        _text("file", "file name", required=True),
        _integer("row", "row number; the header is row 1", required=True),
        _text("column", "column, or blank for the whole row"),
        _text("found", "what stands there"),
        _text("wanted", "what would do"),
        _text("code", "kind of fault"),
    ),
)

PROBLEM_TABLES = (SHIPMENTS, PIECES, HUBS, TRANSFERS, SERVICES, DEPARTURES, FX)
PLAN_TABLES = (LEGS, DEPARTURES_USED, LOADS, UNSERVED, ALTERNATIVES, FRONTIER, REFUSED)
