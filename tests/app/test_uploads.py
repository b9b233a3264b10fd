"""Whatever a stranger uploads stays small, stays in its folder, or is refused in a sentence."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from app import uploads
from app.uploads import place_upload
from data.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def archive(members: dict[str, bytes], *, link: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if name == link:
                info.external_attr = 0o120777 << 16
            out.writestr(info, content)
    return buffer.getvalue()


def test_table_is_placed_under_its_canonical_name(tmp_path: Path) -> None:
    path = place_upload("../../My Shipments.CSV", b"shipment_id\n", tmp_path)
    assert path == tmp_path / "shipments.csv"
    assert path.read_bytes() == b"shipment_id\n"


def test_folder_inside_an_archive_is_the_problem(tmp_path: Path) -> None:
    content = archive(
        {"lane/shipments.csv": b"a", "lane/scenarios/x.toml": b"", "lane/run.sh": b""}
    )
    folder = place_upload("lane.zip", content, tmp_path)
    assert folder == tmp_path / "lane"
    assert not (folder / "run.sh").exists()


@pytest.mark.parametrize(
    "name", ["../shipments.csv", "/etc/shipments.csv", "a/../../b.csv", "C:x.csv"]
)
def test_member_that_leaves_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="leaves its folder"):
        place_upload("lane.zip", archive({name: b"a"}), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    content = archive({"shipments.csv": b"/etc/passwd"}, link="shipments.csv")
    with pytest.raises(DataError, match="is a link"):
        place_upload("lane.zip", content, tmp_path)


@pytest.mark.parametrize("name", ["lane.zip", "shipments.xlsx"])
def test_archive_that_swells_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A workbook is an archive too."""
    monkeypatch.setattr(uploads, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(DataError, match="unpacks to"):
        place_upload(name, archive({"shipments.csv": b"0" * 100_000}), tmp_path)


def test_archive_of_too_many_members_is_refused(tmp_path: Path) -> None:
    content = archive({f"{i}.csv": b"" for i in range(uploads.MAX_MEMBERS + 1)})
    with pytest.raises(DataError, match="members"):
        place_upload("lane.zip", content, tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("shipments.exe", b"MZ", "wanted .csv"),
        ("lane.zip", b"no zip", "not readable as a zip"),
        ("shipments.parquet", b"no parquet", "not readable as Parquet"),
        ("lane.zip", archive({"notes.txt": b""}), "holds no table"),
    ],
)
def test_other_files_are_refused_in_a_sentence(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        place_upload(name, content, tmp_path)


def test_too_large_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD_BYTES", 3)
    with pytest.raises(DataError, match="wanted at most"):
        place_upload("shipments.csv", b"1234", tmp_path)
