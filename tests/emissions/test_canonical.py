"""One spelling, one hash: what two readers could read differently is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emissions.evidence.canonical import (
    EvidenceError,
    canonical_json,
    read_canonical_json,
    sha256_hex,
)


def test_rfc_8785_sorts_keys_by_utf16_units() -> None:
    """RFC 8785, 3.2.3: the sorting example."""
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    found = list(read_canonical_json(canonical_json(value), "x"))
    assert found == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_sha256_of_abc() -> None:
    """FIPS 180-4 example."""
    assert sha256_hex(b"abc").startswith("ba7816bf8f01cfea414140de5dae2223")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b'{"a":"1","a":"2"}', "stands twice"),
        (b'{"a":1.5}', "not whole"),
        (b'{"a":1e3}', "not whole"),
        (b'{"a":NaN}', "not whole"),
        (b'{"a":9007199254740993}', "too large"),
        (b'{"a":' + b"9" * 5000 + b"}", "too large"),
        (b'{"a": "1"}', "canonical"),
        (b'{"b":"1","a":"2"}', "canonical"),
        (b'{"a":"\\u0041"}', "canonical"),
        (b"\xff", "not readable"),
        (b"", "not readable"),
        (b"[" * 100_000, "nested"),
        (b"[" * 100 + b"]" * 100, "nested"),
        (b'"\\ud800"', "not readable"),
    ],
)
def test_ambiguous_json_is_refused(content: bytes, fault: str) -> None:
    """Each of these is read differently, or not at all, by some reader."""
    with pytest.raises(EvidenceError, match=fault):
        read_canonical_json(content, "statement.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_canonical_json_reads_back(value: object) -> None:
    """What we write is what we read, and writing it again gives the same bytes."""
    content = canonical_json(value)
    assert read_canonical_json(content, "x") == value
