r"""Footprints of files with millions of legs: the kernel's formulas, carried out by DuckDB.

>>> import tempfile
>>> from pathlib import Path
>>> from data import open_catalogue
>>> from emissions import Factors
>>> from emissions.bulk import footprint_of_file
>>> with tempfile.TemporaryDirectory() as folder:
...     file = Path(folder, "legs.csv")
...     _ = file.write_text(
...         "shipment_id,leg_no,kind,mode,origin,destination,mass_kg,distance_km,toc_id\n"
...         "S1,1,transport,sea,CNSHA,NLRTM,1000,19500,SEA-CONTAINER-AVG\n"
...         "S1,2,transport,road,NLRTM,Madrid,1000,lots,ROAD-HGV-AVG\n"
...     )
...     factors = Factors.load(open_catalogue())
...     found = footprint_of_file(file, factors, Path(folder, "out"), work=Path(folder, "work"))
...     print(found.ok, found.refused, found.totals["wtw_mg"])
...     print(found.refusals.read_text().splitlines()[1])
1 1 385515000
legs.csv,3,distance_km,lots,a number with '.' as decimal sign,bad_value
"""

from emissions.bulk.batch import Matches as Matches
from emissions.bulk.run import BulkResult as BulkResult
from emissions.bulk.run import footprint_of_file as footprint_of_file
from emissions.bulk.totals import ShipmentTotals as ShipmentTotals
from emissions.bulk.totals import shipment_totals as shipment_totals
