"""What a scenario shuts: which services, why, and what closed airspace does to the others."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from data.schemas import MODES
from optimizer.errors import ProblemError, RouteError
from optimizer.routers import CANALS
from optimizer.ways.airspace import detour
from optimizer.ways.route import Conditions, geodesic_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data.network import Hub, Service
    from optimizer.routers import WorldRouter
    from optimizer.scenarios import Closures


_LARGEST_M = 100.0  # no ship is wider, or deeper by far
_LIKE_ENOUGH = 0.5


def conditions_of(closures: Closures) -> Conditions:
    """Return the closures as conditions of a way.

    Raises
    ------
    ProblemError
        for a ship whose draft or beam no ship has.
    """
    for name, size in (("draft", closures.ship_draft_m), ("beam", closures.ship_beam_m)):
        if size is not None and not 0 < size <= _LARGEST_M:
            raise ProblemError(
                f"ship {name} {size:g} m, wanted more than 0, at most {_LARGEST_M:g}"
            )
    return Conditions(
        closed=frozenset(closures.passages),
        countries=frozenset(closures.countries),
        airspace=frozenset(closures.airspace),
        hubs=frozenset(closures.hubs),
        modes=frozenset(closures.modes),
        draft_m=closures.ship_draft_m,
        beam_m=closures.ship_beam_m,
    )


def known_names(
    services: Mapping[str, Service], hubs: Mapping[str, Hub], router: WorldRouter
) -> dict[str, frozenset[str]]:
    """Return every name that a closure or a wish may use, by kind."""
    return {
        "hubs": frozenset(hubs),
        "services": frozenset(services),
        "carriers": frozenset(s.carrier for s in services.values()),
        "modes": frozenset(MODES),
        "countries": frozenset(h.country for h in hubs.values())
        | {c for s in services.values() for c in s.countries}
        | router.airspace.names,
        "passages": frozenset(p for s in services.values() for p in s.passages)
        | CANALS
        | router.closable,
        "airspace": router.airspace.names,
    }


def world_names(router: WorldRouter, hubs: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return every name that a closure of the world network may use, by kind."""
    return {
        "hubs": frozenset(hubs),
        "modes": frozenset(MODES),
        "carriers": frozenset(),
        "services": frozenset(),
        "countries": router.airspace.names,
        "passages": router.closable,
        "airspace": router.airspace.names,
    }


def check_closures(closures: Closures, names: Mapping[str, frozenset[str]]) -> None:
    """Refuse a closure of something that is not there: it would change nothing in silence."""
    faults = [
        f"closures.{kind}: {name!r} is not known{nearest_name(name, known)}"
        for kind, known in names.items()
        for name in getattr(closures, kind)
        if name not in known
    ]
    if faults:
        raise ProblemError("\n".join(faults))


def nearest_name(name: str, known: Iterable[str]) -> str:
    """Return words that offer the known name most like this one; none if nothing is like it."""
    folded = {k.casefold(): k for k in sorted(known)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=_LIKE_ENOUGH)
    return f"; nearest is {folded[near[0]]!r}" if near else ""


def shut_services(
    services: Mapping[str, Service], hubs: Mapping[str, Hub], closures: Closures
) -> dict[str, str]:
    """Return which services are shut, and by what."""
    shut = {}
    for name, s in services.items():
        ends = (hubs[s.origin_hub], hubs[s.destination_hub])
        reasons = [
            *(f"passage {p} closed" for p in s.passages if p in closures.passages),
            *(f"country {h.country} closed" for h in ends if h.country in closures.countries),
            *(f"country {c} closed, crossed" for c in s.countries if c in closures.countries),
            *(f"hub {h.hub_id} closed" for h in ends if h.hub_id in closures.hubs),
            *([f"carrier {s.carrier} closed"] if s.carrier in closures.carriers else []),
            *([f"mode {s.mode} closed"] if s.mode in closures.modes else []),
            *([f"service {name} closed"] if name in closures.services else []),
        ]
        if reasons:
            shut[name] = reasons[0]
    return shut


def under_airspace(
    services: Mapping[str, Service],
    hubs: Mapping[str, Hub],
    airspace: tuple[str, ...],
    router: WorldRouter,
) -> tuple[dict[str, Service], dict[str, str], tuple[str, ...]]:
    """Return services with flights that go round closed airspace, those that cannot, and notes.

    A detour changes hours, payload and price. The transport activity distance stays the great
    circle (ISO 14083), so CO2e per tonne stays, and the note says so.
    """
    changed, shut, notes = dict(services), {}, []
    for name, service in sorted(services.items()):
        if service.mode != "air" or not airspace:
            continue
        ends = (hubs[service.origin_hub], hubs[service.destination_hub])
        try:
            ratio = router.airspace.detour_ratio(*ends, frozenset(airspace))
        except RouteError as error:
            shut[name] = str(error)
            continue
        straight = geodesic_km(*((h.lon, h.lat) for h in ends))
        found = detour(straight, ratio, router.parameters)
        if found is None:
            shut[name] = f"{straight * ratio:.0f} km round closed airspace: too far for a freighter"
        elif found.ratio > 1:
            changed[name] = _detoured(
                service, found.extra_h, found.price_ratio, found.payload_share
            )
            notes.append(
                f"{name}: {straight * ratio:.0f} km flown round the airspace of "
                f"{', '.join(airspace)}, {found.extra_h:.1f} h and "
                f"{100 * (found.price_ratio - 1):.0f} % dearer, payload "
                f"{100 * found.payload_share:.0f} %; activity distance and CO2e as without"
            )
    return changed, shut, tuple(notes)


def _detoured(service: Service, extra_h: float, ratio: float, payload: float) -> Service:
    price = service.price
    return replace(
        service,
        duration_h=service.duration_h + extra_h,
        unit_capacity_kg=service.unit_capacity_kg * payload,
        price=replace(
            price,
            eur_per_unit=None if price.eur_per_unit is None else price.eur_per_unit * ratio,
            eur_per_t=price.eur_per_t * ratio,
            eur_min=price.eur_min * ratio,
            rate_breaks=tuple(
                replace(b, eur_per_kg=b.eur_per_kg * ratio) for b in price.rate_breaks
            ),
        ),
    )
