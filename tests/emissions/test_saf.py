"""SAF formulas, on the worked example of docs/methodology.md, and what no claim may do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emissions.ledger import LedgerError, read_book
from emissions.ledger.saf import (
    CORSIA_BASELINE_GCO2E_PER_MJ,
    RED_BASELINE_GCO2E_PER_MJ,
    biogenic_kgco2,
    corsia_reduction_kgco2,
    energy_based_saving_kgco2e,
    largest_claim_kg,
    market_based_kgco2e,
    physical_kgco2e,
    reduction_shown_kgco2e,
    saf_energy_mj,
    saving_share,
)

# 2 t PVG-FRA at 8,953 km and 0.20 kg fuel per tkm: 3,581.2 kg at 43.1 MJ/kg (invented figures).
FUEL_KG = 3581.2
BURNT_MJ = FUEL_KG * 43.1
FOSSIL = 89.095
UCO = 13.9


def test_one_tonne_of_uco_has_three_savings() -> None:
    """F26: the bases differ by a third for one fuel: 2,666, 3,304 (3,229 at 43 MJ/kg), 3,524 kg."""
    assert corsia_reduction_kgco2(1000, UCO) == pytest.approx(2666, abs=1)
    for lhv, baseline, saving in (
        (44.0, CORSIA_BASELINE_GCO2E_PER_MJ, 3304),
        (43.0, CORSIA_BASELINE_GCO2E_PER_MJ, 3229),
        (44.0, RED_BASELINE_GCO2E_PER_MJ, 3524),
    ):
        found = energy_based_saving_kgco2e(
            saf_energy_mj(1000, lhv), baseline_gco2e_per_mj=baseline, total_gco2e_per_mj=UCO
        )
        assert found == pytest.approx(saving, abs=1)


def test_worked_example_shows_profile_not_credit() -> None:
    """(4) 13,751.8 kg; (5) 10,443.2 kg with one tonne of SAF; (6) 3,308.6 kg between them."""
    saf_mj = saf_energy_mj(1000, 44.0)
    physical = physical_kgco2e(BURNT_MJ, FOSSIL)
    market = market_based_kgco2e(
        BURNT_MJ, saf_mj, fossil_gco2e_per_mj=FOSSIL, total_gco2e_per_mj=UCO
    )
    shown = reduction_shown_kgco2e(saf_mj, fossil_gco2e_per_mj=FOSSIL, total_gco2e_per_mj=UCO)
    assert physical == pytest.approx(13751.8, abs=0.1)
    assert market == pytest.approx(10443.2, abs=0.1)
    assert shown == pytest.approx(physical - market)


def test_all_the_fuel_as_saf_still_leaves_a_residual() -> None:
    """100 % SAF is 3,507.9 kg neat and leaves 2,145.5 kg: SAF alone is never zero."""
    neat_kg = largest_claim_kg(FUEL_KG, fuel_lhv_mj_per_kg=43.1, saf_lhv_mj_per_kg=44.0)
    left = market_based_kgco2e(
        BURNT_MJ, saf_energy_mj(neat_kg, 44.0), fossil_gco2e_per_mj=FOSSIL, total_gco2e_per_mj=UCO
    )
    assert neat_kg == pytest.approx(3507.9, abs=0.1)
    assert left == pytest.approx(2145.5, abs=0.1)


def test_claim_above_the_fuel_burnt_is_refused() -> None:
    """More SAF energy than fuel energy is no claim."""
    with pytest.raises(LedgerError, match="exceeds"):
        market_based_kgco2e(100.0, 100.1, fossil_gco2e_per_mj=FOSSIL, total_gco2e_per_mj=UCO)


def test_negative_pathway_does_not_net_below_zero() -> None:
    """Miscanthus ETJ (-14.3 g/MJ) floors the leg at 0."""
    assert (
        market_based_kgco2e(100.0, 100.0, fossil_gco2e_per_mj=FOSSIL, total_gco2e_per_mj=-14.3) == 0
    )


@given(st.floats(0.1, 1e9), st.floats(0, 1), st.floats(0, 89))
def test_market_based_lies_between_all_saf_and_none(
    burnt_mj: float, share: float, total: float
) -> None:
    """Replacing a profile moves between two profiles and never below the cleaner one."""
    found = market_based_kgco2e(
        burnt_mj, burnt_mj * share, fossil_gco2e_per_mj=FOSSIL, total_gco2e_per_mj=total
    )
    low, high = physical_kgco2e(burnt_mj, total), physical_kgco2e(burnt_mj, FOSSIL)
    assert low * (1 - 1e-9) <= found <= high * (1 + 1e-9)


def test_saving_share_and_biogenic_co2() -> None:
    """HEFA from used cooking oil saves 84 % against 89 g/MJ; its biogenic CO2 is told apart."""
    assert saving_share(UCO, CORSIA_BASELINE_GCO2E_PER_MJ) == pytest.approx(0.8438, abs=1e-4)
    assert biogenic_kgco2(1000) == pytest.approx(3160)


HEADER = (
    "certificate_id,registry,batch_id,batch_from_kg,neat_kg,blend_kg,neat_mass_share,pathway_id,"
    "lhv_mj_per_kg,total_gco2e_per_mj,lca_scope,baseline,chain_of_custody,status\n"
)
TAIL = "hefa-uco,44,13.9,core,corsia,mass_balance,retired\n"


def read(*rows: str) -> tuple[list[int], list[str]]:
    """Return neat grams of the good rows, and the faults."""
    book, refused = read_book({"saf.csv": (HEADER + "".join(rows)).encode()})
    return [c.neat_g for c in book.certificates], [str(r) for r in refused]


def test_blend_counts_only_its_neat_mass() -> None:
    """Delivery notes state blend; certificates count neat."""
    assert read("S1,r,b,,,1000,0.4," + TAIL) == ([400_000], [])


def test_blend_without_its_mass_share_is_refused() -> None:
    """A volume share is no mass share (0.755 against 0.80 kg/l)."""
    good, faults = read("S1,r,b,,,1000,," + TAIL)
    assert not good
    assert "a volume share is not one" in faults[0]


def test_two_certificates_over_one_batch_overlap() -> None:
    """The same first tonne of a batch, certified twice."""
    rows = ("S1,r,b,0,1000,,," + TAIL, "S2,r,b,999,1000,,," + TAIL)
    book, _ = read_book({"saf.csv": (HEADER + "".join(rows)).encode()})
    first, second = (lot.span for lot in book.lots)
    assert first.overlaps(second)
