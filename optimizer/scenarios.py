"""Hold what a planner may change between two plans of the same problem: goals, limits, closures."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from optimizer.errors import ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MODES_OF_OBJECTIVE = ("cost", "co2e", "time", "balanced", "lexicographic")
BASES = ("market_based", "physical")
CUSTODIES = ("physical", "mass_balance", "book_and_claim")
BALANCED_CARBON_PRICE_EUR_PER_T = 100.0  # formats.md: balanced = cost + 100 EUR/t CO2e + ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What to minimise, and within which limits. Offsets never enter `co2e_basis`."""

    mode: str = "balanced"
    order: tuple[str, ...] = ("co2e", "cost")  # of a lexicographic objective
    weights: Mapping[str, float] = field(
        default_factory=dict
    )  # of cost, co2e (EUR/t), time (EUR/h)
    carbon_price_per_t: float = 0.0
    carbon_cap_kgco2e: float | None = None
    budget: float | None = None  # EUR, all costs but penalties
    co2e_basis: str = "market_based"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closures:
    """What may not be used."""

    passages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    airspace: tuple[str, ...] = ()
    hubs: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    ship_draft_m: float | None = None  # of the ships in the world network; passages have limits
    ship_beam_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FuelPolicy:
    """Sustainable aviation fuel on offer. Shares are of the energy burnt on each flight leg."""

    saf_max_share: float = 0.0
    saf_min_share: float = 0.0
    saf_price_per_t: float = 0.0  # EUR per tonne neat, on top of the freight rate
    saf_pathway: str = ""
    custody: str = "book_and_claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricityPolicy:
    """Electricity certificates on offer for electric vehicles."""

    eac_max_share: float = 0.0
    eac_min_share: float = 0.0
    eac_price_per_mwh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Neutrality:
    """Whether residual emissions are to be balanced by retired credits, and at what price."""

    target: float = 0.0  # share of the market-based residual
    credit_price_per_t: float = 0.0
    # Abate in the chain up to this price before a credit is bought: avoid, reduce, then offset.
    max_abatement_cost_per_t: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """How sure a plan has to be of its due dates."""

    min_on_time_probability: float = 0.0  # of each shipment's chain; 0: any chain will do


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One change of a problem table: rows where columns match get new cells."""

    table: str
    where: Mapping[str, str]
    set: Mapping[str, str]


DECISIONS = ("ban", "lock")
DECIDED = ("mode", "hub", "carrier", "service", "departure", "leg", "chain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a planner bans, or locks a plan to: for all freight, or for one shipment."""

    kind: str
    what: str
    name: str  # a departure as `SERVICE@2023-06-01T10:00Z`, a chain as `SERVICE > SERVICE`
    shipment: str = ""  # empty: for all; a leg or a chain is always one shipment's


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A named set of goals, limits, closures, overrides and decisions."""

    name: str = "default"
    title: str = "Balanced"
    description: str = ""
    objective: Objective = field(default_factory=Objective)
    closures: Closures = field(default_factory=Closures)
    fuel: FuelPolicy = field(default_factory=FuelPolicy)
    electricity: ElectricityPolicy = field(default_factory=ElectricityPolicy)
    neutrality: Neutrality = field(default_factory=Neutrality)
    robustness: Robustness = field(default_factory=Robustness)
    overrides: tuple[Override, ...] = ()
    decisions: tuple[Decision, ...] = ()


_LISTS = ("override", "decision")  # tables that a file may hold many of
_SECTIONS: dict[str, type[Any]] = {
    "objective": Objective,
    "closures": Closures,
    "fuel": FuelPolicy,
    "electricity": ElectricityPolicy,
    "neutrality": Neutrality,
    "robustness": Robustness,
}
_MAX_EXTENDS = 8
_MOST = 1e12  # greater than any price, cap or budget


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file; `extends` names another file beside it that it builds on.

    Raises
    ------
    ProblemError
        listing every unknown key and every bad value.
    """
    document = _document(path)
    head = document.pop("scenario", {})
    overrides = tuple(_override(path, entry) for entry in document.pop("override", []))
    given = document.pop("decision", [])
    faults = [f"[{name}] is not a section" for name in document if name not in _SECTIONS]
    decisions = tuple(_decision(entry, faults) for entry in given)
    sections = {
        name: _section(kind, document.get(name, {}), name, faults)
        for name, kind in _SECTIONS.items()
    }
    scenario = Scenario(
        name=str(head.get("name", path.stem)),
        title=str(head.get("title", head.get("name", path.stem))),
        description=str(head.get("description", "")),
        overrides=overrides,
        decisions=decisions,
        **sections,
    )
    faults += _faults(scenario)
    if faults:
        raise ProblemError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return scenario


def _document(path: Path, depth: int = 0) -> dict[str, Any]:
    if depth > _MAX_EXTENDS:
        raise ProblemError(f"{path.name}: extends goes round in a circle")
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ProblemError(f"{path}: no such scenario file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(f"{path.name}: not readable as TOML ({error})") from None
    _check_shape(path, document)
    parent = document.get("scenario", {}).get("extends")
    if not parent:
        return document
    base = _document(path.with_name(f"{parent}.toml"), depth + 1)
    for name, section in document.items():
        if name in _LISTS:
            base.setdefault(name, []).extend(section)
        else:
            base[name] = {**base.get(name, {}), **section}
    return base


def _check_shape(path: Path, document: Mapping[str, Any]) -> None:
    """Refuse a document whose sections are not tables."""
    for name, section in document.items():
        wanted = list if name in _LISTS else dict
        if not isinstance(section, wanted):
            raise ProblemError(f"{path.name}: {name} is no table, wanted [{name}]")
    for entry in document.get("override", []):
        parts = [entry.get("where"), entry.get("set")] if isinstance(entry, dict) else [None]
        if not all(isinstance(part, dict) for part in parts):
            raise ProblemError(f"{path.name}: [[override]] wants tables where and set")


def _section(kind: type[Any], given: Mapping[str, Any], name: str, faults: list[str]) -> Any:  # noqa: ANN401  (one of the sections)
    known = {f.name: f for f in fields(kind)}
    faults += [
        f"[{name}] {key} is not known; nearest {_near(key, known)}"
        for key in given
        if key not in known
    ]
    values = {}
    default = kind()
    for key, value in given.items():
        if key not in known:
            continue
        wanted = getattr(default, key)
        values[key] = _converted(value, wanted, f"[{name}] {key}", faults)
    return kind(**values)


def _near(key: str, known: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415  (only for a message)

    return difflib.get_close_matches(key, known, n=1, cutoff=0)[0]


def _converted(value: Any, like: Any, where: str, faults: list[str]) -> Any:  # noqa: ANN401
    if isinstance(like, bool):
        if isinstance(value, bool):
            return value
    elif isinstance(like, tuple):
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
    elif isinstance(like, str):
        if isinstance(value, str):
            return value
    elif isinstance(like, dict):
        if isinstance(value, dict) and all(_is_number(v) for v in value.values()):
            return {k: float(v) for k, v in value.items()}
    elif _is_number(value):
        return float(value)
    faults.append(f"{where}: found {value!r}, wanted a {_kind_name(like)}")
    return like


def _is_number(value: object) -> bool:
    """Tell a plain number: not negative, not infinite, not NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _MOST


def _kind_name(like: object) -> str:
    names = {bool: "true or false", tuple: "list of texts", str: "text", dict: "table of numbers"}
    return names.get(type(like), "number >= 0")


def _override(path: Path, entry: Mapping[str, Any]) -> Override:
    if not {"table", "where", "set"} <= set(entry):
        raise ProblemError(f"{path.name}: [[override]] wants table, where and set")
    return Override(
        table=str(entry["table"]),
        where={k: str(v) for k, v in entry["where"].items()},
        set={k: str(v) for k, v in entry["set"].items()},
    )


def _decision(entry: object, faults: list[str]) -> Decision:
    """Return a decision; whether what it names is there is told once the problem is known."""
    given = entry if isinstance(entry, dict) else {}
    names = {f.name for f in fields(Decision)}
    faults += [
        f"[[decision]] {key} is not known; nearest {_near(key, names)}"
        for key in given
        if key not in names
    ]
    cells = {name: given.get(name, "") for name in names}
    for name, allowed in (("kind", DECISIONS), ("what", DECIDED)):
        if cells[name] not in allowed:
            faults.append(
                f"[[decision]] {name}: found {cells[name]!r}, wanted {', '.join(allowed)}"
            )
    for name in ("name", "shipment"):
        if not isinstance(cells[name], str) or (name == "name" and not cells[name]):
            faults.append(f"[[decision]] {name}: found {cells[name]!r}, wanted a text")
    return Decision(**{name: str(value) for name, value in cells.items()})


def _faults(s: Scenario) -> list[str]:
    checks = [
        (s.objective.mode in MODES_OF_OBJECTIVE, f"objective mode {s.objective.mode!r}"),
        (s.objective.co2e_basis in BASES, f"co2e_basis {s.objective.co2e_basis!r}"),
        (s.fuel.custody in CUSTODIES, f"custody {s.fuel.custody!r}"),
        (s.neutrality.target <= 1, f"target {s.neutrality.target}"),
        (
            s.robustness.min_on_time_probability <= 1,
            f"min_on_time_probability {s.robustness.min_on_time_probability}",
        ),
        (s.fuel.saf_max_share <= 1, f"saf_max_share {s.fuel.saf_max_share}"),
        (s.fuel.saf_min_share <= s.fuel.saf_max_share, "saf_min_share above saf_max_share"),
        (not s.fuel.saf_max_share or bool(s.fuel.saf_pathway), "saf_max_share without saf_pathway"),
        (s.electricity.eac_max_share <= 1, f"eac_max_share {s.electricity.eac_max_share}"),
        (
            s.electricity.eac_min_share <= s.electricity.eac_max_share,
            "eac_min_share above eac_max_share",
        ),
        (
            set(s.objective.order) <= {"cost", "co2e", "time"} and bool(s.objective.order),
            f"order {s.objective.order}",
        ),
        (set(s.objective.weights) <= {"cost", "co2e", "time"}, f"weights {s.objective.weights}"),
    ]
    faults = [f"{what} is not possible; see docs/formats.md" for good, what in checks if not good]
    if len(set(s.objective.order)) < len(s.objective.order):
        found = ", ".join(s.objective.order)
        faults.append(f"[objective] order: found {found}, wanted each level at most once")
    return faults
