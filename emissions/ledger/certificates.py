"""Keep redeemed electricity certificates (I-REC, GEC, GO): attributes of kWh, never offsets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from emissions.ledger.entries import Kind, LedgerError, Lot, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMES = ("I-REC", "GEC", "GO")
WH_PER_MWH = 1_000_000

# I-REC stopped serving China: generation after this day has only the national GEC.
LAST_CHINESE_IREC_GENERATION = date(2024, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """One redeemed range of certificates: who may claim these Wh, generated when and where."""

    redemption_id: str
    scheme: str
    serial: str
    quantity_wh: int
    market: str  # ISO 3166 alpha-2 of the market in which the certificate may be claimed
    device: str
    energy_source: str
    generated_from: date
    generated_to: date
    status: str  # redeemed or held
    redeemed_on: date | None
    beneficiary: str
    note: str

    @property
    def lot(self) -> Lot:
        """The certificates as a lot; a serial shown in two redemptions gives two equal ranges."""
        return Lot(
            lot_id=self.redemption_id,
            kind=Kind.ELECTRICITY,
            span=Span(series=f"{self.scheme}|{self.serial}", start=0, end=self.quantity_wh),
            attribute=self.market,
            usable=self.status == "redeemed",
        )

    @property
    def after_chinese_cut_off(self) -> bool:
        """True for an I-REC on Chinese generation later than the scheme served China."""
        return (
            self.scheme == "I-REC"
            and self.market == "CN"
            and self.generated_to > LAST_CHINESE_IREC_GENERATION
        )


def redemption_of(row: Mapping[str, Any]) -> Redemption:
    """Return the redemption that a row of eac.csv states."""
    quantity_wh = Decimal(repr(row["quantity_mwh"])) * WH_PER_MWH
    if quantity_wh != int(quantity_wh):
        raise LedgerError(f"{row['redemption_id']}: {quantity_wh} Wh, wanted whole Wh")
    if row["generated_to"] < row["generated_from"]:
        raise LedgerError(f"{row['redemption_id']}: generation ends before it starts")
    return Redemption(
        redemption_id=row["redemption_id"],
        scheme=row["scheme"],
        serial=row["serial"],
        quantity_wh=int(quantity_wh),
        market=row["market"],
        device=row["device"] or "",
        energy_source=row["energy_source"] or "",
        generated_from=row["generated_from"],
        generated_to=row["generated_to"],
        status=row["status"],
        redeemed_on=row["redeemed_on"],
        beneficiary=row["beneficiary"] or "",
        note=row["note"] or "",
    )
