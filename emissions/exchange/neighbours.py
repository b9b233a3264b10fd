"""Tell of a received category what only its sender and its neighbours in the chains say."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from emissions.exchange import vocabulary as v
from emissions.exchange.rules import GCD_WITH_DETOUR, distance_behind

if TYPE_CHECKING:
    from data.tables import Row
    from emissions.exchange.incoming import Incoming, Received
    from emissions.exchange.models import TCE

_NOBODY = "ileap"  # before the ids of a sender without a name


def sender_slug(company: str) -> str:
    """Return a company's name as it stands before ids.

    >>> sender_slug("Example Forwarding Co., Ltd.")
    'example-forwarding-co-ltd'
    """
    folded = unicodedata.normalize("NFKC", company).casefold()
    return re.sub(r"[\W_]+", "-", folded).strip("-") or _NOBODY


def own_id(one: Received[Any], name: str) -> str:
    """Return an id that no other sender's has; a blank one stays blank."""
    return f"{sender_slug(one.envelope.company)}:{name}" if name else ""


def distances_behind(found: Incoming) -> dict[str, Row]:
    """Return the kind of distance behind each TOC that its elements agree on."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for one in found.shipments.values():
        for t in one.thing.tces:
            toc = found.tocs.get(t.toc_id or "")
            if toc is not None:
                behind = distance_behind(t, toc.thing)
                kinds[toc.thing.toc_id].add(behind[0] if behind else "")
    return {name: _distance(agreed.pop()) for name, agreed in kinds.items() if len(agreed) == 1}


def _distance(behind: str) -> Row:
    if behind == GCD_WITH_DETOUR:  # the sender multiplied by what was flown
        return {"distance_kind": "actual", "daf_included": "no"}
    return {"distance_kind": behind} if behind else {}


def hub_kinds(found: Incoming) -> dict[str, str]:
    """Return for each HOC the kind of hub that its neighbours in the chains tell."""
    near: dict[str, set[str]] = defaultdict(set)
    for one in found.shipments.values():
        modes = {t.tce_id: _mode(found, t) for t in one.thing.tces}
        hubs = {t.tce_id: t.hoc_id for t in one.thing.tces if t.hoc_id}
        for t in one.thing.tces:
            for before in t.prev_tce_ids or ():
                near[hubs.get(before) or ""].add(modes[t.tce_id])
                near[t.hoc_id or ""].add(modes.get(before, ""))
    return {
        name: next((v.HUB_KIND_OF_MODE[m] for m in v.HUB_KIND_OF_MODE if m in modes), "road")
        for name, modes in near.items()
    }


def _mode(found: Incoming, t: TCE) -> str:
    toc = found.tocs.get(t.toc_id or "")
    return toc.thing.mode if toc else ""
