"""The book: no unit serves twice, whoever asks, in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emissions.ledger import Book, Entry, Kind, LedgerError, check_book, draw, redeem, retire
from emissions.ledger.book import claim_saf, post
from emissions.ledger.credits import Retirement, parse_serial
from emissions.ledger.entries import Span, overlapping
from emissions.ledger.saf import SafCertificate
from emissions.ledger.tables import read_book

DAY = date(2023, 7, 17)


def retirement(first: int, last: int, status: str = "retired") -> Retirement:
    """Return a block of an invented ACR project."""
    serial = f"ACR-ZZ-999-2021-9-{first} to {last}"
    return Retirement(
        serial=serial,
        block=parse_serial(serial),
        status=status,
        project_name="Specimen",
        project_type="Specimen",
        activity_kind="reduction",
        inside_value_chain=False,
        issued_on=date(2022, 1, 1),
        retired_on=date(2023, 7, 1),
        beneficiary="Specimen Shipper",
        purpose="voluntary",
        note="",
        verifier="Specimen Body",
        documents_url="",
        registry_url="",
        host_adjustment="",
    )


def certificate(neat_g: int = 1_000_000) -> SafCertificate:
    """Return a tonne of invented neat SAF."""
    return SafCertificate(
        certificate_id="SAF-1",
        registry="specimen",
        batch_id="B1",
        batch_from_g=0,
        neat_g=neat_g,
        pathway_id="hefa-uco",
        lhv_mj_per_kg=44.0,
        total_gco2e_per_mj=13.9,
        lca_scope="core+iluc",
        baseline="corsia",
        saving_share=0.84,
        scheme="specimen",
        pos_number="P1",
        scheme_valid_to=None,
        chain_of_custody="book_and_claim",
        neat_volume_share=None,
        blend_limit_volume_share=None,
        produced_on=None,
        delivered_on=None,
        status="retired",
        retired_on=None,
        beneficiary="",
        purpose="voluntary",
        note="",
    )


spans = st.builds(
    lambda series, start, length: Span(series=series, start=start, end=start + length),
    st.sampled_from(["A", "B"]),
    st.integers(0, 40),
    st.integers(1, 15),
)


@given(st.lists(spans, max_size=12))
def test_overlap_sweep_agrees_with_comparing_all_pairs(found: list[Span]) -> None:
    """The sweep is fast; all pairs are right by definition."""
    brute = any(a.overlaps(b) for a, b in combinations(found, 2))
    assert bool(overlapping(found)) == brute
    assert all(a.overlaps(b) for a, b in overlapping(found))


def test_adjacent_blocks_do_not_overlap() -> None:
    """Half-open ranges: the kilogram after the last belongs to the next serial."""
    first, second = (parse_serial(f"ACR-ZZ-9-2021-9-{n} to {n}").span for n in (1, 2))
    assert not first.overlaps(second)
    assert first.end == second.start


def test_retire_uses_part_of_a_tonne_and_leaves_the_rest() -> None:
    """A 37 kg parcel does not burn a whole credit."""
    lot = retirement(1, 1)
    book = retire(Book(retirements=(lot,)), lot.serial, quantity_kg=37, subject="parcel", on=DAY)
    assert book.used(Kind.CREDIT, "parcel") == 37
    assert book.available(Kind.CREDIT) == 963


def test_second_use_of_the_same_units_is_refused() -> None:
    """The second claimant gets an error, not a share."""
    lot = retirement(1, 2)
    book = retire(Book(retirements=(lot,)), lot.serial, quantity_kg=2000, subject="a", on=DAY)
    with pytest.raises(LedgerError, match="no unit may serve twice"):
        retire(book, lot.serial, quantity_kg=1, subject="b", on=DAY)


def test_posting_a_range_in_use_names_who_uses_it() -> None:
    """An explicit range, as a stranger's statement gives it, is refused in the same way."""
    lot = retirement(1, 2)
    book = retire(Book(retirements=(lot,)), lot.serial, quantity_kg=500, subject="a", on=DAY)
    entry = Entry(kind=Kind.CREDIT, lot_id=lot.serial, span=lot.lot.span, subject="b", on=DAY)
    with pytest.raises(LedgerError, match="already used for 'a'"):
        post(book, entry)


def test_range_outside_its_lot_is_refused() -> None:
    """A shifted range does not count for the lot that it names."""
    lot = retirement(1, 2)
    beyond = replace(lot.lot.span, end=lot.lot.span.end + 1)
    entry = Entry(kind=Kind.CREDIT, lot_id=lot.serial, span=beyond, subject="a", on=DAY)
    with pytest.raises(LedgerError, match="outside the lot"):
        post(Book(retirements=(lot,)), entry)


@pytest.mark.parametrize("status", ["held", "cancelled"])
def test_credits_not_retired_are_not_usable(status: str) -> None:
    """Bought is not retired; cancelled is not retired."""
    lot = retirement(1, 2, status)
    with pytest.raises(LedgerError, match="0 free"):
        retire(Book(retirements=(lot,)), lot.serial, quantity_kg=1, subject="a", on=DAY)


def test_unknown_lot_is_refused() -> None:
    """A name that is not in the book cannot be redeemed."""
    with pytest.raises(LedgerError, match="not in the book"):
        redeem(Book(), "IREC-1", quantity_wh=1, subject="a", on=DAY)


def test_draw_takes_from_lot_after_lot() -> None:
    """Two and a half tonnes take all of the first block and part of the second."""
    book = Book(retirements=(retirement(1, 2), retirement(10, 12)))
    book = draw(book, Kind.CREDIT, 2500, subject="a", on=DAY)
    assert [e.span.quantity for e in book.entries] == [2000, 500]


def test_draw_beyond_the_book_is_refused() -> None:
    """What is not there cannot be claimed."""
    with pytest.raises(LedgerError, match="1001 kg asked, 1000 free"):
        draw(Book(retirements=(retirement(1, 1),)), Kind.CREDIT, 1001, subject="a", on=DAY)


def test_saf_claim_stops_at_the_fuel_burnt() -> None:
    """saf.md, 2: Q_S <= Q; a second claim counts with the first."""
    book = Book(certificates=(certificate(),))
    book = claim_saf(book, "SAF-1", neat_g=500_000, burnt_mj=22_000.0, subject="a", on=DAY)
    with pytest.raises(LedgerError, match=r"its air legs burnt 22000\.000 MJ"):
        claim_saf(book, "SAF-1", neat_g=10, burnt_mj=22_000.0, subject="a", on=DAY)


@given(st.lists(st.integers(1, 1500), max_size=8))
def test_book_never_gives_more_than_its_lots(wishes: list[int]) -> None:
    """Whatever is asked in whatever order: uses never overlap and never exceed what was retired."""
    lots = (retirement(1, 2), retirement(5, 5))
    book = Book(retirements=lots)
    for number, wish in enumerate(wishes):
        if wish <= book.available(Kind.CREDIT):
            book = draw(book, Kind.CREDIT, wish, subject=f"s{number}", on=DAY)
    assert check_book(book).ok
    assert sum(e.span.quantity for e in book.entries) + book.available(Kind.CREDIT) == 3000


def test_check_book_finds_a_shifted_serial() -> None:
    """Two records that show one credit in common: the classic copied serial (credits.md, 2)."""
    report = check_book(Book(retirements=(retirement(1, 10), retirement(10, 12))))
    assert [f.code for f in report.failed()] == ["LEDGER-001"]
    assert "ACR-ZZ-999-2021-9-10 to 12" in report.failed()[0].about


def test_check_book_finds_double_use_and_use_of_a_held_lot() -> None:
    """A book put together by hand is checked like any other."""
    lot = retirement(1, 1, "held")
    twice = tuple(
        Entry(kind=Kind.CREDIT, lot_id=lot.serial, span=lot.lot.span, subject=s, on=DAY)
        for s in ("a", "b")
    )
    failed = {f.code for f in check_book(Book(retirements=(lot,), entries=twice)).failed()}
    assert failed == {"LEDGER-002", "LEDGER-003"}


def test_check_book_finds_retirement_before_issuance() -> None:
    """A record whose dates run backwards is not of this world."""
    lot = replace(retirement(1, 1), retired_on=date(2021, 12, 31))
    assert [f.code for f in check_book(Book(retirements=(lot,))).failed()] == ["LEDGER-004"]


def test_span_refuses_to_be_empty() -> None:
    """A use of nothing is no use."""
    with pytest.raises(LedgerError, match="start < end"):
        Span(series="A", start=5, end=5)


def test_read_book_names_the_row_and_goes_on() -> None:
    """One bad row is refused with its number; the good one is in the book."""
    content = (
        b"registry,serial,quantity_t,status\n"
        b"acr,ACR-ZZ-999-2021-9-1 to 10,11,retired\n"
        b"acr,ACR-ZZ-999-2021-9-20 to 29,10,retired\n"
    )
    book, refused = read_book({"credits.csv": content})
    assert [r.row for r in refused] == [2]
    assert "numbers 10 credits, row says 11" in str(refused[0])
    assert book.available(Kind.CREDIT) == 10_000
