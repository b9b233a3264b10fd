"""Rank plans or footprints by their physical CO2e, over the freight that all of them carry."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import typer

from data.errors import GreenlaneError
from emissions.differences import estimate_of, read_legs_result
from emissions.uncertainty import rank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Carried:
    """What one folder carries: its legs, and whose they are."""

    name: str
    rows: Sequence[Row]
    whose: Mapping[str, str]  # of a consignment: the shipment that was divided
    partly: frozenset[str]  # shipments of which a consignment is left
    asked: int | None

    def shipment_of(self, row: Row) -> str:
        return self.whose.get(row["shipment_id"], row["shipment_id"])

    @property
    def served(self) -> frozenset[str]:
        return frozenset(self.shipment_of(row) for row in self.rows) - self.partly

    @property
    def words(self) -> str:
        of = "" if self.asked is None else f" of {self.asked}"
        return f"{self.name}: serves {len(self.served)}{of} shipments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Folders from the greenest over the shipments that all of them serve, and who serves more."""

    places: tuple[dict[str, Any], ...]
    common: int  # shipments that are ranked
    caveats: tuple[str, ...]  # none where all serve the same

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "ranking": list(self.places),
            "ranked_shipments": self.common,
            "ranking_caveats": list(self.caveats),
        }


def ranking_of(folders: Sequence[Path]) -> Ranking:
    """Return folders from the greenest, and whether the data supports each place.

    A plan that leaves freight emits less for that alone: only what all carry is compared.
    """
    carried = [_carried(folder) for folder in folders]
    common = frozenset.intersection(*(c.served for c in carried)) if carried else frozenset()
    caveats = () if len({c.served for c in carried}) <= 1 else tuple(c.words for c in carried)
    if not common:
        return Ranking(places=(), common=0, caveats=caveats)
    options = [
        estimate_of(c.name, [r for r in c.rows if c.shipment_of(r) in common]) for c in carried
    ]
    places = tuple(asdict(place) for place in rank(options))
    return Ranking(places=places, common=len(common), caveats=caveats)


def _carried(folder: Path) -> _Carried:
    file = folder / "legs.csv"
    try:
        rows = read_legs_result(file.read_bytes(), str(file))
    except FileNotFoundError:
        raise GreenlaneError(f"{file}: no such file") from None
    except OSError as error:
        raise GreenlaneError(f"{file}: {error.strerror or error}") from None
    plan = folder / "plan.json"
    document = json.loads(plan.read_bytes()) if plan.is_file() else {}
    whose = {r["shipment_id"]: r["consignment_of"] for r in document.get("consignments", [])}
    left = {r["shipment_id"] for r in document.get("unserved", [])}
    return _Carried(
        name=str(folder),
        rows=rows,
        whose=whose,
        partly=frozenset(whose[name] for name in left if name in whose),
        asked=document.get("summary", {}).get("shipments", {}).get("asked"),
    )


def say_ranking(folders: Sequence[Path]) -> None:
    """Print which folder is greenest by its physical CO2e, as far as the data supports it."""
    ranking = ranking_of(folders)
    for caveat in ranking.caveats:
        typer.echo(f"{caveat}; not the same freight")
    if not ranking.common:
        typer.echo("not ranked: no shipment is served by all of them")
        return
    if ranking.caveats:
        typer.echo(f"ranked by the {ranking.common} shipments that all of them serve:")
    for place in ranking.places:
        sure = f"{100 * place['probability_best']:.0f} % sure to be greener than every other alone"
        doubt = "" if place["supported"] else "; not told apart from the one before by the data"
        typer.echo(f"place {place['place']}: {place['name']}, {sure}{doubt}")
