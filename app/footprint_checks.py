"""Look at legs for what cannot be, whatever file they came from; what is odd is said."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from data.drafts import LegDraft
from data.errors import DataError
from data.guards import examine
from data.places import haversine_km

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.atlas import Atlas
    from app.footprint_intake import WorkLeg
    from emissions.factors import Factors

# A shortest way is as long as the great circle; places are towns, not gates, so short ways differ.
_SHORTER, _FAR_KM = 0.95, 50.0
_STATED_OFF = 10.0  # times mass x distance, from which stated activity cannot be meant


def check_legs(legs: Sequence[WorkLeg], atlas: Atlas, *, guards: bool) -> None:
    """Note what is odd about single legs and about chains; `guards` for files of our own layout."""
    if guards:
        _examine(legs)
    for leg in legs:
        _check_one(leg)
        _check_distance(leg, atlas)
    ordered = sorted(legs, key=lambda x: (x.values["shipment_id"], x.values["leg_no"]))
    for _, chain in groupby(ordered, key=lambda x: x.values["shipment_id"]):
        for before, after in pairwise(chain):
            _check_joint(before, after)


def _examine(legs: Sequence[WorkLeg]) -> None:
    """Let the guards of strangers' files look at our own as well."""
    carried = [leg for leg in legs if leg.values["kind"] == "transport"]
    drafts = [LegDraft(row=leg.row, values=_said(leg), extras={}) for leg in carried]
    leg_of = {id(draft): leg for draft, leg in zip(drafts, carried, strict=True)}
    for draft, notes in examine(drafts):
        leg_of[id(draft)].notes.extend(notes)


def _said(leg: WorkLeg) -> dict[str, object]:
    return {name: value for name, value in leg.values.items() if value is not None}


def _check_one(leg: WorkLeg) -> None:
    v = leg.values
    packaging, mass = v["packaging_mass_kg"], v["mass_kg"]
    if packaging is not None and mass is not None and packaging > mass:
        leg.refuse("packaging_mass", "packaging_mass_kg", packaging, f"at most mass_kg, {mass:g}")
    if v["departs_at"] and v["arrives_at"] and v["arrives_at"] < v["departs_at"]:
        leg.warn("time_order", "arrives_at", v["arrives_at"], "before it departs")
    if v["activity_tkm"] and mass and v["distance_km"]:
        ratio = v["activity_tkm"] / (mass / 1000 * v["distance_km"])
        if not 1 / _STATED_OFF <= ratio <= _STATED_OFF:
            wanted = f"about mass x distance, {mass / 1000 * v['distance_km']:g} tkm"
            leg.warn("odd_activity", "activity_tkm", v["activity_tkm"], wanted)


def _check_distance(leg: WorkLeg, atlas: Atlas) -> None:
    """Note a stated distance that is shorter than the great circle between places that we know."""
    v = leg.values
    if v["kind"] != "transport" or not v["distance_km"] or v["distance_evidence"]:
        return
    try:
        a, b = (atlas.position(v[end], v["mode"] or "") for end in ("origin", "destination"))
    except DataError:
        return
    direct = haversine_km(a.lat, a.lon, b.lat, b.lon)
    if direct > _FAR_KM and v["distance_km"] < _SHORTER * direct:
        wanted = f"at least the great circle, {direct:,.0f} km from {a.name} to {b.name}"
        leg.warn("too_short", "distance_km", v["distance_km"], wanted)


def _check_joint(before: WorkLeg, after: WorkLeg) -> None:
    """Note a chain that breaks: a place, a number or most of the goods are missing in between."""
    a, b = before.values, after.values
    if b["origin"] != a["destination"]:
        found = f"{a['destination']} then {b['origin']}"
        after.warn("chain_break", "origin", found, "the place where the leg before ends")
    if b["leg_no"] != a["leg_no"] + 1:
        after.warn("chain_gap", "leg_no", b["leg_no"], f"{a['leg_no'] + 1}, after the leg before")
    if a["mass_kg"] and b["mass_kg"] and abs(a["mass_kg"] - b["mass_kg"]) > 0.5 * a["mass_kg"]:
        wanted = f"about the {a['mass_kg']:g} kg of the leg before"
        after.warn("mass_changes", "mass_kg", b["mass_kg"], wanted)


def check_validity(legs: Sequence[WorkLeg], factors: Factors) -> None:
    """Note categories that were named for a day on which they do not hold."""
    for leg in legs:
        departs = leg.values["departs_at"]
        known = factors.tocs.get(leg.values["toc_id"] or "")
        if not (leg.stands and departs and known):
            continue
        day: date = departs.date()
        early = known.valid_from is not None and day < known.valid_from
        if early or (known.valid_to is not None and day > known.valid_to):
            held = f"{known.valid_from or '...'} to {known.valid_to or '...'}"
            leg.warn(
                "out_of_period",
                "toc_id",
                known.toc_id,
                f"a category that holds on {day}, not {held}",
            )
