"""Tell a plan's ways and reasons with the names of places; files keep the ids."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.lanes import short_name
from app.views.look import look_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ARROW = " → "
UNUSED = "unused"  # of a plan on screen: hubs and services that its files have no row for
_CHAIN = " > "  # as optimizer and files write it
_ID = r"\w(?:[\w.\-]*\w)?"
_IDS = re.compile(  # one pass: a name may hold the id of its hub
    rf"(?P<chain>{_ID}(?: > {_ID})+)"
    rf"|(?P<service>{_ID})@(?P<at>\d{{4}}-\d\d-\d\dT\d\d:\d\d)Z"
    rf"|{_ID}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The names of what plans are about."""

    hubs: Mapping[str, str]
    services: Mapping[str, tuple[str, str, str]]  # mode, origin, destination
    ends: Mapping[str, tuple[str, str]]  # of shipments

    def hub(self, hub_id: str) -> str:
        """Return a hub by its name, or by its id where it has left the plan."""
        return self.hubs.get(hub_id, hub_id)

    def way(self, services: Sequence[str], shipment_id: str = "") -> str:
        """Return a chain by the places it passes and its modes.

        A saved plan lists the services it uses alone: where two others follow each other, the
        place between them stays a service's id.
        """
        start, end = self.ends.get(shipment_id, ("", ""))
        known = [self.services.get(name) for name in services]
        first = known[0][1] if known and known[0] else start
        words = [self.hub(first)] if first else []
        for number, (name, service) in enumerate(zip(services, known, strict=True)):
            after = known[number + 1] if number + 1 < len(known) else None
            to = after[1] if after else ""
            if service:
                words.append(f"{self.hub(service[2])} ({look_of(service[0]).label.lower()})")
            elif number + 1 == len(known) and end:
                words.append(self.hub(end))
            else:
                words.append(self.hub(to) if to else name)
        return ARROW.join(words)

    def shipment(self, shipment_id: str) -> str:
        """Return a shipment by its id and, where they are known, the places it goes between."""
        ends = [self.hub(x) for x in self.ends.get(shipment_id, ())]
        return f"{shipment_id} {ARROW.join(ends)}".rstrip()

    def sentence(self, words: str, shipment_id: str = "") -> str:
        """Return a sentence of the planner with names for ids, times in UTC, and CO₂e."""
        words = _IDS.sub(lambda found: self._named(found, shipment_id), words)
        return text.moments(text.subscript(words)).replace("due_at", "due time")

    def _named(self, found: re.Match[str], shipment_id: str) -> str:
        if found["chain"]:
            return self.way(found["chain"].split(_CHAIN), shipment_id)
        if found["service"]:
            return f"{self._one(found['service'])} of {text.moment(found['at'])} UTC"
        return self._one(found.group())

    def _one(self, word: str) -> str:
        return self.way([word]) if word in self.services else self.hub(word)


def told(*documents: Mapping[str, Any]) -> Told:
    """Return the names in some plans, those of the last first."""
    hubs: dict[str, str] = {}
    services: dict[str, tuple[str, str, str]] = {}
    ends: dict[str, tuple[str, str]] = {}
    for document in documents:
        unused = document.get(UNUSED, {"hubs": [], "services": []})
        hubs |= hub_names([*unused["hubs"], *document["hubs"]])
        services |= {
            s["service_id"]: (s["mode"], s["origin_hub"], s["destination_hub"])
            for s in (*unused["services"], *document["services"])
        }
        ends |= {s["shipment_id"]: (s["origin"], s["destination"]) for s in document["shipments"]}
    return Told(hubs=hubs, services=services, ends=ends)


def hub_names(hubs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the short names of hubs; one that two of them bear is told with its id."""
    names = {h["hub_id"]: short_name(h) for h in hubs}
    often = Counter(names.values())
    return {k: f"{name} ({k})" if often[name] > 1 else name for k, name in names.items()}
