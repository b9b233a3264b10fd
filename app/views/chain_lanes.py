"""Turn a document of chains into what its pictures draw: ways by mode, hubs, words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.lanes import Picture, Place, short_name, unrolled
from app.views.look import look_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.views.lanes import Point

    Chain = Mapping[str, Any]
    Leg = Mapping[str, Any]
    Names = Mapping[str, str]  # label of a passage -> its name for people

MARKS = ("cheapest", "fastest", "greenest")
ESTIMATED = "~"  # before a distance that nobody measured
_EVIDENCE = ("measured", "repaired", "published", "estimated")
_KIND_OF_MODE = {"air": "airport", "sea": "port", "rail": "rail", "iww": "iww"}
_KIND_WORDS = {"iww": "inland port", "rail": "rail terminal"}
_TURN = 360.0
_MARKED, _PLAIN = 4.6, 1.9  # px


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One leg on the map, drawn once however many chains use it."""

    mode: str
    path: tuple[Point, ...]
    ranks: tuple[int, ...]  # of the chains that use it
    width: float
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainPicture:
    """All ways and hubs of the chains, unrolled from the origin so that no chain is torn."""

    ways: tuple[Way, ...]  # those of marked chains last: they are drawn on top
    places: tuple[Place, ...]  # ends first, then by the number of chains that pass
    centre: float
    ranks_at: Mapping[str, tuple[int, ...]]  # hub_id -> ranks of the chains that pass

    @property
    def points(self) -> list[Point]:
        """Everything that a view must show."""
        return [p for way in self.ways for p in way.path]

    @property
    def hubs(self) -> Picture:
        """The hubs alone, as other maps know them."""
        return Picture(lanes=(), places=self.places, centre=self.centre)


def all_chains(document: Mapping[str, Any]) -> list[Chain]:
    """Return the unbeaten chains, then the beaten ones."""
    return [*document["chains"], *document["others"]]


def picture_of(document: Mapping[str, Any], names: Names) -> ChainPicture:
    """Return what the chains draw."""
    legs: dict[tuple[Any, ...], list[tuple[Chain, Leg]]] = {}
    spots: dict[str, list[Point]] = {}
    kinds: dict[str, str] = {}
    users: dict[str, set[int]] = {}
    for chain in all_chains(document):
        for leg, path in zip(chain["legs"], _paths(chain), strict=True):
            legs.setdefault((leg["mode"], path), []).append((chain, leg))
            for name, at in ((leg["origin"], path[0]), (leg["destination"], path[-1])):
                users.setdefault(name, set()).add(chain["rank"])
                _note_spot(spots.setdefault(name, []), at)
                kinds[name] = _KIND_OF_MODE.get(leg["mode"], kinds.get(name, "site"))
    ways = [_way(key, users_of, document, names) for key, users_of in legs.items()]
    lons = [p[0] for way in ways for p in way.path]
    ranks_at = {name: tuple(sorted(ranks)) for name, ranks in users.items()}
    return ChainPicture(
        ways=tuple(sorted(ways, key=lambda w: (w.width, -w.ranks[0], w.mode))),
        places=_places(document, spots, kinds, ranks_at),
        centre=(max(lons) + min(lons)) / 2 if lons else 0.0,
        ranks_at=ranks_at,
    )


def _paths(chain: Chain) -> Iterator[tuple[Point, ...]]:
    """Yield the legs' lines, each beginning on the turn of the globe where the last one ended."""
    at: float | None = None
    for leg in chain["legs"]:
        path = unrolled(leg["geometry"])
        if at is not None:
            shift = _TURN * round((at - path[0][0]) / _TURN)
            path = tuple((lon + shift, lat) for lon, lat in path)
        at = path[-1][0]
        yield path


def _note_spot(spots: list[Point], at: Point) -> None:
    """Keep a hub once per turn of the globe: chains may reach it from both sides."""
    if not any(abs(at[0] - spot[0]) < _TURN / 2 for spot in spots):
        spots.append(at)


def _way(
    key: tuple[Any, ...],
    users: Sequence[tuple[Chain, Leg]],
    document: Mapping[str, Any],
    names: Names,
) -> Way:
    mode, path = key
    ranks = tuple(sorted({chain["rank"] for chain, _ in users}))
    marked = any(chain["marks"] for chain, _ in users)
    ends = end_names(document)
    leg = users[0][1]
    chains = ", ".join(str(rank) for rank in ranks)
    hint = (
        f"{leg_words(leg, names)}\n{hub_name(leg, 'origin', ends)} → "
        f"{hub_name(leg, 'destination', ends)}\n{text.kg(leg['kgco2e'])} physical, "
        f"distance {leg['evidence']}\n{'chain' if len(ranks) == 1 else 'chains'} {chains}"
    )
    return Way(mode=mode, path=path, ranks=ranks, width=_MARKED if marked else _PLAIN, hint=hint)


def _places(
    document: Mapping[str, Any],
    spots: Mapping[str, Sequence[Point]],
    kinds: Mapping[str, str],
    ranks_at: Mapping[str, tuple[int, ...]],
) -> tuple[Place, ...]:
    ends = end_names(document)
    called = {
        leg[end]: hub_name(leg, end, ends)
        for chain in all_chains(document)
        for leg in chain["legs"]
        for end in ("origin", "destination")
    }
    marked = {c["rank"] for c in document["chains"] if c["marks"]}
    places = [
        Place(
            hub_id=name,
            label=_short(name, kinds[name], called[name]),
            kind="site" if name in ends else kinds[name],
            at=at,
            mass_kg=float(len(ranks_at[name])),
        )
        for name, found in spots.items()
        for at in found
    ]
    return tuple(
        sorted(
            places,
            key=lambda p: (
                p.hub_id not in ends,
                not marked & set(ranks_at[p.hub_id]),
                -p.mass_kg,
                p.hub_id,
                p.at,
            ),
        )
    )


_IN_BRACKETS = re.compile(r"\s*\(([^)]*)\)")
_LONGEST_NAME = 24


def _short(hub_id: str, kind: str, name: str) -> str:
    """Return a name for the map: what stands in brackets tells terminals of one town apart.

    >>> _short("CNNJI", "port", "Nanjing (Longtan)")
    'Nanjing Longtan'
    """
    plain = _IN_BRACKETS.sub(r" \1", name.replace(" International", ""))
    kept = plain if len(plain) <= _LONGEST_NAME else name.replace(" International", "")
    return short_name({"hub_id": hub_id, "kind": kind, "name": kept})


def end_names(document: Mapping[str, Any]) -> dict[str, str]:
    """Return what both ends are called, by hub_id."""
    return {document[end]["hub_id"]: document[end]["name"] for end in ("origin", "destination")}


def hub_name(leg: Leg, end: str, ends: Names) -> str:
    """Return the name of a leg's origin or destination."""
    return str(ends.get(leg[end]) or leg[f"{end}_name"] or leg[end])


def kind_words(kind: str) -> str:
    """Return a kind of hub in words."""
    return _KIND_WORDS.get(kind, kind)


def leg_words(leg: Leg, names: Names) -> str:
    """Return a leg in words: `Sea 16,850 km by Suez Canal`; `~` tells that the km are estimated."""
    sign = ESTIMATED if leg["evidence"] == "estimated" else ""
    passed = ", ".join(names.get(p, p) for p in leg["passages"])
    by = f" by {passed}" if passed else ""
    return f"{look_of(leg['mode']).label} {sign}{leg['distance_km']:,.0f} km{by}"


def way_words(chain: Chain, document: Mapping[str, Any], names: Names) -> str:
    """Return a whole chain in one line."""
    ends = end_names(document)
    parts = [hub_name(chain["legs"][0], "origin", ends)]
    for leg in chain["legs"]:
        parts += [leg_words(leg, names), hub_name(leg, "destination", ends)]
    return " → ".join(parts)


def evidence_words(chain: Chain) -> str:
    """Return how the chain's kilometres are known, each kind with its share."""
    km = dict.fromkeys(_EVIDENCE, 0.0)
    for leg in chain["legs"]:
        km[leg["evidence"]] = km.get(leg["evidence"], 0.0) + leg["distance_km"]
    total = math.fsum(km.values()) or 1.0
    return ", ".join(f"{name} {text.percent(v / total)}" for name, v in km.items() if v)


def kind_label(chain: Chain) -> str:
    """Return a chain's line modes in words, such as `Rail-Sea`."""
    words = [look_of(mode).label for mode in chain["kind"].split("-")]
    return "–".join([words[0], *(w.lower() for w in words[1:])])  # noqa: RUF001


def main_mode(chain: Chain) -> str:
    """Return the mode that carries most kilometres."""
    km: dict[str, float] = {}
    for leg in chain["legs"]:
        km[leg["mode"]] = km.get(leg["mode"], 0.0) + leg["distance_km"]
    return max(sorted(km), key=lambda mode: km[mode])


def title_of(document: Mapping[str, Any]) -> str:
    """Return both ends with their countries."""
    ends = [document[end] for end in ("origin", "destination")]
    return " → ".join(f"{end['name']}, {end['country']}" for end in ends)


def conditions_words(document: Mapping[str, Any], names: Names) -> str:
    """Return what is closed with the names of passages in place of their labels.

    >>> conditions_words({"conditions": "suez closed, draft 12 m"}, {"suez": "Suez Canal"})
    'Suez Canal closed, draft 12 m'
    """
    parts = (part.partition(" closed") for part in str(document["conditions"]).split(", "))
    return ", ".join(f"{names.get(label, label)}{rest}{more}" for label, rest, more in parts)


def marked_chain(document: Mapping[str, Any], mark: str) -> Chain | None:
    """Return the chain that bears a mark."""
    return next((c for c in document["chains"] if mark in c["marks"]), None)


def mark_figure(chain: Chain, mark: str) -> str:
    """Return the figure for which a chain is marked, with its unit."""
    return {
        "cheapest": text.eur(chain["cost_eur"]),
        "fastest": text.days(chain["hours"]),
        "greenest": text.kg(chain["kgco2e"]),
    }[mark]


def spans(values: Iterable[float]) -> float:
    """Return how many times the least the greatest is."""
    found = sorted(values)
    return found[-1] / found[0] if found and found[0] > 0 else 1.0
