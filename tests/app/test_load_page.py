"""The page Load, headless: the sample is packed and shown, faults are sentences."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from app import state
from data.errors import DataError

SLOW_S = 120


def _load() -> None:
    from app.pages import load  # noqa: PLC0415  (AppTest runs this body alone)

    load.show()


def _pressed(at: AppTest) -> AppTest:
    return next(b for b in at.button if b.label == "Plan the load").click().run()


def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lines of the sample are enough to look at a page."""
    rows = state.sample_pieces().splitlines(keepends=True)
    monkeypatch.setattr(state, "sample_pieces", lambda: b"".join([rows[0], rows[1], rows[5]]))


def test_sample_is_packed_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures, a table and the pictures; what was not checked is said."""
    _few(monkeypatch)
    at = _pressed(AppTest.from_function(_load, default_timeout=SLOW_S).run())
    assert not at.exception
    shown = {m.label: m.value for m in at.metric}
    assert shown["Units"] == "1"
    assert shown["Boxes"] == "16 of 16"
    assert any("Not checked" in c.value for c in at.caption)
    assert at.dataframe[0].value["Boxes"].tolist() == [16]
    offered = [button.proto.label for button in at.get("download_button")]
    assert offered == ["load.pdf", "placements.csv", "load.json", "load.html", "All files (zip)"]


def test_nothing_on_offer_cannot_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without units there is no plan to press for."""
    _few(monkeypatch)
    at = AppTest.from_function(_load, default_timeout=SLOW_S).run()
    at.multiselect[0].set_value([]).run()
    assert next(b for b in at.button if b.label == "Plan the load").disabled


def test_fault_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be loaded names the piece; nothing old stays on screen."""
    rows = state.sample_pieces().splitlines(keepends=True)
    large = b"S1,P1,1,90000,1000,1000,10,h,,yes,1,,,estimate,greenlane-invented\n"
    monkeypatch.setattr(state, "sample_pieces", lambda: rows[0] + large)
    at = _pressed(AppTest.from_function(_load, default_timeout=SLOW_S).run())
    assert "90,000 x 1,000 x 1,000 mm" in at.error[0].value  # markdown signs are escaped
    assert not at.metric


def test_other_files_are_refused() -> None:
    """The uploader is not the only door to the desk."""
    from app.load_desk import LoadQuestion, make_load  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415

    question = LoadQuestion(name="pieces.exe", content=b"MZ", units=("AKE_LD3",))
    with pytest.raises(DataError, match=r"found \.exe, wanted"):
        make_load(question, open_tools())
