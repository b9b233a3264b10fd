"""One palette for every picture: told apart by colour-blind eyes, and never by colour alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one mode of carriage is drawn everywhere."""

    label: str
    colour: str
    dash: str  # of an SVG stroke: the second signal beside colour
    hue: str = ""  # the colour in a word, where a legend cannot show it


# Colours of Okabe and Ito (2008), made for all kinds of colour vision.
LOOKS = {
    "air": Look(label="Air", colour="#D55E00", dash="", hue="orange"),
    "sea": Look(label="Sea", colour="#0072B2", dash="14 5", hue="blue"),
    "rail": Look(label="Rail", colour="#009E73", dash="9 3 2 3", hue="green"),
    "road": Look(label="Road", colour="#C98A00", dash="3 3.5", hue="ochre"),
    "iww": Look(label="Inland waterway", colour="#CC79A7", dash="6 6", hue="pink"),
    "hub": Look(label="Hub", colour="#5B6670", dash=""),
}
_UNKNOWN = Look(label="Other", colour="#333333", dash="1 3")

OCEAN = "#E6EFF4"
LAND = "#FBFAF5"
COAST = "#B9C4C7"
GRID = "#D5E1E8"
INK = "#1E2B2A"
MUTED = "#5D6B6A"
GREEN = "#0B6E4F"

# Scenarios in charts differ by shape and label too.
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def look_of(mode: str) -> Look:
    """Return the look of a mode; an unknown one is drawn, not dropped."""
    return LOOKS.get(mode, _UNKNOWN)


def rgb(colour: str) -> list[int]:
    """Return a hex colour as three numbers.

    >>> rgb("#0072B2")
    [0, 114, 178]
    """
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
