"""Do to a footprint what each kind of measure does: other masses, fuels, vehicles, ways, hubs.

Each kind is one function of a world and a measure. An element that it does not touch stays the same
object; a category made from another keeps its name before the `@`, and with it the same error.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from data.errors import DataError
from data.units import KG_PER_TONNE, MG_PER_KG, micro
from emissions.distance import planned_kind
from emissions.energy import energy_per_loaded_km, hub_energy
from emissions.inventory import activity_tkm_of, take_inventory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emissions.categories import Vehicle
    from emissions.chain import TCE
    from emissions.factors import Factors
    from emissions.measures import Measure, World

    Kind = tuple[Callable[[World, Measure], World], str, str]

DERIVED = "@"
# kWh at the plug that do the work of 1 kg of diesel in a forklift: 11.9 kWh/kg at 30 % against 85 %
# with charging. An estimate of this project.
_KWH_PER_KG_DIESEL = 4.2
_SOLAR = "SOLAR-ONSITE"
_EMPTIES = " empties"  # what goes back empty is no freight to pack lighter, or to return again


def _each(world: World, m: Measure, change: Callable[[TCE], Iterable[TCE]]) -> World:
    """Return the world with every element that a measure touches changed into one or more."""
    made: list[TCE] = []
    for e in world.elements:
        made.extend(change(e) if m.hits(e) else (e,))
    return replace(world, elements=tuple(made))


def _with_mass(e: TCE, mass_kg: float, factors: Factors, *, riding: bool = False) -> TCE:
    """Return an element with another mass; `riding` freight fills a vehicle's empty way."""
    if e.hoc_id and factors.hoc(e.hoc_id).by_energy:
        fuel, kwh = hub_energy(factors.hoc(e.hoc_id), mass_kg)
        return replace(
            e, mass_kg=mass_kg, fuel_kg=fuel, energy_kwh=kwh, eac_kwh=min(e.eac_kwh, kwh)
        )
    ratio = mass_kg / e.mass_kg
    if e.toc_id in factors.vehicles:
        per_kg = energy_per_loaded_km(factors.vehicle(e.toc_id), 0.0)[1] * e.distance_km
        energy = (e.fuel_kg or 0.0) + (e.energy_kwh or 0.0)
        other = mass_kg * per_kg
        if not riding:
            other = max(energy - (e.mass_kg - mass_kg) * per_kg, energy * min(ratio, 1.0))
        return replace(_with_energy(e, other), mass_kg=mass_kg)
    stated = None if e.activity_tkm is None else e.activity_tkm * ratio
    return replace(e, mass_kg=mass_kg, activity_tkm=stated, saf_kg=e.saf_kg * ratio)


def _with_energy(e: TCE, amount: float) -> TCE:
    if e.energy_kwh:
        return replace(e, energy_kwh=micro(amount), eac_kwh=min(e.eac_kwh, micro(amount)))
    return replace(e, fuel_kg=micro(amount))


def _empties(world: World, m: Measure, kg: float) -> list[TCE]:
    """Return the chains of what a measure touches in reverse, with `kg` of empties each."""
    freight = (e for e in world.elements if not e.shipment_id.endswith(_EMPTIES))
    hit = sorted(filter(m.hits, freight), key=lambda e: (e.shipment_id, -e.leg_no))
    return [
        _with_mass(
            replace(
                e,
                shipment_id=e.shipment_id + _EMPTIES,
                origin=e.destination,
                destination=e.origin,
                saf_kg=0.0,
                eac_kwh=0.0,
            ),
            kg,
            world.factors,
            riding=True,
        )
        for e in hit
        if kg
    ]


def _lighter_packaging(world: World, m: Measure) -> World:
    less_kg, share = m.number("kg_per_shipment", 0.0), m.share("share", 0.0)

    def lighter(e: TCE) -> list[TCE]:
        if e.shipment_id.endswith(_EMPTIES):
            return [e]
        saved = less_kg + share * world.packaging_kg.get((e.shipment_id, e.leg_no), 0.0)
        if saved >= e.mass_kg:
            where = f"measure {m.name!r}: {e.shipment_id} leg {e.leg_no}"
            raise DataError(f"{where}: saves {saved:g} kg of {e.mass_kg:g}, wanted less")
        return [_with_mass(e, e.mass_kg - saved, world.factors) if saved else e]

    returned = m.number("return_kg_per_shipment", 0.0)
    after = _each(world, m, lighter)
    return replace(after, elements=(*after.elements, *_empties(world, m, returned)))


def _pallet_return(world: World, m: Measure) -> World:
    pallets, each = m.number("pallets_per_shipment"), m.number("pallet_kg")
    new = m.number("new_pallet_kgco2e", 0.0)
    if new and not m.word("source"):
        raise DataError(f"measure {m.name!r}: new_pallet_kgco2e without its source")
    back = _empties(world, m, pallets * each)
    named = {e.shipment_id for e in world.elements if m.hits(e)}
    shipments = sum(not name.endswith(_EMPTIES) for name in named)
    outside = world.outside_mg + round(shipments * pallets * new * MG_PER_KG)
    return replace(world, elements=(*world.elements, *back), outside_mg=outside)


def _electric_forklift(world: World, m: Measure) -> World:
    share, kwh = m.share("share", 1.0), m.number("kwh_per_kg_diesel", _KWH_PER_KG_DIESEL)
    hocs = dict(world.factors.hocs)

    def electric(e: TCE) -> list[TCE]:
        hoc = hocs.get(e.hoc_id)
        if hoc is None or not hoc.by_energy or not e.fuel_kg or not share:
            return [e]
        name = f"{hoc.hoc_id}{DERIVED}electric-{share:g}-{kwh:g}"
        more = hoc.diesel_kg_per_t * share
        hocs[name] = replace(
            hoc,
            hoc_id=name,
            diesel_kg_per_t=hoc.diesel_kg_per_t - more,
            kwh_per_t=hoc.kwh_per_t + more * kwh,
        )
        fuel, energy = hub_energy(hocs[name], e.mass_kg)
        grid_id = e.grid_id or m.word("grid_id")
        return [replace(e, hoc_id=name, fuel_kg=fuel, energy_kwh=energy, grid_id=grid_id)]

    after = _each(world, m, electric)
    return replace(after, factors=replace(world.factors, hocs=hocs))


def _onsite_solar(world: World, m: Measure) -> World:
    share = m.share("share")

    def sunny(e: TCE) -> list[TCE]:
        if not (e.hoc_id and e.energy_kwh and share) or e.grid_id == _SOLAR:
            return [e]
        own = _with_mass(e, e.mass_kg * share, world.factors)
        parts = [replace(own, grid_id=_SOLAR, eac_kwh=0.0)]
        return (
            parts if share == 1 else [_with_mass(e, e.mass_kg - own.mass_kg, world.factors), *parts]
        )

    return _each(world, m, sunny)


def _with_distance(e: TCE, factor: float) -> TCE:
    stated = None if e.activity_tkm is None else e.activity_tkm * factor
    longer = replace(
        e, distance_km=e.distance_km * factor, activity_tkm=stated, saf_kg=e.saf_kg * factor
    )
    energy = (e.fuel_kg or 0.0) + (e.energy_kwh or 0.0)
    return _with_energy(longer, energy * factor) if energy else longer


def _closer_hub(world: World, m: Measure) -> World:
    factor = m.number("distance_factor")
    return _each(
        world,
        m,
        lambda e: [_with_distance(e, factor) if e.kind == "transport" and factor != 1 else e],
    )


def _mode_shift(world: World, m: Measure) -> World:
    toc, factor = world.factors.toc(m.word("toc_id")), m.number("distance_factor", 1.0)
    kind = m.word("distance_kind") or planned_kind(toc.mode)

    def shifted(e: TCE) -> list[TCE]:
        if e.kind != "transport" or (e.toc_id == toc.toc_id and factor == 1):
            return [e]
        plain = replace(e, fuel_kg=None, energy_kwh=None, eac_kwh=0.0, saf_kg=0.0, saf_pathway="")
        there = replace(
            _with_distance(plain, factor), mode=toc.mode, toc_id=toc.toc_id, distance_kind=kind
        )
        return [there, *(_handling(there, m, world.factors) if m.word("handling_hoc_id") else [])]

    return _each(world, m, shifted)


def _handling(e: TCE, m: Measure, factors: Factors) -> list[TCE]:
    """Return the handling at both ends that a change of mode brings."""
    hoc = factors.hoc(m.word("handling_hoc_id"))
    fuel, kwh = hub_energy(hoc, e.mass_kg) if hoc.by_energy else (None, None)
    hub = replace(
        e,
        kind="hub",
        toc_id="",
        hoc_id=hoc.hoc_id,
        distance_km=0.0,
        distance_kind="",
        fuel_kg=fuel,
        energy_kwh=kwh,
        grid_id=m.word("handling_grid_id"),
        activity_tkm=None,
    )
    return [replace(hub, destination=e.origin), replace(hub, origin=e.destination)]


def _saf(world: World, m: Measure) -> World:
    pathway, share = world.factors.pathway(m.word("pathway")), m.share("share")
    jet = world.factors.carrier("jet")
    hit = [e for e in world.elements if m.hits(e) and e.mode == "air" and e.kind == "transport"]
    lines = take_inventory(hit, world.factors, mixed_gwp=True).lines
    burnt = {id(e): line.fuel_kg for e, line in zip(hit, lines, strict=True)}

    def fuelled(e: TCE) -> list[TCE]:
        whole = burnt.get(id(e), 0.0) * jet.lhv_mj_per_kg / pathway.lhv_mj_per_kg
        other = e.saf_kg and e.saf_pathway != pathway.pathway_id  # an element has one pathway
        if other or not (share and whole):
            return [e]
        kg = max(e.saf_kg, micro(min(e.saf_kg + share * whole, whole)))
        return [replace(e, saf_kg=kg, saf_pathway=pathway.pathway_id)]

    return _each(world, m, fuelled)


def _per_tkm(vehicle: Vehicle, load: float, empty: float) -> float:
    """Return energy per loaded tkm: [(1 - E) f(L) + E f(0)] / [(1 - E) L payload]."""
    if not (0 < load <= 1 and 0 <= empty < 1):
        raise DataError(f"load {load} and empty {empty}, wanted shares, load above 0")
    per_unit, per_kg = energy_per_loaded_km(vehicle, empty)
    return per_unit / (load * vehicle.payload_kg / KG_PER_TONNE) + per_kg * KG_PER_TONNE


def _load_part(e: TCE, vehicle: Vehicle) -> float:
    """Return what the load alone adds to a dedicated vehicle's energy."""
    return e.mass_kg * energy_per_loaded_km(vehicle, 0.0)[1] * e.distance_km


def _vehicle_change(world: World, m: Measure) -> World:
    new, factors = world.factors.vehicle(m.word("vehicle")), world.factors

    def changed(e: TCE) -> list[TCE]:
        if e.kind != "transport" or e.mode != new.mode or e.toc_id == new.vehicle_code:
            return [e]
        if e.toc_id in factors.vehicles:
            old = factors.vehicle(e.toc_id)
            runs = max((e.fuel_kg or 0.0) + (e.energy_kwh or 0.0) - _load_part(e, old), 0.0)
            energy = runs / old.energy_per_km_empty * new.energy_per_km_empty + _load_part(e, new)
        else:
            rate = _per_tkm(new, m.share("load_share"), m.share("empty_share"))
            energy = rate * activity_tkm_of(e)
        return [
            replace(
                e,
                toc_id=new.vehicle_code,
                grid_id=m.word("grid_id") or e.grid_id,
                fuel_kg=None if new.electric else micro(energy),
                energy_kwh=micro(energy) if new.electric else None,
                eac_kwh=0.0,
                activity_tkm=None,
            )
        ]

    return _each(world, m, changed)


def _load_factor(world: World, m: Measure) -> World:
    old, new = m.share("from_load"), m.share("to_load")
    tocs = dict(world.factors.tocs)

    def fuller(e: TCE) -> list[TCE]:
        if e.kind != "transport" or old == new:
            return [e]
        if e.toc_id in world.factors.vehicles:
            load = _load_part(e, world.factors.vehicle(e.toc_id))
            energy = (e.fuel_kg or 0.0) + (e.energy_kwh or 0.0)
            return [_with_energy(e, load + max(energy - load, 0.0) * old / new)]
        model, empty = world.factors.vehicle(m.word("vehicle")), m.share("empty_share")
        ratio = _per_tkm(model, new, empty) / _per_tkm(model, old, empty)
        toc = world.factors.toc(e.toc_id)
        name = f"{toc.toc_id}{DERIVED}load-{new:g}"
        market = toc.market_wtt_kgco2e_per_tkm
        tocs[name] = replace(
            toc,
            toc_id=name,
            wtt_kgco2e_per_tkm=toc.wtt_kgco2e_per_tkm * ratio,
            ttw_kgco2e_per_tkm=toc.ttw_kgco2e_per_tkm * ratio,
            market_wtt_kgco2e_per_tkm=None if market is None else market * ratio,
            biogenic_kgco2_per_tkm=toc.biogenic_kgco2_per_tkm * ratio,
            load_share=new,
        )
        return [replace(e, toc_id=name)]

    after = _each(world, m, fuller)
    return replace(after, factors=replace(world.factors, tocs=tocs))


# Kind: what it does, the figures it takes, what it assumes.
KINDS: dict[str, Kind] = {
    "lighter_packaging": (
        _lighter_packaging,
        "kg_per_shipment share return_kg_per_shipment",
        """Mass times distance falls; a dedicated vehicle saves its energy per kg alone; containers
        counted in TEU save nothing. Empties go back the same way. Making packaging is outside.""",
    ),
    "pallet_return": (
        _pallet_return,
        "pallets_per_shipment pallet_kg new_pallet_kgco2e source",
        """Empties go back the same way; on a dedicated vehicle they ride its empty trip. New
        pallets not made stand outside of transport, at the figure that the author states.""",
    ),
    "electric_forklift": (
        _electric_forklift,
        "share kwh_per_kg_diesel grid_id",
        "1 kg of diesel is replaced by 4.2 kWh at the plug unless stated (an estimate).",
    ),
    "onsite_solar": (
        _onsite_solar,
        "share",
        """That share of the kWh is made and used on site, metered, neither sold nor given away in
        certificates; its life-cycle emissions stay.""",
    ),
    "mode_shift": (
        _mode_shift,
        "toc_id distance_factor distance_kind handling_hoc_id handling_grid_id",
        "Same goods, other category; handled at both ends only if a handling_hoc_id is given.",
    ),
    "saf": (
        _saf,
        "share pathway",
        """Acts on the market-based column alone; what is burnt, the physical column, is unchanged.
        The share comes on top of SAF of this pathway already claimed, up to all that is burnt;
        carriage with SAF of another pathway is left as it is.""",
    ),
    "vehicle_change": (
        _vehicle_change,
        "vehicle grid_id load_share empty_share",
        "As many runs as before; shared carriage is modelled at the stated load and empty running.",
    ),
    "load_factor": (
        _load_factor,
        "from_load to_load empty_share vehicle",
        "Fewer runs for the same goods; shared carriage scales as the modelled vehicle does.",
    ),
    "closer_hub": (
        _closer_hub,
        "distance_factor",
        "The same category over distance x factor; energy of a dedicated vehicle in proportion.",
    ),
}
