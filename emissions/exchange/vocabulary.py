"""Translate between our words and those of iLEAP 1.0.0: modes, hubs, fuels, conditions."""

from __future__ import annotations

from dataclasses import dataclass

TRANSPORT_MODES = ("Road", "Rail", "Air", "Sea", "InlandWaterway")
HUB_TYPES = (
    "Transshipment",
    "StorageAndTransshipment",
    "Warehouse",
    "LiquidBulkTerminal",
    "MaritimeContainerTerminal",
)
ENERGY_CARRIERS = (
    "Diesel",
    "HVO",
    "Petrol",
    "CNG",
    "LNG",
    "LPG",
    "HFO",
    "MGO",
    "Aviation fuel",
    "Hydrogen",
    "Methanol",
    "Electric",
)
FEEDSTOCKS = ("Fossil", "Natural gas", "Grid", "Renewable electricity", "Cooking oil")
CERTIFICATIONS = ("ISO14083:2023", "GLECv2", "GLECv3", "GLECv3.1")
PACKAGING = ("Box", "Pallet", "Container-TEU", "Container-FEU", "Container")
INCOTERMS = ("EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF")
CONDITIONS = ("ambient", "refrigerated", "mixed")
TAD_CONDITIONS = ("ambient", "refrigerated")
LOADING = ("LTL", "FTL")
AIR_OPTIONS = ("belly freight", "freighter")
FLIGHT_LENGTHS = ("short-haul", "long-haul")
CONSUMPTION_UNITS = ("l", "kg", "kWh", "MJ")
ACTIVITY_UNITS = ("TEUkm", "tkm")
HUB_ACTIVITY_UNITS = ("TEU", "tonnes")

TEU_OF = {"Container-TEU": 1, "Container-FEU": 2}  # a forty-foot container is two TEU

MODE_OF = {
    "road": "Road",
    "rail": "Rail",
    "air": "Air",
    "sea": "Sea",
    "iww": "InlandWaterway",
}
OUR_MODE = {theirs: ours for ours, theirs in MODE_OF.items()}

# Our hubs are kinds of place, theirs are kinds of work; a port is one of containers here.
HUB_TYPE_OF = {
    "airport": "Transshipment",
    "rail": "Transshipment",
    "iww": "Transshipment",
    "road": "Transshipment",
    "site": "Transshipment",
    "port": "MaritimeContainerTerminal",
}
OUR_HUB_KIND = {
    "MaritimeContainerTerminal": "port",
    "LiquidBulkTerminal": "port",
    "Warehouse": "site",
}
# In the order in which a mode tells the kind of a place that several of them meet at.
HUB_KIND_OF_MODE = {
    "Air": "airport",
    "Sea": "port",
    "Rail": "rail",
    "InlandWaterway": "iww",
    "Road": "road",
}
MODE_OF_HUB_KIND = {
    "airport": "air",
    "port": "sea",
    "rail": "rail",
    "iww": "iww",
    "road": "road",
    "site": "road",
}
AIR_OPTION_OF = {"belly": "belly freight", "freighter": "freighter"}
FLIGHT_LENGTH_OF = {"short": "short-haul", "long": "long-haul"}
OUR_CONSUMPTION_UNIT = {"l": "l", "kg": "kg", "kWh": "kwh", "MJ": "mj"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuel:
    """A carrier in iLEAP's words; without a feedstock where no one of theirs is the truth."""

    energy_carrier: str
    feedstock: str = ""


# By the first word of our carrier ids: what it is.
_TYPES = {
    "diesel": "Diesel",
    "hvo": "HVO",
    "petrol": "Petrol",
    "cng": "CNG",
    "lng": "LNG",
    "lpg": "LPG",
    "hfo": "HFO",
    "vlsfo": "HFO",
    "mgo": "MGO",
    "jet": "Aviation fuel",
    "hydrogen": "Hydrogen",
    "methanol": "Methanol",
    "electricity": "Electric",
}
# By the whole id alone: what it is made of. A pump blend, HVO from many oils, hydrogen and methanol
# of unknown making have no entry, for a feedstock would be a guess.
_FEEDSTOCKS = {
    "diesel": "Fossil",
    "petrol": "Fossil",
    "cng": "Natural gas",
    "lng": "Natural gas",
    "lpg": "Fossil",
    "hfo": "Fossil",
    "vlsfo": "Fossil",
    "mgo": "Fossil",
    "jet": "Fossil",
    "electricity": "Grid",
}
_OURS = {theirs: ours for ours, theirs in _TYPES.items() if ours != "vlsfo"}


def fuel_of(carrier_id: str) -> Fuel | None:
    """Return a carrier in iLEAP's words, or None where they have none for it.

    >>> fuel_of("diesel-b7-gb")
    Fuel(energy_carrier='Diesel', feedstock='')
    """
    kind = _TYPES.get(carrier_id.split("-", maxsplit=1)[0])
    return Fuel(energy_carrier=kind, feedstock=_FEEDSTOCKS.get(carrier_id, "")) if kind else None


def carrier_of(energy_carrier: str, feedstocks: tuple[str, ...] = ()) -> str:
    """Return our id of their carrier; blank for what is not plainly one of ours.

    Aviation fuel of cooking oil is SAF: it has no id among fuels here, only a pathway.
    """
    if energy_carrier == "Aviation fuel" and "Cooking oil" in feedstocks:
        return ""
    return _OURS.get(energy_carrier, "")
