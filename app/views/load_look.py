"""Colours of cargo: by shipment or by stop, told apart by colour-blind eyes, and numbered."""

from __future__ import annotations

# Okabe and Ito (2008), lightened so that dark labels can be read on every one.
COLOURS = (
    "#7FB8E6", "#F2B661", "#6FC7A8", "#E8967A", "#C9A3C9",
    "#EFE08A", "#9AA9C9", "#B7D59A", "#D9B38C", "#A8D5DC",
)  # fmt: skip


def colour_of(number: int) -> str:
    """Return the colour of the n-th of a kind, from 0; after ten they come round again."""
    return COLOURS[number % len(COLOURS)]


def shaded(colour: str, factor: float) -> str:
    """Return a colour darkened by a factor, for the faces that turn from the light.

    >>> shaded("#ffffff", 0.5)
    '#808080'
    """
    parts = [round(int(colour[i : i + 2], 16) * factor) for i in (1, 3, 5)]
    return "#" + "".join(f"{min(255, part):02x}" for part in parts)
