"""Fill what legs leave out, and say so in each: masses, hubs, distances, grids, categories."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from data.errors import DataError
from data.place_names import fold
from data.units import KG_PER_TONNE
from emissions.distance import TONNES_PER_TEU, planned_kind
from emissions.energy import hub_energy
from emissions.errors import EmissionsError, LegFaultError
from emissions.fuel import ELECTRICITY, fuel_named
from emissions.matching import Query
from optimizer.errors import RouteError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.atlas import Atlas, Position
    from app.footprint_intake import WorkLeg
    from emissions.factors import Factors
    from emissions.matching import Match, Matcher

_HUB_MODES = {
    "airport": "air", "port": "sea", "rail": "rail", "iww": "iww", "road": "road", "site": "road",
}  # fmt: skip
_KIND_BY_MODE = {"air": "airport", "sea": "port", "rail": "rail", "iww": "iww", "road": "road"}
_SHORTEST_NAME = 3  # an IATA code; a letter is more often a stand-in than the town of that name
_RANK = ("air", "sea", "rail", "iww", "road")  # the mode whose hub a change of modes happens at


def fill_masses(legs: Iterable[WorkLeg], teu_load: str) -> None:
    """Take containers of unknown load as 10 t of goods each (6 light, 14.5 heavy), and say so."""
    if teu_load not in TONNES_PER_TEU:
        raise DataError(f"--teu-load {teu_load!r}, wanted one of {', '.join(TONNES_PER_TEU)}")
    tonnes = TONNES_PER_TEU[teu_load]
    for leg in legs:
        v = leg.values
        if v["mass_kg"] is not None:
            continue
        if not v["teu"]:
            leg.refuse("missing_mass", "mass_kg", None, "a mass, or containers in teu")
            continue
        v["mass_kg"] = v["teu"] * tonnes * KG_PER_TONNE
        leg.lineage.append(f"mass: {tonnes:g} t per TEU, {teu_load} load")
        leg.warn("mass_from_teu", "mass_kg", v["teu"], f"taken as {tonnes:g} t of goods per TEU")


def with_hubs(legs: Sequence[WorkLeg]) -> list[WorkLeg]:
    """Return chains with handling at every change of vehicle, legs numbered anew.

    ISO 14083 makes every hub an element of the chain; exports of transport systems leave them out.
    """
    chains: list[WorkLeg] = []
    ordered = sorted(legs, key=lambda x: (x.values["shipment_id"], x.values["leg_no"], x.row))
    for _, group in groupby(ordered, key=lambda x: x.values["shipment_id"]):
        chain: list[WorkLeg] = []
        for leg in group:
            if chain and "hub" not in {leg.values["kind"], chain[-1].values["kind"]}:
                chain.append(_hub_between(chain[-1], leg))
            chain.append(leg)
        for number, leg in enumerate(chain, start=1):
            leg.values["leg_no"] = number
        chains += chain
    return chains


def _hub_between(before: WorkLeg, after: WorkLeg) -> WorkLeg:
    modes = {before.values["mode"], after.values["mode"]}
    kind = _KIND_BY_MODE[next((m for m in _RANK if m in modes), "road")]
    place = before.values["destination"]
    values = dict.fromkeys(before.values) | {
        "shipment_id": before.values["shipment_id"],
        "kind": "hub",
        "mode": _HUB_MODES[kind],
        "hub_kind": kind,
        "origin": place,
        "destination": after.values["origin"],
        "mass_kg": before.values["mass_kg"],
        "teu": before.values["teu"],
        "temperature": before.values["temperature"],
        "departs_at": before.values["arrives_at"],
    }
    hub = replace(before, values=values, notes=[], lineage=["hub added: goods change vehicle here"])
    hub.warn("hub_added", "kind", place, f"handling at a hub ({kind}), where the vehicle changes")
    return hub


def warn_of_missing_hubs(legs: Sequence[WorkLeg]) -> None:
    """Say where a chain changes vehicle without handling; nothing is added."""
    ordered = sorted(legs, key=lambda x: (x.values["shipment_id"], x.values["leg_no"]))
    for before, after in pairwise(ordered):
        same = before.values["shipment_id"] == after.values["shipment_id"]
        if same and before.values["kind"] == after.values["kind"] == "transport":
            place = after.values["origin"]
            after.warn("no_hub", "kind", place, "no handling where the vehicle changes")


def fill_distances(legs: Iterable[WorkLeg], atlas: Atlas) -> None:
    """Route legs that bring no distance; name the kind of those that bring one without."""
    for leg in legs:
        v = leg.values
        if v["kind"] != "transport" or not leg.stands or v["activity_tkm"]:
            continue
        if v["distance_km"] == 0:
            leg.refuse(
                "zero_distance", "distance_km", 0, "a distance above 0, or none to be routed"
            )
            continue
        if v["distance_km"]:
            if not v["distance_kind"]:
                v["distance_kind"] = planned_kind(v["mode"])
                kind = v["distance_kind"]
                leg.lineage.append(f"distance: taken as {kind}, the kind of {v['mode']}")
            continue
        try:
            found = atlas.distance(v["origin"], v["destination"], v["mode"])
        except (DataError, RouteError) as fault:
            code = "no_route" if isinstance(fault, RouteError) else "unknown_place"
            ends = f"{v['origin']} to {v['destination']}"
            leg.refuse(code, "distance_km", ends, f"a distance, or places that we know: {fault}")
            continue
        _say_assumed(leg, atlas)
        v["distance_km"] = round(found.km, 3)
        v["distance_kind"] = found.kind
        v["distance_evidence"] = found.evidence
        ends = " to ".join(
            f"{p.name}, {p.country}"
            for p in (atlas.position(v[e], v["mode"] or "") for e in ("origin", "destination"))
        )
        leg.lineage.append(f"distance: {found.km:,.0f} km {found.kind}, {found.evidence}, {ends}")


def _say_assumed(leg: WorkLeg, atlas: Atlas) -> None:
    """Say where a name may mean other places too, and which was taken."""
    for column in ("origin", "destination"):
        position = atlas.position(leg.values[column], leg.values["mode"] or "")
        written = leg.values[column]
        if position.assumed:
            taken = f"taken as {position.name}, {position.country}, by far the largest"
            leg.warn("place_assumed", column, written, f"{taken}; {position.assumed}")
        elif not _is_named(written, position):
            leg.warn(
                "place_taken", column, written, f"taken as {position.name}, {position.country}"
            )


def _is_named(written: str, position: Position) -> bool:
    """Tell whether what was written says the country or the very name, or is a code or a point."""
    text = written.strip()  # "Depot" is no code, "DEPOT" is: Potsdam's
    if "," in text or text in {position.iata, position.unlocode}:
        return True
    return fold(text) == fold(position.name)


def fill_energy(legs: Iterable[WorkLeg], factors: Factors, atlas: Atlas) -> None:
    """Name fuels as the factor set does, and give electricity the grid of its country."""
    for leg in legs:
        v = leg.values
        if not leg.stands:
            continue
        if v["fuel"]:
            try:
                v["fuel"] = fuel_named(v["fuel"], factors)
            except EmissionsError as fault:
                if v["fuel_amount"] is not None:
                    _refuse(leg, fault)
                else:
                    leg.warn("unknown_fuel", "fuel", v["fuel"], "not used to find a category")
                    v["fuel"] = None
        _prefer_primary(leg, factors)
        electric = v["energy_kwh"] or (v["fuel"] == ELECTRICITY and v["fuel_amount"])
        if electric and not v["grid_id"]:
            _fill_grid(leg, factors, atlas)


def _prefer_primary(leg: WorkLeg, factors: Factors) -> None:
    """Let fuel or kWh beside a leg replace the table that it names as well, and say so."""
    v = leg.values
    if v["kind"] == "hub" and v["fuel_amount"] is not None:
        leg.refuse(
            "bad_leg", "fuel_amount", v["fuel_amount"], "none: energy of hubs is for operations"
        )
    own = v["fuel_amount"] is not None or v["energy_kwh"] is not None
    if v["kind"] == "transport" and own and v["toc_id"] in factors.tocs:
        leg.warn("primary_first", "toc_id", v["toc_id"], "replaced by the energy beside the leg")
        v["toc_id"] = None


def _fill_grid(leg: WorkLeg, factors: Factors, atlas: Atlas) -> None:
    v = leg.values
    try:
        position = atlas.position(v["origin"], v["mode"] or "")
    except DataError as fault:
        leg.refuse("no_grid", "grid_id", None, f"a grid, or a place that we know: {fault}")
        return
    if position.assumed or not _is_named(v["origin"], position):
        leg.warn(
            "place_taken", "origin", v["origin"], f"taken as {position.name}, {position.country}"
        )
    for grid in (position.grid_id, position.country):
        if grid in factors.grids:
            v["grid_id"] = grid
            leg.lineage.append(f"grid: {grid}, of {position.name}")
            return
    leg.refuse("no_grid", "grid_id", None, f"a grid: none is known for {position.country}")


def fill_categories(
    legs: Iterable[WorkLeg], matcher: Matcher, atlas: Atlas, gwp_set: str = ""
) -> None:
    """Match a category for each leg that names none, down a documented ladder; say each step."""
    known: dict[Query, Match | EmissionsError] = {}
    for leg in legs:
        v = leg.values
        if not leg.stands or v["toc_id"] or v["hoc_id"]:
            continue
        query = _query(leg, atlas, gwp_set)
        if query not in known:
            try:
                known[query] = matcher.match(query)
            except EmissionsError as fault:
                known[query] = fault
        found = known[query]
        if isinstance(found, EmissionsError):
            _refuse(leg, found)
            continue
        v["toc_id" if v["kind"] == "transport" else "hoc_id"] = found.category_id
        v["match_steps"] = len(found.steps)
        leg.lineage.append(found.lineage)
        if found.steps:
            leg.warn("matched_down", "toc_id", found.category_id, found.lineage)


def _query(leg: WorkLeg, atlas: Atlas, gwp_set: str) -> Query:
    v = leg.values
    cooled = v["temperature"] not in {None, "", "ambient"}
    departs = v["departs_at"]
    return Query(
        mode=(v["mode"] or "") if v["kind"] == "transport" else "",
        hub_kind=(v["hub_kind"] or _KIND_BY_MODE.get(v["mode"] or "", "site"))
        if v["kind"] == "hub"
        else "",
        regions=_regions(leg, atlas),
        vehicle=v["vehicle"] or "",
        fuel=v["fuel"] or "",
        temperature="temperature_controlled" if cooled else "ambient",
        air_option=v["air_option"] or "",
        distance_km=v["distance_km"],
        containerised=bool(v["teu"]) or leg.in_container,
        operator=v["carrier"] or "",
        flight_no=v["flight_no"] or "",
        aircraft_type=v["aircraft_type"] or "",
        overflight=v["overflight"],
        vessel_imo=v["vessel_imo"] or "",
        voyage_no=v["voyage_no"] or "",
        vehicle_id=v["vehicle_id"] or "",
        on=departs.date() if departs else None,
        gwp_sets=frozenset({gwp_set}) if gwp_set else None,
    )


def _regions(leg: WorkLeg, atlas: Atlas) -> tuple[str, ...]:
    """Return the countries of both ends, as far as they are known; a match does not need them."""
    found = []
    for name in (leg.values["origin"], leg.values["destination"]):
        if len(name.strip()) < _SHORTEST_NAME:
            continue
        try:
            found.append(atlas.position(name, leg.values["mode"] or "").country)
        except DataError:
            continue
    return tuple(found)


def fill_handling(legs: Iterable[WorkLeg], factors: Factors, atlas: Atlas) -> None:
    """Give hubs that are known by their energy that energy, and a grid for its electricity."""
    for leg in legs:
        v = leg.values
        if not leg.stands or not v["hoc_id"] or v["hoc_id"] not in factors.hocs:
            continue
        hoc = factors.hocs[v["hoc_id"]]
        if not hoc.by_energy or v["fuel_kg"] is not None or v["energy_kwh"] is not None:
            continue
        v["fuel_kg"], v["energy_kwh"] = hub_energy(hoc, v["mass_kg"])
        if v["energy_kwh"] and not v["grid_id"]:
            _fill_grid(leg, factors, atlas)


def _refuse(leg: WorkLeg, fault: EmissionsError) -> None:
    if isinstance(fault, LegFaultError):
        leg.refuse("missing_factor", fault.column, fault.found, fault.wanted)
    else:
        leg.refuse("bad_leg", "", "", str(fault))
