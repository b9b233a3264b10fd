"""Read the words that strangers use for modes, temperatures and kinds of chain element."""

from __future__ import annotations

import difflib
import re

from data.aliases import folded
from data.cells import BadCellError

_MODE_NAMES = {
    "road": "road truck trucks trucking lorry van ftl ltl fulltruckload lesstruckload "
    "lessthantruckload roadfreight drayage haulage semi semitrailer tractor trailer trailertruck "
    "rigidtruck artictruck etruck electrictruck strasse strase lkw lastwagen lastkraftwagen "
    "strassentransport carretera camion terrestre route routier transportroutier 公路 卡车 汽车 "
    "陆运 汽运 公路运输 truckload roadtransport",
    "rail": "rail train railway railroad railfreight freighttrain blocktrain bahn schiene zug "
    "guterzug gueterzug ferrocarril tren ferroviario fer ferroviaire chemindefer 铁路 火车 班列 "
    "铁路运输 中欧班列 railtransport",
    "sea": "sea ocean vessel fcl lcl seafreight oceanfreight maritime ship containership deepsea "
    "shortsea feeder roro ferry bulkcarrier oceanvessel seevessel see seefracht seeschiff meer "
    "maritimo mar buque barco mer navire "
    "海运 船运 海洋 海运整箱 海运拼箱 远洋 海上运输 seatransport",
    "air": "air plane airplane aeroplane aircraft airfreight aircargo flight airline luft "
    "luftfracht flugzeug flug avion aereo aire aerien aerienne transporteaereo 空运 航空 飞机 "
    "航空运输 airtransport",
    "iww": "iww barge inlandwater inlandwaterway inlandwaterways inlandwatertransport river "
    "inlandvessel inlandship bargevessel binnenschiff binnenschifffahrt barcaza fluvial peniche "
    "bateaufluvial 内河 驳船 江运 内河运输 水路内河",
}
MODES = {word: mode for mode, words in _MODE_NAMES.items() for word in words.split()}
# Parcels travel on the road at least at both ends; by which mode between is not said.
ASSUMED_MODES = {
    "parcel": "road",
    "parcels": "road",
    "courier": "road",
    "express": "road",
    "paket": "road",
    "kep": "road",
    "paqueteria": "road",
    "colis": "road",
    "快递": "road",
}
_SIMILAR = 0.75
_MODE_CLUE = re.compile(r"[^\W\d_]+", re.UNICODE)


def mode_of(text: str) -> tuple[str, bool]:
    """Return the mode that a text names, and whether it is only assumed.

    A phrase of several words names a mode if all words that name one name the same.

    Raises
    ------
    ValueError
        naming the nearest word that would do.

    >>> mode_of("OCEAN"), mode_of("Lkw"), mode_of("Truck (FTL, diesel)"), mode_of("Parcel")
    (('sea', False), ('road', False), ('road', False), ('road', True))
    """
    key = folded(text)
    if (mode := MODES.get(key)) is not None:
        return mode, False
    if (mode := ASSUMED_MODES.get(key)) is not None:
        return mode, True
    words = [folded(word) for word in _MODE_CLUE.findall(text[:80])]
    clues = {MODES[word] for word in words if word in MODES}
    if len(clues) == 1:
        return clues.pop(), False
    raise BadCellError(_wanted_mode(key))


def _wanted_mode(key: str) -> str:
    near = difflib.get_close_matches(key, [*MODES, *ASSUMED_MODES], n=1, cutoff=_SIMILAR)
    hint = f"; nearest known word is {near[0]!r}" if near else ""
    return f"one of road, rail, sea, air, iww, or a word for one{hint}"


_TEMPERATURES = {
    "chilled": "yes y true reefer cooling cooled chilled refrigerated cool temperaturecontrolled "
    "controlled x ja si oui gekuhlt gekuehlt refrigerado frigo refrigere 是 冷藏 有",
    "frozen": "frozen deepfrozen deepfreeze tiefkuhl tiefgekuhlt congelado surgele 冷冻",
    "ambient": "no n false ambient dry none nein non normal 否 无 常温",
}
_BY_WORD = {word: name for name, words in _TEMPERATURES.items() for word in words.split()}
_LONGEST = 200
_DEGREES = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d+)?)\D.*[Cc]\s*|\s*([+-]?\d{1,3})\s*°?\s*[Cc]\s*")
# Deep-frozen goods are kept at -18 degrees (Council Directive 89/108/EEC, article 1); what is
# set between that world and a warm room is cooling.
_FROZEN_BELOW_C = -10.0
_CHILLED_BELOW_C = 15.0


def temperature_of(text: str) -> str:
    """Return ambient, chilled or frozen, from a word or from degrees Celsius.

    >>> temperature_of("Reefer"), temperature_of("-20 C"), temperature_of("2-8 °C")
    ('chilled', 'frozen', 'chilled')
    """
    for word in text[:_LONGEST].split("|"):
        if (named := _BY_WORD.get(folded(word))) is not None:
            return named
    if (match := _DEGREES.fullmatch(text[:40])) is not None:
        degrees = float(match[1] or match[2])
        if degrees < _FROZEN_BELOW_C:
            return "frozen"
        return "chilled" if degrees < _CHILLED_BELOW_C else "ambient"
    raise BadCellError("yes, no, ambient, chilled, frozen, or degrees such as -18 C")


_HUBS = (
    "hub hubs node terminal transshipment transhipment handling warehouse storage port airport "
    "hoc umschlag"
)
_HUB_WORDS = frozenset(_HUBS.split())
_LEGS = "leg transport toc carriage main haul precarriage oncarriage"
_LEG_WORDS = frozenset(_LEGS.split())


def kind_of(text: str) -> str:
    """Return transport or hub for the type of an element of a chain; modes are transport."""
    key = folded(text)
    if key in _HUB_WORDS:
        return "hub"
    if key in _LEG_WORDS or key in MODES:
        return "transport"
    raise BadCellError("leg (transport) or hub")
