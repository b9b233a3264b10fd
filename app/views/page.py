"""The style of the one-file page: system fonts, nothing fetched, readable on paper too."""

from __future__ import annotations

from app.views.look import GREEN, INK, MUTED

STYLE = f"""
*{{box-sizing:border-box}}
body{{margin:0;background:#F4F6F4;color:{INK};
 font:15px/1.5 "Source Sans 3","Segoe UI","Helvetica Neue","Liberation Sans",Arial,sans-serif}}
main{{max-width:1208px;margin:0 auto;padding:28px 24px 40px}}
h1{{font-size:34px;line-height:1.15;margin:2px 0 6px;letter-spacing:-.015em}}
h2{{font-size:13px;margin:0;color:{MUTED};font-weight:600}}
p{{margin:0}}
.mark{{color:{GREEN};font-weight:700;font-size:13px;letter-spacing:.06em;text-transform:uppercase}}
.facts{{font-size:16px}}
.about{{color:{MUTED};max-width:86ch;margin-top:2px}}
#columns,#figures{{display:grid;gap:12px;margin-top:16px}}
#columns{{grid-template-columns:repeat(3,1fr)}}
#figures{{grid-template-columns:repeat(5,1fr);margin-top:12px}}
#columns>div,#figures>div{{background:#fff;border:1px solid #DCE4DF;border-radius:10px;
 padding:12px 16px}}
#columns>div{{border-top:4px solid {GREEN}}}
#columns>div:nth-child(2){{border-top-color:#6BA292}}
#columns>div:nth-child(3){{border-top-style:dashed;border-top-color:#9AA8A3}}
.big{{font-size:27px;line-height:1.25;font-weight:650;letter-spacing:-.01em;
 font-variant-numeric:tabular-nums}}
#figures .big{{font-size:19px}}
.note{{color:{MUTED};font-size:13px;line-height:1.35}}
#maps{{margin-top:16px;display:grid;gap:12px}}
#maps.split{{grid-template-columns:minmax(0,836fr) minmax(0,312fr)}}
#details{{display:grid;gap:10px;align-content:start}}
#maps svg{{display:block;width:100%;height:auto;border:1px solid #CBD8DC;border-radius:10px;
 background:#E6EFF4}}
#maps text{{font-family:inherit;paint-order:stroke;stroke:#FBFAF5;stroke-width:3.4px;
 stroke-linejoin:round}}
#maps text.hub{{font-weight:600}}
#maps text.way{{font-weight:600}}
#maps .tag text{{stroke:none;font-weight:600}}
#maps .pan{{overflow-x:auto;border-radius:10px}}
td:nth-child(2),td:nth-child(3){{white-space:nowrap}}
.lane{{transition:opacity .15s}}
#maps svg:has(.lane:hover) .lane:not(:hover){{opacity:.22}}
#legend{{display:flex;flex-wrap:wrap;gap:4px 34px;margin:10px 2px 0;color:{INK};font-size:13.5px}}
#legend ul{{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;margin:0;padding:0}}
#legend li,.mode{{white-space:nowrap}}
#legend svg,.mode svg{{width:34px;height:12px;margin-right:7px;vertical-align:-1px}}
#legend svg.sign{{width:15px;height:15px;vertical-align:-3px}}
#legend .key{{color:{MUTED}}}
.say{{margin-top:14px;padding:11px 16px;background:#E7F1EC;border-radius:10px}}
#legs,#unserved{{margin-top:22px}}
#legs h2,#unserved h2{{font-size:19px;color:{INK};margin-bottom:6px}}
.wide{{overflow-x:auto;background:#fff;border:1px solid #DCE4DF;border-radius:10px}}
table{{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}}
th,td{{padding:7px 12px;text-align:left;border-bottom:1px solid #E8EEEA}}
thead th{{color:{MUTED};font-weight:600;vertical-align:bottom;background:#FAFBFA}}
tbody tr:hover{{background:#F3F8F5}}
tfoot th,tfoot td{{border:0;font-weight:700}}
.n{{text-align:right;white-space:nowrap}}
footer{{margin-top:22px;padding-top:12px;border-top:1px solid #D5DFD9;color:{MUTED};
 font-size:12.5px;overflow-wrap:anywhere}}
@media(max-width:900px){{main{{padding:18px 14px}}h1{{font-size:26px}}
 #columns{{grid-template-columns:1fr}}#figures{{grid-template-columns:1fr 1fr}}
 #maps.split{{grid-template-columns:minmax(0,1fr)}}#details{{grid-template-columns:1fr 1fr}}
 #maps .pan svg{{min-width:720px}}}}
@media(max-width:520px){{#details{{grid-template-columns:1fr}}}}
@media print{{body{{background:#fff}}main{{max-width:none;padding:0}}.wide{{overflow:visible}}}}
"""
