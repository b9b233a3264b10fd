"""Read what people call a vehicle into our class words, and say which class holds which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

CONTROLLED = "temperature_controlled"

# Each line: a class, then the classes just inside it. What stands for a whole mode has no parent.
_TREE = """
truck: van rigid artic
van: van_1t3 van_1t74 van_3t5 van_courier van_parcel
rigid: rigid_7t5 rigid_17t rigid_over17t
rigid_17t: rigid_12t
rigid_over17t: rigid_18t rigid_19t rigid_26t
artic: artic_33t artic_over33t
artic_33t: artic_26t
artic_over33t: artic_40t artic_car_carrier artic_44t artic_60t artic_72t
artic_40t: artic_40t_longhaul artic_40t_regional artic_40t_groupage artic_40t_volume
artic_40t: artic_40t_tipper artic_40t_grain artic_40t_container artic_40t_tank
ship: container general bulk tanker gas_tanker vehicle_carrier roro ropax reefer_ship
reefer_ship: reefer_ship_0dwt reefer_ship_2000dwt reefer_ship_6000dwt reefer_ship_10000dwt
container: container_8000teu container_5000teu container_3000teu container_2000teu
container: container_1000teu container_feeder container_fr_0teu container_fr_1200teu
container: container_fr_1900teu container_fr_3850teu container_fr_7500teu
general: general_10000dwt general_5000dwt general_0dwt general_10000dwt_teu
general: general_5000dwt_teu general_0dwt_teu general_20000dwt coaster
bulk: bulk_200000dwt bulk_100000dwt bulk_60000dwt bulk_35000dwt bulk_10000dwt bulk_0dwt
bulk: bulk_capesize bulk_panamax bulk_handymax bulk_handysize
tanker: products_tanker crude_tanker chemical_tanker liquids_tanker
liquids_tanker: liquids_tanker_0dwt liquids_tanker_1000dwt
products_tanker: products_tanker_60000dwt products_tanker_20000dwt products_tanker_10000dwt
products_tanker: products_tanker_5000dwt products_tanker_0dwt products_tanker_small
products_tanker: products_tanker_handy
crude_tanker: crude_tanker_200000dwt crude_tanker_120000dwt crude_tanker_80000dwt
crude_tanker: crude_tanker_60000dwt crude_tanker_10000dwt crude_tanker_0dwt
crude_tanker: crude_tanker_aframax crude_tanker_vlcc
chemical_tanker: chemical_tanker_20000dwt chemical_tanker_10000dwt chemical_tanker_5000dwt
chemical_tanker: chemical_tanker_0dwt chemical_tanker_40000dwt
gas_tanker: lpg_tanker lng_tanker
lpg_tanker: lpg_tanker_50000m3 lpg_tanker_0m3 lpg_tanker_small lpg_tanker_vlgc
lng_tanker: lng_tanker_200000m3 lng_tanker_0m3
vehicle_carrier: vehicle_carrier_4000ceu vehicle_carrier_0ceu
roro: roro_2000lm roro_0lm roro_fr
ropax: ropax_fr ferry_night ferry_day ropax_0gt ropax_2000gt ropax_5000gt ropax_10000gt
ropax: ropax_20000gt
train: train_light train_heavy
barge: motor_vessel pushed_convoy
motor_vessel: motor_vessel_0t motor_vessel_400t motor_vessel_650t motor_vessel_1000t
motor_vessel: motor_vessel_1500t
pushed_convoy: pushed_convoy_0kw pushed_convoy_590kw pushed_convoy_880kw
pushed_convoy: pushed_convoy_container
"""
ROOTS = {"road": "truck", "sea": "ship", "rail": "train", "iww": "barge", "air": "aircraft"}
# What is meant where nothing is said. No open average of all ships or of all barges exists.
USUAL = {
    "road": "truck",
    "sea": "general",
    "rail": "train",
    "iww": "motor_vessel_1500t",
    "air": "aircraft",
}
USUAL_WITH_CONTAINERS = {**USUAL, "sea": "container", "iww": "pushed_convoy_container"}
USUAL_HUB = {
    "airport": "air_terminal",
    "port": "container_terminal",
    "iww": "container_terminal",
    "rail": "rail_terminal",
    "road": "crossdock",
    "site": "forklift",
}
# Cold goods are stored, not only loaded: a forklift alone cools nothing.
USUAL_COLD_HUB = {**USUAL_HUB, "site": "warehouse"}
# The class that speaks for a family without a figure of its own.
SPOKESMAN = {
    "truck": "artic_40t",
    "ship": "general",
    "barge": "motor_vessel_1500t",
    "rigid": "rigid_19t",
    "artic": "artic_40t",
    "tanker": "products_tanker",
    "gas_tanker": "lpg_tanker",
    "motor_vessel": "motor_vessel_1500t",
    "pushed_convoy": "pushed_convoy_880kw",
    "van": "van_3t5",
    "artic_44t": "artic_40t",
    "artic_60t": "artic_44t",
    "artic_72t": "artic_60t",
    "container": "container_3000teu",
    "general": "general_5000dwt",
    "bulk": "bulk_35000dwt",
    "products_tanker": "products_tanker_20000dwt",
    "crude_tanker": "crude_tanker_80000dwt",
    "chemical_tanker": "chemical_tanker_10000dwt",
    "liquids_tanker": "liquids_tanker_1000dwt",
    "lpg_tanker": "lpg_tanker_50000m3",
    "lng_tanker": "lng_tanker_0m3",
    "vehicle_carrier": "vehicle_carrier_4000ceu",
    "roro": "roro_2000lm",
    "ropax": "ropax_20000gt",
    "reefer_ship": "reefer_ship_6000dwt",
}
# One size under two names: as trade calls it, and by its deadweight.
TWIN = {
    "bulk_capesize": "bulk_100000dwt",
    "bulk_panamax": "bulk_60000dwt",
    "bulk_handymax": "bulk_35000dwt",
    "bulk_handysize": "bulk_10000dwt",
    "crude_tanker_vlcc": "crude_tanker_200000dwt",
    "crude_tanker_aframax": "crude_tanker_80000dwt",
    "products_tanker_handy": "products_tanker_20000dwt",
    "products_tanker_small": "products_tanker_0dwt",
    "coaster": "general_0dwt",
}


def _parents() -> dict[str, str]:
    found = {}
    for line in _TREE.split("\n"):
        parent, _, children = line.partition(":")
        found.update(dict.fromkeys(children.split(), parent))
    return found


PARENT = _parents()
_HUBS = "air_terminal container_terminal container_terminal_teu rail_terminal gauge_change"
_MORE_HUBS = "crossdock forklift warehouse distribution_centre liquid_bulk"
HUB_CLASSES = frozenset(f"{_HUBS} {_MORE_HUBS}".split())

_AIR_WORDS = (
    (r"\bbell(y|ies)\b|\bpassenger\b|\bpax\b|\blower deck\b", "belly"),
    (r"\bfreighter\b|\bcargo (aircraft|plane)\b|\ball cargo\b|\bfrachter\b", "freighter"),
    (r"\b[ab]?\d{2,3}[a-z]?( ?\d{1,4})?( ?er| ?ld| ?lr)? ?b?[csp]?f\b", "freighter"),
)
_VEHICLE_WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    "road": (
        (r"\b(car|auto) (carrier|transporter)\b|\bautotransporter\b", "artic_car_carrier"),
        (r"\bltl dry van\b", "artic_40t_groupage"),
        (r"\bdry van\b", "artic"),  # a trailer
        (r"\bcourier\b", "van_courier"),
        (r"\bparcel\b", "van_parcel"),
        (
            r"\b(vans?|sprinter|transit|crafter|ducato|lcv|transporter|lieferwagen|vito|daily)\b",
            "van",
        ),
        (r"\bmega ?(trailer|liner)?\b|\bjumbo\b|\bhigh volume\b", "artic_40t_volume"),
        (r"\btank(er)?\b|\bsilo\b", "artic_40t_tank"),
        (r"\bgrain\b", "artic_40t_grain"),
        (r"\btipper\b|\bdump(er)?\b|\bkipper\b", "artic_40t_tipper"),
        (r"\bcontainer\b|\bskeletal\b|\bchassis\b|\bdray(age)?\b", "artic_40t_container"),
        (r"\bgroupage\b|\bltl\b", "artic_40t_groupage"),
        (r"\brigid\b|\bstraight truck\b|\bbox truck\b|\bsolo\b|\bmotorwagen\b", "rigid"),
        (
            r"\b(artic(ulated)?|semi|(semi)?trailer|tractor|sattel\w*|tautliner|ftl|class 8)\b",
            "artic",
        ),
        (r"\bflatbed\b", "artic"),
        (r"\btrucks?\b|\blorry\b|\blorries\b|\bhgv\b|\blkw\b|\baverage\b", "truck"),
        (r"\bcategory (general|mixed|refrigerated)\b|\bgeneral freight\b", "truck"),
    ),
    "sea": (
        (r"\bfeeder\b", "container_feeder"),
        (r"\breefer (ship|vessel)\b|\brefrigerated (cargo|bulk)\b", "reefer_ship"),
        (r"\bulcv\b|\bulcs\b|\bultra large\b", "container_8000teu"),
        (r"\bcontainers?\b|\bcontainer ?ship\b|\bbox ?ship\b|\bfcl\b|\blcl\b|\bteu\b", "container"),
        (r"\bvlcc\b", "crude_tanker_vlcc"),
        (r"\baframax\b|\bsuezmax\b", "crude_tanker_aframax"),
        (r"\bcrude\b", "crude_tanker"),
        (r"\bchemical\b", "chemical_tanker"),
        (r"\bproducts? tanker\b", "products_tanker"),
        (r"\bother liquids? tankers?\b", "liquids_tanker"),
        (r"\blng\b", "lng_tanker"),
        (r"\bvlgc\b", "lpg_tanker_vlgc"),
        (r"\blpg\b", "lpg_tanker"),
        (r"\bgas (tanker|carrier)s?\b", "gas_tanker"),
        (r"\btankers?\b", "tanker"),
        (r"\bcapesize\b", "bulk_capesize"),
        (r"\b(post|neo)?panamax\b|\bkamsarmax\b", "bulk_panamax"),
        (r"\bhandymax\b|\bsupramax\b|\bultramax\b", "bulk_handymax"),
        (r"\bhandysize\b", "bulk_handysize"),
        (r"\bcoaster\b|\bshort ?sea\b", "coaster"),
        (r"\bro ?pax\b|\bferry\b", "ropax"),
        (r"\bpct?c\b|\b(car|vehicle) carrier\b", "vehicle_carrier"),
        (r"\bro ?ro\b", "roro"),
        (r"\bbulk(er| carrier)?\b", "bulk"),
        (r"\bgeneral cargo\b|\bbreak ?bulk\b|\bmulti ?purpose\b|\bmpp\b", "general"),
        (r"\bships?\b|\bvessel\b|\bsea\b|\bocean\b|\baverage\b", "ship"),
    ),
    "rail": (
        (r"\bcoal\b|\bore\b|\bheavy\b|\bbulk\b", "train_heavy"),
        (r"\bautomotive\b|\blight\b", "train_light"),
        (r"\btrain\b|\brail\b|\bwagons?\b|\bintermodal\b|\bzug\b", "train"),
        (r"\btraction\b|\baverage\b", "train"),
    ),
    "iww": (
        (r"\bcontainers?\b", "pushed_convoy_container"),
        (r"\btankers?\b", "motor_vessel"),  # of any size
        (r"\bpush\w*\b|\bconvoys?\b|\btow\b", "pushed_convoy"),
        (r"\bmotor ?(vessel|ship|barge)s?\b|\bself propelled\b|\bautomoteur\b", "motor_vessel"),
        (r"\bbarges?\b|\binland\b|\bbinnenschiff\b|\bvessels?\b", "motor_vessel_1500t"),
    ),
    "air": (
        (r"\b(aircraft|plane|flight|jet|airbus|boeing|md ?11|widebody|unknown)\b", "aircraft"),
        (r"\ba[23]\d\d\b|\bb?7\d7\b|\b(bell(y|ies)|freighter|passenger)\b", "aircraft"),
    ),
    "hub": (
        (r"\bteu\b", "container_terminal_teu"),
        (r"\bdistribution\b|\bstorage and transshipment\b|\bdc\b", "distribution_centre"),
        (r"\bwarehouse\b|\bstorage\b|\bcold store\b", "warehouse"),
        (r"\bcross ?dock\w*\b|\btrans?shipment\b", "crossdock"),
        (r"\bgauge\b|\bborder\b", "gauge_change"),
        (r"\bliquid\b|\btank\b", "liquid_bulk"),
        (r"\bforklift\b|\bloading\b", "forklift"),
        (r"\bcontainers?\b", "container_terminal"),
        (r"\bair(port)?\b", "air_terminal"),
        (r"\brail(way)?\b", "rail_terminal"),
    ),
}
# Words that name no class, and are no mistake either.
_NO_CLASS = frozenset({"terminal", "port", "hub", "depot", "site", "station"})
_FUEL_WORDS = (
    (r"\belectric\b|\be?bev\b|\bev\b|\be (truck|van|lkw)\b|\belektro\w*", "electricity"),
    (r"\bhvo\b", "hvo"),
    (r"\bcng\b", "cng"),
    (r"\blng\b", "lng"),
    (r"\bpetrol\b|\bgasoline\b", "petrol"),
    (r"\bdiesel\b", "diesel"),
)
_COLD = re.compile(
    r"\breefer\b|\brefrigerated\b|\bfrigo\b|\bk(ü|ue)hl\w*\b|\btemperature[- ]controlled\b"
    r"|\bfrozen\b|\bchilled\b|\bfridge\b|\bcold (store|room|chain)\b"
)
_NEGATED = re.compile(r"\b(?:non|not|no) (?:electric|diesel|reefer|refrigerated)\b")
_PAYLOAD = re.compile(r"\b(payload|nutzlast|net load)\b")
_JUST_BELOW = 0.99
_DIGITS_OF_A_GROUP = 3  # 75 000 dwt
_GROSS_PER_PAYLOAD = 1.6  # an articulated truck of 40 t carries 25 t
_TONNES_RANGE = re.compile(r"(\d+(?:\.\d+)?) (\d+(?:\.\d+)?) ?(?:t|to|tonnes?|tons?)\b")
_SHIP_SIZE = re.compile(r"\b(\d+)(?: (\d+))? ?(dwt|gt|cbm|m3|ceu|lm)\b")
_TONNES = re.compile(r"(\d+(?:\.\d+)?) ?(?:t|to|tonnes?|tons?)\b")
_TEU = re.compile(r"(\d[\d ]*) ?teu\b")
# Gross mass in tonnes up to which a class reaches, for a truck of which no more is known.
_RIGIDS = ((7.5, "rigid_7t5"), (12, "rigid_12t"), (17, "rigid_17t"), (18, "rigid_18t"))
_RIGIDS_ON = ((19, "rigid_19t"), (32, "rigid_26t"))
_ARTICS = ((26, "artic_26t"), (34, "artic_33t"), (42, "artic_40t"), (50, "artic_44t"))
_ARTICS_ON = ((66, "artic_60t"), (100, "artic_72t"))
_VANS = ((1.305, "van_1t3"), (1.74, "van_1t74"), (3.5, "van_3t5"))
_CONTAINERS = (
    (999, "container_feeder"),
    (1999, "container_1000teu"),
    (2999, "container_2000teu"),
    (4999, "container_3000teu"),
    (7999, "container_5000teu"),
    (99_999, "container_8000teu"),
)
_MOTOR_VESSELS = (
    (399, "motor_vessel_0t"),
    (649, "motor_vessel_400t"),
    (999, "motor_vessel_650t"),
    (1499, "motor_vessel_1000t"),
    (99_999, "motor_vessel_1500t"),
)
_SIZES = {
    "van": _VANS,
    "rigid": _RIGIDS + _RIGIDS_ON,
    "artic": _ARTICS + _ARTICS_ON,
    "truck": _VANS + _RIGIDS + _RIGIDS_ON + _ARTICS[1:] + _ARTICS_ON,
    "motor_vessel": _MOTOR_VESSELS,
    "motor_vessel_1500t": _MOTOR_VESSELS,
}


# Ships by family and unit: the size at which each class begins (4th IMO GHG study, or near it).
_SHIPS: dict[tuple[str, str], tuple[tuple[int, str], ...]] = {
    ("bulk", "dwt"): (
        *((0, "bulk_0dwt"), (10_000, "bulk_10000dwt"), (35_000, "bulk_35000dwt")),
        *((60_000, "bulk_60000dwt"), (100_000, "bulk_100000dwt"), (200_000, "bulk_200000dwt")),
    ),
    ("chemical_tanker", "dwt"): (
        *((0, "chemical_tanker_0dwt"), (5000, "chemical_tanker_5000dwt")),
        *((10_000, "chemical_tanker_10000dwt"), (20_000, "chemical_tanker_20000dwt")),
        (40_000, "chemical_tanker_40000dwt"),
    ),
    ("general", "dwt"): (
        *((0, "general_0dwt"), (5000, "general_5000dwt")),
        *((10_000, "general_10000dwt"), (20_000, "general_20000dwt")),
    ),
    ("tanker", "dwt"): (  # oil: products in small ships, crude in large ones
        *((0, "products_tanker_0dwt"), (5000, "products_tanker_5000dwt")),
        *((10_000, "products_tanker_10000dwt"), (20_000, "products_tanker_20000dwt")),
        *((60_000, "crude_tanker_60000dwt"), (80_000, "crude_tanker_80000dwt")),
        *((120_000, "crude_tanker_120000dwt"), (200_000, "crude_tanker_200000dwt")),
    ),
    ("liquids_tanker", "dwt"): ((0, "liquids_tanker_0dwt"), (1000, "liquids_tanker_1000dwt")),
    ("gas_tanker", "m3"): (
        *((0, "lpg_tanker_0m3"), (50_000, "lpg_tanker_50000m3")),
        *((100_000, "lng_tanker_0m3"), (200_000, "lng_tanker_200000m3")),
    ),
    ("reefer_ship", "dwt"): (
        *((0, "reefer_ship_0dwt"), (2000, "reefer_ship_2000dwt")),
        *((6000, "reefer_ship_6000dwt"), (10_000, "reefer_ship_10000dwt")),
    ),
    ("roro", "dwt"): ((0, "roro_0lm"), (5000, "roro_2000lm")),
    ("roro", "lm"): ((0, "roro_0lm"), (2000, "roro_2000lm")),
    ("ropax", "gt"): (
        *((0, "ropax_0gt"), (2000, "ropax_2000gt"), (5000, "ropax_5000gt")),
        *((10_000, "ropax_10000gt"), (20_000, "ropax_20000gt")),
    ),
    ("vehicle_carrier", "gt"): (
        (0, "vehicle_carrier_0ceu"),
        (30_000, "vehicle_carrier_4000ceu"),
    ),
    ("vehicle_carrier", "ceu"): (
        (0, "vehicle_carrier_0ceu"),
        (4000, "vehicle_carrier_4000ceu"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What words about a vehicle say; blank where they say nothing."""

    vehicle: str = ""
    temperature: str = ""
    air_option: str = ""
    fuel: str = ""
    understood: bool = False  # there was nothing to read

    @property
    def said_something(self) -> bool:
        """Say whether any of the words was understood, or there were none."""
        return self.understood or any((self.vehicle, self.temperature, self.air_option, self.fuel))


@lru_cache(maxsize=65_536)
def read_vehicle(mode: str, words: str) -> Reading:
    """Read words such as `40t artic`, `LKW 40 t`, `reefer truck`, `feeder` or `747F`.

    >>> read_vehicle("road", "LKW 40t").vehicle, read_vehicle("air", "B747-8F").air_option
    ('artic_40t', 'freighter')
    """
    if words in HUB_CLASSES if mode == "hub" else ROOTS.get(mode) in (words, *lineage(words)):
        return Reading(vehicle=words)
    text = _NEGATED.sub("", _plain(words))
    return Reading(
        vehicle=_class(mode, text),
        temperature=CONTROLLED if _COLD.search(text) else "",
        air_option=_first(_AIR_WORDS, text) if mode == "air" else "",
        fuel=_first(_FUEL_WORDS, text) if mode in {"road", "hub", "rail"} else "",
        understood=not text or text in _NO_CLASS,
    )


@lru_cache(maxsize=4096)
def lineage(vehicle: str) -> tuple[str, ...]:
    """Return the classes that hold a class, from the nearest to the whole mode.

    >>> lineage("rigid_12t")
    ('rigid_17t', 'rigid', 'truck')
    """
    found = []
    while vehicle in PARENT:
        vehicle = PARENT[vehicle]
        found.append(vehicle)
    return tuple(found)


def _plain(words: str) -> str:
    """Write words in small letters with plain blanks; a decimal sign stays."""
    text = re.sub(r"(?<=\d),(?=\d{1,2}\b)", ".", words.casefold())
    text = re.sub(r"(?<=\d) ?k(?= ?(teu|dwt|ceu)\b)", "000", text)
    text = text.replace(">", " over ").replace("<", " under ")
    text = re.sub(r"(?<=\d)[,'](?=\d{3}\b)", "", text)
    text = re.sub(r"[^\w.]+|_|\.(?!\d)", " ", text)
    return " ".join(text.split())


def _first(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    return next((word for pattern, word in patterns if re.search(pattern, text)), "")


def _class(mode: str, text: str) -> str:
    word = _first(_VEHICLE_WORDS.get(mode, ()), text)
    if mode == "sea":
        return _ship(text, word)
    size = _tonnes(text)
    if size is None:
        return word
    return _up_to(_SIZES.get(word or ROOTS.get(mode, ""), ()), size, word)


def _tonnes(text: str) -> float | None:
    """Return the gross mass that words tell: the middle of a range, more than a payload."""
    if span := _TONNES_RANGE.search(text):
        return (float(span[1]) + float(span[2])) / 2
    tonnes = _TONNES.search(text)
    if tonnes is None:
        return None
    below = _JUST_BELOW if re.search(rf"\bunder {re.escape(tonnes[0])}", text) else 1.0
    return float(tonnes[1]) * (_GROSS_PER_PAYLOAD if _PAYLOAD.search(text) else below)


def _ship(text: str, word: str) -> str:
    """Return the class of a ship: by its containers, or by the size at which its range begins."""
    if teu := _TEU.search(text):
        return _up_to(_CONTAINERS, float(teu[1].replace(" ", "")), word)
    found = _SHIP_SIZE.search(text)
    if found is None:
        return word
    low, high, unit = found[1], found[2] or "", found[3].replace("cbm", "m3")
    thousands = len(high) == _DIGITS_OF_A_GROUP and len(low) <= _DIGITS_OF_A_GROUP and low != "0"
    size = int(low + high) if thousands else int(low)
    classes = _SHIPS.get((word, unit), ())
    return next((name for least, name in reversed(classes) if size >= least), word)


def _up_to(sizes: tuple[tuple[float, str], ...], size: float, otherwise: str) -> str:
    return next((word for limit, word in sizes if size <= limit), otherwise)
