"""Say what each column of the files of a footprint holds, beside its legs."""

from __future__ import annotations

from data.schemas import Schema, choice, integer, number, text, text_list

ROW_STATUS = Schema(
    name="rows",
    title="Rows: what became of each row of the file",
    key=("row",),
    columns=(
        integer("row", "row of the file, the header being row 1", required=True),
        text("shipment_id", "shipment that the row belongs to"),
        choice("status", ("ok", "warned", "refused"), "fate of the row", required=True),
        text_list("codes", "what was noted, by code"),
        text("notes", "the same in words"),
    ),
)

SHIPMENT_TOTALS = Schema(
    name="totals",
    title="Totals: the footprint of each shipment's chain",
    key=("shipment_id",),
    columns=(
        text("shipment_id", "the shipment", required=True),
        choice(
            "status",
            ("complete", "incomplete"),
            "`incomplete`: a row of the shipment was refused, so the total lacks it",
            required=True,
        ),
        integer("transport_elements", "elements of carriage", required=True),
        integer("hub_elements", "elements of handling", required=True),
        number("mass_kg", "greatest mass of an element", required=True),
        number("activity_tkm", "transport activity; hubs have none", required=True),
        number("wtt_kgco2e", "energy provision, physical", required=True),
        number("ttw_kgco2e", "operation, physical", required=True),
        number("wtw_kgco2e", "total, physical", required=True),
        number("market_wtw_kgco2e", "total, market-based", required=True),
        number("kgco2e_per_tkm", "of the chain: hubs in the numerator alone"),
        number("low_kgco2e", "lower end of the interval, physical", required=True),
        number("high_kgco2e", "upper end of the interval, physical", required=True),
        number("primary_share", "share of the total on primary data", required=True),
        number("modelled_share", "share on modelled data", required=True),
        number("default_share", "share on default data", required=True),
        integer("quality_tier", "weakest of its elements", required=True),
        number("biogenic_kgco2", "biogenic CO2, outside the total"),
        number("carrier_wtw_kgco2e", "the carriers' own figures, where every element has one"),
    ),
)

FOOTPRINT_TABLES = (ROW_STATUS, SHIPMENT_TOTALS)
