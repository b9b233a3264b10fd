"""Footprints of others come in through the front door: read, imported, used."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app import exchange_desk, factor_desk
from app.footprint_files import footprint_files
from app.footprint_intake import Options
from app.footprints import FootprintDesk, take
from app.tools import Tools, open_tools
from data.errors import DataError
from emissions.library import Provenance
from emissions.loose_factors import About

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = open_tools()
US = exchange_desk.publication(
    "Example Forwarding",
    "urn:example:1",
    "2026-01-15T00:00:00Z",
    "2025-01-01T00:00:00Z/2026-01-01T00:00:00Z",
)
LEGS = b"""shipment_id,leg_no,kind,mode,origin,destination,mass_kg,distance_km,distance_kind,fuel
S1,1,transport,air,PVG,FRA,1000,8880,gcd,
S1,2,hub,air,FRA,FRA,1000,,,
S1,3,transport,road,FRA,Berlin,1000,550,sfd,hvo
"""


def footprint_folder(folder: Path, content: bytes = LEGS) -> int:
    """Write the footprint of legs into a folder; return its milligrams."""
    desk = FootprintDesk(TOOLS)
    result = take(content, "legs.csv", desk, Options())
    for name, made in footprint_files(result, desk.atlas).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(made)
    return result.inventory.physical.wtw_mg


def imported(folder: Path, library: Path) -> Tools:
    """Import the tables that were read, over our own edition."""
    tools = replace(TOOLS, library_dir=library)
    factor_desk.import_files(
        tools,
        "theirs",
        {n: (folder / n).read_bytes() for n in ("intensities.csv", "hubs_intensity.csv")},
        about=About(source_id="theirs", published_on=US.created.date()),
        source=Provenance(source_id="theirs", publisher="Example Forwarding", title="iLEAP"),
        base="open-2025.2",
    )
    return tools


def test_our_own_export_read_back_can_be_imported_and_gives_the_same_total(tmp_path: Path) -> None:
    """A neighbour's round trip: his ids stand beside ours, his figures give his milligrams.

    Each part is rounded once here and once there: two milligrams a leg.
    """
    sent = footprint_folder(tmp_path / "sent")
    exchange_desk.write_folder(tmp_path / "sent", tmp_path / "ileap", publication=US, mixes={})
    told = exchange_desk.read_file(tmp_path / "ileap", tmp_path / "read")
    assert (told["refused"], told["rows"]["legs.csv"]) == (0, 3)
    tools = imported(tmp_path / "read", tmp_path / "library")
    desk = FootprintDesk(tools)
    again = take(
        (tmp_path / "read" / "legs.csv").read_bytes(),
        "legs.csv",
        desk,
        Options(factor_sets=("theirs",)),
    )
    assert again.counts()["refused"] == 0
    assert again.inventory.physical.wtw_mg == pytest.approx(sent, abs=6)


def test_unknown_place_is_named_with_its_leg_and_may_be_left_out(tmp_path: Path) -> None:
    """One place of one shipment must not stop the others; what is left out is listed."""
    more = LEGS + b"S2,1,transport,road,Atlantis-on-Sea,Berlin,500,100,sfd,\n"
    folder, out = tmp_path / "sent", tmp_path / "ileap"
    footprint_folder(folder)
    desk = FootprintDesk(TOOLS)
    result = take(more, "legs.csv", desk, Options())
    (folder / "legs.csv").write_bytes(footprint_files(result, desk.atlas)["legs.csv"])
    with pytest.raises(DataError, match=r"S2 leg 1: .*Atlantis-on-Sea(.|\n)*--leave-out-unknown"):
        exchange_desk.write_folder(folder, out, publication=US, mixes={})
    told = exchange_desk.write_folder(folder, out, publication=US, mixes={}, leave_out=True)
    assert told["shipments"] == 1
    assert list(told["shipments_left_out"]) == ["S2"]
