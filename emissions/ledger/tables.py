"""Declare credits.csv, saf.csv and eac.csv, and read them into an empty book of lots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from data.schemas import QUALITIES, Column, Kind, Schema
from data.tables import Refused, Table, read_bytes
from emissions.ledger.book import Book
from emissions.ledger.certificates import SCHEMES, Redemption, redemption_of
from emissions.ledger.credits import REGISTRIES, Retirement, retirement_of
from emissions.ledger.entries import LedgerError
from emissions.ledger.saf import BASELINES, CUSTODIES, SafCertificate, certificate_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _text(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, required=required, meaning=meaning)


def _choice(name: str, choices: tuple[str, ...], meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, choices=choices, required=required, meaning=meaning)


def _date(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.DATE, required=required, meaning=meaning)


def _positive(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.NUMBER, above=0, required=required, meaning=meaning)


def _share(name: str, meaning: str) -> Column:
    return Column(name=name, kind=Kind.NUMBER, at_least=0, at_most=1, meaning=meaning)


_PROVENANCE = (
    _choice("quality", QUALITIES, "how the row came about"),
    _text("source_id", "where the row was taken from"),
    _text("note", "for people"),
)

CREDITS = Schema(
    name="credits",
    title="Carbon credits: one row per retired block, as the registry shows it",
    key=("serial",),
    columns=(
        _choice("registry", REGISTRIES, "registry that issued the block", required=True),
        _text("serial", "serial number of the block, as printed", required=True),
        Column(
            name="quantity_t",
            kind=Kind.INTEGER,
            required=True,
            at_least=1,
            meaning="whole credits; must equal what the serial numbers",
        ),
        _choice("status", ("retired", "cancelled", "held"), "only retired counts", required=True),
        _text("project_name", "project"),
        _text("project_type", "kind of project"),
        _choice("activity_kind", ("reduction", "avoidance", "removal"), "what the project does"),
        Column(
            name="inside_value_chain",
            kind=Kind.FLAG,
            meaning="project belongs to the claimant's own chain: then it is no offset",
        ),
        _date("issued_on", "issuance, not before the vintage ends"),
        _date("retired_on", "retirement"),
        _text("beneficiary", "on whose behalf it was retired"),
        _choice("purpose", ("voluntary", "compliance", "levy", "tax"), "only voluntary counts"),
        _text("retirement_note", "free text of the retirement; should hold the binding string"),
        _text("verifier", "body that verified the reduction"),
        _text("documents_url", "public project documents"),
        _text("registry_url", "public registry page"),
        _choice("host_adjustment", ("applied", "none"), "corresponding adjustment by the host"),
        *_PROVENANCE,
    ),
)

SAF = Schema(
    name="saf",
    title="Sustainable aviation fuel: one row per certificate of neat fuel",
    key=("certificate_id",),
    columns=(
        _text("certificate_id", "unique name in its registry", required=True),
        _text("registry", "registry or statement that carries it", required=True),
        _text("batch_id", "one homogeneous batch of fuel", required=True),
        Column(
            name="batch_from_kg",
            kind=Kind.NUMBER,
            at_least=0,
            meaning="first kg of the batch that is covered; blank: 0",
        ),
        _positive("neat_kg", "neat SAF; blank if the note states a blend"),
        _positive("blend_kg", "delivered blend"),
        _share("neat_mass_share", "neat share of the blend by mass, not by volume"),
        _share("neat_volume_share", "neat share of a physical blend by volume"),
        _share("blend_limit_volume_share", "ASTM D7566 limit of the pathway"),
        _text("pathway_id", "row of the SAF pathway table", required=True),
        _positive("lhv_mj_per_kg", "lower heating value of the neat fuel", required=True),
        Column(
            name="total_gco2e_per_mj",
            kind=Kind.NUMBER,
            required=True,
            meaning="life-cycle value used for the claim",
        ),
        _choice("lca_scope", ("core", "core+iluc"), "what that value covers", required=True),
        _choice("baseline", tuple(BASELINES), "what saving_share refers to", required=True),
        Column(
            name="saving_share",
            kind=Kind.NUMBER,
            at_most=1.5,  # a pathway with negative land-use terms saves more than all
            meaning="as printed on the proof of sustainability",
        ),
        _text("scheme", "certification scheme"),
        _text("pos_number", "proof of sustainability"),
        _date("scheme_valid_to", "last day of the producer's scheme certificate"),
        _choice("chain_of_custody", CUSTODIES, "printed with every claim", required=True),
        _date("produced_on", "production"),
        _date("delivered_on", "uplift into the fuel system"),
        _choice("status", ("retired", "held"), "only retired counts", required=True),
        _date("retired_on", "retirement"),
        _text("beneficiary", "who may claim it (scope 3)"),
        _choice("purpose", ("voluntary", "compliance"), "mandated fuel may not be claimed"),
        *_PROVENANCE,
    ),
)

EAC = Schema(
    name="eac",
    title="Electricity certificates: one row per redeemed range",
    key=("redemption_id",),
    columns=(
        _text("redemption_id", "unique name of the redemption", required=True),
        _choice("scheme", SCHEMES, "certificate scheme", required=True),
        _text("serial", "certificate serials, as printed", required=True),
        _positive("quantity_mwh", "redeemed volume", required=True),
        _text("market", "ISO 3166 alpha-2 of the electricity market", required=True),
        _text("device", "generator"),
        _text("energy_source", "wind, solar, hydro ..."),
        _date("generated_from", "first day of generation", required=True),
        _date("generated_to", "last day of generation", required=True),
        _choice("status", ("redeemed", "held"), "only redeemed counts", required=True),
        _date("redeemed_on", "redemption"),
        _text("beneficiary", "the only party that may claim these MWh"),
        *_PROVENANCE,
    ),
)

BOOK_TABLES = (CREDITS, SAF, EAC)
_RECORDS: dict[str, Callable[[Mapping[str, Any]], Retirement | SafCertificate | Redemption]] = {
    "credits": retirement_of,
    "saf": certificate_of,
    "eac": redemption_of,
}
_KEYS = {"credits": "serial", "saf": "certificate_id", "eac": "redemption_id"}


def _records(table: Table) -> list[Any]:
    records = []
    for number, row in table:
        try:
            records.append(_RECORDS[table.schema.name](row))
        except LedgerError as fault:
            key = _KEYS[table.schema.name]
            table.refuse(number, key, row[key], str(fault), "bad_record")
    return records


def read_book(files: Mapping[str, bytes]) -> tuple[Book, list[Refused]]:
    """Read the lots of any of credits.csv, saf.csv and eac.csv; bad rows are refused, named.

    `files` maps the file's name to its bytes; other names are ignored, missing ones mean no lots.
    """
    lots: dict[str, tuple[Any, ...]] = {}
    refused: list[Refused] = []
    for schema in BOOK_TABLES:
        name = next((n for n in files if n.rsplit("/", 1)[-1].split(".")[0] == schema.name), None)
        if name is None:
            continue
        table = read_bytes(files[name], name.rsplit("/", 1)[-1], schema)
        lots[schema.name] = tuple(_records(table))
        refused += table.refused
    book = Book(
        retirements=lots.get("credits", ()),
        certificates=lots.get("saf", ()),
        redemptions=lots.get("eac", ()),
    )
    return book, refused
