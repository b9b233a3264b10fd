"""Seal a small claim, then try everything to make a false one pass."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

import emissions
from data import open_catalogue
from data.catalogue import Catalogue
from data.findings import Verdict
from data.schemas import LEGS
from data.tables import write_bytes
from data.units import kg_text, micro
from emissions import TCE, Factors, take_inventory
from emissions.categories import TOC
from emissions.energy import hub_energy
from emissions.evidence import (
    AllOf,
    EvidenceError,
    MaxDefaultShare,
    Signer,
    TrustedKey,
    canonical_json,
    exit_code,
    seal,
    strict,
    summary,
    trust_text,
    verify_pack,
)
from emissions.evidence.canonical import sha256_hex
from emissions.evidence.container import CONTAINER
from emissions.evidence.editions import KNOWN_EDITIONS
from emissions.evidence.plausible import vehicle_energy_fault
from emissions.evidence.recompute import (
    Tables,
    read_tables,
    recompute_leg,
)
from emissions.evidence.signing import PREDICATE_TYPE, sign
from emissions.evidence.verify import main
from emissions.ledger import read_book
from emissions.neutrality import assess, declare, read_declaration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emissions.inventory import Line

DAY = date(2023, 7, 17)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ISSUER = Signer(key=KEY, holder="Specimen Issuer")
TRUSTED = TrustedKey(
    key=KEY.public_key(),
    holder="Specimen Issuer",
    role="issuer",
    valid_from=date(2023, 1, 1),
    valid_to=date(2023, 12, 31),
)
TRUST = {TRUSTED.keyid: TRUSTED}
HUBS = (
    b"hub_id,lat,lon\nNKG-PLANT,31.89,118.82\nPVG,31.1434,121.805\n"
    b"FRA,50.0264,8.54313\nMAD-WH,40.43,-3.53\n"
)
CREDITS = (
    b"registry,serial,quantity_t,status,project_type,activity_kind,inside_value_chain,issued_on,"
    b"retired_on,beneficiary,purpose,verifier,registry_url\n"
    b"acr,ACR-ZZ-999-2021-9-1 to 60,60,retired,wind,avoidance,no,2022-09-01,2023-07-10,"
    b"Specimen Shipper,voluntary,Specimen Body,https://example.org/registry\n"
)
SAF = (
    b"certificate_id,registry,batch_id,neat_kg,pathway_id,lhv_mj_per_kg,total_gco2e_per_mj,lca_scope,"
    b"baseline,saving_share,scheme,pos_number,scheme_valid_to,chain_of_custody,produced_on,status,"
    b"beneficiary,purpose\n"
    b"SAF-1,specimen,B1,12000,hefa-uco,43.95,13.9,core+iluc,corsia,0.84,Specimen,P1,2024-03-31,"
    b"book_and_claim,2023-05-04,retired,Specimen Shipper,voluntary\n"
)
EAC = (
    b"redemption_id,scheme,serial,quantity_mwh,market,generated_from,generated_to,status,beneficiary\n"
    b"R1,I-REC,0000-1,2,CN,2023-04-01,2023-06-30,redeemed,Specimen Shipper\n"
)
DECLARATION = b"""
[declaration]
entity = "Specimen Shipper"
responsible = "Head of Logistics"
kind = "achievement"
standard = "pas-2060-2014"
declared_on = 2023-07-17
period_start = 2023-06-01
period_end = 2023-06-30
audience = "b2b"
jurisdiction = "EU, CN"
statement_url = "https://example.org/statement"
wording = "declares carbon neutrality of the lane under PAS 2060:2014"
methodology = "ISO 14083:2023"
methodology_reason = "the standard for transport chains"
[subject]
name = "lane <June 2023>"
type = "service"
description = "freight"
function = "tonne-kilometres"
[plan]
commitment = "yes"
timescale = "2023 to 2026"
targets = "30 % less"
means = "SAF"
offset_strategy = "retired credits"
approved_by = "Managing Director"
reviewed_on = 2023-06-15
[reduction]
route = "offset-only-first-period"
first_period = true
[validation]
route = "self"
validator = "Specimen Shipper"
"""
BOOKS = {"credits.csv": CREDITS, "saf.csv": SAF, "eac.csv": EAC}
MASS_KG = 7620.0
SHIPMENTS = b"shipment_id,origin,destination,mass_kg\nS1,NKG-PLANT,MAD-WH,7620\n"


@cache
def factors() -> Factors:
    """Return the shipped factor set."""
    return Factors.load(open_catalogue())


def hub(leg_no: int, place: str, hoc_id: str, grid_id: str) -> TCE:
    """Return handling at one place."""
    fuel_kg, energy_kwh = hub_energy(factors().hoc(hoc_id), MASS_KG)
    return TCE(
        shipment_id="S1",
        leg_no=leg_no,
        kind="hub",
        mode="air",
        origin=place,
        destination=place,
        mass_kg=MASS_KG,
        hoc_id=hoc_id,
        fuel_kg=fuel_kg,
        energy_kwh=energy_kwh,
        grid_id=grid_id,
    )


def carriage(leg_no: int, mode: str, origin: str, destination: str, **more: Any) -> TCE:
    """Carriage by one vehicle."""
    return TCE(
        shipment_id="S1",
        leg_no=leg_no,
        kind="transport",
        mode=mode,
        origin=origin,
        destination=destination,
        mass_kg=MASS_KG,
        **more,
    )


def chain(saf_kg: float = 10_000.5, eac_kwh: float = 500.123456) -> list[TCE]:
    """Electric truck, flight, diesel truck, with two hubs between."""
    return [
        carriage(
            1, "road", "NKG-PLANT", "PVG", distance_km=330.0, distance_kind="sfd",
            toc_id="EV-ARTIC-40T", energy_kwh=500.123456, grid_id="CN-JS", eac_kwh=eac_kwh,
        ),
        hub(2, "PVG", "HUB-AIR", "CN-SH"),
        carriage(
            3, "air", "PVG", "FRA", distance_km=8876.5, distance_kind="gcd",
            toc_id="AIR-LONGHAUL-AVG", saf_kg=saf_kg, saf_pathway="hefa-uco" if saf_kg else "",
        ),
        hub(4, "FRA", "HUB-AIR", "DE"),
        carriage(
            5, "road", "FRA", "MAD-WH", distance_km=1860.0, distance_kind="sfd",
            toc_id="ROAD-ARTIC33-AVG",
        ),
    ]  # fmt: skip


def leg_row(line: Line) -> dict[str, Any]:
    """Return a row of legs.csv."""
    element, physical, market = line.element, line.physical, line.market_based
    row = {name: getattr(element, name) for name in LEGS.names if hasattr(element, name)}
    return row | {
        "fuel_kg": line.fuel_kg,
        "wtt_kgco2e": kg_text(physical.wtt_mg),
        "ttw_kgco2e": kg_text(physical.ttw_mg),
        "wtw_kgco2e": kg_text(physical.wtw_mg),
        "market_wtt_kgco2e": kg_text(market.wtt_mg),
        "market_ttw_kgco2e": kg_text(market.ttw_mg),
        "market_wtw_kgco2e": kg_text(market.wtw_mg),
        "low_kgco2e": kg_text(line.low_mg),
        "high_kgco2e": kg_text(line.high_mg),
    }


def sealed(
    elements: list[TCE],
    declaration: bytes = DECLARATION,
    signers: tuple[Signer, ...] = (ISSUER,),
    factor_set: Factors | None = None,
    shipments: bytes | None = SHIPMENTS,
    departs_at: str = "",
) -> bytes:
    """Return the pack of these elements."""
    taken = factor_set or factors()
    inventory = take_inventory(elements, taken)
    book, refused = read_book(BOOKS)
    assert not refused
    statement, after = declare(read_declaration(declaration), inventory, book, taken)
    return seal(
        statement,
        assess(statement, after),
        legs=write_bytes(
            (leg_row(line) | {"departs_at": departs_at} for line in inventory.lines), LEGS
        ),
        hubs=HUBS,
        declaration=declaration,
        books=BOOKS,
        shipments=shipments,
        factors=taken,
        signers=signers,
        sealed_on=DAY,
        software="greenlane test",
    ).content


@cache
def claim() -> bytes:
    """Return the good claim."""
    return sealed(chain())


@pytest.mark.parametrize(
    ("departs_at", "verdict", "intact"),
    [
        ("2023-06-05T08:00:00+08:00", Verdict.PASS, True),
        ("2026-02-02T08:00:00+08:00", Verdict.FAIL, False),
        ("", Verdict.UNKNOWN, True),
    ],
)
def test_verifier_holds_departures_against_the_period_itself(
    departs_at: str, verdict: Verdict, *, intact: bool
) -> None:
    """June 2023 is declared; whatever the signer's own check said, legs.csv tells the days.

    Packs from before the rule have no times: they are told of and stay intact.
    """
    report = verify_pack(sealed(chain(), departs_at=departs_at), trust=TRUST)
    assert [f.verdict for f in report.findings if f.code == "FP-8"] == [verdict]
    assert report.ok is intact


def members_of(pack: bytes) -> dict[str, bytes]:
    """Return the members with the standard library's reader, which is not ours."""
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Write members as a pack has them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            info.compress_type = compression
            archive.writestr(info, members[name])
    return out.getvalue()


def resealed(members: Mapping[str, bytes], key: Ed25519PrivateKey = KEY) -> bytes:
    """Sign other members with a sound manifest: what a lying issuer, or a stranger, can do."""
    files = {
        n: c for n, c in members.items() if n not in {"manifest.json", "attestation.dsse.json"}
    }
    manifest = canonical_json(
        {
            "schema": "greenlane-pack/1",
            "files": [
                {"path": n, "sha256": sha256_hex(c), "size": len(c)} for n, c in files.items()
            ],
        }
    )
    stated = json.loads(files["statement.json"])
    attestation = canonical_json(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "manifest.json", "digest": {"sha256": sha256_hex(manifest)}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "columns": stated.get("columns"),
                "factor_set": stated.get("factor_set"),
                "binding": stated.get("binding"),
                "standard": "pas-2060-2014",
                "sealed_on": "2023-07-17",
                "signers": [Signer(key=key, holder="x").hint()],
            },
        }
    )
    envelope = canonical_json(sign(attestation, [key]))
    return zipped({**files, "manifest.json": manifest, "attestation.dsse.json": envelope})


def look(pack: bytes) -> tuple[int, dict[str, str]]:
    """Return the exit code, and the failed codes with what they are about."""
    report = verify_pack(pack, trust=TRUST)
    return exit_code(report), {f.code: f.about for f in report.failed()}


def owners(pack: bytes) -> list[str]:
    """Return for each byte the member it lies in, or the container."""
    owner = [CONTAINER] * len(pack)
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        for info in archive.infolist():
            start = info.header_offset + 30 + len(info.filename)
            owner[start : start + info.file_size] = [info.filename] * info.file_size
    return owner


def test_good_claim_is_intact_recomputed_and_trusted() -> None:
    """The whole way: seal, open, recompute, self-check, trust."""
    report = verify_pack(claim(), trust=TRUST)
    assert report.failed() == ()
    assert exit_code(report) == 0
    assert "5 legs recomputed to the milligram" in summary(report)


@given(st.integers(0, 10_000_000), st.integers(0, 500_123_456))
def test_every_sealed_claim_verifies(saf_g: int, eac_milliwatthours: int) -> None:
    """verify(seal(x)) passes for any claim within its caps: kernel and verifier agree."""
    pack = sealed(chain(saf_g / 1000, eac_milliwatthours / 1_000_000))
    failed = verify_pack(pack, trust=TRUST).failed()
    # Without any reduction there is nothing before the offset: RED-2 then says so, rightly.
    assert {f.code for f in failed} <= {"RED-2"}


@cache
def tables() -> Tables:
    """Return the factor tables as a pack holds them."""
    content = {table.path: table.csv_bytes for table in factors().tables}
    return read_tables(content, list(content))


def carried(draw: st.DrawFn) -> TCE:
    """Draw carriage by any transport operation category or vehicle, amounts as files carry them."""
    users = [*sorted(factors().tocs), *sorted(factors().vehicles)]
    user, kg = draw(st.sampled_from(users)), draw(st.floats(1, 25_000))
    row = factors().tocs.get(user) or factors().vehicles[user]
    more: dict[str, Any] = {"distance_km": draw(st.floats(1, 20_000)), "toc_id": user}
    if isinstance(row, TOC):
        more["distance_kind"] = "sfd" if row.distance_kind == "not_stated" else row.distance_kind
        if row.mode == "air":
            more |= {"saf_kg": micro(kg * draw(st.floats(0, 1e-4))), "saf_pathway": "hefa-uco"}
    elif row.electric:
        kwh = micro(draw(st.floats(1e-6, 1e4)))
        more |= {"energy_kwh": kwh, "eac_kwh": micro(kwh * draw(st.floats(0, 1)))}
        more["grid_id"] = draw(st.sampled_from(sorted(factors().grids)))
    else:
        more["fuel_kg"] = micro(draw(st.floats(1e-6, 1e4)))
    return replace(carriage(1, row.mode, "A", "B", **more), mass_kg=kg)


@given(st.composite(carried)())
def test_scalar_recomputation_equals_the_kernel(element: TCE) -> None:
    """Two statements of one formula, no shared code, the same milligrams for every category."""
    (line,) = take_inventory([element], factors()).lines
    (row,) = csv.DictReader(io.StringIO(write_bytes([leg_row(line)], LEGS).decode()))
    found = recompute_leg(row, tables())
    assert (found.wtt_mg, found.ttw_mg) == (line.physical.wtt_mg, line.physical.ttw_mg)
    market = line.market_based
    assert (found.market_wtt_mg, found.market_ttw_mg) == (market.wtt_mg, market.ttw_mg)
    assert (found.data_type, found.gas_set) == (line.data_type, line.gas_set)
    assert found.fuel_kg == pytest.approx(line.fuel_kg)


def test_same_claim_gives_the_same_bytes() -> None:
    """Ed25519 and the container are deterministic."""
    assert sealed(chain()) == claim()


@given(st.data())
def test_any_flipped_byte_fails_and_names_its_member(data: st.DataObject) -> None:
    """Headers and directory included: no byte of a pack is free."""
    pack = bytearray(claim())
    position = data.draw(st.integers(0, len(pack) - 1))
    pack[position] ^= data.draw(st.integers(1, 255))
    code, failed = look(bytes(pack))
    assert code == 1
    assert set(failed.values()) == {owners(claim())[position]}


def test_first_middle_and_last_byte_of_every_member_are_guarded() -> None:
    """Every member, not only the likely ones."""
    owner = owners(claim())
    for name in dict.fromkeys(owner):
        places = [i for i, n in enumerate(owner) if n == name]
        for position in {places[0], places[len(places) // 2], places[-1]}:
            pack = bytearray(claim())
            pack[position] ^= 1
            assert look(bytes(pack)) == (1, {"INT-1": name})


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (lambda m: m | {"evidence/legs.csv": m["evidence/legs.csv"] + b"\n"}, "evidence/legs.csv"),
        (lambda m: m | {"evidence/extra.csv": b"x"}, "evidence/extra.csv"),
        (lambda m: {n: c for n, c in m.items() if n != "report.html"}, "report.html"),
        (lambda m: {n: c for n, c in m.items() if n != "manifest.json"}, "manifest.json"),
        (lambda m: {n: c for n, c in m.items() if n != "statement.json"}, "statement.json"),
        (lambda m: m | {"manifest.json": b"{}"}, "manifest.json"),
        (lambda m: m | {"attestation.dsse.json": b"{}"}, "attestation.dsse.json"),
        (lambda m: m | {"../evil.csv": b"x"}, CONTAINER),
        (lambda m: m | {"/evil.csv": b"x"}, CONTAINER),
        (lambda m: m | {"evidence\\evil.csv": b"x"}, CONTAINER),
        (lambda m: m | {"EVIL.csv": b"x"}, CONTAINER),
    ],
)
def test_rezipped_pack_names_what_was_changed(
    change: Callable[[dict[str, bytes]], dict[str, bytes]], about: str
) -> None:
    """A sound container around altered, added or missing members; unsafe names touch nothing."""
    assert look(zipped(change(members_of(claim())))) == (1, {"INT-1": about})


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p + b"\0",
        lambda p: b"\0" + p,
        lambda p: p[:-1],
        lambda p: p[: len(p) // 2],
        lambda p: p[:10],
        lambda p: zipped(members_of(p), zipfile.ZIP_DEFLATED),
        lambda _: zipped({}),
        lambda p: p.replace(b"evidence/hubs.csv", b"evidence/legs.csv"),  # doubled name
    ],
)
def test_container_of_another_layout_fails(change: Callable[[bytes], bytes]) -> None:
    """Appended, cut, compressed (so no bomb is ever unpacked), empty or doubled."""
    assert look(change(claim())) == (1, {"INT-1": CONTAINER})


@pytest.mark.parametrize("content", [b"", b"PK", b"hello, this is no pack", b"\0" * 100])
def test_what_is_no_pack_is_unreadable(content: bytes) -> None:
    """A wrong file is a usage error, not a tampered pack."""
    with pytest.raises(EvidenceError, match="not a pack"):
        verify_pack(content, trust=TRUST)


def test_intact_pack_of_a_stranger_is_untrusted() -> None:
    """Exit 3; a key inside the pack is a hint and trusts nobody."""
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    pack = sealed(chain(), signers=(Signer(key=stranger, holder="Specimen Issuer"),))
    assert look(pack) == (3, {"TRUST": "signature"})
    report = verify_pack(claim(), trust={})
    assert exit_code(report) == 3


def test_tampered_beats_untrusted() -> None:
    """A stranger's pack with a wrong figure is not merely untrusted."""
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    members = members_of(claim())
    members["evidence/hubs.csv"] = HUBS.replace(b"50.0264", b"48.0264")
    code, failed = look(resealed(members, stranger))
    assert code == 1
    assert {"ARI-3", "TRUST"} <= set(failed)


def rewritten(members: dict[str, bytes], at: int = 3, /, **changes: str) -> bytes:
    """Change columns of a leg, unless told otherwise the flight, in legs.csv."""
    rows = list(csv.DictReader(io.StringIO(members["evidence/legs.csv"].decode(), newline="")))
    rows[at - 1] |= changes
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return resealed(members | {"evidence/legs.csv": out.getvalue().encode()})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"wtt_kgco2e": "1.000000"}, "ARI-1"),
        ({"market_ttw_kgco2e": "0.000000"}, "ARI-1"),
        ({"wtw_kgco2e": "1"}, "ARI-1"),
        ({"mass_kg": "7619"}, "ARI-1"),
        ({"mass_kg": "7619"}, "ARI-2"),
        ({"mass_kg": "-1"}, "ARI-1"),
        ({"mass_kg": "1e999"}, "ARI-1"),
        ({"mass_kg": "nan"}, "ARI-1"),
        ({"toc_id": "AIR-NONE"}, "ARI-1"),
        ({"saf_kg": "20000"}, "ARI-1"),
        ({"saf_pathway": "ft-none"}, "ARI-1"),
        ({"fuel_kg": "1"}, "ARI-1"),
        ({"distance_km": "8000"}, "ARI-3"),
        ({"destination": "CDG"}, "ARI-3"),
        ({"kind": "hub"}, "ARI-1"),
        ({"mode": "road"}, "ARI-1"),
        ({"leg_no": "7"}, "ARI-2"),
        ({"shipment_id": "S2"}, "ARI-2"),
    ],
)
def test_lying_issuer_is_found_by_recomputing(changes: dict[str, str], code: str) -> None:
    """Everything is signed and listed, by a trusted key, and still wrong."""
    found, failed = look(rewritten(members_of(claim()), **changes))
    assert found == 1
    assert code in failed


def test_one_milligram_too_little_is_found() -> None:
    """The smallest lie there is."""
    members = members_of(claim())
    legs = members["evidence/legs.csv"].decode()
    figure = next(csv.DictReader(io.StringIO(legs)))["wtt_kgco2e"]
    less = str(Decimal(figure) - Decimal("0.000001"))
    members["evidence/legs.csv"] = legs.replace(figure, less).encode()
    code, failed = look(resealed(members))
    assert code == 1
    assert failed["ARI-1"] == "evidence/legs.csv S1 leg 1"


def restated(change: Callable[[dict[str, Any]], Any]) -> bytes:
    """Change the statement and sign it again."""
    members = members_of(claim())
    stated = json.loads(members["statement.json"])
    change(stated)
    return resealed(members | {"statement.json": canonical_json(stated)})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda s: s["columns"]["physical"].update(wtw_kgco2e="1.000000"), "ARI-5"),
        (lambda s: s.update(residual_kgco2e="0.000000"), "ARI-5"),
        (lambda s: s.update(units_needed_t="1"), "ARI-5"),
        (lambda s: s.update(balance_kgco2e="0.000000"), "ARI-5"),
        (lambda s: s["columns"]["offsets"].update(retired_kgco2e="99000"), "ARI-5"),
        (lambda s: s.update(factor_basis="as of 2023-07-17"), "ARI-6"),
        (lambda s: s["interval_kgco2e"].update(low="1.000000"), "ARI-6"),
        (lambda s: s["physical_kgco2e_by_data_type"].update(primary="1.000000"), "ARI-6"),
        (lambda s: s["declaration"].update(entity="Other"), "ARI-6"),
        (lambda s: s["declaration"].update(standard="iso-14068-1-2023"), "INT-2"),
        (lambda s: s["factor_set"].update(sha256="0" * 64), "ARI-6"),
        (lambda s: s["factor_set"].update(tables=["factors/none.csv"]), "ARI-0"),
        (lambda s: s["uses"].append(s["uses"][-1]), "EVI-2"),
        (lambda s: s["uses"][-1].update({"to": str(int(s["uses"][-1]["to"]) + 1000)}), "ARI-5"),
        (lambda s: s["uses"][-1].update({"from": "0", "to": "9" * 4000}), "ARI-0"),
        (lambda s: s["uses"][-1].update({"from": "x"}), "ARI-0"),
        (lambda s: s["uses"].clear(), "OF-8"),
        (lambda s: s.pop("uses"), "ARI-0"),
        (lambda s: s.pop("columns"), "ARI-0"),
        (lambda s: s.update(columns="x"), "ARI-0"),
        (lambda s: s.update(net_kgco2e="0.000000"), "ARI-6"),
        (lambda s: s.clear(), "ARI-0"),
    ],
)
def test_statement_that_does_not_follow_is_found(
    change: Callable[[dict[str, Any]], Any], code: str
) -> None:
    """Every figure of the statement is recomputed; nonsense is a finding and never a traceback."""
    found, failed = look(restated(change))
    assert found == 1
    assert code in failed


@pytest.mark.parametrize(
    ("member", "old", "new", "code"),
    [
        ("factors/grids_2023.csv", b"0.5", b"0.1", "ARI-0"),
        ("evidence/credits.csv", b"60,60,retired", b"60,61,retired", "EVI-1"),
        ("evidence/credits.csv", b"60,60,retired", b"60,60,held", "EVI-2"),
        ("evidence/credits.csv", b"Specimen Shipper", b"Other Company", "OF-9"),
        ("evidence/saf.csv", b"12000", b"9000", "EVI-2"),
        ("evidence/saf.csv", b"voluntary", b"compliance", "SAF-7"),
        ("evidence/eac.csv", b",CN,", b",ES,", "REC-5"),
        ("evidence/eac.csv", b"2023-06-30", b"2025-01-01", "REC-CN"),
        ("evidence/declaration.toml", b"2023-07-17", b"2023-07-01", "DEC-2"),
        ("evidence/declaration.toml", b"entity", b"entidy", "ARI-0"),
        ("evidence/legs.csv", b"mass_kg", b"toc_id", "ARI-0"),
        ("evidence/legs.csv", b"S1,1,", b'"S1,1,', "ARI-0"),
        ("evidence/hubs.csv", b"FRA", b"\xff\xff", "ARI-0"),
        ("report.html", b"GRN1-", b"GRN2-", "EVI-3"),
    ],
)
def test_inputs_that_do_not_carry_the_claim_are_found(
    member: str, old: bytes, new: bytes, code: str
) -> None:
    """Signed by the trusted issuer, and still not carried by its own evidence."""
    members = members_of(claim())
    assert old in members[member]
    found, failed = look(resealed(members | {member: members[member].replace(old, new)}))
    assert found == 1
    assert code in failed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"S1,2,hub,air,PVG,PVG", b"S1,2,hub,air,PVG,FRA"),
        (b"S1,2,hub,air,PVG,PVG", b"S2,1,hub,air,PVG,PVG"),
    ],
)
def test_hub_that_moves_freight_or_is_left_out_is_found(old: bytes, new: bytes) -> None:
    """A hub is charged at every change of mode, and is one place (ISO 14083)."""
    members = members_of(claim())
    legs = members["evidence/legs.csv"]
    assert old in legs
    legs = legs.replace(old, new)
    if new.startswith(b"S2"):
        legs = legs.replace(b"S1,3,", b"S1,2,").replace(b"S1,4,", b"S1,3,")
        legs = legs.replace(b"S1,5,", b"S1,4,")
    code, failed = look(resealed(members | {"evidence/legs.csv": legs}))
    assert code == 1
    assert failed["ARI-2"] == "evidence/legs.csv S1"


def test_fuel_of_a_hub_follows_its_rate() -> None:
    """Energy is an input, and a hub's is known per tonne: it cannot be played down."""
    pack = rewritten(members_of(claim()), 2, energy_kwh="1.0")
    found = [f for f in verify_pack(pack, trust=TRUST).failed() if "kwh_per_t" in f.message]
    assert [f.code for f in found] == ["ARI-1"]


def test_energy_of_a_vehicle_is_never_less_than_its_goods_add() -> None:
    """The kernel takes what it is told; the reader knows the least that these goods cost."""
    elements = chain(eac_kwh=0.0)
    elements[0] = replace(elements[0], energy_kwh=40.0)
    (fault,) = verify_pack(sealed(elements), trust=TRUST).failed()
    assert (fault.code, fault.about) == ("ARI-1", "evidence/legs.csv S1 leg 1")
    # 7620 kg / 21360 kg of payload x (1.1 - 0.723502) kWh/km x 330 km / (1 - 0.08)
    assert "wanted at least 48.177" in fault.message


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"energy_kwh": ""}, "energy_kwh 0.0, wanted at least 48.1"),
        ({"energy_kwh": "48.1"}, "wanted at least 48.1"),
        ({"fuel_kg": "1"}, "fuel_kg 1, wanted none"),
        ({"energy_kwh": "48.2"}, ""),
    ],
)
def test_vehicle_runs_on_its_own_carrier_alone(changes: dict[str, str], fault: str) -> None:
    """An electric truck burns nothing and draws something."""
    legs = members_of(claim())["evidence/legs.csv"].decode()
    row = next(csv.DictReader(io.StringIO(legs))) | changes
    found = vehicle_energy_fault(row, tables())
    assert fault in found
    assert bool(fault) == bool(found)


def with_member(name: str, content: bytes) -> bytes:
    """Return the good claim with another member, signed again by the trusted issuer."""
    return resealed(members_of(claim()) | {name: content})


@pytest.mark.parametrize(
    ("old", "new", "about"),
    [
        (b"S1,", b"S2,", "evidence/legs.csv S1"),
        (b"7620\n", b"7620\nS2,NKG-PLANT,MAD-WH,10\n", "evidence/shipments.csv S2"),
        (b"7620\n", b"7620\nS1,NKG-PLANT,MAD-WH,7620\n", "evidence/shipments.csv S1"),
        (b"7620", b"7621", "evidence/shipments.csv S1"),
        (b"NKG-PLANT", b"PVG", "evidence/shipments.csv S1"),
        (b"MAD-WH", b"FRA", "evidence/shipments.csv S1"),
    ],
)
def test_shipment_without_its_whole_chain_is_found(old: bytes, new: bytes, about: str) -> None:
    """A leg left out, at either end or altogether, is the cheapest reduction there is."""
    pack = with_member("evidence/shipments.csv", SHIPMENTS.replace(old, new))
    assert look(pack) == (1, {"ARI-7": about})


def test_claim_without_a_list_of_shipments_says_so() -> None:
    """Completeness is then unknown: a warning, for footprints of done transport have no list."""
    report = verify_pack(sealed(chain(), shipments=None), trust=TRUST)
    assert exit_code(report) == 0
    assert {"ARI-3", "ARI-7"} <= {f.code for f in report.warnings()}
    assert look(with_member("evidence/shipments.csv", b"shipment_id\nS1\n"))[0] == 1


def test_known_edition_is_the_shipped_one() -> None:
    """Whoever changes a shipped table makes a new edition, or mends the entry before a release."""
    assert KNOWN_EDITIONS[factors().edition] == factors().sha256


def test_swapped_factor_table_is_found(tmp_path: Path) -> None:
    """Sound in itself, signed by a trusted key, and still not the edition that it names."""
    for table in factors().tables:
        content, card = table.csv_bytes, table.toml_bytes
        if table.path == "factors/grids_2023.csv":
            content = content.replace(b"modelled", b"primary")
            stamps = sha256_hex(table.csv_bytes).encode(), sha256_hex(content).encode()
            card = card.replace(*stamps)
        target = tmp_path / table.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.with_suffix(".toml").write_bytes(card)
    swapped = Factors.load(Catalogue(root=tmp_path))
    assert swapped.sha256 != factors().sha256
    pack = sealed(chain(), factor_set=swapped)
    assert look(pack) == (1, {"FACTORS": "statement.json"})
    policy = strict(factors_sha256=swapped.sha256)
    assert exit_code(verify_pack(pack, trust=TRUST, policy=policy)) == 0


def test_unknown_edition_needs_the_readers_hash() -> None:
    """Nobody vouches for a set of the signer's own until the reader does."""
    pack = sealed(chain(), factor_set=replace(factors(), edition="private-2030"))
    assert look(pack) == (1, {"FACTORS": "statement.json"})
    policy = strict(factors_sha256=factors().sha256.upper())
    assert exit_code(verify_pack(pack, trust=TRUST, policy=policy)) == 0


@pytest.mark.parametrize("member", ["evidence/declaration.toml", "factors/grids_2023.toml"])
@pytest.mark.parametrize(
    "content",
    [
        b"x = " + b"[" * 50_000,
        b"x = " + b"{x=" * 50_000,
        b"[declaration]\nentity" + b".x" * 5000 + b" = 1",
        b"[declaration]\nentity = 0x" + b"f" * 5000,
        b"[declaration]\nentity = " + b"9" * 5000,
        b"#" * 2_000_000,
    ],
)
def test_monstrous_toml_is_a_finding(member: str, content: bytes) -> None:
    """A signer may shape his TOML to break the reader; it is refused in words."""
    code, failed = look(with_member(member, content))
    assert code == 1
    assert "ARI-0" in failed


def test_last_day_of_the_calendar_breaks_nothing() -> None:
    """A year after the end of time is no day: days are compared, not moved."""
    late = DECLARATION.replace(b"2023-07-17", b"9999-12-31")
    code, failed = look(sealed(chain(), declaration=late))
    assert code == 1
    assert "ARI-0" not in failed


def test_page_escapes_what_people_wrote() -> None:
    """A subject's name is text and never markup."""
    page = members_of(claim())["report.html"].decode()
    assert "lane &lt;June 2023&gt;" in page
    assert "<June" not in page
    assert "http" not in page.replace("https://example.org", "")
    assert "verified" not in page.replace("verified by Specimen Body", "")


def test_policy_of_the_reader_is_heard() -> None:
    """A reader who wants better data than defaults says no to an intact claim."""
    policy = AllOf((strict("Specimen Issuer"), MaxDefaultShare(share=Decimal("0.1"))))
    report = verify_pack(claim(), trust=TRUST, policy=policy)
    assert exit_code(report) == 1
    assert [f.code for f in report.failed()] == ["DATA"]


def test_seal_refuses_a_pack_without_a_signer() -> None:
    """Nobody's word is no evidence."""
    with pytest.raises(EvidenceError, match="without a signer"):
        sealed(chain(), signers=())


def written(folder: Path, pack: bytes) -> list[str]:
    """Write a pack and the trust file; return the command's arguments."""
    (folder / "claim.zip").write_bytes(pack)
    (folder / "trust.toml").write_text(trust_text(TRUSTED))
    return [str(folder / "claim.zip"), "--trust", str(folder / "trust.toml")]


def test_command_line_answers_with_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0, 1, 2 and 3, each with a sentence."""
    arguments = written(tmp_path, claim())
    assert main(arguments) == 0
    assert "intact, recomputed, and signed by a trusted key" in capsys.readouterr().out
    assert main([*arguments, "--factors-sha256", "0" * 64]) == 1
    assert main(arguments[:1]) == 3
    assert main([str(tmp_path / "none.zip")]) == 2
    assert main([arguments[0], "--trust", str(tmp_path / "none.toml")]) == 2
    assert "No such file" in capsys.readouterr().err
    tampered = written(tmp_path, claim().replace(b"7620", b"7621", 1))
    assert main(tampered) == 1
    assert "evidence/legs.csv" in capsys.readouterr().out


def test_verifier_runs_alone_with_two_packages(tmp_path: Path) -> None:
    """A stranger's machine: no numpy, no pandas, no kernel, and no network client."""
    arguments = written(tmp_path, claim())
    script = (
        "import sys\n"
        "class Wall:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        banned = {'numpy', 'pandas', 'ortools', 'scipy', 'socket', 'requests', 'http'}\n"
        "        if name.split('.')[0] in banned or name in {\n"
        "            'emissions.inventory', 'emissions.factors', 'emissions.evidence.pack'}:\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Wall())\n"
        "from emissions.evidence.verify import main\n"
        f"sys.exit(main({arguments!r}))\n"
    )
    home = Path(next(iter(emissions.__path__))).parent
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=home, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
