"""Places and distances for legs that bring none: looked up once each, and only when asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from data.errors import DataError
from data.gazetteer import AmbiguousPlaceError, open_gazetteer
from optimizer.errors import RouteError

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.errors import GreenlaneError
    from data.gazetteer import Place
    from optimizer.ways.route import Spot

_FAR_LARGER = 5  # times the people of the next place of that name: an estimate of this project
_MOST_KEPT = 200_000  # answers
_BY_CODE = 3  # an IATA code; longer codes name a town as well as its port or terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a name is: enough to route from it, and to know its grid."""

    hub_id: str
    name: str
    country: str
    admin1: str
    lat: float
    lon: float
    tz: str
    grid_id: str
    iata: str = ""
    unlocode: str = ""
    assumed: str = ""  # what the name may mean as well; blank where it is beyond doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far, of which kind, and how it is known."""

    km: float
    kind: str
    evidence: str


@dataclass(frozen=True, slots=True)
class _Lost:
    """What was wrong with a place; the error itself would hold every leg of the file it rose in."""

    error: type[GreenlaneError]
    said: str


def _make_room(kept: dict[Any, Any]) -> None:
    """Forget all once there is too much: a server meets names without end."""
    if len(kept) >= _MOST_KEPT:
        kept.clear()


@dataclass
class Atlas:
    """The gazetteer, the hubs and the router, opened when first needed; answers are kept."""

    catalogue: Catalogue
    _positions: dict[tuple[str, str], Position | _Lost] = field(default_factory=dict)
    _distances: dict[tuple[str, str, str], Distance | _Lost] = field(default_factory=dict)

    @cached_property
    def _hubs(self) -> dict[str, Position]:
        from optimizer.world.hubs import WorldHubs  # noqa: PLC0415  (only for legs without km)

        return {
            h.hub.hub_id: Position(
                hub_id=h.hub.hub_id,
                name=h.hub.name,
                country=h.hub.country,
                admin1="",
                lat=h.hub.lat,
                lon=h.hub.lon,
                tz=h.hub.tz,
                grid_id=h.hub.grid_id or h.hub.country,
                iata=h.iata,
                unlocode=h.unlocode,
            )
            for h in WorldHubs.load(self.catalogue).hubs
        }

    def position(self, name: str, mode: str = "") -> Position:
        """Return where a name is; for ships and trains the port or terminal of that code.

        Raises
        ------
        DataError
            for a place that is unknown or ambiguous, with candidates.
        """
        key = (name, mode)
        if key not in self._positions:
            _make_room(self._positions)
            try:
                self._positions[key] = self._find(name.strip(), mode)
            except DataError as fault:  # a name that is not found costs most: look once
                self._positions[key] = _Lost(DataError, str(fault))
        found = self._positions[key]
        if isinstance(found, _Lost):
            raise found.error(found.said)
        return found

    def _find(self, name: str, mode: str) -> Position:
        as_hub = mode in {"sea", "iww", "rail"} or len(name) == _BY_CODE
        if as_hub and (hub := self._hubs.get(name.upper())) is not None:
            return hub
        try:
            return _of_place(name, open_gazetteer(self.catalogue).find(name))
        except AmbiguousPlaceError as doubt:
            if (likely := _likely(doubt)) is None:
                raise
            return replace(_of_place(name, likely), assumed=str(doubt))

    def distance(self, origin: str, destination: str, mode: str) -> Distance:
        """Return the transport activity distance: great circle for air, else shortest feasible.

        Raises
        ------
        DataError
            for a place that cannot be found.
        RouteError
            where no way leads.
        """
        key = (origin, destination, mode)
        if key not in self._distances:
            _make_room(self._distances)
            try:
                self._distances[key] = self._measure(origin, destination, mode)
            except DataError as fault:
                self._distances[key] = _Lost(DataError, str(fault))
            except RouteError as fault:
                self._distances[key] = _Lost(RouteError, str(fault))
        found = self._distances[key]
        if isinstance(found, _Lost):
            raise found.error(found.said)
        return found

    def _measure(self, origin: str, destination: str, mode: str) -> Distance:
        from optimizer.routers import open_router  # noqa: PLC0415  (only for legs without km)

        ends: tuple[Spot, Spot] = (self.position(origin, mode), self.position(destination, mode))
        route = open_router(self.catalogue).route(*ends, mode)
        # A published distance of a railway is that of its line, as planned as ours.
        kind = "sfd" if route.distance_kind == "actual" else route.distance_kind
        return Distance(km=route.distance_km, kind=kind, evidence=route.evidence)


def _likely(doubt: AmbiguousPlaceError) -> Place | None:
    """Return the place that an export most likely means: by far the largest of that name."""
    named = [c.place for c in doubt.candidates if not c.why.startswith("similar")]
    if not named:
        return None
    first, *others = named
    next_largest = max((p.population for p in others), default=0)
    return first if first.population >= _FAR_LARGER * max(next_largest, 1) else None


def _of_place(name: str, place: Place) -> Position:
    return Position(
        hub_id=name,
        name=place.name,
        country=place.country,
        admin1=place.admin1,
        lat=place.lat,
        lon=place.lon,
        tz=place.tz,
        grid_id=place.country,
        iata=place.iata,
        unlocode=place.unlocode,
    )
