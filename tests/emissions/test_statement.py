"""The statement: three columns, one residual, whole credits, and no net number anywhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import DataError, open_catalogue
from emissions import TCE, Factors, take_inventory
from emissions.ledger import Book, Entry, Kind, LedgerError, read_book
from emissions.ledger.entries import Span
from emissions.neutrality import Statement, declare, read_declaration
from emissions.neutrality.claim import whole_units
from emissions.neutrality.declaration import Declaration, Subject
from emissions.neutrality.statement import FactorSet, Footprint

DAY = date(2023, 7, 17)
FACTORS = Factors.load(open_catalogue())
DECLARATION = Declaration(
    entity="Specimen Shipper",
    kind="achievement",
    standard="pas-2060-2014",
    declared_on=DAY,
    period_start=date(2023, 6, 1),
    period_end=date(2023, 6, 30),
    subject=Subject(name="lane"),
)
CREDITS = b"registry,serial,quantity_t,status\nacr,ACR-ZZ-999-2021-9-1 to 60,60,retired\n"
SAF = (
    b"certificate_id,registry,batch_id,neat_kg,pathway_id,lhv_mj_per_kg,total_gco2e_per_mj,"
    b"lca_scope,baseline,chain_of_custody,status\n"
    b"S1,r,b,5000,hefa-uco,43.95,13.9,core+iluc,corsia,book_and_claim,retired\n"
)


def statement(residual_mg: int, *, credits_kg: int = 0) -> Statement:
    """Return a statement of that residual with that many kilograms of credits."""
    span = Span(series="A", start=0, end=credits_kg) if credits_kg else None
    uses = [Entry(kind=Kind.CREDIT, lot_id="A", span=span, subject="lane", on=DAY)] if span else []
    return Statement(
        declaration=DECLARATION,
        factors=FactorSet(factor_set="f", sha256="0" * 64, tables=(), late=()),
        physical=Footprint(wtt_mg=residual_mg, ttw_mg=0),
        market_based=Footprint(wtt_mg=residual_mg, ttw_mg=0),
        elements=(("transport", 1),),
        by_mode=(("air", residual_mg),),
        by_data_type=(("default", residual_mg),),
        by_gas_set=(("co2e", residual_mg),),
        interval_mg=(0, 2 * residual_mg),
        air_fuel_mj=0.0,
        saf=(),
        electricity=(),
        entries=tuple(uses),
    )


@pytest.mark.parametrize(
    ("residual_mg", "units"),
    [(0, 0), (1, 1), (10**9 - 1, 1), (10**9, 1), (10**9 + 1, 2), (59 * 10**9 + 1, 60)],
)
def test_units_needed_round_up_to_whole_tonnes(residual_mg: int, units: int) -> None:
    """One milligram above a tonne needs one more credit."""
    assert statement(residual_mg).units_needed == units


def test_balance_stands_apart_from_the_columns() -> None:
    """12,000 kg of credits leave -500 kg of an 11,500 kg residual; the residual stays 11,500 kg."""
    found = statement(11_500_000_000, credits_kg=12_000).to_json()
    assert found["balance_kgco2e"] == "-500.000000"
    assert found["residual_kgco2e"] == "11500.000000"
    assert found["columns"]["market_based"]["wtw_kgco2e"] == "11500.000000"
    assert found["columns"]["offsets"] == {"retired_kgco2e": "12000"}


def leaves(value: Any) -> list[Any]:
    """Return all values of a JSON tree."""
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def test_signed_json_holds_no_number_and_no_net() -> None:
    """Quantities are decimal text; a key that nets columns does not exist."""
    found = statement(1_234_567, credits_kg=1).to_json()
    assert all(isinstance(leaf, str | bool | None) for leaf in leaves(found))
    assert "net" not in re.findall(r"[a-z]+", json.dumps(sorted(found)))


def test_binding_depends_on_the_claim_and_not_on_the_credits() -> None:
    """It must be known before credits are retired, and differ for any other claim."""
    bare = statement(5_000_000)
    assert re.fullmatch(r"GRN1-[A-Z2-7]{26}", bare.binding)
    assert statement(5_000_000, credits_kg=7).binding == bare.binding
    assert statement(5_000_001).binding != bare.binding
    other = replace(bare, declaration=replace(DECLARATION, subject=Subject(name="other lane")))
    assert other.binding != bare.binding


def test_late_factors_make_a_restatement() -> None:
    """A declaration of July 2023 cannot know a factor of June 2025."""
    late = FactorSet(factor_set="f", sha256="", tables=(), late=(("AIR", "2025-06-10"),))
    assert late.basis(DAY) == (
        "restated (1 factors published after 2023-07-17, the last on 2025-06-10)"
    )
    assert statement(1).factors.basis(DAY) == "as of 2023-07-17"


def flight(saf_kg: float, eac_share: float) -> list[TCE]:
    """Return a truck on electricity and a flight, with claims."""
    kwh = 400.0
    truck = TCE(
        shipment_id="S1",
        leg_no=1,
        kind="transport",
        mode="road",
        origin="NKG-PLANT",
        destination="PVG",
        mass_kg=1000.0,
        distance_km=330.0,
        distance_kind="sfd",
        toc_id="EV-ARTIC-40T",
        energy_kwh=kwh,
        grid_id="CN-JS",
        eac_kwh=round(kwh * eac_share, 6),
    )
    plane = TCE(
        shipment_id="S1",
        leg_no=2,
        kind="transport",
        mode="air",
        origin="PVG",
        destination="FRA",
        mass_kg=1000.0,
        distance_km=8880.0,
        distance_kind="gcd",
        toc_id="AIR-LONGHAUL-AVG",
        saf_kg=saf_kg,
        saf_pathway="hefa-uco" if saf_kg else "",
    )
    return [truck, plane]


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 60))
def test_no_claim_and_no_offset_lowers_the_physical_footprint(
    saf_share: float, eac_share: float, credits_t: int
) -> None:
    """SAF and certificates touch the market-based column alone, credits touch neither."""
    bare = take_inventory(flight(0.0, 0.0), FACTORS)
    saf_kg = round(saf_share * 1400.0, 6)
    claimed = take_inventory(flight(saf_kg, eac_share), FACTORS)
    assert claimed.physical == bare.physical
    content = CREDITS.replace(b"1 to 60,60", b"1 to %d,%d" % (credits_t, credits_t))
    book, _ = read_book({"credits.csv": content if credits_t else CREDITS, "saf.csv": SAF})
    eac_free = take_inventory(flight(saf_kg, 0.0), FACTORS)
    found, _ = declare(DECLARATION, eac_free, book, FACTORS)
    assert found.physical.wtw_mg == bare.physical.wtw_mg
    assert found.market_based.wtw_mg == eac_free.market_based.wtw_mg
    assert found.residual_mg == found.market_based.wtw_mg


def test_declare_uses_whole_credits_and_saf_by_the_gram() -> None:
    """1 t of freight leaves about 2.1 t with a tonne of SAF: three credits, 1,000,000 g."""
    inventory = take_inventory(flight(1000.0, 0.0), FACTORS)
    book, _ = read_book({"credits.csv": CREDITS, "saf.csv": SAF})
    found, after = declare(DECLARATION, inventory, book, FACTORS)
    assert found.offsets_kg == found.units_needed * 1000
    assert after.used(Kind.SAF, "lane") == 1_000_000
    assert book.entries == ()


def test_declare_refuses_saf_that_is_not_in_the_book() -> None:
    """A market-based column without certificates has no ground."""
    inventory = take_inventory(flight(1000.0, 0.0), FACTORS)
    with pytest.raises(LedgerError, match="saf hefa-uco: 1000000 g asked, 0 free"):
        declare(DECLARATION, inventory, Book(), FACTORS)


def test_declare_uses_what_credits_there_are() -> None:
    """A shortfall is a finding of the self-check, with the balance to show for it."""
    found, _ = declare(DECLARATION, take_inventory(flight(0.0, 0.0), FACTORS), Book(), FACTORS)
    assert found.offsets_kg == 0
    assert found.balance_mg == found.residual_mg > 0


def test_commitment_uses_no_credit() -> None:
    """A commitment looks ahead; its credits are not spent yet."""
    book, _ = read_book({"credits.csv": CREDITS})
    inventory = take_inventory(flight(0.0, 0.0), FACTORS)
    committed = replace(DECLARATION, kind="commitment")
    assert declare(committed, inventory, book, FACTORS)[0].offsets_kg == 0


def test_whole_units_round_up() -> None:
    """A use is never smaller than its claim."""
    assert whole_units(Decimal("400.000001"), 1000) == 400_001
    assert whole_units(Decimal("400.000"), 1000) == 400_000


def test_declaration_names_all_its_faults_at_once() -> None:
    """Unknown keys, wrong kinds and missing fields in one message."""
    content = b"""
[declaration]
entity = "Specimen"
declared_on = "2023-07-17"
colour = "green"
[subject]
name = "lane"
[[exclusion]]
estimate_kgco2e = "1e9"
[extra]
"""
    with pytest.raises(DataError) as fault:
        read_declaration(content)
    for text in (
        "[declaration] colour: nobody knows this key",
        "[declaration] declared_on: found '2023-07-17', wanted a date",
        "[exclusion] estimate_kgco2e: found '1e9', wanted a decimal >= 0",
        "[extra]: nobody knows this table",
        "[declaration] standard: missing",
    ):
        assert text in str(fault.value)


@pytest.mark.parametrize("content", [b"\xff", b"[declaration", b"declaration = 3"])
def test_declaration_that_is_no_toml_is_refused(content: bytes) -> None:
    """A message, not a traceback."""
    with pytest.raises(DataError):
        read_declaration(content)


def test_sample_declaration_and_books_read_without_a_refused_row() -> None:
    """The reference lane ships a whole claim, invented and saying so."""
    folder = resources.files("data") / "samples" / "reference_lane"
    names = ("credits.csv", "saf.csv", "eac.csv")
    book, refused = read_book({name: (folder / name).read_bytes() for name in names})
    assert refused == []
    assert book.available(Kind.CREDIT) >= 60_000
    assert book.available(Kind.SAF, "hefa-uco") >= 12_000_000
    assert book.available(Kind.ELECTRICITY, "CN") >= 2_000_000
    sample = read_declaration((folder / "declaration.toml").read_bytes())
    assert sample.standard == "pas-2060-2014"
    assert "(invented)" in (sample.entity or "")
