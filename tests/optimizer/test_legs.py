"""Ways between hubs that are kept between runs: whole and possible, or searched for again."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from data.network import Hub
from optimizer.ways.graph import MEASURED, Graph
from optimizer.ways.network import Network, Reach
from optimizer.ways.route import OPEN, Conditions
from optimizer.world import legs
from optimizer.world.hubs import WorldHub, WorldHubs
from optimizer.world.legs import HubLegs, LegTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

N = 50
KM_PER_DEG = 111.2  # a little more than on the sphere: roads are no shorter
Arrays = dict[str, "NDArray[Any]"]


def chain() -> Graph:
    """Hubs stand in a row along the equator, a node below each and one edge between two."""
    u = np.arange(N - 1, dtype=np.int32)
    return Graph(
        name="rail",
        lon=np.arange(N, dtype=np.float64),
        lat=np.zeros(N),
        country=np.zeros(N, np.int16),
        countries=("",),
        u=u,
        v=u + np.int32(1),
        km=np.full(N - 1, KM_PER_DEG),
        evidence=np.full(N - 1, MEASURED, np.int8),
        label=(u % 7 == 3).astype(np.int16),
        labels=("", "gauge:here"),
        reluctance_km=np.zeros(N - 1),
    )


def hub(i: int) -> WorldHub:
    return WorldHub(
        hub=Hub(
            hub_id=f"H{i:02}",
            kind="rail",
            name=f"Hub {i}",
            country="CN",
            lat=0.01,
            lon=float(i),
            tz="UTC",
            hoc_id="HUB-RAIL",
            grid_id="CN",
        ),
        size_class="large",
        modes=("rail",),
        unlocode="",
        iata="",
        quality="default",
        source_id="",
        max_draft_m=None,
    )


@dataclass
class Router:
    """As much of the world's router as legs need."""

    parameters: dict[str, float] = field(default_factory=dict)

    def conditions(self, _: str, asked: Conditions) -> Conditions:
        return asked

    def network(self, mode: str) -> Network:
        return Network(mode, chain(), Reach(snap_km=25.0, connector_factor=1.3))

    def fingerprints(self, _: str) -> tuple[str, ...]:
        return ("network",)


def opened(cache_dir: Path | None) -> HubLegs:
    return HubLegs(Router(), WorldHubs(tuple(map(hub, range(N)))), cache_dir)  # type: ignore[arg-type]


def filled(cache_dir: Path | None, rows: int = N) -> HubLegs:
    found = opened(cache_dir)
    found.table("rail", OPEN).rows(range(rows))
    return found


def kept_file(cache_dir: Path) -> Path:
    filled(cache_dir).save(final=True)
    (file,) = (cache_dir / "legs").iterdir()
    return file


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Places that a search started from."""
    asked: list[int] = []
    search = LegTable._search  # noqa: SLF001  (counting what a reader would not see)

    def counted(table: LegTable, place: int) -> Any:
        asked.append(place)
        return search(table, place)

    monkeypatch.setattr(LegTable, "_search", counted)
    return asked


def test_rows_once_found_are_read_back(tmp_path: Path, searched: list[int]) -> None:
    km, passed = filled(None).table("rail", OPEN).rows(range(N))
    kept_file(tmp_path)
    searched.clear()
    km_again, passed_again = opened(tmp_path).table("rail", OPEN).rows(range(N))
    assert (km_again.dtype, passed_again.dtype) == (km.dtype, passed.dtype)
    assert (km_again == km).all()
    assert (passed_again == passed).all()
    assert searched == []
    assert km[0, 1] > KM_PER_DEG
    assert passed[0].max() == 1


def test_few_new_rows_wait_for_the_end(tmp_path: Path) -> None:
    found = opened(tmp_path)
    table = found.table("rail", OPEN)
    table.rows(range(39))
    found.save()
    assert not (tmp_path / "legs").exists()
    table.rows([39])
    found.save()
    (file,) = (tmp_path / "legs").iterdir()
    first = file.read_bytes()
    table.rows(range(N))
    found.save()
    assert file.read_bytes() == first
    found.save(final=True)
    second = file.read_bytes()
    assert second != first
    file.unlink()
    found.save(final=True)  # nothing new
    assert not file.exists()
    assert found.notes == ()


def poisoned(change: Callable[[Arrays], object]) -> Callable[[bytes], bytes]:
    """A file with other rows and the digest that fits them: a liar, not an accident."""

    def edit(content: bytes) -> bytes:
        with np.load(io.BytesIO(content)) as kept:
            arrays = dict(kept)
        change(arrays)
        three = legs._Rows(arrays["places"], arrays["km"], arrays["passed"])  # noqa: SLF001
        return three.written()

    return edit


def changed(name: str, at: tuple[int, ...], value: float) -> Callable[[bytes], bytes]:
    def change(arrays: Arrays) -> None:
        arrays[name][at] = value

    return poisoned(change)


def cast(name: str, kind: Any) -> Callable[[bytes], bytes]:
    return poisoned(lambda arrays: arrays.update({name: arrays[name].astype(kind)}))


def shaped(name: str, *shape: int) -> Callable[[bytes], bytes]:
    return poisoned(lambda arrays: arrays.update({name: np.resize(arrays[name], shape)}))


def bare(content: bytes) -> bytes:
    """An array under the name of an archive."""
    out = io.BytesIO()
    np.save(out, np.load(io.BytesIO(content))["km"])
    return out.getvalue()


def pickled(content: bytes) -> bytes:
    out = io.BytesIO()
    arrays = dict(np.load(io.BytesIO(content)))
    np.savez_compressed(out, **(arrays | {"km": np.array([{}], object)}))
    return out.getvalue()


def undigested(content: bytes) -> bytes:
    """One distance is another, still possible, and nobody stamped it."""
    out = io.BytesIO()
    arrays = dict(np.load(io.BytesIO(content)))
    arrays["km"][0, 1] += 1
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def repacked(method: int, spoil: int = 0) -> Callable[[bytes], bytes]:
    def edit(content: bytes) -> bytes:
        out = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(content)) as old,
            zipfile.ZipFile(out, "w", method) as new,
        ):
            for name in old.namelist():
                new.writestr(name, old.read(name) + b"\0" * spoil)
        return out.getvalue()

    return edit


def flipped(content: bytes) -> bytes:
    """The packed bytes of an array are others."""
    at = content.index(b"km.npy") + 40
    return content[:at] + bytes(b ^ 0xFF for b in content[at : at + 40]) + content[at + 40 :]


def encrypted(content: bytes) -> bytes:
    """The directory says that a password is wanted."""
    out = bytearray(content)
    at = out.find(b"PK\1\2")
    while at >= 0:
        out[at + 8] |= 1
        at = out.find(b"PK\1\2", at + 4)
    return bytes(out)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "text": lambda _: b"no archive at all",
    "half": lambda content: content[: len(content) // 2],
    "tail": lambda content: content[len(content) // 2 :],
    "flipped": flipped,
    "encrypted": encrypted,
    "bare array": bare,
    "empty archive": lambda _: b"PK\5\6" + b"\0" * 18,
    "pickled": pickled,
    "undigested": undigested,
    "lzma": repacked(zipfile.ZIP_LZMA),
    "stored": repacked(zipfile.ZIP_STORED),
    "bomb": repacked(zipfile.ZIP_DEFLATED, 10_000_000),
    "NaN": changed("km", (3, 4), np.nan),
    "negative": changed("km", (3, 4), -1.0),
    "negative infinity": changed("km", (3, 4), -np.inf),
    "zero": changed("km", (3, 4), 0.0),
    "too short": changed("km", (3, 4), KM_PER_DEG * 0.97),
    "too short by far": changed("km", (0, 49), 5000.0),
    "to itself": changed("km", (3, 3), 1.0),
    "unknown label": changed("passed", (3, 4), 2),
    "twice": changed("places", (3,), 4),
    "below": changed("places", (3,), -1),
    "above": changed("places", (3,), N),
    "swapped": poisoned(lambda arrays: arrays.update(km=arrays["km"][::-1].copy())),
    "places float": cast("places", np.float64),
    "places long": cast("places", np.int64),
    "km float64": cast("km", np.float64),
    "km text": cast("km", str),
    "km complex": cast("km", np.complex64),
    "passed float": cast("passed", np.float64),
    "passed signed": cast("passed", np.int64),
    "places 0-d": shaped("places"),
    "places 2-D": shaped("places", N, 1),
    "no places": shaped("places", 0),
    "no rows": poisoned(
        lambda arrays: arrays.update({name: part[:0] for name, part in arrays.items()})
    ),
    "km 0-d": shaped("km"),
    "km 1-D": shaped("km", N),
    "km narrow": shaped("km", N, N - 1),
    "km 3-D": shaped("km", N, N, 1),
    "passed 0-d": shaped("passed"),
    "passed narrow": shaped("passed", N, N - 1),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_or_poisoned_file_is_as_good_as_none(
    tmp_path: Path, searched: list[int], damage: str
) -> None:
    wanted, _ = filled(None).table("rail", OPEN).rows(range(N))
    file = kept_file(tmp_path)
    before = file.read_bytes()
    after = DAMAGE[damage](before)
    assert after != before
    file.write_bytes(after)
    searched.clear()
    again = opened(tmp_path)
    km, _ = again.table("rail", OPEN).rows(range(N))
    assert searched == list(range(N))
    assert (km == wanted).all()
    again.save()
    assert file.read_bytes() == before


def test_any_flipped_byte_is_harmless(tmp_path: Path) -> None:
    wanted, _ = filled(None).table("rail", OPEN).rows(range(N))
    file = kept_file(tmp_path)
    before = file.read_bytes()
    rng = np.random.default_rng(7)
    for at in rng.integers(0, len(before), 300).tolist():
        file.write_bytes(before[:at] + bytes([before[at] ^ 0xFF]) + before[at + 1 :])
        km, _ = opened(tmp_path).table("rail", OPEN).rows(range(N))
        assert (km == wanted).all()


def test_no_way_is_kept_as_such(tmp_path: Path, searched: list[int]) -> None:
    found = opened(tmp_path)
    shut = Conditions(closed=frozenset({"gauge:here"}))
    km, _ = found.table("rail", shut).rows(range(N))
    assert np.isinf(km[0, -1])
    found.save(final=True)
    searched.clear()
    again, _ = opened(tmp_path).table("rail", shut).rows(range(N))
    assert (again == km).all()
    assert searched == []


def test_what_cannot_be_kept_does_not_end_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    for folder in (file, file / "deeper", Path("/proc/greenlane")):
        found = filled(folder)
        found.save()
        found.save(final=True)
        assert found.notes == (
            f"distances found were not kept: {folder / 'legs'} cannot be written",
        )

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    found = filled(tmp_path)
    found.save()
    assert len(found.notes) == 1
    assert list((tmp_path / "legs").iterdir()) == []


def test_two_runs_on_one_folder_keep_whole_files(tmp_path: Path, searched: list[int]) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    first.table("rail", OPEN).rows(range(30))
    second.table("rail", OPEN).rows(range(20, N))
    first.save(final=True)
    second.save(final=True)
    searched.clear()
    opened(tmp_path).table("rail", OPEN).rows(range(N))
    assert searched == list(range(20))  # the last one stays
    assert len(list((tmp_path / "legs").iterdir())) == 1
