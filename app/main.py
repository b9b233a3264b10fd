"""Open the planner's pages: `greenlane app`."""

from __future__ import annotations

import streamlit as st

from app.pages import chains, compare, evidence, footprint, load, plan

st.set_page_config(page_title="Greenlane", layout="wide")
st.navigation(
    [
        st.Page(compare.show, title="Compare", url_path="compare", default=True),
        st.Page(chains.show, title="Chains", url_path="chains"),
        st.Page(plan.show, title="Plan", url_path="plan"),
        st.Page(load.show, title="Load", url_path="load"),
        st.Page(footprint.show, title="Footprint", url_path="footprint"),
        st.Page(evidence.show, title="Evidence", url_path="evidence"),
    ],
    position="top",
).run()
