"""Electricity certificates: their own book, their own market, their own cut-off."""

from __future__ import annotations

from datetime import date

import pytest

from emissions.ledger import Kind, LedgerError, check_book, draw, read_book

HEADER = (
    "redemption_id,scheme,serial,quantity_mwh,market,generated_from,generated_to,status,"
    "redeemed_on\n"
)


def read(*rows: str) -> bytes:
    """Return an eac.csv."""
    return (HEADER + "".join(row + "\n" for row in rows)).encode()


def test_redemption_counts_watt_hours() -> None:
    """One certificate is 1 MWh = 1,000,000 Wh."""
    row = "R1,I-REC,0000-1,2,CN,2023-04-01,2023-06-30,redeemed,2023-07-10"
    book, refused = read_book({"eac.csv": read(row)})
    assert not refused
    assert book.available(Kind.ELECTRICITY, "CN") == 2_000_000


def test_certificate_of_another_market_covers_nothing_here() -> None:
    """A Spanish guarantee of origin cannot cover charging in China (REC-5)."""
    row = "R1,GO,ES-1,2,ES,2023-04-01,2023-06-30,redeemed,2023-07-10"
    book, _ = read_book({"eac.csv": read(row)})
    with pytest.raises(LedgerError, match="electricity CN: 1 Wh asked, 0 free"):
        draw(book, Kind.ELECTRICITY, 1, subject="a", on=date(2023, 7, 17), attribute="CN")


@pytest.mark.parametrize(
    ("scheme", "market", "generated_to", "after"),
    [
        ("I-REC", "CN", "2024-12-31", False),
        ("I-REC", "CN", "2025-01-01", True),
        ("GEC", "CN", "2025-01-01", False),
        ("I-REC", "AE", "2025-01-01", False),
    ],
)
def test_irec_stops_at_the_chinese_cut_off(
    scheme: str, market: str, generated_to: str, *, after: bool
) -> None:
    """I-REC serves Chinese generation to 31 December 2024 (credits.md, 5)."""
    row = f"R1,{scheme},S-1,1,{market},2024-01-01,{generated_to},redeemed,2025-02-01"
    book, _ = read_book({"eac.csv": read(row)})
    assert book.redemptions[0].after_chinese_cut_off is after


def test_serial_in_two_redemptions_is_found() -> None:
    """The same certificates cannot be redeemed twice."""
    row = "I-REC,0000-1,2,CN,2023-04-01,2023-06-30,redeemed,2023-07-10"
    book, _ = read_book({"eac.csv": read("R1," + row, "R2," + row)})
    assert [f.code for f in check_book(book).failed()] == ["LEDGER-001"]


def test_fraction_of_a_watt_hour_is_refused() -> None:
    """Quantities are whole base units; the row is named."""
    row = "R1,I-REC,0000-1,0.0000001,CN,2023-04-01,2023-06-30,redeemed,2023-07-10"
    _, refused = read_book({"eac.csv": read(row)})
    assert "wanted whole Wh" in str(refused[0])


def test_generation_that_ends_before_it_starts_is_refused() -> None:
    """Dates in order."""
    row = "R1,I-REC,0000-1,1,CN,2023-06-30,2023-04-01,redeemed,2023-07-10"
    _, refused = read_book({"eac.csv": read(row)})
    assert "ends before it starts" in str(refused[0])
