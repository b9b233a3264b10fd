"""Take the footprint of transport done: from a file of any layout to legs that can be traced."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.atlas import Atlas
from app.footprint_checks import check_legs, check_validity
from app.footprint_fill import (
    fill_categories,
    fill_distances,
    fill_energy,
    fill_handling,
    fill_masses,
    warn_of_missing_hubs,
    with_hubs,
)
from app.footprint_intake import Intake, Options, WorkLeg, read_legs
from data.errors import DataError
from data.guards import plausible_intensity
from data.units import KG_PER_TONNE, MG_PER_KG
from emissions.distance import transport_activity_tkm
from emissions.errors import EmissionsError, LegFaultError
from emissions.factors import DEFAULT_EDITION, WARMING, Factors
from emissions.inventory import (
    Inventory,
    Line,
    activity_tkm_of,
    published_after,
    take_inventory,
)
from emissions.kernel import columns_of
from emissions.legs import element_of, operations_of_legs
from emissions.library import Library, Provenance, with_rows
from emissions.matching import Matcher
from emissions.operation_tables import read_operations
from emissions.operations import SOURCE_ID, categories_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from app.tools import Tools
    from data.tables import Refused, Row, Table
    from emissions.chain import TCE

_PRIMARY = Provenance(
    source_id=SOURCE_ID,
    publisher="the transport operators",
    title="Operations as recorded by those who ran them",
    notes="Worked out from fuel, electricity and activity that came with the legs.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintResult:
    """An inventory with everything that it rests on, and the fate of every row."""

    intake: Intake
    legs: tuple[WorkLeg, ...]  # that stand, in the order of the inventory's lines
    inventory: Inventory
    factors: Factors
    refused: tuple[Refused, ...]
    late: Mapping[str, str]  # categories published after the day asked for
    options: Options

    @property
    def incomplete(self) -> frozenset[str]:
        """Shipments of which a row was refused: their total is not whole."""
        stands = {leg.values["shipment_id"] for leg in self.legs}
        lost = {leg.values["shipment_id"] for leg in self.intake.legs if not leg.stands}
        statuses = self.intake.statuses()
        refused = {row for row, status in statuses.items() if status == "refused"}
        lost |= {self.intake.rows[row][0] for row in refused}
        return frozenset(lost & stands)

    def counts(self) -> dict[str, int]:
        """Return how many rows ended ok, warned and refused; they sum to the rows of the file."""
        found = Counter(self.intake.statuses().values())
        return {status: found.get(status, 0) for status in ("ok", "warned", "refused")}


@dataclass
class FootprintDesk:
    """What footprints need again and again: shipped tables, places, matchers; opened once."""

    tools: Tools
    atlas: Atlas = field(init=False)
    _matchers: dict[str, Matcher] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.atlas = Atlas(self.tools.catalogue)

    def factors(self, options: Options) -> Factors:
        """Return the factor sets asked for, laid over each other, as of a day.

        Raises
        ------
        EmissionsError
            if a set is missing, or two rows of one id cannot be told apart.
        """
        if not options.factor_sets and options.as_of is None:
            return self.tools.factors
        library = Library(catalogue=self.tools.catalogue, folder=self.tools.library_dir)
        names = options.factor_sets or (DEFAULT_EDITION,)
        return library.factors(names, options.as_of)

    def matcher(self, factors: Factors) -> Matcher:
        """Return the matcher of a factor set; equal sets share one, with all that it found."""
        return self._matchers.setdefault(factors.sha256, Matcher(factors))


def take(
    content: bytes,
    file: str,
    desk: FootprintDesk,
    options: Options,
    *,
    report: Callable[[str], None] = lambda _: None,
) -> FootprintResult:
    """Take the footprint of a file, row by row; a bad row never stops the rest.

    Raises
    ------
    DataError
        when nothing can be read, or no row is usable.
    EmissionsError
        when a factor set cannot be used.
    """
    return take_legs(read_legs(content, file, options), desk, options, report=report)


def take_legs(
    intake: Intake,
    desk: FootprintDesk,
    options: Options,
    *,
    report: Callable[[str], None] = lambda _: None,
) -> FootprintResult:
    """Take the footprint of legs that are read; as `take`."""
    if options.gwp_set not in {"", *WARMING}:
        raise DataError(f"--gwp {options.gwp_set!r}, wanted one of {', '.join(WARMING)}")
    factors, atlas = desk.factors(options), desk.atlas
    report(f"{len(intake.rows)} rows, layout {intake.layout}")
    fill_masses(intake.legs, options.teu_load)
    _set_hubs(intake, options)
    report("distances and categories")
    check_legs([x for x in intake.legs if x.stands], atlas, guards=intake.names_kinds)
    fill_distances(intake.legs, atlas)
    fill_energy(intake.legs, factors, atlas)
    factors, faults = _with_operations(intake, factors, options)
    if any(leg.stands and not leg.values["toc_id"] for leg in intake.legs):
        fill_categories(intake.legs, desk.matcher(factors), atlas, options.gwp_set)
    fill_handling(intake.legs, factors, atlas)
    check_validity(intake.legs, factors)
    report("footprint")
    pairs, inventory = _inventory(_elements(intake.legs, factors), factors, options)
    if not pairs:
        reasons = dict.fromkeys(str(f) for f in (*faults, *intake.refused()))
        raise DataError("\n".join([f"{intake.file}: no usable row", *list(reasons)[:20]]))
    _question(pairs, inventory)
    day = options.as_of
    return FootprintResult(
        intake=intake,
        legs=tuple(leg for leg, _ in pairs),
        inventory=inventory,
        factors=factors,
        refused=(*faults, *intake.refused()),
        late={} if day is None else published_after(inventory, factors, day),
        options=options,
    )


def _set_hubs(intake: Intake, options: Options) -> None:
    """Add handling where the layout cannot tell of it; a file that names its hubs is believed."""
    usable = [leg for leg in intake.legs if leg.stands]
    aside = [leg for leg in intake.legs if not leg.stands]
    add = options.hubs == "always" or (options.hubs == "auto" and not intake.names_kinds)
    if add:
        intake.legs = [*with_hubs(usable), *aside]
    else:
        warn_of_missing_hubs(usable)


def _with_operations(
    intake: Intake, factors: Factors, options: Options
) -> tuple[Factors, list[Refused]]:
    """Return the factor set with categories worked out from primary data beside its own."""
    faults: list[Refused] = []
    own = operations_of_legs((leg.values for leg in intake.legs if leg.stands), intake.file)
    if options.operations is not None:
        table = _read_operations(options.operations)
        carried, kinds = _activities(intake.legs)
        made = categories_of(table, factors, activity_of_legs=carried, kinds_of_legs=kinds)
        factors = with_rows(factors, "operations", made, _PRIMARY)
        faults += table.refused
    if own.rows:
        made = categories_of(own, factors, by_id_alone=True)
        factors = with_rows(factors, "legs", made, _PRIMARY)
        _refuse_legs(intake.legs, own)
    return factors, faults


def _read_operations(path: Path) -> Table:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name}: {error.strerror or error}, in {path.parent}") from None
    return read_operations(content, path.name)


def _activities(legs: list[WorkLeg]) -> tuple[dict[str, float], dict[str, frozenset[str]]]:
    """Return what legs bring to each category, which a tour or a hub is shared by.

    Of carriage that is tkm, with the kinds of distance behind it; of handling it is tonnes.
    """
    found: dict[str, float] = defaultdict(float)
    kinds: dict[str, frozenset[str]] = defaultdict(frozenset)
    for leg in legs:
        v = leg.values
        if not leg.stands or not v["mass_kg"]:
            continue
        if v["kind"] == "hub" and v["hoc_id"]:
            found[v["hoc_id"]] += v["mass_kg"] / KG_PER_TONNE
        elif v["kind"] == "transport" and v["toc_id"]:
            own = transport_activity_tkm(v["mass_kg"], v["distance_km"] or 0.0)
            found[v["toc_id"]] += v["activity_tkm"] or own
            if not v["activity_tkm"] and v["distance_kind"]:
                kinds[v["toc_id"]] |= {v["distance_kind"]}
    return dict(found), dict(kinds)


def _refuse_legs(legs: list[WorkLeg], table: Table) -> None:
    """Refuse every leg of an operation that is refused, with the first reason given for it."""
    named = {number: row["category_id"] for number, row in table}
    faults = {named[fault.row]: fault for fault in reversed(table.refused)}
    for leg in legs:
        fault = faults.get(leg.values["toc_id"]) if leg.stands else None
        if fault:
            leg.refuse(fault.code, fault.column, fault.found, fault.wanted)


def _elements(legs: list[WorkLeg], factors: Factors) -> list[tuple[WorkLeg, TCE]]:
    pairs = []
    for leg in legs:
        if not leg.stands:
            continue
        try:
            element = element_of(leg.values)
            columns_of([element], factors)
        except LegFaultError as fault:
            code = "missing_factor" if "factor set" in fault.wanted else "bad_leg"
            leg.refuse(code, fault.column, fault.found, fault.wanted)
        except EmissionsError as fault:
            leg.refuse("bad_leg", "", "", str(fault))
        else:
            pairs.append((leg, element))
    return pairs


def _inventory(
    pairs: list[tuple[WorkLeg, TCE]], factors: Factors, options: Options
) -> tuple[list[tuple[WorkLeg, TCE]], Inventory]:
    """Take the inventory of one set of warming potentials; others are refused, not mixed."""
    inventory = take_inventory((e for _, e in pairs), factors, mixed_gwp=True)
    asked = options.gwp_set
    if not asked and (options.mixed_gwp or len(inventory.gwp_sets) <= 1):
        return pairs, inventory
    wanted = asked or _usual(inventory)
    kept = []
    lines: list[Line] = []
    for pair, line in zip(pairs, inventory.lines, strict=True):
        if set(line.gwp_sets) <= {wanted}:
            kept.append(pair)
            lines.append(line)
            continue
        found = "+".join(line.gwp_sets)
        why = "as asked for" if asked else "as most legs; or --mix"
        pair[0].refuse("gwp_mixed", "toc_id", found, f"factors on {wanted}, {why}")
    return kept, replace(inventory, lines=tuple(lines))


def _usual(inventory: Inventory) -> str:
    """Return the set of warming potentials that most elements stand on."""
    found = Counter(name for line in inventory.lines for name in line.gwp_sets)
    return min(found, key=lambda name: (-found[name], name))


def _question(pairs: list[tuple[WorkLeg, TCE]], inventory: Inventory) -> None:
    """Warn of results outside what its mode plausibly emits."""
    for (leg, element), line in zip(pairs, inventory.lines, strict=True):
        tkm = activity_tkm_of(element)
        if not tkm > 0:
            continue
        note = plausible_intensity(element.mode, line.physical.wtw_mg / MG_PER_KG / tkm)
        if note is not None:
            leg.notes.append(note)


def _made_of(line: Line, result: FootprintResult) -> tuple[str, ...]:
    """Return how a category was worked out that came with the file: its energy and activity."""
    origin = result.factors.origin(line.category)
    return (f"{line.category}: {origin.note}",) if origin.source_id == SOURCE_ID else ()


def result_rows(result: FootprintResult) -> list[Row]:
    """Return the legs as rows of FOOTPRINT_LEGS: what came in, what was filled, what it emits."""
    from app.rows import line_row  # noqa: PLC0415  (it draws on plans as well)

    rows = []
    for leg, line in zip(result.legs, result.inventory.lines, strict=True):
        found = {k: v for k, v in line_row(line).items() if v is not None}
        rows.append(
            leg.values
            | found
            | {
                "lineage": "; ".join((*leg.lineage, line.working, *_made_of(line, result))),
                "quality_tier": line.quality_tier,
                "biogenic_kgco2": line.biogenic_mg / MG_PER_KG or None,
                "rf_memo_kgco2e": line.rf_memo_mg / MG_PER_KG or None,
            }
        )
    return rows
