"""Say what a leg lacks before it can be counted: route, mode, and an actual mass or TEU."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from data.drafts import Note, refusal, warning
from data.fields import is_chargeable

if TYPE_CHECKING:
    from data.mapping import Mapping

_MISSING = {
    "origin": refusal("missing_origin", "origin", "", "a place where transport begins"),
    "destination": refusal("missing_destination", "destination", "", "a place where it ends"),
    "mode": refusal("missing_mode", "mode", "", "road, rail, sea, air or iww"),
}
_MISSING_MASS = refusal("missing_mass", "mass_kg", "", "the actual gross mass, or TEU")
_ONLY_CHARGEABLE = refusal(
    "chargeable_as_mass", "mass_kg", "", "the actual gross mass; only a chargeable one is given"
)


def check_leg(
    values: dict[str, Any], extras: dict[str, Any], notes: list[Note], mapping: Mapping
) -> None:
    """Say what a leg lacks; what a note already refuses is not said twice."""
    refused = {note.code for note in notes if note.severity == "refused"} if notes else set()
    if "mode" not in values and mapping.mode and "unknown_mode" not in refused:
        values["mode"] = mapping.mode
        message = f"taken as {mapping.mode}, since the row names none"
        notes.append(warning("mode_assumed", "mode", "", message))
    if not refused and not values.keys() >= _MISSING.keys():
        notes += [note for name, note in _MISSING.items() if name not in values]
    _check_mass(values, extras, notes, is_refused=bool(refused))


_ACTUAL = re.compile(r"|actual.*|gross.*|brutto", re.IGNORECASE)


def _check_mass(
    values: dict[str, Any], extras: dict[str, Any], notes: list[Note], *, is_refused: bool
) -> None:
    mass, teu = values.get("mass_kg"), values.get("teu")
    if mass and not _ACTUAL.fullmatch(basis := str(extras.get("mass_basis", ""))):
        notes.append(refusal("chargeable_as_mass", "mass_basis", basis, "the actual gross mass"))
    if mass == 0:
        del values["mass_kg"]
        say = warning if teu else refusal
        notes.append(say("zero_mass", "mass_kg", "0", "a mass above 0, or TEU"))
    elif mass is None and not teu and not is_refused:
        notes.append(_ONLY_CHARGEABLE if "chargeable_kg" in extras else _MISSING_MASS)


def chargeable_as_mass(mapping: Mapping) -> Note | None:
    """Return the refusal of all rows if the mapping takes a chargeable weight for the mass."""
    for b in mapping.bindings:
        if b.target == "mass_kg" and b.part != "unit" and is_chargeable(b.source):
            return refusal(
                "chargeable_as_mass", b.source, b.source, "the actual gross mass of the goods"
            )
    return None
