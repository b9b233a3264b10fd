"""Serial grammars, on serials that public registries show."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emissions.ledger import LedgerError, parse_serial

VERRA = "19385-941467007-941467431-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1"
OLD_VERRA = "8040-449402275-449402275-VCU-042-MER-PE-14-1360-01072013-30062014-1"


@pytest.mark.parametrize(
    ("serial", "registry", "credits_", "project", "country"),
    [
        (VERRA, "verra", 425, "1340", "ET"),
        (OLD_VERRA, "verra", 1, "1360", "PE"),
        ("GS1-1-KE-GS11603-16-2025-30256-110-5463", "gold-standard", 5354, "11603", "KE"),
        ("ACR-FR-1129-2025-2917-30932 to 35143", "acr", 4212, "1129", "FR"),
        ("CAR-1-US-1335-31-983-KS-2025-9205-1 to 5000", "car", 5000, "1335", "US"),
    ],
)
def test_serial_says_its_quantity_project_and_country(
    serial: str, registry: str, credits_: int, project: str, country: str
) -> None:
    """Rows of the registries' public exports, April 2026: quantity = end - start + 1 in each."""
    block = parse_serial(serial)
    assert (block.registry, block.credits) == (registry, credits_)
    assert (block.project_id, block.country) == (project, country)
    assert block.span.quantity == credits_ * 1000


def test_verra_vintage_is_read_from_the_serial() -> None:
    """Vintage dates stand as DDMMYYYY."""
    block = parse_serial(OLD_VERRA)
    assert (block.vintage_start, block.vintage_end) == (date(2013, 7, 1), date(2014, 6, 30))


def test_doctored_prefix_does_not_hide_a_reused_block() -> None:
    """All VER blocks share one number space, so another batch or project still overlaps."""
    doctored = "19999-941467100-941467200-VCS-VCU-1310-VER-CN-13-3005-01012022-31102022-0"
    assert parse_serial(VERRA).span.overlaps(parse_serial(doctored).span)


def test_old_and_new_verra_numbers_are_two_spaces() -> None:
    """MER numbers collide with VER numbers by value; they are not the same credits."""
    new = OLD_VERRA.replace("VCU-042-MER", "VCU-042-VER")
    assert not parse_serial(OLD_VERRA).span.overlaps(parse_serial(new).span)


@pytest.mark.parametrize(
    "serial",
    [
        VERRA[:-1] + "O",  # letter O for zero
        VERRA.replace("-", "\N{EN DASH}"),
        VERRA.replace("941467007", "٩41467007"),  # a digit of another script
        VERRA.replace("941467431", "941467006"),  # ends before it starts
        VERRA.replace("31122020", "31132020"),  # no such month
        VERRA.lower(),
        VERRA + "\n1",
        "1" * 300,
        "",
        "VCU",
    ],
)
def test_look_alike_serial_is_refused(serial: str) -> None:
    """Traps seen in the wild (credits.md, 1)."""
    with pytest.raises(LedgerError):
        parse_serial(serial)


@given(st.text(max_size=250))
def test_any_text_parses_or_is_refused(text: str) -> None:
    """A serial is a stranger's input: it never breaks the reader."""
    with contextlib.suppress(LedgerError):
        assert parse_serial(text).credits > 0
