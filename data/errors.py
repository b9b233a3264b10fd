"""Name what cannot be worked with; every exception of Greenlane descends from `GreenlaneError`."""

from __future__ import annotations


class GreenlaneError(Exception):
    """Base of all our exceptions: catch this, and no more, at a border.

    The message always says where, what was found and what was wanted, so that it can be shown to a
    person as it is.
    """


class DataError(GreenlaneError):
    """A row, a table or a catalogue that cannot be used as it stands."""
