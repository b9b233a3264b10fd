"""Take a stranger's file: unpack it only if it is small, plain, and stays where it is put."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from data.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

MAX_UPLOAD_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 80_000_000
MAX_MEMBERS = 200
TABLES = (".csv", ".xlsx", ".parquet")
_KEPT = (*TABLES, ".toml", ".md")


def place_upload(name: str, content: bytes, folder: Path) -> Path:
    """Write an upload below `folder` and return the problem to plan: a file, or a folder.

    Raises
    ------
    DataError
        if it is too large, of another kind, or an archive that is not what it should be.
    """
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if len(content) > MAX_UPLOAD_BYTES:
        raise DataError(f"{name}: {len(content):,} bytes, wanted at most {MAX_UPLOAD_BYTES:,}")
    if suffix == ".zip":
        return _unpacked(name, content, folder)
    if suffix not in TABLES:
        raise DataError(
            f"{name}: found {suffix or 'no ending'}, wanted {', '.join(TABLES)} or .zip"
        )
    check_table(name, content)
    path = folder / f"shipments{suffix}"
    path.write_bytes(content)
    return path


def check_table(name: str, content: bytes) -> None:
    """Refuse an uploaded table that is too large, of another kind, or swells when it is read.

    Raises
    ------
    DataError
        naming the file, what was found and what was wanted.
    """
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if suffix not in TABLES:
        raise DataError(f"{name}: found {suffix or 'no ending'}, wanted {', '.join(TABLES)}")
    if len(content) > MAX_UPLOAD_BYTES:
        raise DataError(f"{name}: {len(content):,} bytes, wanted at most {MAX_UPLOAD_BYTES:,}")
    _refuse_swelling(name, suffix, content)


def _unpacked(name: str, content: bytes, folder: Path) -> Path:
    with _archive(name, content) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        for member in members:
            _refuse_slip(name, member)
        kept = [m for m in members if PurePosixPath(m.filename).suffix.lower() in _KEPT]
        for member in kept:
            body = archive.read(member)
            _refuse_swelling(member.filename, PurePosixPath(member.filename).suffix.lower(), body)
            path = folder.joinpath(*PurePosixPath(member.filename).parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
    if not kept:
        raise DataError(f"{name}: holds no table, wanted shipments.csv at its top")
    top = min((len(PurePosixPath(m.filename).parts), m.filename) for m in kept)[1]
    return folder.joinpath(*PurePosixPath(top).parts[:-1])


def _archive(name: str, content: bytes) -> zipfile.ZipFile:
    """Open an archive whose stated sizes are bearable; reading stops at the stated size."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise DataError(f"{name}: not readable as a zip archive ({error})") from None
    members = archive.infolist()
    unpacked = sum(m.file_size for m in members)
    if len(members) > MAX_MEMBERS:
        raise DataError(f"{name}: {len(members)} members, wanted at most {MAX_MEMBERS}")
    if unpacked > MAX_UNPACKED_BYTES:
        raise DataError(
            f"{name}: unpacks to {unpacked:,} bytes, wanted at most {MAX_UNPACKED_BYTES:,}"
        )
    return archive


def _refuse_slip(name: str, member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in member.filename:
        raise DataError(f"{name}: member {member.filename!r} leaves its folder")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DataError(f"{name}: member {member.filename!r} is a link, wanted a file")
    if member.flag_bits & 1:
        raise DataError(f"{name}: member {member.filename!r} is encrypted")


def _refuse_swelling(name: str, suffix: str, content: bytes) -> None:
    """Refuse a small workbook or Parquet file that would unpack to a huge one."""
    if suffix == ".xlsx":
        _archive(name, content).close()
    if suffix == ".parquet":
        import pyarrow as pa  # noqa: PLC0415  (only where a Parquet file arrives)
        import pyarrow.parquet as pq  # noqa: PLC0415

        try:
            meta = pq.read_metadata(io.BytesIO(content))
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{name}: not readable as Parquet ({error})") from None
        unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if unpacked > MAX_UNPACKED_BYTES:
            raise DataError(
                f"{name}: unpacks to {unpacked:,} bytes, wanted at most {MAX_UNPACKED_BYTES:,}"
            )
