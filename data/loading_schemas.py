"""Say what each column of the tables of load planning holds: shapes of units, and load plans."""

from __future__ import annotations

from dataclasses import replace

from data.factor_schemas import PROVENANCE
from data.schemas import Schema, choice, integer, number, text, text_list

UNIT_SHAPES = Schema(
    name="unit_shapes",
    title="Contours of load units: what their inside is less than a box",
    key=("unit_code", "part"),
    columns=(
        text("unit_code", "the unit", required=True),
        text("part", "unique in its unit", required=True),
        choice(
            "kind",
            ("cut", "block"),
            "cut: a line across the unit, cargo stays on the side of its middle; block: a cuboid "
            "kept empty",
            required=True,
        ),
        integer("x1_mm", "from the front wall; blank for a cut", at_least=0),
        integer("y1_mm", "from the left wall", required=True, at_least=0),
        integer("z1_mm", "above the floor", required=True, at_least=0),
        integer("x2_mm", "likewise, the other end", at_least=0),
        integer("y2_mm", "likewise, the other end", required=True, at_least=0),
        integer("z2_mm", "likewise, the other end", required=True, at_least=0),
        *PROVENANCE,
    ),
)

UNIT_SUPPORTS = Schema(
    name="unit_supports",
    title="Axles and kingpins of load units: where cargo comes down, and how much they bear",
    key=("unit_code",),
    columns=(
        text("unit_code", "the unit", required=True),
        number("front_mm", "front support from the inner front wall", required=True),
        number("rear_mm", "rear support, the middle of its axles", required=True),
        number("front_max_kg", "greatest mass that cargo adds there", above=0),
        number("rear_max_kg", "likewise", above=0),
        number("front_min_kg", "least mass that cargo must leave there", at_least=0),
        number("rear_min_kg", "likewise", at_least=0),
        *PROVENANCE,
    ),
)

LOADED_UNITS = Schema(
    name="loaded_units",
    title="Loaded units: what each carries, how full it is, where its mass lies",
    key=("unit_no",),
    columns=(
        integer("unit_no", "from 1", required=True, at_least=1),
        text("unit_code", "kind of unit", required=True),
        integer("pieces", "boxes in it", required=True, at_least=0),
        number("mass_kg", "of the cargo", required=True, at_least=0),
        number("volume_m3", "of the cargo", required=True, at_least=0),
        number("volume_share", "of the inside", required=True, at_least=0, at_most=1),
        number("mass_share", "of the payload; blank if that is not known", at_least=0, at_most=1),
        number(
            "floor_share", "of the floor that is stood on", required=True, at_least=0, at_most=1
        ),
        number("loading_metres", "length in use from the front wall", required=True, at_least=0),
        number("ldm", "footprints on the floor over 2.4 m", required=True, at_least=0),
        number("centre_x_mm", "centre of gravity from the front wall", at_least=0),
        number("centre_y_mm", "likewise from the left wall", at_least=0),
        number("centre_z_mm", "likewise above the floor", at_least=0),
    ),
)

PLACEMENTS = Schema(
    name="placements",
    title="Placements: where each box stands, in the order of loading",
    key=("unit_no", "step"),
    columns=(
        integer("unit_no", "the unit", required=True, at_least=1),
        integer("step", "order of loading, from 1", required=True, at_least=1),
        text("shipment_id", "the shipment", required=True),
        text("piece_id", "the line of pieces", required=True),
        integer("x_mm", "its front face from the front wall", required=True, at_least=0),
        integer("y_mm", "its left face from the left wall", required=True, at_least=0),
        integer("z_mm", "its base above the floor", required=True, at_least=0),
        integer("dx_mm", "size along the unit, as turned", required=True, at_least=1),
        integer("dy_mm", "size across, as turned", required=True, at_least=1),
        integer("dz_mm", "height, as turned", required=True, at_least=1),
        number("mass_kg", "of the box", required=True, above=0),
        integer("stop_no", "where it is unloaded", required=True, at_least=1),
        integer("unload_step", "order of unloading, from 1", required=True, at_least=1),
    ),
)

STOP_WEIGHTS = Schema(
    name="stop_weights",
    title="What each unit carries as it leaves each stop, and how its supports bear that",
    key=("unit_no", "after_stop"),
    columns=(
        integer("unit_no", "the unit", required=True, at_least=1),
        integer("after_stop", "0: as loaded", required=True, at_least=0),
        integer("pieces", "boxes on board", required=True, at_least=0),
        number("mass_kg", "of the cargo", required=True, at_least=0),
        number("centre_x_mm", "centre of gravity from the front wall"),
        number("centre_y_mm", "likewise from the left wall"),
        number("front_kg", "cargo on the front support; blank: supports are not known"),
        number("front_max_kg", "its limit"),
        number("rear_kg", "cargo on the rear support"),
        number("rear_max_kg", "its limit"),
    ),
)

UNPLACED = Schema(
    name="unplaced",
    title="Pieces without a place, and why",
    key=("shipment_id", "piece_id"),
    columns=(
        text("shipment_id", "the shipment", required=True),
        text("piece_id", "the line of pieces", required=True),
        integer("quantity", "how many of it", required=True, at_least=1),
        text("reason", "why", required=True),
    ),
)

_OF_DEPARTURE = text("departure_id", "the departure", required=True)

STOWED_UNITS = replace(
    LOADED_UNITS,
    name="stowed_units",
    title="Stowed units: how the pieces of each departure fill its units",
    key=("departure_id", "unit_no"),
    columns=(_OF_DEPARTURE, *LOADED_UNITS.columns),
)

STOWED_PIECES = replace(
    PLACEMENTS,
    name="stowed_pieces",
    title="Stowed pieces: where each stands, in the order of loading",
    key=("departure_id", "unit_no", "step"),
    columns=(_OF_DEPARTURE, *PLACEMENTS.columns),
)

ROOM_LEFT = Schema(
    name="room_left",
    title="Room left: what one more pallet (1,200 x 800 x 1,000 mm, 300 kg) costs and emits",
    key=("departure_id",),
    columns=(
        _OF_DEPARTURE,
        integer("pallets", "more of them go into the units opened", required=True, at_least=0),
        number("opens_units", "units that the first of them opens", required=True, at_least=0),
        number("cost", "of the first, units and fare on this departure, EUR", required=True),
        number("wtw_kgco2e", "physical, of the first on this departure", required=True),
    ),
)

MERGES = Schema(
    name="merges",
    title="Departures that would do with fewer units if freight of the earlier left with the later",
    key=("dropped", "kept"),
    columns=(
        text("dropped", "the earlier departure", required=True),
        text("kept", "the later one, within a day", required=True),
        text_list("shipments", "that would leave later"),
        text("later_h", "by which the due date of each would have to move, hours", required=True),
        integer("units_saved", "units", required=True, at_least=1),
        number("saves", "their price, EUR", required=True, at_least=0),
        number("saves_wtw_kgco2e", "physical, what they emit by themselves", required=True),
    ),
)

STOWAGE_TABLES: tuple[Schema, ...] = (STOWED_UNITS, STOWED_PIECES, ROOM_LEFT, MERGES)

LOAD_PLAN_TABLES: tuple[Schema, ...] = (
    LOADED_UNITS,
    PLACEMENTS,
    STOP_WEIGHTS,
    UNPLACED,
)
