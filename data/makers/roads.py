"""Make the road network: `python -m data.makers.roads WHEEL FOLDER`.

WHEEL is scgraph_data-2.0.0-py3-none-any.whl (`pip download scgraph-data==2.0.0 --no-deps`), FOLDER
holds countries-10m.json of world-atlas 2.0.2 (see countries.py). Needs the `build-data` extra.
"""

from __future__ import annotations

import sys
from pathlib import Path

from data.makers.countries import read_countries
from data.makers.overland import Kept, small, with_fixed_links, write_network
from data.makers.repair import Reach, close_gaps
from data.makers.scgraph import read_graph

REACH = Reach(component_km=4.0, dead_end_km=6.0, large_km=12.0)
# An island with fewer nodes has no network worth a search: great circle and a factor do.
KEPT = Kept(fewest_nodes=50, island_nodes=8, spur_km=1.0)
LINK_NODES = 25  # a fixed link ends on a network, not on a scrap of road


def main(wheel: Path, folder: Path) -> None:
    """Write road_nodes.parquet and road_edges.parquet."""
    countries = read_countries(folder)
    graph = read_graph(wheel, "world_highways")
    country = countries.at(graph.lat, graph.lon)
    graph = close_gaps(graph, REACH, country, countries)
    graph = with_fixed_links(graph, "road", LINK_NODES)
    write_network("road", *small(graph, KEPT, {"country": country}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
