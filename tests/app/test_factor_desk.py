"""A user's own tables become a set row by row: one that cannot be used spoils no other."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from app.factor_desk import import_files, matched
from app.tools import Tools
from data import open_catalogue
from emissions.factors import Factors
from emissions.library import Provenance
from emissions.loose_factors import About
from emissions.matching import Query

if TYPE_CHECKING:
    from pathlib import Path

CATALOGUE = open_catalogue()
OWN = Provenance(source_id="own", publisher="a carrier", title="its own figures")
ABOUT = About(published_on=date(2026, 1, 1), gwp_set="AR5", source_id="own")
HEAD = (
    "toc_id,mode,region,vehicle,wtt_kgco2e_per_tkm,ttw_kgco2e_per_tkm,distance_kind,daf_included,"
    "empty_running_included,boundary,gas_set,gwp_set,deviation_share,published_on,quality,source_id"
)
REST = "co2e,AR5,0.2,2026-01-01,default,own"


def tools_in(folder: Path) -> Tools:
    return Tools(
        catalogue=CATALOGUE,
        factors=Factors.load(CATALOGUE),
        cache_dir=folder / "cache",
        library_dir=folder / "library",
    )


def test_rows_that_no_set_could_hold_are_refused_by_file_and_row(tmp_path: Path) -> None:
    """Operation alone, and grams called kilograms; the good row stands, with its key."""
    content = "\n".join(
        [
            HEAD,
            f"GOOD,road,GB,truck,0.02,0.1,sfd,yes,yes,wtw,{REST}",
            f"BAD,road,GB,truck,0.02,0.1,sfd,yes,yes,ttw,{REST}",
            f"GRAMS,road,GB,truck,15,60,sfd,yes,yes,wtw,{REST}",
        ]
    ).encode()
    done = import_files(tools_in(tmp_path), "mine", {"mine.csv": content}, about=ABOUT, source=OWN)
    assert done.counts == {"intensities": 1, "matching": 1}
    assert [(r.file, r.row) for r in done.refused] == [("mine.csv", 3), ("mine.csv", 4)]
    assert "boundary ttw" in done.refused[0].wanted
    assert "is it grams?" in done.refused[1].wanted


def test_fuel_is_read_as_people_say_it(tmp_path: Path) -> None:
    """`electric` is electricity: else it would count as one of the fuels that are burnt."""
    query = Query(mode="rail", regions=("FR",), fuel="electric")
    assert matched(tools_in(tmp_path), query, ()).category_id == "RAIL-ELECTRIC-FR"
