"""Say what each column of the factor tables holds, as `schemas` does for problems and plans."""

from __future__ import annotations

from data.schemas import DISTANCE_KINDS, HUB_KINDS, MODES, QUALITIES, Column, Kind, Schema

_GAS_SETS = ("co2", "co2e")
_GWP_SETS = ("AR4", "AR5", "AR6", "none")


def _text(name: str, meaning: str, *, required: bool = True) -> Column:
    return Column(name=name, required=required, meaning=meaning)


def _choice(name: str, choices: tuple[str, ...], meaning: str) -> Column:
    return Column(name=name, choices=choices, required=True, meaning=meaning)


def _number(
    name: str, meaning: str, *, required: bool = True, at_most: float | None = None
) -> Column:
    return Column(
        name=name,
        kind=Kind.NUMBER,
        required=required,
        at_least=0,
        at_most=at_most,
        meaning=meaning,
    )


_DEVIATION = _number("deviation_share", "half width of the interval, as a share of the figure")
_LIFE = (
    Column(name="published_on", kind=Kind.DATE, required=True, meaning="when it became known"),
    Column(name="valid_from", kind=Kind.DATE, meaning="first day it describes"),
    Column(name="valid_to", kind=Kind.DATE, meaning="last day it describes"),
)
PROVENANCE = (
    _choice("quality", QUALITIES, "how the figure came about"),
    _text("source_id", "keys of the TOML beside the table, separated by |"),
    _text("locator", "page, table or row id in the source", required=False),
    _text("note", "traps and reasons, for people", required=False),
)
_GASES = (
    _choice("gas_set", _GAS_SETS, "all greenhouse gases, or CO2 alone"),
    _choice("gwp_set", _GWP_SETS, "warming potentials behind CO2e"),
)

_ACTIVITY = ("tkm", "teukm")
_CONDITIONS = ("ambient", "temperature_controlled")

INTENSITIES = Schema(
    name="intensities",
    title="Emission intensities of transport operation categories (TOC)",
    key=("toc_id",),
    columns=(
        _text("toc_id", "unique name"),
        _choice("mode", MODES, "mode"),
        _text("region", "where it was measured"),
        _text("vehicle", "vehicle class"),
        _text("load", "load assumption", required=False),
        _text("carrier_id", "energy carrier", required=False),
        _number("wtt_kgco2e_per_tkm", "energy provision"),
        _number("ttw_kgco2e_per_tkm", "operation"),
        _number("ttw_kgco2_per_tkm", "CO2 part of operation", required=False),
        _number(
            "market_wtt_kgco2e_per_tkm",
            "energy provision, market-based; blank: as location-based",
            required=False,
        ),
        _number("biogenic_kgco2_per_tkm", "biogenic CO2, outside the total", required=False),
        Column(
            name="activity_unit",
            choices=_ACTIVITY,
            meaning="what the intensities are per: `tkm` (default), or `teukm` for TEU-km",
        ),
        Column(name="temperature", choices=_CONDITIONS, meaning="default ambient"),
        _number("load_share", "mass carried / payload behind it", required=False, at_most=1),
        _number("empty_share", "empty km / total km behind it", required=False, at_most=1),
        _choice("distance_kind", DISTANCE_KINDS, "kind of distance behind the tkm"),
        _choice("daf_included", ("yes", "no", "inferred", "unknown"), "distance uplift inside"),
        _choice("empty_running_included", ("yes", "no", "unknown"), "empty trips inside"),
        _choice("boundary", ("wtw", "ttw"), "what the row covers"),
        *_GASES,
        _DEVIATION,
        *_LIFE,
        *PROVENANCE,
    ),
)

ENERGY_CARRIERS = Schema(
    name="energy_carriers",
    title="Emission factors of fuels",
    key=("carrier_id",),
    columns=(
        _text("carrier_id", "unique name"),
        _text("name", "for people"),
        _number("lhv_mj_per_kg", "lower heating value"),
        _number("density_kg_per_l", "density", required=False),
        _number("wtt_kgco2e_per_kg", "energy provision"),
        _number("ttw_kgco2e_per_kg", "operation"),
        _number("ttw_kgco2_per_kg", "CO2 part of operation", required=False),
        _number("biogenic_kgco2_per_kg", "biogenic CO2, outside the total", required=False),
        *_GASES,
        *_LIFE,
        *PROVENANCE,
    ),
)

SAF_PATHWAYS = Schema(
    name="saf_pathways",
    title="Life-cycle values of sustainable aviation fuels",
    key=("pathway_id",),
    columns=(
        _text("pathway_id", "unique name"),
        _text("process", "conversion process"),
        _text("feedstock", "feedstock"),
        _text("region", "region of the value"),
        Column(name="core_gco2e_per_mj", kind=Kind.NUMBER, meaning="core life cycle, may be blank"),
        Column(
            name="iluc_gco2e_per_mj", kind=Kind.NUMBER, meaning="induced land use, may be negative"
        ),
        Column(
            name="total_gco2e_per_mj", kind=Kind.NUMBER, required=True, meaning="core plus ILUC"
        ),
        _number("lhv_mj_per_kg", "lower heating value of the neat fuel"),
        _number("blend_limit_volume_share", "ASTM limit of a physical batch", at_most=1),
        _text("scheme", "scheme that publishes the value"),
        *_LIFE,
        *PROVENANCE,
    ),
)

GRIDS = Schema(
    name="grids",
    title="Emission factors of electricity grids",
    key=("grid_id",),
    columns=(
        _text("grid_id", "unique name"),
        _text("name", "for people"),
        _text("country", "ISO 3166 alpha-2"),
        Column(name="year", kind=Kind.INTEGER, required=True, meaning="year of generation"),
        _number("generation_kgco2e_per_kwh", "generation, location-based"),
        *_GASES,
        _number("upstream_kgco2e_per_kwh", "fuel supply, 0 when generation is life-cycle"),
        _number("loss_share", "transmission and distribution losses", at_most=0.5),
        _number("residual_kgco2e_per_kwh", "residual mix, market-based", required=False),
        *_LIFE,
        *PROVENANCE,
    ),
)

VEHICLES = Schema(
    name="vehicles",
    title="Energy of dedicated vehicles per vehicle-km",
    key=("vehicle_code",),
    columns=(
        _text("vehicle_code", "unique name"),
        _text("name", "for people"),
        _choice("mode", MODES, "mode"),
        _text("carrier_id", "fuel, or electricity"),
        _choice("energy_unit", ("kwh", "kg"), "of the energy figures"),
        _number("payload_kg", "legal payload"),
        _number("energy_per_km_empty", "with no load"),
        _number("energy_per_km_full", "at full payload"),
        _number("charging_loss_share", "between meter and battery", at_most=0.5),
        _number("range_km", "on one charge", required=False),
        _number("charge_kw", "charging power", required=False),
        _DEVIATION,
        *_LIFE,
        *PROVENANCE,
    ),
)

HUB_ENERGY = Schema(
    name="hubs_energy",
    title="Energy of hub operation categories (HOC) per tonne of outbound throughput",
    key=("hoc_id",),
    columns=(
        _text("hoc_id", "unique name"),
        _choice("kind", HUB_KINDS, "kind of hub"),
        _text("temperature", "ambient or temperature-controlled"),
        _number("kwh_per_t", "electricity"),
        _number("diesel_kg_per_t", "diesel"),
        _DEVIATION,
        *_LIFE,
        *PROVENANCE,
    ),
)

HUB_INTENSITIES = Schema(
    name="hubs_intensity",
    title="Emission intensities of hub operation categories (HOC)",
    key=("hoc_id",),
    columns=(
        _text("hoc_id", "unique name"),
        _choice("kind", HUB_KINDS, "kind of hub"),
        Column(name="temperature", choices=_CONDITIONS, meaning="default ambient"),
        Column(
            name="activity_unit",
            choices=("t", "teu"),
            meaning="what the intensities are per: tonne of outbound throughput (default), or TEU",
        ),
        _number("wtt_kgco2e_per_t", "energy provision"),
        _number("ttw_kgco2e_per_t", "operation"),
        _number(
            "market_wtt_kgco2e_per_t",
            "energy provision, market-based; blank: as location-based",
            required=False,
        ),
        _choice("boundary", ("wtw", "ttw"), "what the row covers"),
        *_GASES,
        _DEVIATION,
        *_LIFE,
        *PROVENANCE,
    ),
)

RF_MEMO = Schema(
    name="rf_memo",
    title="Radiative forcing of flights: a memo beside the total, never in it",
    key=("memo_id",),
    columns=(
        _text("memo_id", "unique name"),
        _text("toc_id", "the category that it stands beside"),
        _text("region", "where it was measured"),
        _number("ttw_with_rf_kgco2e_per_tkm", "operation, with radiative forcing"),
        _number("ttw_without_rf_kgco2e_per_tkm", "operation, without"),
        *_LIFE,
        *PROVENANCE,
    ),
)

REFRIGERANTS = Schema(
    name="refrigerants",
    title="Refrigerants by their gases",
    key=("refrigerant_id",),
    columns=(
        _text("refrigerant_id", "unique name, such as R404A"),
        _text("name", "for people"),
        Column(
            name="composition",
            kind=Kind.LIST,
            meaning="`GAS:mass share`, gases as in the table of warming potentials",
        ),
        *PROVENANCE,
    ),
)

MATCHING = Schema(
    name="matching",
    title="What each category stands for: the keys by which a leg without one is matched",
    key=("match_id",),
    columns=(
        _text("match_id", "unique name"),
        _text("category_id", "a TOC, HOC or vehicle"),
        _choice("kind", ("toc", "hoc", "vehicle", "none"), "what it is; none: found by id alone"),
        Column(name="mode", choices=MODES, meaning="of carriage"),
        Column(name="hub_kind", choices=HUB_KINDS, meaning="of handling"),
        _text("region", "ISO 3166 alpha-2, or a wider region", required=False),
        _text("vehicle", "vehicle class, one word", required=False),
        _text("fuel", "energy carrier, or `mixed`", required=False),
        Column(name="temperature", choices=_CONDITIONS, meaning="default ambient"),
        _text("load", "load assumption", required=False),
        Column(name="air_option", choices=("belly", "freighter", "average"), meaning="for air"),
        Column(name="haul", choices=("short", "long", "domestic"), meaning="for air"),
        _text("operator", "transport operator whose own figure it is", required=False),
        _text("flight_no", "flight", required=False),
        _text("aircraft_type", "aircraft", required=False),
        Column(name="overflight", kind=Kind.FLAG, meaning="over Russia"),
        _text("vessel_imo", "ship", required=False),
        _text("voyage_no", "voyage", required=False),
        _text("vehicle_id", "VIN, plate or fleet", required=False),
        Column(
            name="energy_mix",
            kind=Kind.LIST,
            meaning="`carrier_id:share of energy`, summing to 1",
        ),
        *PROVENANCE,
    ),
)

PARAMETERS = Schema(
    name="parameters",
    title="Single figures: physical constants, distance factors, prices",
    key=("parameter",),
    columns=(
        _text("parameter", "unique name, with its unit"),
        Column(name="value", kind=Kind.NUMBER, required=True, meaning="the figure"),
        _text("unit", "unit of the figure"),
        *PROVENANCE,
    ),
)

GWP = Schema(
    name="gwp",
    title="Global warming potentials over 100 years",
    key=("species",),
    columns=(
        _text("species", "gas"),
        _number("ar4_gwp100", "IPCC AR4", required=False),
        _number("ar5_gwp100", "IPCC AR5", required=False),
        _number("ar6_gwp100", "IPCC AR6", required=False),
        *PROVENANCE,
    ),
)

UNIT_CATALOGUE = Schema(
    name="unit_catalogue",
    title="Load units: ULDs, containers, trailers, pallets and wagons",
    key=("unit_code",),
    columns=(
        _text("unit_code", "unique name"),
        _text("mode", "modes that carry it"),
        _text("kind", "kind of unit"),
        _number("length_mm", "inner length"),
        _number("width_mm", "inner width"),
        _number("height_mm", "inner height"),
        _number("tare_kg", "own mass", required=False),
        _number("max_gross_kg", "greatest gross mass", required=False),
        _number("max_payload_kg", "greatest payload", required=False),
        _number("door_w_mm", "door width", required=False),
        _number("door_h_mm", "door height", required=False),
        _text("contour", "contour in words", required=False),
        *PROVENANCE,
    ),
)
