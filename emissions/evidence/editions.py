"""Know the published factor sets by their hashes, so that a swapped table is found offline.

A pack brings its own tables, and a liar brings his own figures. This list is what the verifier
holds against them. Published rows are never edited: a new edition is a new entry. How to make one:

    python -c "from data import open_catalogue; from emissions import Factors; \
f = Factors.load(open_catalogue()); print(f.edition, f.sha256)"

A test keeps the shipped set equal to its entry.
"""

from __future__ import annotations

from types import MappingProxyType

KNOWN_EDITIONS = MappingProxyType(
    {
        "open-2025": "82b52ee19104e06719b748467ae6857735c2a2abda960e620bee8a03a9747d9d",
        "open-2025.1": "9b543b817b9ded32741b90ca28f7f2ca3476d960797fd93b377315b030f593a7",
        "open-2025.2": "bf1348fbe378d407e8706afb568da47600339ad3204468cbc5624f8982796cca",
    }
)
