"""Write the human copy of a statement: one page without scripts, made from the signed JSON."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data.findings import Report

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #bbb;"
    "padding:.3rem .6rem;text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}"
)


def _row(*cells: str) -> str:
    return "<tr>" + "".join(cells) + "</tr>"


def _cell(text: object) -> str:
    return f"<td>{escape(str(text))}</td>"


def _figure(text: object) -> str:
    return f'<td class="n">{escape(str(text))}</td>'


def _head(*names: str) -> str:
    return _row(*(f"<th>{escape(name)}</th>" for name in names))


def _table(head: str, rows: Iterable[str]) -> str:
    return f"<table>{head}{''.join(rows)}</table>"


def _columns(statement: Mapping[str, Any]) -> str:
    columns = statement["columns"]
    physical, market = columns["physical"], columns["market_based"]
    rows = [
        _row(_cell(label), _figure(physical[key]), _figure(market[key]), _cell(""))
        for label, key in (
            ("well-to-tank, kg CO2e", "wtt_kgco2e"),
            ("tank-to-wheel, kg CO2e", "ttw_kgco2e"),
            ("well-to-wheel, kg CO2e", "wtw_kgco2e"),
        )
    ]
    retired = columns["offsets"]["retired_kgco2e"]
    rows.append(_row(_cell("retired credits, kg CO2e"), _cell(""), _cell(""), _figure(retired)))
    return _table(_head("", "physical", "market-based", "offsets"), rows)


def _facts(statement: Mapping[str, Any]) -> str:
    interval = statement["interval_kgco2e"]
    facts = {
        "Reduced by SAF and certificates, kg CO2e": statement["reductions_shown_kgco2e"],
        "Residual (market-based), kg CO2e": statement["residual_kgco2e"],
        "Credits needed, t": statement["units_needed_t"],
        "Residual left uncovered, kg CO2e": statement["balance_kgco2e"],
        "Interval of the physical total, kg CO2e": f"{interval['low']} to {interval['high']}",
        "Physical by mode, kg CO2e": ", ".join(
            f"{mode} {kg}" for mode, kg in statement["physical_kgco2e_by_mode"].items()
        ),
        "Factors": f"{statement['factor_set']['id']}, {statement['factor_basis']}",
        "Binding string": statement["binding"],
        "Excluded, kg CO2e (estimates)": statement["excluded_kgco2e"],
        "Memo": statement["memo"]["radiative_forcing"],
    }
    return _table("", (_row(_cell(name), _cell(value)) for name, value in facts.items()))


def _uses(statement: Mapping[str, Any]) -> str:
    rows = (
        _row(_cell(u["kind"]), _cell(u["lot_id"]), _figure(int(u["to"]) - int(u["from"])),
             _cell(u["unit"]))
        for u in statement["uses"]
    )  # fmt: skip
    return _table(_head("book", "serial or certificate", "quantity", "unit"), rows)


def _findings(report: Report) -> str:
    rows = (
        _row(_cell(f.code), _cell(f.verdict), _cell(f.severity), _cell(f.about), _cell(f.message),
             _cell(f.clause))
        for f in report.findings
    )  # fmt: skip
    return _table(_head("rule", "verdict", "severity", "about", "found", "clause"), rows)


def human_copy(statement: Mapping[str, Any], self_check: Report) -> bytes:
    """Return the page; every figure in it is the text of the statement."""
    d = statement["declaration"]
    title = f"Statement: {d['subject']['name']}"
    period = f"{d['period_start']} to {d['period_end']}"
    outcome = (
        "no deciding finding" if self_check.ok else f"{len(self_check.failed())} open findings"
    )
    parts = (
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>",
        f"<p>{escape(str(d['entity']))}, {period}, declared {d['declared_on']} ",
        f"({escape(str(d['standard']))}, {escape(str(d['kind']))}).</p>",
        f"<p>{escape(str(d['wording'] or ''))}</p>",
        "<h2>Three columns, never merged</h2>",
        _columns(statement),
        _facts(statement),
        "<h2>What stands against the footprint</h2>",
        _uses(statement),
        f"<h2>Self-check: {outcome}</h2>",
        "<p>Made by the program that wrote this page. It is no verification by a third party.</p>",
        _findings(self_check),
        "</body></html>\n",
    )
    return "".join(parts).encode()
