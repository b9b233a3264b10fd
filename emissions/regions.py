"""Say which country lies in which wider region, for categories that stand for more than one."""

from __future__ import annotations

WORLD = "world"
EU = "EU"
EUROPE = "europe"
CHINA_EUROPE = "china-europe"

_EU_CODES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_OTHER_CODES = "AD AL BA BY CH FO GB GE GG GI IM IS JE LI MC MD ME MK NO RS RU SM TR UA VA XK"
_EU_MEMBERS = frozenset(_EU_CODES.split())
_OTHER_EUROPEANS = frozenset(_OTHER_CODES.split())
# From the nearest to the widest; the order in which a ladder climbs.
WIDER: tuple[tuple[str, frozenset[str]], ...] = (
    (EU, _EU_MEMBERS),
    (EUROPE, _EU_MEMBERS | _OTHER_EUROPEANS | {EU}),
)
REGIONS = frozenset({WORLD, CHINA_EUROPE, *(name for name, _ in WIDER)})  # no single country
# Where the trains of the land bridge start on their eastern side.
_CORRIDOR_EAST = frozenset({"CN", "KZ"})


def wider_regions(country: str) -> tuple[str, ...]:
    """Return the regions that hold a country or a region, nearest first; never the world.

    >>> wider_regions("FR"), wider_regions("GB"), wider_regions("US")
    (('EU', 'europe'), ('europe',), ())
    """
    return tuple(name for name, members in WIDER if country in members)


def common_regions(countries: tuple[str, ...]) -> tuple[str, ...]:
    """Return the wider regions that hold every one of the countries, nearest first.

    >>> common_regions(("FR", "GB"))
    ('europe',)
    """
    if not countries:
        return ()
    shared = set.intersection(*(set(wider_regions(c)) for c in countries))
    return tuple(name for name, _ in WIDER if name in shared)


def on_china_europe_corridor(countries: tuple[str, ...]) -> bool:
    """Say whether a way runs between China or Kazakhstan and Europe, in either direction.

    Russia and Belarus count as Europe: trains to them take the eastern part of the same way.

    >>> on_china_europe_corridor(("DE", "CN")), on_china_europe_corridor(("CN", "KZ"))
    (True, False)
    """
    east = any(c in _CORRIDOR_EAST for c in countries)
    return east and any(EUROPE in wider_regions(c) for c in countries)
