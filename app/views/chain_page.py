"""The style of the page of chains, on the ground of the style of plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.views import page
from app.views.look import GREEN, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Iterable

STYLE = (
    page.STYLE
    + f"""
#marks{{display:grid;gap:12px;margin-top:16px;grid-template-columns:repeat(3,1fr)}}
#marks>div{{background:#fff;border:1px solid #DCE4DF;border-top:4px solid {GREEN};
 border-radius:10px;padding:12px 16px}}
#pick{{border:0;margin:16px 0 0;padding:0;display:flex;flex-wrap:wrap;gap:6px;align-items:center}}
#pick legend{{float:left;color:{MUTED};font-size:13px;margin-right:6px;padding:0}}
#pick input{{position:absolute;opacity:0}}
#pick span{{display:block;padding:2px 11px;border:1px solid #C6D3CC;border-radius:999px;
 background:#fff;font-size:13px;cursor:pointer;font-variant-numeric:tabular-nums}}
#pick input:checked+span{{background:{GREEN};border-color:{GREEN};color:#fff;font-weight:600}}
#pick input:focus-visible+span{{outline:2px solid {INK};outline-offset:2px}}
#pick+#maps{{margin-top:10px}}
.of,.dot{{transition:opacity .15s}}
#weigh,#chains,#absent{{margin-top:22px}}
#weigh h2,#chains h2,#absent h2{{font-size:19px;color:{INK};margin-bottom:6px}}
#weigh svg{{display:block;width:100%;height:auto}}
#weigh .pan{{overflow-x:auto;background:#fff;border:1px solid #DCE4DF;border-radius:10px}}
#weigh text{{font-family:inherit}}
#weigh .note,#chains .note{{margin-top:6px}}
#chains td,#chains th{{vertical-align:top}}
#chains tbody th{{white-space:nowrap;font-size:15px}}
#chains td:nth-child(2),#chains td:nth-child(3){{white-space:nowrap}}
#chains label{{cursor:pointer;text-decoration:underline;text-underline-offset:3px;
 text-decoration-color:#B5C6BD}}
#chains .part th{{font-size:13px;color:{MUTED};background:#FAFBFA}}
.badge{{display:block;width:max-content;margin-top:3px;padding:0 8px;border-radius:999px;
 font-size:11.5px;font-weight:650;background:#E7F1EC;color:{GREEN}}}
.legs{{min-width:430px;line-height:1.6}}
.legs .at{{font-weight:600}}
.legs .by{{color:{MUTED}}}
.legs svg.way,#legend svg.way{{width:30px;height:11px;margin:0 5px 0 2px;vertical-align:-1px}}
.why{{color:{MUTED};font-style:italic}}
.known{{min-width:132px;color:{MUTED}}}
#absent li{{margin:2px 0}}
#absent ul{{margin:0;padding-left:20px}}
footer ul{{margin:4px 0 8px;padding-left:18px}}
footer summary{{cursor:pointer}}
@media(max-width:900px){{#marks{{grid-template-columns:1fr}}
 #weigh .pan svg{{min-width:820px}}}}
@media(max-width:600px){{#chains thead{{display:none}}#chains table,#chains tbody{{display:block}}
 #chains tr{{display:grid;grid-template-columns:1fr auto auto auto;padding:9px 2px;
 border-bottom:1px solid #D5DFD9}}
 #chains th,#chains td{{border:0;padding:2px 10px;min-width:0}}
 #chains .legs,#chains .known,#chains .part th{{grid-column:1/-1}}
 #chains .n::after{{content:" " attr(data-unit);color:{MUTED};font-size:12px}}
 #chains .known::before{{content:attr(data-unit)}}}}
@media print{{#pick{{display:none}}}}
"""
)


def picking(ranks: Iterable[int]) -> str:
    """Return the rules that show one chain alone when its button is on or its row is hovered."""
    rules = []
    for rank in ranks:
        on = f"main:has(#pick-{rank:d}:checked)"
        over = f"main:has(#row-{rank:d}:hover)"
        rest = [f"{s} .{kind}:not(.c{rank:d})" for s in (on, over) for kind in ("of", "dot")]
        rules.append(f"{','.join(rest)}{{opacity:.1}}\n{on} #row-{rank:d}{{background:#E7F1EC}}\n")
    return "".join(rules)
