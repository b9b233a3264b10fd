"""Write docs/formats.md from the declarations that readers and writers use: `python -m app.formats`."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from data.factor_schemas import (
    ENERGY_CARRIERS,
    GRIDS,
    GWP,
    HUB_ENERGY,
    HUB_INTENSITIES,
    INTENSITIES,
    MATCHING,
    PARAMETERS,
    REFRIGERANTS,
    RF_MEMO,
    SAF_PATHWAYS,
    UNIT_CATALOGUE,
    VEHICLES,
)
from data.footprint_schemas import FOOTPRINT_TABLES
from data.loading_schemas import LOAD_PLAN_TABLES, STOWAGE_TABLES, UNIT_SHAPES, UNIT_SUPPORTS
from data.network_schemas import NETWORK_TABLES, PUNCTUALITY
from data.operation_schemas import OPERATIONS
from data.schemas import (
    CHAINS,
    CONSIGNMENTS,
    FOOTPRINT_LEGS,
    LEGS,
    PLAN_TABLES,
    PROBLEM_TABLES,
)
from data.tour_schemas import TOUR_PROBLEM_TABLES, TOUR_TABLES
from emissions.ledger.tables import BOOK_TABLES
from optimizer.scenarios import (
    DECIDED,
    DECISIONS,
    Closures,
    ElectricityPolicy,
    FuelPolicy,
    Neutrality,
    Objective,
    Robustness,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from data.schemas import Column, Schema

FACTOR_TABLES = (
    INTENSITIES,
    ENERGY_CARRIERS,
    SAF_PATHWAYS,
    GRIDS,
    VEHICLES,
    HUB_ENERGY,
    HUB_INTENSITIES,
    PARAMETERS,
    GWP,
    REFRIGERANTS,
    RF_MEMO,
    MATCHING,
    UNIT_CATALOGUE,
    UNIT_SHAPES,
    UNIT_SUPPORTS,
)
SECTIONS = {
    "objective": Objective,
    "closures": Closures,
    "fuel": FuelPolicy,
    "electricity": ElectricityPolicy,
    "neutrality": Neutrality,
    "robustness": Robustness,
}
_HEAD = """# Files: the contract

This page is generated from the declarations that the program itself reads and writes by
(`python -m app.formats > docs/formats.md`; a test keeps the two equal).

**Common rules.** CSV is UTF-8 with one header line and `.` decimals; lists are separated by `|`;
times are ISO 8601 with offset; schedules are in the local time of the hub of departure. `.xlsx` and
`.parquet` with the same columns are read wherever CSV is. One currency: EUR; a row in another needs a
row of `fx`. CO2e in files is kg with exactly six decimals, whole milligrams, the unit in which it is
stored. Times in output are UTC. Text that a spreadsheet would run as a formula is written with a
leading `'`.

**Bad rows.** A refused row goes to `refused.csv` with file, row, column, what was found and what was
wanted; good rows go on; unknown columns are told. Exit 0 with refused rows, `--strict` makes it 1,
and 2 when no row is usable.

**Exit codes.** 0 done, or intact and recomputed · 1 it ran and the answer is no (infeasible, the
declaration does not conform, the pack is not as it claims) · 2 wrong usage or bad input · 3 the pack is
intact but signed by a key that is not trusted (tampered beats untrusted). Unserved shipments alone
leave 0.

**Work** is bounded by `--effort` (small, normal, large, or branch-and-bound nodes a level), never by
seconds, so that the same input gives the same bytes; `--time-limit` is on offer and marks the plan
`"deterministic": false`.

**Prices.** A departure costs `cost_per_unit x (full_units + part_load_factor x part_units)` plus, for
each shipment, `max(cost_min, rate x chargeable_kg)` and surcharges, with
`chargeable_kg = max(mass_kg, volume_m3 x chargeable_kg_per_m3)`. `rate_breaks` are
`from_kg:price_per_kg`: all chargeable kg at the last rate reached; they replace `cost_per_t` once the
first is reached. A blank `part_load_factor` means no part loads. Chargeable weight prices; actual mass
alone makes emissions.

**Footprint basis.** `emission_basis=shared`: intensity of `toc_id` x transport activity. `dedicated`:
energy per vehicle-km of `vehicle_code` at its load, empty running included, shared by transport
activity. The planner and the inventory use the same figure.

**A problem** is a folder with `shipments` and the tables below, or a bare shipments file, which is
planned on the shipped world network under stated assumptions (docs/network.md).

**A plan folder** holds the plan tables below, `summary.json`, `plan.json` (all of it, sorted keys,
with the SHA-256 of the other files and of itself: a folder that changed is refused when it is read),
`map.html` (one file that loads nothing), `lanes.geojson` for a GIS, and
`hubs.csv` and `shipments.csv`, what was planned and where it passed. A *pack* (`claim.zip`) is described in
[methodology.md](methodology.md), section 11.

**Transport done** is one row per leg with the columns of a plan's `legs` (of its output columns none is
needed; `mass_kg`, or `teu` where the mass is not known) and those below, or a stranger's export: layouts that
are recognised, units, and profiles are described in [footprint.md](footprint.md). Without `distance_km` a leg
is routed, without `toc_id` a category is matched and named; fuel or kWh beside a leg are primary data. A
footprint folder holds `legs.csv` (with `lineage`, how each figure came about), the tables below,
`summary.json`, `report.html`, `hubs.csv`, `profile.toml` for the next export, and under `factors/` what does
not ship with Greenlane.
"""


def _cells(column: Column) -> Iterator[str]:
    yield f"`{column.name}`"
    kind = ", ".join(column.choices) if column.choices else str(column.kind)
    bounds = [
        f"{sign} {value:g}"
        for sign, value in ((">", column.above), (">=", column.at_least), ("<=", column.at_most))
        if value is not None
    ]
    yield " ".join([kind, *bounds])
    yield "yes" if column.required else ""
    yield column.meaning.replace("|", "\\|")


def _table(schema: Schema) -> Iterator[str]:
    yield f"### {schema.name}"
    yield ""
    yield f"{schema.title}." + (f" Key: `{', '.join(schema.key)}`." if schema.key else "")
    yield ""
    yield "| column | holds | required | meaning |"
    yield "|---|---|---|---|"
    for column in schema.columns:
        yield "| " + " | ".join(_cells(column)) + " |"
    yield ""


def _tables(title: str, schemas: Iterable[Schema]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    for schema in schemas:
        yield from _table(schema)


def _scenario() -> Iterator[str]:
    yield "## scenario.toml"
    yield ""
    yield "`[scenario]` holds `name`, `title`, `description` and `extends` (another scenario beside it)."
    yield "`[[override]]` holds `table`, `where` and `set`: rows that match get new cells. Offsets never"
    yield "enter `co2e_basis`. `balanced` is cost + 100 EUR/t CO2e + lateness + capital of goods under way"
    yield "(12 % a year)."
    yield ""
    yield "`[[decision]]` is what a planner bans or locks; [planning.md](planning.md) says how it is kept:"
    yield ""
    yield "| key | holds | required |"
    yield "|---|---|---|"
    yield f"| `kind` | {', '.join(DECISIONS)} | yes |"
    yield f"| `what` | {', '.join(DECIDED)} | yes |"
    yield "| `name` | of a hub, carrier, mode or service; a departure as `SERVICE@2023-06-01T10:00Z` (UTC); of a leg its service; a chain as `SERVICE > SERVICE` | yes |"
    yield "| `shipment` | whose decision it is; blank: for all freight. A leg or chain wants one, a departure none | |"
    yield ""
    yield "| section | key | default |"
    yield "|---|---|---|"
    for name, section in SECTIONS.items():
        blank = section()
        for f in fields(section):
            value = getattr(blank, f.name)
            shown = "none" if value is None else value
            yield f"| `{name}` | `{f.name}` | `{shown}` |"
    yield ""


# The columns of a plan's legs stand above; these come with transport that is done.
_MORE_LEGS = replace(
    FOOTPRINT_LEGS,
    columns=tuple(c for c in FOOTPRINT_LEGS.columns if c.name not in LEGS.names),
)


def formats_markdown() -> str:
    """Return the whole page."""
    world = tuple(s for s in NETWORK_TABLES if s is not PUNCTUALITY)  # it stands with the problem
    lines = [
        *_tables("In: a problem", (*PROBLEM_TABLES, PUNCTUALITY)),
        *_scenario(),
        *_tables("Out: a plan", (*PLAN_TABLES, CONSIGNMENTS, *STOWAGE_TABLES)),
        *_tables("In: transport done (`greenlane footprint`)", (_MORE_LEGS, OPERATIONS)),
        *_tables("Out: a footprint", FOOTPRINT_TABLES),
        *_tables("Out: chains between two places (`greenlane chains`)", (CHAINS,)),
        *_tables("In: first- and last-mile tours (`greenlane tours`)", TOUR_PROBLEM_TABLES),
        *_tables("Out: first- and last-mile tours (and `legs` as above)", TOUR_TABLES),
        *_tables(
            "Out: a load plan (`greenlane load`; its input is `pieces`, above)", LOAD_PLAN_TABLES
        ),
        *_tables("Books: credits, SAF and electricity certificates", BOOK_TABLES),
        *_tables("Factor tables (each with a .toml of its sources)", FACTOR_TABLES),
        *_tables("The world network (each with a .toml of its sources)", world),
    ]
    return _HEAD + "\n" + "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(formats_markdown())
