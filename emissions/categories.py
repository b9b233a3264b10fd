"""What a leg can stand on: categories, fuels, grids and vehicles, each with its origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_DATA_TYPES = {
    "primary": "primary",
    "modelled": "modelled",
    "default": "default",
    "estimate": "modelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a factor comes from and when it became known."""

    published_on: date
    quality: str
    source_id: str
    locator: str
    note: str

    @property
    def data_type(self) -> str:
        """Primary, modelled or default, the three kinds of ISO 14083; an estimate is modelled."""
        return _DATA_TYPES[self.quality]


@dataclass(frozen=True, slots=True, kw_only=True)
class TOC:
    """Transport operation category (ISO 14083, 3.1.29) with its emission intensity."""

    toc_id: str
    mode: str
    carrier_id: str
    wtt_kgco2e_per_tkm: float
    ttw_kgco2e_per_tkm: float
    ttw_kgco2_per_tkm: float | None
    distance_kind: str
    daf_included: str
    gas_set: str
    deviation_share: float
    origin: Origin
    name: str = ""
    region: str = ""
    vehicle: str = ""
    load: str = ""
    temperature: str = "ambient"
    activity_unit: str = "tkm"  # or teukm: then all intensities are per TEU-km
    market_wtt_kgco2e_per_tkm: float | None = None  # None: as location-based
    biogenic_kgco2_per_tkm: float = 0.0
    load_share: float | None = None
    empty_share: float | None = None
    empty_running_included: str = "unknown"
    gwp_set: str = "AR5"
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def market_wtt_rate(self) -> float:
        """Energy provision, market-based; where nothing else is known, as location-based."""
        stated = self.market_wtt_kgco2e_per_tkm
        return self.wtt_kgco2e_per_tkm if stated is None else stated


@dataclass(frozen=True, slots=True, kw_only=True)
class HOC:
    """Hub operation category: energy, or an intensity, per tonne of outbound throughput."""

    hoc_id: str
    kwh_per_t: float
    diesel_kg_per_t: float
    deviation_share: float
    origin: Origin
    kind: str = ""
    temperature: str = "ambient"
    activity_unit: str = "t"  # or teu
    wtt_kgco2e_per_t: float = 0.0
    ttw_kgco2e_per_t: float = 0.0
    market_wtt_kgco2e_per_t: float | None = None
    gas_set: str = ""  # of the intensity; blank where energy alone is known
    gwp_set: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def by_energy(self) -> bool:
        """True if a hub element carries its own energy; else it stands on the intensity."""
        return not self.gas_set

    @property
    def market_wtt_rate(self) -> float:
        """Energy provision, market-based; where nothing else is known, as location-based."""
        stated = self.market_wtt_kgco2e_per_t
        return self.wtt_kgco2e_per_t if stated is None else stated


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyCarrier:
    """A fuel with its emission factors."""

    carrier_id: str
    lhv_mj_per_kg: float
    wtt_kgco2e_per_kg: float
    ttw_kgco2e_per_kg: float
    gas_set: str
    origin: Origin
    name: str = ""
    density_kg_per_l: float | None = None
    ttw_kgco2_per_kg: float | None = None
    biogenic_kgco2_per_kg: float = 0.0
    gwp_set: str = "AR5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """An electricity grid; factors are per kWh at the meter."""

    grid_id: str
    country: str
    generation_kgco2e_per_kwh: float
    upstream_kgco2e_per_kwh: float
    loss_share: float
    residual_kgco2e_per_kwh: float | None
    gas_set: str
    origin: Origin
    name: str = ""
    gwp_set: str = "AR5"

    @property
    def location_kgco2e_per_kwh(self) -> float:
        """Generation and fuel supply, raised by the grid's losses (methodology, F21)."""
        return (self.generation_kgco2e_per_kwh + self.upstream_kgco2e_per_kwh) / (
            1 - self.loss_share
        )

    @property
    def market_kgco2e_per_kwh(self) -> float:
        """The residual mix where one is known, else as location-based: for uncovered kWh."""
        generation = (
            self.generation_kgco2e_per_kwh
            if self.residual_kgco2e_per_kwh is None
            else self.residual_kgco2e_per_kwh
        )
        return (generation + self.upstream_kgco2e_per_kwh) / (1 - self.loss_share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A dedicated vehicle: energy per vehicle-km between empty and full."""

    vehicle_code: str
    mode: str
    carrier_id: str
    payload_kg: float
    energy_per_km_empty: float  # kWh or kg, at the meter or the pump
    energy_per_km_full: float
    range_km: float | None  # on one charge
    charge_kw: float | None
    deviation_share: float
    origin: Origin
    name: str = ""

    @property
    def electric(self) -> bool:
        """True if its energy is kWh."""
        return self.carrier_id == "electricity"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafPathway:
    """A sustainable aviation fuel: life-cycle value (core plus ILUC) and heating value."""

    pathway_id: str
    total_gco2e_per_mj: float
    lhv_mj_per_kg: float
    blend_limit_volume_share: float
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchKey:
    """What a category stands for; blank and None mean any."""

    match_id: str
    category_id: str
    kind: str  # toc, hoc or vehicle
    mode: str = ""
    hub_kind: str = ""
    region: str = ""
    vehicle: str = ""
    fuel: str = ""
    temperature: str = "ambient"
    load: str = ""
    air_option: str = ""
    haul: str = ""
    operator: str = ""
    flight_no: str = ""
    aircraft_type: str = ""
    overflight: bool | None = None
    vessel_imo: str = ""
    voyage_no: str = ""
    vehicle_id: str = ""
    energy_mix: tuple[tuple[str, float], ...] = ()  # carrier and its share of the energy
