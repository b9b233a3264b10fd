"""Choose first- and last-mile tours, with windows, capacities and electric range, and audit them.

A van of one charge, two deliveries, 30 km out on either side:

>>> from datetime import UTC, datetime
>>> from optimizer.tours.engine import Effort, open_engine
>>> from optimizer.tours.records import Site, Stop, TourProblem, TourVehicle, Ways
>>> from optimizer.tours.solve import plan_tours
>>> def site(name):
...     return Site(hub_id=name, name=name, lat=0.0, lon=0.0)
>>> def stop(name, at):
...     return Stop(
...         stop_id=name, shipment_id=name, kind="delivery", site=at, mass_kg=100.0,
...         volume_m3=1.0, ready_min=0.0, due_min=480.0, service_min=10.0,
...     )
>>> problem = TourProblem(
...     sites=(site("depot"), site("west"), site("east")),
...     stops=(stop("W", 1), stop("E", 2)),
...     vehicles=(
...         TourVehicle(
...             vehicle_id="van", count=2, depot=0, starts_min=0.0, ends_min=480.0,
...             capacity_kg=1000.0, capacity_m3=8.0, km_per_h=60.0, battery_kwh=40.0,
...             kwh_per_km=0.5,
...         ),
...     ),
...     ways=Ways(km=((0.0, 30.0, 30.0), (30.0, 0.0, 60.0), (30.0, 60.0, 0.0))),
...     starts_at=datetime(2026, 3, 2, tzinfo=UTC),
...     objective="vehicles",
... )
>>> plan = plan_tours(problem, open_engine("exact"), Effort())
>>> [t.km for t in plan.tours], plan.proven  # 120 km would be beyond 80 km of range
([60.0, 60.0], True)
"""
