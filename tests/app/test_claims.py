"""What is declared and sealed is what a reader would accept, or nothing is written."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path  # noqa: TC003  (pytest reads fixtures' annotations)
from typing import TYPE_CHECKING

import pytest

from app import claims
from app.cli import main
from app.tools import open_tools
from app.workflow import sample_folder
from data.errors import DataError, GreenlaneError
from emissions import TCE, take_inventory
from emissions.evidence import EvidenceError, exit_code

if TYPE_CHECKING:
    from emissions.factors import Factors

HUBS = "hub_id,lat,lon\nPVG,31.1434,121.805\nFRA,50.0264,8.54313\nMAD-WH,40.43,-3.53\n"
SHIPMENTS = (
    "shipment_id,origin,destination,mass_kg,value,note\n"
    'S1,PVG,MAD-WH,1000,9000,"secret, and with a comma"\n'
)


@pytest.fixture(scope="module")
def factors() -> Factors:
    """The shipped set."""
    return open_tools().factors


@pytest.fixture
def folder(tmp_path: Path, factors: Factors) -> Path:
    """A flight, a hub and a truck, with the sample's books and the list of what had to move."""
    hoc, tonnes = factors.hoc("HUB-AIR"), 1.0
    elements = [
        TCE(
            shipment_id="S1", leg_no=1, kind="transport", mode="air", origin="PVG",
            destination="FRA", mass_kg=1000.0, distance_km=8876.5, distance_kind="gcd",
            toc_id="AIR-LONGHAUL-AVG", saf_kg=500.0, saf_pathway="hefa-uco",
        ),
        TCE(
            shipment_id="S1", leg_no=2, kind="hub", mode="airport", origin="FRA",
            destination="FRA", mass_kg=1000.0, hoc_id="HUB-AIR", grid_id="DE",
            fuel_kg=round(tonnes * hoc.diesel_kg_per_t, 6),
            energy_kwh=round(tonnes * hoc.kwh_per_t, 6),
        ),
        TCE(
            shipment_id="S1", leg_no=3, kind="transport", mode="road", origin="FRA",
            destination="MAD-WH", mass_kg=1000.0, distance_km=1860.0, distance_kind="sfd",
            toc_id="DIESEL-ARTIC-40T", fuel_kg=600.0,
        ),
    ]  # fmt: skip
    (tmp_path / "legs.csv").write_bytes(claims.footprint_bytes(take_inventory(elements, factors)))
    (tmp_path / "hubs.csv").write_text(HUBS, "utf-8")
    (tmp_path / "shipments.csv").write_text(SHIPMENTS, "utf-8")
    for name in (claims.DECLARATION, *claims.BOOK_FILES):
        shutil.copy(sample_folder() / name, tmp_path)
    return tmp_path


def seal(folder: Path, factors: Factors, *, role: str = "issuer") -> Path:
    """Declare, save and seal a folder with the demo key."""
    out = folder / "claim"
    claims.save_declaration(claims.make_declaration(folder, folder, factors), out)
    claims.demo_key(folder / "demo.key", folder / "trust.toml")
    claims.seal_folder(
        out, folder / "demo.key", folder / "claim.zip", factors, holder="Specimen", role=role
    )
    return folder / "claim.zip"


def edit(folder: Path, leg: int, **changes: str) -> None:
    """Change cells of one leg."""
    path = folder / "legs.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))
    rows[leg - 1] |= changes
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_sealed_claim_verifies_and_lists_its_shipments(folder: Path, factors: Factors) -> None:
    """Only what a reader needs of the list leaves the house: no values, no notes."""
    pack = seal(folder, factors)
    report = claims.verify_file(pack, folder / "trust.toml")
    assert exit_code(report) == 0
    assert "ARI-7" not in {f.code for f in report.warnings()}
    content = pack.read_bytes()
    assert b"shipment_id,origin,destination,mass_kg\nS1,PVG,MAD-WH,1000\n" in content
    assert b"secret" not in content


def test_reader_may_demand_a_factor_set(folder: Path, factors: Factors) -> None:
    """`--factors-sha256` at the command line."""
    arguments = ["verify", str(seal(folder, factors)), "--trust", str(folder / "trust.toml")]
    for sha256, code in ((factors.sha256, 0), ("0" * 64, 1)):
        with pytest.raises(SystemExit) as stopped:
            main([*arguments, "--factors-sha256", sha256])
        assert stopped.value.code == code


@pytest.mark.parametrize(("leg", "column", "value"), [(3, "origin", "PVG"), (2, "leg_no", "5")])
def test_broken_chain_is_not_declared(
    folder: Path, factors: Factors, leg: int, column: str, value: str
) -> None:
    """A claim over legs that do not join would never verify."""
    edit(folder, leg, **{column: value})
    with pytest.raises(GreenlaneError, match="chain of S1"):
        claims.make_declaration(folder, folder, factors)


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("legs.csv", "FRA,MAD-WH,1000,1860", "FRA,MAD-WH,1000,860", "ARI-3"),
        ("shipments.csv", "S1,PVG", "S1,FRA", "ARI-7"),
        ("hubs.csv", "MAD-WH", "MAD-XX", "ARI-3"),
        ("declaration.toml", 'wording = "', 'wording = "Net zero. ', "DEC-5"),
    ],
)
def test_seal_writes_no_pack_that_a_reader_would_refuse(
    folder: Path, factors: Factors, file: str, old: str, new: str, code: str
) -> None:
    """The signer hears it first, in the verifier's words."""
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), "utf-8")
    with pytest.raises(EvidenceError, match=f"not sealed.*\n(.*\n)*{code}"):
        seal(folder, factors)
    assert not (folder / "claim.zip").exists()


@pytest.mark.parametrize(
    ("departs_at", "verdict"),
    [("2026-02-02T08:00:00+08:00", "fail"), ("2023-06-10T08:00:00+08:00", "pass")],
)
def test_freight_of_another_year_does_not_pass(
    folder: Path, factors: Factors, departs_at: str, verdict: str
) -> None:
    """The sample declares June 2023; whoever seals freight of 2026 under it hears of it."""
    edit(folder, 1, departs_at=departs_at)
    declared = claims.make_declaration(folder, folder, factors)
    assert [f.verdict for f in declared.self_check.findings if f.code == "FP-8"] == [verdict]
    if verdict == "fail":
        with pytest.raises(EvidenceError, match="FP-8"):
            seal(folder, factors)


def test_seal_knows_roles_and_sets_of_its_own(folder: Path, factors: Factors) -> None:
    """A verification body may sign; a king may not; a set nobody published needs its hash."""
    with pytest.raises(EvidenceError, match="role 'king'"):
        seal(folder, factors, role="king")
    seal(folder, factors, role="verification_body")
    pack = seal(folder, replace(factors, edition="private-2030"))
    trust = folder / "trust.toml"
    assert exit_code(claims.verify_file(pack, trust)) == 1
    assert exit_code(claims.verify_file(pack, trust, factors_sha256=factors.sha256)) == 0


def test_list_of_shipments_must_have_its_columns(folder: Path, factors: Factors) -> None:
    """A list that says too little is refused, not sealed."""
    (folder / "shipments.csv").write_text("shipment_id\nS1\n", "utf-8")
    with pytest.raises(DataError, match=r"shipments\.csv: destination, mass_kg, origin missing"):
        claims.make_declaration(folder, folder, factors)
