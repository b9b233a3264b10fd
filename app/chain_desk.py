"""Answer what a planner asks about chains: which place is meant, and which ways lead there."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.documents import software_version
from app.ways import MOST_CANDIDATES, all_files, chains_document, open_world
from data.errors import DataError
from data.gazetteer import PlaceError, open_gazetteer
from optimizer.scenarios import Closures
from optimizer.world.supply import end_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.tools import Tools
    from data.gazetteer import Candidate, Gazetteer


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a written place means: one place, or some to choose from."""

    asked: str  # how to ask for the place; empty while in doubt
    words: str  # the place, or why it is in doubt
    candidates: tuple[tuple[str, str], ...] = ()  # how to ask for each, and its words


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainQuestion:
    """Two places, a mass, and what is closed; equal questions have equal answers."""

    origin: str
    destination: str
    mass_kg: float
    passages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    airspace: tuple[str, ...] = ()
    ship_draft_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainAnswer:
    """Chains as the page shows them and hands them out."""

    document: Mapping[str, Any]
    files: Mapping[str, bytes]


def meaning(name: str, tools: Tools) -> Meaning:
    """Return the place that a name means, or ranked candidates; a name in doubt is not guessed.

    Raises
    ------
    DataError
        for text that can name no place.
    """
    gazetteer = open_gazetteer(tools.catalogue)
    try:
        end = end_of(open_world(tools), gazetteer, name)
    except PlaceError as error:
        found = error.candidates or gazetteer.candidates(name, MOST_CANDIDATES)
        return Meaning(
            asked="",
            words=str(error).split("; candidates:")[0].split("; nearest names:")[0],
            candidates=tuple((_asking(c, gazetteer), _words(c)) for c in found),
        )
    return Meaning(asked=name, words=f"{end.name}, {end.country} ({end.code})")


def _words(candidate: Candidate) -> str:
    place = candidate.place
    where = ", ".join(x for x in (place.name, place.admin1, place.country) if x)
    code = place.iata or place.unlocode
    people = f"{place.population:,} people" if place.population else ""
    return " · ".join(x for x in (where, code, people) if x)


def _asking(candidate: Candidate, gazetteer: Gazetteer) -> str:
    """Return the shortest text that means this place beyond doubt."""
    place = candidate.place
    position = f"{place.lat:.4f},{place.lon:.4f}"
    full = ", ".join(x for x in (place.name, place.admin1, place.country) if x)
    for text in (place.iata, place.unlocode, full):
        if text and _means(text, gazetteer) == place.place_id:
            return text
    return position


def _means(text: str, gazetteer: Gazetteer) -> str:
    try:
        return gazetteer.find(text).place_id
    except DataError:
        return ""


def digest(question: ChainQuestion, tools: Tools) -> str:
    """Return the fingerprint of all that an answer depends on."""
    parts = (software_version(), tools.factors.sha256, repr(question))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def answer(question: ChainQuestion, tools: Tools) -> ChainAnswer:
    """Search the world and return the chains with every file.

    Raises
    ------
    DataError
        for a place that is unknown or in doubt, or two ends in one place.
    RouteError
        if there is no chain at all, with the reasons.
    """
    closures = Closures(
        passages=tuple(sorted(question.passages)),
        countries=tuple(sorted(question.countries)),
        airspace=tuple(sorted(question.airspace)),
        ship_draft_m=question.ship_draft_m,
    )
    document = chains_document(
        tools, question.origin, question.destination, mass_kg=question.mass_kg, closures=closures
    )
    files = all_files(document, tools)
    return ChainAnswer(document=json.loads(files["chains.json"]), files=files)
