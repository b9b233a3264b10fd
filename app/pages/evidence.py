"""Check whether a stranger's claim is intact, and whether its figures follow from its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import screen, state
from app.desk import GROUPS, look_at_claim
from app.views import findings, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.desk import ClaimCheck


def show() -> None:
    """Draw the page."""
    st.title("Evidence")
    st.caption(
        "Opens an evidence pack offline, checks every byte and recomputes every figure from the "
        "inputs and factors inside it. A check is not an opinion of a third party."
    )
    asked = _pack()
    if asked is not None:
        with screen.faults_as_sentences():
            check = look_at_claim(*asked)
        _verdict(check)
        if check.statement is not None:
            _claim(check.statement)
        _findings(check)
    screen.source_list()


def _pack() -> tuple[bytes, bytes | None] | None:
    """Ask for a pack and a trust file; without a pack offer the demo's."""
    left, right = st.columns(2, gap="large")
    pack = left.file_uploader(
        "Evidence pack (claim.zip)",
        type=["zip"],
        max_upload_size=50,
        help="The file that `greenlane seal` wrote.",
    )
    keys = right.file_uploader(
        "Keys that you trust (trust.toml), optional",
        type=["toml"],
        max_upload_size=1,
        help="Without it nobody is trusted: an intact pack then answers with exit code 3.",
    )
    trust = keys.getvalue() if keys else None
    if pack:
        return pack.getvalue(), trust
    demo = state.claim_of_the_demo()
    if demo is None:
        st.info("Upload a pack, or make one with `make demo`.")
        return None
    if not st.toggle("Look at the demo's pack", value=True, help="Made here by `greenlane demo`."):
        return None
    st.caption("The demo's pack. Its key was made on this machine and proves nothing to others.")
    return demo[0], trust or demo[1]


def _verdict(check: ClaimCheck) -> None:
    tone = {0: st.success, 3: st.warning}.get(check.exit_code, st.error)
    tone(f"**{check.verdict}** · {check.meaning}")


def _claim(statement: Mapping[str, Any]) -> None:
    claim = findings.claim_figures(statement)
    st.subheader(text.plain(claim["subject"]))
    for column, figure in zip(st.columns(3), claim["columns"], strict=True):
        column.metric(figure["label"], figure["value"], help=figure["help"], border=True)
        column.caption(figure["note"])
    for line in claim["lines"]:
        st.caption(text.plain(line))


def _findings(check: ClaimCheck) -> None:
    st.subheader("Findings")
    for column, group in zip(st.columns(len(GROUPS)), GROUPS, strict=True):
        column.metric(group.capitalize(), findings.score(check.groups[group]))
    for group in GROUPS:
        found = check.groups[group]
        if found:
            title = findings.heading(group, found)
            with st.expander(title, expanded=findings.wants_eyes(found)):
                rows = findings.for_screen(found)
                screen.table(rows, key=f"findings-{group}", alt=group, wide="Message")


if __name__ == "__main__":  # Streamlit opens this file by itself when it is asked for first
    screen.open_app()
