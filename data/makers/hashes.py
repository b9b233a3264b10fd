"""Write the SHA-256 of every shipped table into the TOML beside it: `python -m data.makers.hashes`.

A published table is never edited, so a changed hash of one that is already released is a fault:
add a new edition as a new file instead (data/factors/README.md).
"""

from __future__ import annotations

from data.makers.cards import DATA, stamp

FOLDERS = ("factors", "equipment", "network", "network/odbl", "places")
SUFFIXES = (".csv", ".parquet", ".geojson")


def main() -> None:
    """Stamp each table that has a card."""
    for folder in FOLDERS:
        for table in sorted((DATA / folder).glob("*")):
            if table.suffix in SUFFIXES and stamp(table):
                print(f"{folder}/{table.name}: hash written")


if __name__ == "__main__":
    main()
