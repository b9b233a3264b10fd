"""Exports of strangers become leg drafts; every row is accounted for and no number is guessed."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.dialects import RawTable, Typed, read_raw
from data.drafting import apply
from data.errors import DataError
from data.layouts import Proposal, propose
from data.mapping import Binding, Mapping, read_profile
from data.quantities import containers_of

if TYPE_CHECKING:
    from data.drafts import Imported

ASSETS = Path(__file__).parents[1] / "assets" / "layouts"
HEAD = "shipment_id,mode,origin,destination,mass_kg"


def raw_of(name: str) -> RawTable:
    return read_raw((ASSETS / name).read_bytes(), name)


def imported(name: str, **options: Any) -> tuple[Proposal, Imported]:
    raw = raw_of(name)
    proposal = propose(raw, **options)
    found = apply(raw, proposal.mapping)
    assert len(found.outcomes) == raw.data_rows
    return proposal, found


def of_text(text: str, file: str = "x.csv", **options: Any) -> Imported:
    raw = read_raw(text.encode(), file)
    found = apply(raw, propose(raw, **options).mapping)
    assert len(found.outcomes) == raw.data_rows
    return found


def route(found: Imported, shipment_id: str) -> list[tuple[int, str, str, str]]:
    legs = [d.values for d in found.drafts if d.values["shipment_id"] == shipment_id]
    ordered = sorted(legs, key=lambda leg: int(leg["leg_no"]))
    return [(v["leg_no"], v["mode"], v["origin"], v["destination"]) for v in ordered]


def codes(found: Imported) -> list[list[str]]:
    return [[note.code for note in outcome.notes] for outcome in found.outcomes]


def test_every_asset_is_recognised() -> None:
    """Layouts A to J of public documents, our own two, and exports in four languages."""
    layouts = {
        path.name: propose(raw_of(path.name)).layout
        for path in sorted(ASSETS.iterdir())
        if not path.name.startswith("k_")
    }
    assert layouts == {
        "a_v1.csv": "A",
        "a_wide.csv": "A",
        "b_legs.csv": "B",
        "b_undisclosed.csv": "other",
        "c_chain.csv": "C",
        "canonical_legs.csv": "legs",
        "canonical_shipments.csv": "shipments",
        "chinese.csv": "other",
        "d_elements.json": "D",
        "e_sections.csv": "E",
        "f_calculation.jsonl": "F",
        "french.csv": "other",
        "g_message.json": "G",
        "german.csv": "other",
        "h_road.csv": "H",
        "i_tower.csv": "I",
        "j_manifest.csv": "J",
        "spanish.tsv": "other",
    }


def test_a_wide_row_becomes_a_chain() -> None:
    """Each leg begins where the last one ended; alpha-3 and `lat lon` become what we read."""
    _, found = imported("a_wide.csv")
    assert route(found, "A-1001") == [
        (1, "road", "Leipzig, DE", "DEHAM"),
        (2, "sea", "DEHAM", "CNSHA"),
        (3, "road", "CNSHA", "Suzhou, CN"),
    ]
    assert [d.values.get("distance_km") for d in found.drafts[:2]] == [390.0, None]
    assert found.drafts[3].values["teu"] == 5.0
    assert found.drafts[4].values["destination"] == "50.03,8.57"
    assert codes(found) == [[], [], [], ["unknown_mode"]]
    assert found.drafts[0].values["departs_at"] == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_first_edition_reads_parts_of_places() -> None:
    """A code or coordinates stand above a city; streets are reported as not used."""
    proposal, found = imported("a_v1.csv")
    assert route(found, "A-1") == [(1, "road", "Leipzig, DE", "DEHAM")]
    assert route(found, "A-2") == [(1, "sea", "CNSHA", "51.95,4.05")]
    assert proposal.unmapped == ("pickup_street", "pickup_postcode")


def test_b_rows_are_ordered_by_their_sequence() -> None:
    """Zero is no number of a leg; a blank one is 1 where the shipment has one row."""
    _, found = imported("b_legs.csv")
    assert route(found, "B-1") == [
        (1, "road", "Leipzig, DE", "DEHAM"),
        (2, "sea", "DEHAM", "CNSHA"),
    ]
    assert codes(found) == [
        [],
        [],
        [],
        ["bad_sequence"],
        ["zero_mass"],
        ["imo_check", "chain_incomplete"],
    ]
    assert [o.status for o in found.outcomes[-2:]] == ["refused", "warned"]


def test_b_carriers_own_figure_stands_beside() -> None:
    """Grams by the header; `Undisclosed` is a blank method."""
    _, found = imported("b_undisclosed.csv")
    assert [d.values["carrier_wtw_kgco2e"] for d in found.drafts] == [1500.0, 1600.0]
    assert [d.values.get("carrier_method") for d in found.drafts] == [None, "GLEC"]


def test_c_hub_rows_make_no_leg_and_are_accounted_for() -> None:
    """Decimal commas of the whole file, tonnes by the header."""
    _, found = imported("c_chain.csv")
    assert route(found, "C-1") == [
        (1, "road", "Leipzig, DE", "DEHAM"),
        (2, "sea", "DEHAM", "CNSHA"),
    ]
    assert [d.values["mass_kg"] for d in found.drafts] == [12_500.0, 12_500.0]
    assert codes(found) == [[], ["hub_row"], []]


def test_d_containers_without_a_type_are_refused() -> None:
    """Others take 20GP in silence; we ask."""
    _, found = imported("d_elements.json")
    assert route(found, "D-1") == [(1, "road", "Lyon, FR", "FRLEH"), (2, "sea", "FRLEH", "CNSHA")]
    assert found.drafts[1].values["teu"] == 4.0
    assert found.drafts[1].values["vessel_imo"] == "9074729"
    assert codes(found) == [[], ["hub_row"], [], ["missing_container_type"]]


def test_e_sections_by_position() -> None:
    """Headers repeat; the places of the sections tell the legs apart."""
    _, found = imported("e_sections.csv")
    assert route(found, "E-1") == [
        (1, "road", "Leipzig, DE", "DEHAM"),
        (2, "sea", "DEHAM", "CNSHA"),
        (3, "road", "CNSHA", "Suzhou, CN"),
    ]
    assert [d.values["temperature"] for d in found.drafts[3:]] == ["chilled", "chilled"]
    assert found.drafts[0].values["mass_kg"] == 1250.5


def test_f_units_stand_beside_the_value() -> None:
    """2204.6226218 lb are 1000 kg, 1000 mi are 1609.344 km; stone is no unit that we know."""
    _, found = imported("f_calculation.jsonl")
    first, second = (d.values for d in found.drafts)
    assert first["mass_kg"] == pytest.approx(1000.0, rel=1e-9)
    assert first["distance_km"] == 1609.344
    assert second["origin"] == "Reno, NV, US"
    assert "unknown_unit" in codes(found)[2]


def test_g_message_names_mode_by_vehicle() -> None:
    """The neutral message has no mode: the type of the vehicle tells it."""
    _, found = imported("g_message.json")
    assert route(found, "G-1") == [
        (1, "road", "Hamburg, DE", "DEHAM"),
        (2, "sea", "DEHAM", "CNSHA"),
    ]
    assert {d.values["temperature"] for d in found.drafts} == {"chilled"}
    assert {d.values["mass_kg"] for d in found.drafts} == {2500.0}


def test_h_road_is_assumed_aloud() -> None:
    """A road forwarder's export names no mode and no shipment; both defaults are warnings."""
    proposal, found = imported("h_road.csv")
    assert [q.target for q in proposal.questions] == ["shipment_id"]
    assert found.drafts[0].values["mass_kg"] == 1250.5  # 1,250.5: the point proves the comma
    assert codes(found)[0] == ["id_by_row", "mode_assumed"]
    assert "missing_mass" in codes(found)[1]
    (refused,) = found.refused()
    assert (refused.file, refused.row, refused.code) == ("h_road.csv", 3, "missing_mass")


def test_i_five_legs_stand_in_one_row() -> None:
    """`Multimodal` of the shipment says nothing of its legs, and is reported as not used."""
    proposal, found = imported("i_tower.csv")
    assert route(found, "I-1") == [
        (1, "road", "Leipzig, DE", "Hamburg, DE"),
        (2, "sea", "DEHAM", "Shanghai, CN"),
        (3, "road", "Shanghai, CN", "Suzhou, CN"),
    ]
    assert route(found, "I-2") == [(1, "road", "Leipzig, DE", "Lyon, FR")]
    assert proposal.unmapped == ("hawb", "smode_of_transport")
    assert found.drafts[1].extras["transport_number"] == "V2"


def test_j_manifest_checks_container_numbers() -> None:
    """CSQU3054383 is the worked example of the standard; its last digit is 3, not 4 (ISO 6346)."""
    _, found = imported("j_manifest.csv")
    assert codes(found) == [[], ["container_check"], ["mode_assumed"]]
    assert {d.values["mode"] for d in found.drafts} == {"sea"}
    assert found.drafts[0].extras["volume_m3"] == 6.5


def test_k_pieces_are_no_transport() -> None:
    """A packing list is answered with where it belongs."""
    with pytest.raises(DataError, match="pieces for loading, not transport"):
        propose(raw_of("k_cargo.csv"))


def test_our_own_legs_and_shipments_are_read_back() -> None:
    """Canonical names carry their units; shipments say no mode, so it is asked."""
    _, legs = imported("canonical_legs.csv")
    assert [d.values["leg_no"] for d in legs.drafts] == [1, 2]
    assert legs.drafts[1].values["carrier_wtw_kgco2e"] == 210.5
    proposal, found = imported("canonical_shipments.csv")
    assert [q.target for q in proposal.questions if q.blocking] == ["mode"]
    assert codes(found) == [["missing_mode"]]
    _, found = imported("canonical_shipments.csv", mode="air")
    assert found.drafts[0].values["mode"] == "air"


def test_german_export_with_titles_and_commas() -> None:
    """12.500 is twelve thousand five hundred, because 1.250,5 proves the comma."""
    _, found = imported("german.csv")
    assert [d.values["mass_kg"] for d in found.drafts] == [1250.5, 12_500.0]
    assert [o.shipment_id for o in found.outcomes] == ["4711", "00123"]
    assert [d.row for d in found.drafts] == [4, 5]
    assert found.drafts[0].values["departs_at"] == datetime(2026, 3, 1, tzinfo=UTC)


def test_chinese_export_with_chargeable_weight() -> None:
    """The gross weight counts; where it equals 167 kg/m3 it is the chargeable one after all."""
    _, found = imported("chinese.csv")
    assert codes(found) == [[], ["chargeable_as_mass"], []]
    assert found.drafts[1].values["mass_kg"] == 210.0


def test_spanish_dates_are_decided_by_their_column() -> None:
    """13/03 proves that days come first, so 03/04 is the third of April."""
    _, found = imported("spanish.tsv")
    assert found.drafts[1].values["departs_at"] == datetime(2026, 4, 3, tzinfo=UTC)
    assert [d.values["mode"] for d in found.drafts] == ["road", "rail"]


def test_french_barge() -> None:
    """Péniche is a barge."""
    _, found = imported("french.csv")
    assert [d.values["mode"] for d in found.drafts] == ["iww", "road"]


@pytest.mark.parametrize(
    ("header", "cell", "options", "kg"),
    [
        ("mass_kg", "2", {}, 2.0),
        ("Gross weight (lbs)", "2", {}, 0.90718474),
        ("weight_t", "2", {}, 2000.0),
        ("KG", "2", {}, 2.0),
        ("mass [g]", "2", {}, 0.002),
        ("Weight (short tons)", "2", {}, 1814.36948),
        ("weight oz", "16", {}, 0.45359237),
        ("weight", "2", {"units": {"mass": "lb"}}, 0.90718474),
        ("weight", "2 kg", {}, 2.0),
        ("weight", "1 250,5 kg", {"decimal": ","}, 1250.5),
        ("Peso", "2 lbs", {}, 0.90718474),
    ],
)
def test_units_are_named_and_converted(
    header: str, cell: str, options: dict[str, Any], kg: float
) -> None:
    """In the header, in the cell, or by the user; exact by NIST Handbook 44, appendix C."""
    found = of_text(f'shipment_id,mode,from,to,{header}\nS,road,A,B,"{cell}"\n', **options)
    assert found.drafts[0].values["mass_kg"] == pytest.approx(kg, rel=1e-12)


@pytest.mark.parametrize("header", ["weight", "Weight (tons)", "Gross weight"])
def test_mass_without_a_unit_is_asked_for(header: str) -> None:
    """Tons may be short, long or metric: none is guessed."""
    found = of_text(f"shipment_id,mode,from,to,{header}\nS,road,A,B,2\n")
    assert codes(found) == [["missing_unit"]]
    assert "--unit mass=" in found.refused()[0].wanted


def test_header_and_cell_must_not_disagree() -> None:
    """Kilograms in the header and pounds in the cell: one of them is wrong."""
    found = of_text("shipment_id,mode,from,to,weight_kg\nS,road,A,B,2 lb\n")
    assert codes(found) == [["unit_conflict"]]


@pytest.mark.parametrize(
    ("text", "teu"),
    [
        ("20GP", 1.0),
        ("20DC", 1.0),
        ("22G1", 1.0),
        ("40GP", 2.0),
        ("40HC", 2.0),
        ("45G1", 2.0),
        ("45HC", 2.25),
        ("L5G1", 2.25),
        ("2x40HC", 4.0),
        ("1x20GP+2x40HC", 5.0),
        ("FEU", 2.0),
        ("40HC*2", 4.0),
        ("2 x 40' HC", 4.0),
        ("2x20", 2.0),
    ],
)
def test_containers_count_in_teu(text: str, teu: float) -> None:
    """Lengths by ISO 6346 codes and by the trade's names; a 45 ft container counts 2.25."""
    assert containers_of(text).teu == teu


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,250"], ["ambiguous_number"]),
        (["1,250", "12,5"], [1250.0 / 1000, 12.5]),
        (["1,250", "12.5"], [1250.0, 12.5]),
        (["1 234,5"], [1234.5]),
        (["1'234.5"], [1234.5]),
        (["1\u00a0234,5"], [1234.5]),
        (["1,234,567"], [1_234_567.0]),
        (["1.234.567"], [1_234_567.0]),
        (["12,5", "12.5"], ["ambiguous_number", "ambiguous_number"]),
        (["0,250"], [0.25]),
        (["１２"], ["bad_number"]),  # noqa: RUF001  (full-width digits are the point)
        (["1e400"], ["bad_number"]),
        (["nan"], ["bad_number"]),
        (["-5"], ["negative_mass"]),
        (["0"], ["zero_mass"]),
        ([" "], ["missing_mass"]),
        (["1,2,3"], ["bad_number"]),
        (["12%"], ["bad_number"]),
        (["1e10"], ["out_of_range"]),
    ],
)
def test_decimal_sign_is_decided_by_the_file(cells: list[str], expected: list[Any]) -> None:
    """Never by the cell: 1,250 alone may be twelve hundred or one and a quarter."""
    rows = "".join(f'S{n},road,A,B,"{cell}"\n' for n, cell in enumerate(cells))
    found = of_text(f"{HEAD}\n{rows}")
    masses = {d.row: d.values["mass_kg"] for d in found.drafts}
    results = [masses.get(o.row, o.notes[0].code if o.notes else None) for o in found.outcomes]
    assert results == expected


def test_points_between_thousands_are_doubted_where_cells_part_by_semicolons() -> None:
    """1.250 in a European export may be twelve hundred and fifty; --decimal says so."""
    text = f"{HEAD}\nS,road,A,B,1.250\n".replace(",", ";")
    assert codes(of_text(text)) == [["ambiguous_number"]]
    assert "--decimal" in of_text(text).refused()[0].wanted
    assert of_text(text, decimal=",").drafts[0].values["mass_kg"] == 1250.0
    assert of_text(text, decimal=".").drafts[0].values["mass_kg"] == 1.25


def test_one_slip_of_the_pen_does_not_stop_a_file() -> None:
    """Many rows prove the point; the one comma is refused, and only that row."""
    rows = "".join(f"S{n},road,A,B,{n}.5\n" for n in range(1, 40))
    found = of_text(f'{HEAD}\n{rows}S0,road,A,B,"12,5"\n')
    assert found.count("refused") == 1
    assert codes(found)[-1] == ["bad_number"]


@pytest.mark.parametrize(
    ("cell", "options", "expected"),
    [
        ("2026-03-04", {}, datetime(2026, 3, 4, tzinfo=UTC)),
        ("2026-03-04T08:00+08:00", {}, datetime(2026, 3, 4, tzinfo=UTC)),
        ("04.03.2026", {}, datetime(2026, 3, 4, tzinfo=UTC)),
        ("4.3.2026 14:30", {}, datetime(2026, 3, 4, 14, 30, tzinfo=UTC)),
        ("46085", {}, datetime(2026, 3, 4, tzinfo=UTC)),
        ("20260304", {}, datetime(2026, 3, 4, tzinfo=UTC)),
        ("4-Mar-2026", {}, datetime(2026, 3, 4, tzinfo=UTC)),
        ("2026年3月4日", {}, datetime(2026, 3, 4, tzinfo=UTC)),
        ("13/03/2026", {}, datetime(2026, 3, 13, tzinfo=UTC)),
        ("03/04/2026", {}, "ambiguous_date"),
        ("03/04/2026", {"date_format": "dd/mm/yyyy"}, datetime(2026, 4, 3, tzinfo=UTC)),
        ("03/04/2026", {"date_format": "mm/dd/yyyy"}, datetime(2026, 3, 4, tzinfo=UTC)),
        ("31.02.2026", {}, "bad_date"),
        ("0001-01-01", {}, "bad_date"),
        ("03/04/26", {}, "bad_date"),
        ("soon", {}, "bad_date"),
    ],
)
def test_dates_are_read_or_refused(cell: str, options: dict[str, str], expected: Any) -> None:
    """46085 is 2026-03-04 in a spreadsheet's calendar (ECMA-376 part 1, 18.17.4.1)."""
    found = of_text(f"{HEAD},etd\nS,road,A,B,1,{cell}\n", **options)
    if isinstance(expected, str):
        assert codes(found) == [[expected]]
    else:
        assert found.drafts[0].values["departs_at"] == expected


def test_gross_is_preferred_and_chargeable_never_counts() -> None:
    """Whatever order the columns stand in."""
    found = of_text(
        "id,mode,from,to,Chargeable Weight (kg),Net weight (kg),Gross weight (kg),Weight (kg)\n"
        "S,air,A,B,500,80,100,99\n"
    )
    assert found.drafts[0].values["mass_kg"] == 100.0
    assert found.drafts[0].extras == {"chargeable_kg": 500.0, "net_kg": 80.0}
    assert found.unknown_columns == ("Weight (kg)",)


def test_only_a_chargeable_weight_is_refused() -> None:
    """Also when a mapping made by hand points mass at it."""
    text = "id,mode,from,to,Chargeable Weight (kg)\nS,air,A,B,500\n"
    assert codes(of_text(text)) == [["chargeable_as_mass"]]
    raw = read_raw(text.encode(), "x.csv")
    mapping = propose(raw).mapping
    by_hand = [b for b in mapping.bindings if b.target != "chargeable_kg"]
    by_hand.append(Binding(target="mass_kg", source="Chargeable Weight (kg)", unit="kg"))
    found = apply(raw, Mapping(layout="other", bindings=tuple(by_hand)))
    assert codes(found) == [["chargeable_as_mass"]]


def test_teu_stands_in_for_a_missing_mass() -> None:
    """A mass of 0 beside containers is left out aloud; without containers it is refused."""
    found = of_text("id,mode,from,to,mass_kg,teu\nS,sea,A,B,,2\nT,sea,A,B,0,2\nU,sea,A,B,0,0\n")
    assert codes(found) == [[], ["zero_mass"], ["zero_mass"]]
    assert [o.status for o in found.outcomes] == ["ok", "warned", "refused"]
    assert all("mass_kg" not in d.values for d in found.drafts)


@pytest.mark.parametrize("text", ["20", "2", "0x40HC", "MSC1234567", "2x", "40HC+"])
def test_containers_without_type_or_number_are_refused(text: str) -> None:
    """Twenty containers, or one of 20 ft: a bare 20 is never guessed."""
    found = of_text(f"id,mode,from,to,mass_kg,containers\nS,sea,A,B,1,{text}\n")
    assert codes(found) == [["bad_value"]]


def test_container_numbers_are_no_teu() -> None:
    """Manifests list the names of containers where others list their types; the mass counts."""
    found = of_text(
        "id,mode,from,to,kg,containers\nS,sea,A,B,1,CSQU3054383\nT,sea,A,B,,CSQU3054383\n"
    )
    assert codes(found) == [["container_numbers"], ["container_numbers", "missing_mass"]]
    assert [o.status for o in found.outcomes] == ["warned", "refused"]


def test_degrees_without_a_unit_are_left_out_aloud() -> None:
    """A temperature of 0 is no `no`; the row stands, as ambient, with a warning."""
    found = of_text(f"{HEAD},temperature\nS,road,A,B,1,0\nT,road,A,B,1,-18 C\n")
    assert codes(found) == [["bad_value"], []]
    assert [d.values.get("temperature") for d in found.drafts] == [None, "frozen"]


def test_unknown_mode_names_its_nearest() -> None:
    """A typing error is answered with the word meant."""
    found = of_text(f"{HEAD}\nS,trukc,A,B,1\n")
    assert "'truck'" in found.refused()[0].wanted


def test_rows_that_follow_each_other_are_a_chain_and_others_are_twice() -> None:
    """Without sequence numbers, only rows that continue are legs of one shipment."""
    found = of_text(f"{HEAD}\nS,road,A,B,1\nS,sea,B,C,1\nT,road,A,B,1\nT,road,A,D,1\n")
    assert route(found, "S") == [(1, "road", "A", "B"), (2, "sea", "B", "C")]
    assert codes(found)[:2] == [["sequence_by_row"], ["sequence_by_row"]]
    assert codes(found)[2:] == [["chain_incomplete"], ["twice"]]


def test_a_name_that_stands_twice_is_refused_when_used() -> None:
    """Two columns of the same name: nobody can tell which one is meant."""
    with pytest.raises(DataError, match="mass_kg stands twice"):
        of_text(f"{HEAD},mass_kg\nS,road,A,B,1,2\n")
    assert len(of_text(f"{HEAD},x1,x1\nS,road,A,B,1,2,3\n").drafts) == 1


def test_ragged_rows_end_in_an_outcome() -> None:
    """Nothing is dropped in silence."""
    found = of_text(f"{HEAD}\nS,road,A,B,1\nT,road,A\n")
    assert [(o.row, o.status) for o in found.outcomes] == [(2, "ok"), (3, "refused")]
    assert codes(found)[1] == ["bad_row"]


def test_profile_is_remembered() -> None:
    """The same mapping gives the same text, and reads back equal."""
    for path in sorted(ASSETS.glob("[a-j]*")):
        mapping = propose(raw_of(path.name)).mapping
        assert read_profile(mapping.to_toml()) == mapping


@given(st.text(min_size=1))
def test_profile_survives_any_column_name(name: str) -> None:
    """Headers hold quotes, line breaks and worse; surrogates cannot stand in any file of text."""
    name = name.encode("utf-8", "replace").decode()
    mapping = Mapping(layout="other", bindings=(Binding(target="origin", source=name),))
    assert read_profile(mapping.to_toml()) == mapping


def test_profile_on_another_file_names_what_lacks() -> None:
    """The next export has lost a column."""
    mapping = propose(raw_of("h_road.csv")).mapping
    with pytest.raises(DataError, match="lacks column Consignee City, Consignee Country"):
        apply(raw_of("german.csv"), mapping)


def test_empty_profile_is_refused() -> None:
    """A profile that maps nothing would refuse every row for another reason."""
    with pytest.raises(DataError, match="maps no column"):
        apply(raw_of("german.csv"), Mapping(layout="other", bindings=()))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("profile = 1\n", "layout is missing"),
        ("layout = 'A'\n", "wanted profile = 1"),
        ("profile = 1\nlayout = 'Z'\n", "layout 'Z'"),
        ("profile = 1\nlayout = 'A'\nshell = 'rm'\n", "'shell' is not known"),
        ("profile = 1\nlayout = 1\n", "wanted str"),
        ("profile = 1\nlayout = 'A'\n[[column]]\ntarget='mass_kg'\n", "without target or source"),
        ("profile = 1\nlayout = 'A'\n[[column]]\ntarget='x'\nsource='y'\n", "not ours"),
        (
            "profile = 1\nlayout = 'A'\n[[column]]\ntarget='mass_kg'\nsource='y'\nunit='stone'\n",
            "unit 'stone'",
        ),
        ("profile = 1\nlayout = 'A'\ncolumn = 3\n", "wanted tables"),
        ("profile = ", "TOML"),
    ],
)
def test_bad_profile_is_refused(text: str, wanted: str) -> None:
    """A profile is a stranger's file too."""
    with pytest.raises(DataError, match=wanted):
        read_profile(text)


def test_profile_keeps_only_what_was_proven() -> None:
    """Whole numbers prove no decimal sign, so next month's 1,250 is still doubted."""
    whole = read_raw(f"{HEAD}\nS,road,A,B,5\n".encode(), "x.csv")
    mapping = propose(whole).mapping
    assert mapping.decimal == ""
    doubtful = read_raw(f'{HEAD}\nS,road,A,B,"1,250"\n'.encode(), "x.csv")
    assert codes(apply(doubtful, mapping)) == [["ambiguous_number"]]


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        ("BARI,IT", "BARI, IT"),
        ("ULM,DEU", "ULM, DE"),
        ('"Leipzig, DE",DE', "Leipzig, DE"),
        ('"Los Angeles, CA",USA', "Los Angeles, CA, US"),
        ('"51.3,12.4",DE', "51.3,12.4"),
        ("Lyon,", "Lyon"),
    ],
)
def test_city_and_country_are_joined(cells: str, place: str) -> None:
    """A city in capitals is no code; a country that stands there already is not said twice."""
    found = of_text(f"id,mode,from city,from country,to,kg\nS,road,{cells},B,1\n")
    assert found.drafts[0].values["origin"] == place


@pytest.mark.parametrize(
    ("cells", "place"),
    [("DEHAM,DE", "DEHAM"), ("PARIS,FR", "PARIS, FR"), ("PVG,CN", "PVG"), (",DE", None)],
)
def test_codes_stand_alone_in_their_country(cells: str, place: str | None) -> None:
    """PARIS looks like a UN/LOCODE of Panama; beside FR it is a city. DE alone is no place."""
    found = of_text(f"id,mode,from,from country,to,kg\nS,road,{cells},B,1\n")
    assert [d.values["origin"] for d in found.drafts] == ([place] if place else [])


@pytest.mark.parametrize(
    ("cells", "mode"),
    [("020-12345675,", "air"), (",EXAMPLE", "sea"), (",", None), ("020-12345675,EXAMPLE", None)],
)
def test_ship_or_flight_tells_the_mode_aloud(cells: str, mode: str | None) -> None:
    """A manifest without a mode; a ship and a flight together tell none."""
    found = of_text(f"HAWB,KG,Origin Port,Destination Port,AWB,Vessel\n1,5,A,B,{cells}\n")
    assert [d.values["mode"] for d in found.drafts] == ([mode] if mode else [])
    assert found.outcomes[0].status == ("warned" if mode else "refused")


def test_mass_basis_is_obeyed() -> None:
    """Our own shipments file may say that its mass is the chargeable one."""
    rows = "1,air,A,B,5,chargeable\n2,air,A,B,5,actual\n3,air,A,B,5,\n"
    found = of_text(f"{HEAD},mass_basis\n{rows}")
    assert codes(found) == [["chargeable_as_mass"], [], []]


def test_unit_that_is_none_is_refused() -> None:
    """The message lists what would do."""
    with pytest.raises(DataError, match=r"mass=kg\|g\|t"):
        of_text(f"{HEAD}\nS,road,A,B,1\n", units={"mass": "stone"})


def test_typed_numbers_need_no_sign() -> None:
    """A workbook holds 1250.5 as a number beside text with a decimal comma."""
    rows = [["S", "road", "A", "B", Typed("1250.5")], ["T", "road", "A", "B", "1250,5"]]
    table = replace(
        read_raw(f"{HEAD}\nx,x,x,x,x\n".replace(",", ";").encode(), "x.csv"),
        rows=rows,
        lines=[2, 3],
    )
    found = apply(table, propose(table).mapping)
    assert [d.values["mass_kg"] for d in found.drafts] == [1250.5, 1250.5]


_CELL = st.one_of(
    st.text(max_size=8),
    st.floats().map(str),
    st.integers().map(str),
    st.sampled_from(["1,5", "1.250", "kg", "road", "2x40HC", "", "0", "-1", "03/04/2026"]),
)


@given(st.lists(st.lists(_CELL, min_size=7, max_size=7), max_size=6))
def test_any_cells_end_in_one_outcome_each(rows: list[list[str]]) -> None:
    """Whatever stands in the cells: one outcome a row, and no draft without a mass above 0."""
    header = ("id", "mode", "from", "to", "mass_kg", "etd", "containers")
    filled = [[c.replace("\0", "") for c in row] for row in rows]
    raw = read_raw(b"id,mode,from,to,mass_kg,etd,containers\n", "x.csv")
    table = RawTable(
        file="x.csv",
        header=header,
        rows=filled,
        lines=list(range(2, 2 + len(filled))),
        dialect=raw.dialect,
    )
    found = apply(table, propose(table).mapping)
    assert [o.row for o in found.outcomes] == table.lines
    for draft in found.drafts:
        mass = draft.values.get("mass_kg")
        assert (mass is not None and mass > 0 and math.isfinite(mass)) or draft.values["teu"] > 0
