"""Read a pack's container byte by byte: one layout is right, and every other is told apart.

A pack is a zip archive of stored members, sorted by name, with fixed dates and attributes. This
reader is the second statement of that layout, on purpose: the writer uses the standard library,
the reader knows every byte that may stand between members. So nothing can hide there, nothing is
unpacked, and nothing is ever written to disk.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

from emissions.evidence.canonical import EvidenceError

MAX_PACK_BYTES = 512 * 1024 * 1024
MAX_MEMBERS = 1000
CONTAINER = "container"  # where a changed byte lies that belongs to no member

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION = 20
_MADE_BY = (3 << 8) | _VERSION  # 3: Unix, so that the mode bits below are read as such
_MIDNIGHT, _NEW_YEAR_1980 = 0, (1 << 5) | 1
_MODE = 0o100644 << 16
_SAFE_NAME = re.compile(rb"[a-z0-9_]+[a-z0-9_.-]*(/[a-z0-9_]+[a-z0-9_.-]*){0,3}")
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member as it stands in the archive."""

    name: bytes
    crc: int
    content: bytes

    @property
    def local_header(self) -> bytes:
        """Return the only bytes that may stand before this member."""
        size = len(self.content)
        return (
            _LOCAL.pack(
                _LOCAL_MARK, _VERSION, 0, 0, _MIDNIGHT, _NEW_YEAR_1980,
                self.crc, size, size, len(self.name), 0,
            )
            + self.name
        )  # fmt: skip

    def central_header(self, offset: int) -> bytes:
        """Return the only entry that the directory may hold for this member."""
        size = len(self.content)
        return (
            _CENTRAL.pack(
                _CENTRAL_MARK, _MADE_BY, _VERSION, 0, 0, _MIDNIGHT, _NEW_YEAR_1980,
                self.crc, size, size, len(self.name), 0, 0, 0, 0, _MODE, offset,
            )
            + self.name
        )  # fmt: skip


class AlteredError(EvidenceError):
    """Bytes of a pack were changed; `members` says where."""

    def __init__(self, members: tuple[str, ...], why: str) -> None:
        super().__init__(f"{', '.join(members)}: {why}")
        self.members = members


def _walk(content: bytes) -> list[Member]:
    members: list[Member] = []
    position = 0
    while content[position : position + 4] == _LOCAL_MARK and len(members) <= MAX_MEMBERS:
        header = content[position : position + _LOCAL.size]
        if len(header) < _LOCAL.size:
            break
        _, _, _, _, _, _, crc, size, _, name_size, _ = _LOCAL.unpack(header)
        start = position + _LOCAL.size + name_size
        if start + size > len(content):
            break
        name = content[position + _LOCAL.size : start]
        members.append(Member(name=name, crc=crc, content=content[start : start + size]))
        position = start + size
    return members


def _rebuild(members: list[Member]) -> bytes:
    body, directory = bytearray(), bytearray()
    for member in members:
        directory += member.central_header(len(body))
        body += member.local_header + member.content
    count = len(members)
    end = _END.pack(_END_MARK, 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory + end)


def read_container(content: bytes) -> dict[str, bytes]:
    """Return the members of a pack.

    Raises
    ------
    EvidenceError
        if this is no pack at all, or larger than any pack may be.
    AlteredError
        naming the members whose bytes changed, or the container itself.
    """
    if len(content) > MAX_PACK_BYTES:
        raise EvidenceError(f"{len(content)} bytes, wanted at most {MAX_PACK_BYTES}")
    is_zip = content[:4] == _LOCAL_MARK or content[-_END.size :][:4] == _END_MARK
    if not is_zip:
        raise EvidenceError("not a pack: neither starts nor ends as a zip archive")
    members = _walk(content)
    names = [member.name for member in members]
    if len(members) > MAX_MEMBERS or names != sorted(set(names)):
        raise AlteredError((CONTAINER,), "members are too many, doubled or out of order")
    if not all(len(n) <= _LONGEST_NAME and _SAFE_NAME.fullmatch(n) for n in names):
        raise AlteredError((CONTAINER,), "a member has an unsafe name")
    if not members or _rebuild(members) != content:
        raise AlteredError((CONTAINER,), "bytes between the members are not as a pack has them")
    altered = tuple(m.name.decode("ascii") for m in members if zlib.crc32(m.content) != m.crc)
    if altered:
        raise AlteredError(altered, "bytes were changed")
    return {m.name.decode("ascii"): m.content for m in members}
