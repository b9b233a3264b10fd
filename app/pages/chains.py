"""Show which ways lead from one place to another: none is beaten in cost, time and CO2e."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import screen, state
from app.chain_desk import ChainQuestion
from app.views import chain_deck, chain_tables, text
from app.views.chain_lanes import all_chains, conditions_words, title_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.chain_desk import ChainAnswer
    from app.views.chain_lanes import Chain

_PLACE_HELP = (
    "City and country (`Madrid, ES`), an airport code (`PVG`), a UN/LOCODE (`DEHAM`) or "
    "`latitude,longitude`. A name in doubt is never guessed."
)
_LONGEST_NAME = 120
_WIDTHS = {"Chain": 96, "Modes": 190, "Way": 520, "Distances are": 250}


def show() -> None:
    """Draw the page."""
    st.title("Chains")
    st.caption(
        "Ways between any two places by road, rail, sea, inland waterway and air. No other is at "
        "once as cheap, as fast and as low in CO₂e as any that is shown."
    )
    question = _question()
    pressed = st.button("Find chains", type="primary", width=220, disabled=question is None)
    if pressed and question is not None:
        state.clear_chains()
        fault = screen.faults_as_sentences(_advice(question))
        with fault, st.spinner("Searching the world network"):
            state.ask_chains(question)
            state.keep_chains_on_screen(question)
    found = state.chains_on_screen()
    if found is not None:
        st.divider()
        if question is not None and question != found[0]:
            st.info("What is asked above has changed since; press *Find chains* to see its ways.")
        _result(found[1])
    screen.source_list()


def _question() -> ChainQuestion | None:
    """Ask for two places, a mass and closures; None while a place is in doubt."""
    left, right, mass = st.columns([2, 2, 1], gap="medium")
    with left:
        origin = _place("From", "Nanjing, CN", "origin")
    with right:
        destination = _place("To", "Madrid, ES", "destination")
    mass_kg = mass.number_input(
        "Mass (kg)",
        min_value=1,
        value=10_000,
        step=1000,
        help="Costs and CO₂e are for this mass, a part of a vehicle or several.",
    )
    with st.expander("What is closed, and how deep the ships go"):
        closed = _closures()
    if not origin or not destination:
        return None
    return ChainQuestion(origin=origin, destination=destination, mass_kg=float(mass_kg), **closed)


def _place(label: str, default: str, key: str) -> str:
    """Ask for a place; offer candidates when its name is in doubt."""
    name = st.text_input(
        label, value=default, key=key, max_chars=_LONGEST_NAME, help=_PLACE_HELP
    ).strip()
    if not name:
        st.caption("Name a place.")
        return ""
    with screen.faults_as_sentences():
        found = state.meaning_of(name)
    if found.asked:
        st.caption(text.plain(found.words))
        return found.asked
    st.caption(text.plain(found.words))
    if not found.candidates:
        return ""
    words = dict(found.candidates)
    return (
        st.selectbox(
            f"{label}: which one?",
            list(words),
            index=None,
            format_func=words.__getitem__,
            placeholder="Choose the place that is meant",
            key=f"{key}: {name}",
            help="The likeliest first.",
        )
        or ""
    )


def _closures() -> dict[str, Any]:
    closable = state.closable()
    one, two = st.columns(2, gap="medium")
    passages = one.multiselect(
        "Closed passages",
        list(closable.passages),
        format_func=closable.passages.__getitem__,
        key="closed-passages",
        help="Straits and canals, bridges and tunnels, stations where railways change gauge.",
    )
    countries = two.multiselect(
        "Closed countries",
        list(closable.countries),
        format_func=closable.countries.__getitem__,
        key="closed-countries",
        help="Countries that freight may not enter.",
    )
    airspace = one.multiselect(
        "Closed airspace",
        list(closable.countries),
        format_func=closable.countries.__getitem__,
        key="closed-airspace",
        help="Not to be overflown; flights go round it, and take longer and cost more.",
    )
    draft = two.number_input(
        "Draft of the ships (m)",
        min_value=1.0,
        max_value=30.0,
        value=None,
        step=0.5,
        placeholder="any",
        help="Ships too deep for a passage do not use it.",
    )
    return {
        "passages": tuple(passages),
        "countries": tuple(countries),
        "airspace": tuple(airspace),
        "ship_draft_m": draft,
    }


def _advice(question: ChainQuestion) -> str:
    """Say what could be opened, if anything is closed."""
    words = state.closable()
    shut = [
        *(words.passages[name] for name in question.passages),
        *(words.countries[code] for code in question.countries),
        *(f"airspace of {words.countries[code]}" for code in question.airspace),
    ]
    if question.ship_draft_m is not None:
        shut.append(f"passages for ships of {question.ship_draft_m:g} m draft")
    return f"Closed now: {', '.join(shut)}. Open one of them and try again." if shut else ""


def _result(answer: ChainAnswer) -> None:
    """Draw the chains: best ones, map, table, and why others are not among them."""
    document = answer.document
    st.header(text.plain(title_of(document)))
    closed = conditions_words(document, state.passage_names())
    st.caption(
        text.plain(
            f"{document['mass_kg']:,.0f} kg; {closed}. "
            f"{len(document['chains'])} of {document['unbeaten']} unbeaten chains, near-duplicates "
            f"left out; {document['hubs_searched']} hubs searched."
        )
    )
    cards = chain_tables.cards(document)
    for column, card in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(card["title"], card["figure"], border=True)
        column.caption(text.plain(card["note"]))
    chosen = _chosen(document)
    _pictures(document, chosen)
    _tables(document, chosen)
    _why_not(document)
    _basis(document)
    _downloads(answer)


def _chosen(document: Mapping[str, Any]) -> Chain | None:
    chains = {c["rank"]: c for c in all_chains(document)}
    rank = st.pills(
        "Show one chain",
        list(chains),
        format_func=lambda r: chain_tables.pill(chains[r]),
        key="chosen-chain",
        help="The others turn pale; its legs are listed below the table.",
    )
    return chains.get(rank) if rank else None


def _pictures(document: Mapping[str, Any], chosen: Chain | None) -> None:
    rank = chosen["rank"] if chosen else None
    st.pydeck_chart(
        chain_deck.chains_map(document, state.land_outline(), state.passage_names(), rank),
        height=screen.MAP_HEIGHT,
        key="chains-map",
        alt=text.plain(chain_deck.map_alt(document)),
    )
    st.caption(
        "Orange: air. Blue: sea. Green: rail. Yellow: road. Pink: inland waterway. Thick: a "
        "cheapest, fastest or greenest chain. Point at a line for its words. Roads and railways: "
        "© OpenStreetMap contributors, ODbL 1.0. Land: Natural Earth, public domain."
    )


def _tables(document: Mapping[str, Any], chosen: Chain | None) -> None:
    names = state.passage_names()
    st.subheader("Chains in figures")
    rows = chain_tables.chains_for_screen(document["chains"], document, names)
    screen.table(rows, key="chains", alt="Chains that none beats", widths=_WIDTHS)
    st.caption(
        "CO₂e is physical (location-based), well-to-wheel, hubs included; no certificate and no "
        "offset. \\~ before a distance: estimated from the great circle."
    )
    if chosen is not None:
        st.subheader(f"Legs of chain {chosen['rank']}")
        legs = chain_tables.legs_for_screen(chosen, document, names)
        screen.table(legs, key="legs", alt="Legs of the chosen chain")
        st.caption(f"Handling at hubs: {text.kg(chosen['handling_kgco2e'])}, beside the legs' own.")
    st.subheader("Cost against CO₂e")
    st.altair_chart(
        chain_deck.scatter(document, chosen["rank"] if chosen else None),
        alt="Cost against physical CO₂e of each chain",
    )
    st.caption("Size: days. Shape and colour: the mode that carries most kilometres.")


def _why_not(document: Mapping[str, Any]) -> None:
    st.subheader("Why not?")
    if not document["others"] and not document["absent"]:
        st.caption("Every kind of transport has a chain among those that none beats.")
        return
    for chain in document["others"]:
        title = f"Chain {chain['rank']}, {chain['kind']}, is beaten: {chain['note']}"
        st.markdown(f"- {text.plain(title)}")
    for gone in document["absent"]:
        st.markdown(f"- **{text.plain(gone['family'])}**: {text.plain(gone['why'])}")
    if document["others"]:
        rows = chain_tables.chains_for_screen(document["others"], document, state.passage_names())
        screen.table(rows, key="beaten", alt="Beaten chains", widths=_WIDTHS)


def _basis(document: Mapping[str, Any]) -> None:
    with st.expander("Assumptions"):
        for line in document["assumptions"]:
            st.markdown(f"- {text.plain(line)}")
    st.caption(
        text.plain(
            f"Factors: set {document['factor_set']['id']}. Prices, hours and schedules are "
            "assumptions, nobody's offers. Self-check only: no third party has verified these "
            "figures."
        )
    )


def _downloads(answer: ChainAnswer) -> None:
    kinds = {
        "chains.csv": "text/csv",
        "chains.geojson": "application/geo+json",
        "chains.json": "application/json",
        "map.html": "text/html",
    }
    for column, (name, mime) in zip(st.columns(len(kinds)), kinds.items(), strict=True):
        column.download_button(
            name, answer.files[name], name, mime, on_click="ignore", width="stretch"
        )


if __name__ == "__main__":  # Streamlit opens this file by itself when it is asked for first
    screen.open_app()
