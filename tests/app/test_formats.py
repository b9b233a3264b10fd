"""The page of formats is what the program does."""

from __future__ import annotations

from pathlib import Path

from app.formats import formats_markdown

ROOT = Path(__file__).parents[2]


def test_formats_page_is_generated_from_the_declarations() -> None:
    """Run `python -m app.formats > docs/formats.md` after changing a schema."""
    assert (ROOT / "docs" / "formats.md").read_text("utf-8") == formats_markdown()
