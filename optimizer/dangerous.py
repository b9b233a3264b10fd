"""Lithium batteries by air: which aircraft take them, and by which packing instruction.

Lithium batteries shipped alone are forbidden on passenger aircraft and fly on freighters only;
packed with or contained in equipment they fly on both. Read in a carrier's table of the rules
(afklcargo.com, lithium batteries) and in packing sheets (dg-packaging.nl: PI 965 to 967); the rows
of lithium metal likewise. From memory: states may approve exceptions (ICAO Technical Instructions,
special provisions A201 and A331), which are not modelled, and neither are limits per package
(5 or 35 kg of batteries), states of charge, and variations of operators.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.freight import Shipment
    from data.network import Service

FREIGHTER = "freighter"
FREIGHTERS_ONLY = frozenset({"UN3480", "UN3090"})
# Packing instruction by air -> the UN number whose goods it packs.
UN_OF_PACKING = {
    "965": "UN3480",
    "966": "UN3481",
    "967": "UN3481",
    "968": "UN3090",
    "969": "UN3091",
    "970": "UN3091",
}
_UN_NUMBER = re.compile(r"UN\d{4}")
_PACKING = re.compile(r"(?:PI[ -]?)?(\d{3})\b.*", re.IGNORECASE)


def declared_faults(un_number: str, packing_instruction: str) -> list[tuple[str, str, str]]:
    """Return (column, found, wanted) where a row names dangerous goods in a way that cannot be."""
    faults = []
    if un_number and not _UN_NUMBER.fullmatch(un_number):
        faults.append(("un_number", un_number, "UN and four digits, such as UN3481"))
    match = _PACKING.fullmatch(packing_instruction)
    packed = UN_OF_PACKING.get(match[1], "") if match else ""
    if packed and packed != un_number:
        wanted = f"one for {un_number}" if un_number else f"un_number {packed} beside it"
        faults.append(("packing_instruction", packing_instruction, wanted))
    if un_number in UN_OF_PACKING.values() and packing_instruction and not packed:
        names = [f"PI{n}" for n, un in UN_OF_PACKING.items() if un == un_number]
        faults.append(("packing_instruction", packing_instruction, " or ".join(names)))
    return faults


def not_taken(service: Service, shipment: Shipment) -> str:
    """Return why a service does not take the dangerous goods of a shipment, or nothing."""
    if shipment.un_number and shipment.un_number not in service.dangerous_goods:
        return f"does not take {shipment.un_number}"
    if service.mode != "air" or shipment.un_number not in FREIGHTERS_ONLY:
        return ""
    if not service.aircraft:
        return f"names no aircraft, and {shipment.un_number} flies on freighters only"
    if service.aircraft != FREIGHTER:
        return (
            f"is a {service.aircraft} aircraft, and {shipment.un_number} flies on freighters only"
        )
    return ""
