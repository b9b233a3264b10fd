"""Read 60 truck loads of a distribution company: `python -m bench.ortec_trucks [--folder DIR]`.

Products are stacked in layers, layers on pallets, pallets in a truck with limits on two axles, for
delivery on three days (Alonso, Alvarez-Valdes, Iori and Parreno 2019, doi
10.1016/j.cie.2018.11.012; data by courtesy of ORTEC, CC0). Sizes become whole millimetres: cargo is
rounded up, trucks down, masses up and limits down to whole grams, so that no rounding flatters.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, DecimalException
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import LoadingError
from optimizer.loading.geometry import Interior, Supports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.loading.geometry import Size

FOLDER = Path("instances/loading/trucks_axles")
_GRAMS = 1000
_COLUMNS = {"products": 14, "layers": 8, "pallets": 5, "trucks": 9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Boxes of one kind for one day; sizes are length, width, height."""

    product_id: int
    day: int  # 0 is delivered first
    demand: int  # boxes
    size_mm: Size
    mass_g: int
    turns: tuple[bool, bool, bool]  # about x, y and z
    group: int  # may stand on the same group or a smaller one
    on_top: bool  # nothing stands on it
    at_bottom: bool
    layer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A full layer of one product, as it is stacked on a pallet."""

    layer_id: int
    size_mm: Size
    mass_g: int
    may_turn: bool
    boxes: int
    most_in_pile: int  # layers of this kind on each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Pallet:
    """An empty pallet."""

    pallet_id: int
    size_mm: Size  # some have no height
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One instance: what is asked, and the pallets and trucks there are."""

    name: str
    products: tuple[Product, ...]
    layers: tuple[Layer, ...]
    pallets: tuple[Pallet, ...]
    trucks: tuple[Interior, ...]  # x from the cabin to the rear door

    @property
    def layers_asked(self) -> int:
        """Layers that the demand fills, the last one of a product perhaps in part."""
        boxes = {layer.layer_id: layer.boxes for layer in self.layers}
        return sum(-(-p.demand // boxes[p.layer_id]) for p in self.products)

    @property
    def mass_g(self) -> int:
        """Mass of all products asked."""
        return sum(p.demand * p.mass_g for p in self.products)


def read_delivery(text: str, name: str) -> Delivery:
    """Return the instance that stands in a text; `name` begins every complaint about it."""
    rows = _sections(text, name)
    known = {row[0] for row in rows["layers"]}
    for row in rows["products"]:
        if row[-1] not in known:
            raise LoadingError(f"{name} product {row[0]}: found no layer {row[-1]} among #layers")
    return Delivery(
        name=name,
        products=tuple(map(_product, rows["products"])),
        layers=tuple(map(_layer, rows["layers"])),
        pallets=tuple(
            Pallet(pallet_id=int(r[0]), size_mm=_size(r, up=True), mass_g=_up(r[4] * _GRAMS))
            for r in rows["pallets"]
        ),
        trucks=tuple(_truck(r, name) for r in rows["trucks"]),
    )


def read_deliveries(folder: Path = FOLDER) -> Iterator[Delivery]:
    """Yield all instances of a folder, by number."""
    for path in sorted(folder.glob("inst3d*.csv"), key=lambda p: int(p.stem[len("inst3d") :])):
        yield read_delivery(path.read_text(encoding="utf-8"), path.stem)


def _sections(text: str, name: str) -> dict[str, list[list[Decimal]]]:
    rows: dict[str, list[list[Decimal]]] = {}
    wanted: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.split()
        if line.startswith("#"):
            section = cells[0][1:]
            if section not in _COLUMNS or len(cells) != 2:  # noqa: PLR2004  (a name and a count)
                found = f"found section {line!r}"
                raise LoadingError(f"{name} line {number}: {found}, wanted one of {[*_COLUMNS]}")
            rows[section], wanted[section] = [], int(cells[1])
        elif cells:
            rows.setdefault(section, []).append(_row(cells, section, f"{name} line {number}"))
    for each in _COLUMNS:
        if len(rows.get(each, ())) != wanted.get(each):
            found = f"{len(rows.get(each, ()))} {each}"
            raise LoadingError(f"{name}: found {found}, wanted {wanted.get(each, 'a section')}")
    return rows


def _row(cells: Sequence[str], section: str, where: str) -> list[Decimal]:
    wanted = _COLUMNS.get(section)
    if len(cells) != wanted:
        raise LoadingError(f"{where}: found {len(cells)} numbers, wanted {wanted} in {section!r}")
    try:
        numbers = [Decimal(cell) for cell in cells]
    except DecimalException:
        numbers = []
    if not numbers or not all(number.is_finite() for number in numbers):
        raise LoadingError(f"{where}: found {' '.join(cells)!r}, wanted numbers")
    return numbers


def _up(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_CEILING))


def _down(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_FLOOR))


def _size(row: Sequence[Decimal], *, up: bool, first: int = 1) -> Size:
    """Return length, width, height; the file has width, length, height."""
    width, length, height = (_up(v) if up else _down(v) for v in row[first : first + 3])
    return length, width, height


def _product(row: Sequence[Decimal]) -> Product:
    return Product(
        product_id=int(row[0]),
        day=int(row[1]),
        demand=int(row[2]),
        size_mm=_size(row, up=True, first=3),
        mass_g=_up(row[6] * _GRAMS),
        turns=(bool(row[7]), bool(row[8]), bool(row[9])),
        group=int(row[10]),
        on_top=bool(row[11]),
        at_bottom=bool(row[12]),
        layer_id=int(row[13]),
    )


def _layer(row: Sequence[Decimal]) -> Layer:
    return Layer(
        layer_id=int(row[0]),
        size_mm=_size(row, up=True),
        mass_g=_up(row[4] * _GRAMS),
        may_turn=bool(row[5]),
        boxes=int(row[6]),
        most_in_pile=int(row[7]),
    )


def _truck(row: Sequence[Decimal], name: str) -> Interior:
    return Interior(
        unit_code=f"{name} truck {int(row[0])}",
        size_mm=_size(row, up=False),
        payload_g=_down(row[4] * _GRAMS),
        supports=Supports(
            front_mm=int(row[5]),
            rear_mm=int(row[6]),
            front_max_g=_down(row[7] * _GRAMS),
            rear_max_g=_down(row[8] * _GRAMS),
        ),
    )


def main() -> None:
    """Print a row per instance: what is asked, and how full one truck would be by mass."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, default=FOLDER)
    print("| instance | products | days | boxes | layers | t asked | t of a truck | truck m |")
    print("|---" * 8 + "|")
    total = [0, 0, 0]
    for d in read_deliveries(options.parse_args().folder):
        (truck,) = d.trucks
        boxes = sum(p.demand for p in d.products)
        total = [a + b for a, b in zip(total, (len(d.products), boxes, 1), strict=True)]
        tonnes, most = d.mass_g / 1e6, (truck.payload_g or 0) / 1e6
        cells = (d.name, len(d.products), len({p.day for p in d.products}), boxes, d.layers_asked)
        print(f"| {' | '.join(map(str, cells))} | {tonnes:.1f} | {most:.1f} | ", end="")
        print(f"{truck.size_mm[0] / 1000:.2f} |")
    print(f"\n{total[2]} instances, {total[0]} products, {total[1]} boxes")


if __name__ == "__main__":
    main()
