"""Answer what a planner's desk asks: own scenarios, uploads, all files, a claim's check."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from app.claims import check_claim
from app.documents import software_version
from app.rows import refused_rows
from app.uploads import place_upload
from app.views.told import UNUSED
from app.workflow import make_plan, sample_folder, sample_scenarios, save_plan
from data.errors import DataError, GreenlaneError
from data.schemas import SERVICES, SHIPMENTS
from data.tables import find_table, read_table
from emissions.evidence import exit_code
from optimizer.exact_only import MOST_EXACT
from optimizer.intake import read_problem
from optimizer.scenarios import (
    MODES_OF_OBJECTIVE,
    Closures,
    FuelPolicy,
    Objective,
)
from optimizer.scenarios import (
    Scenario as Scenario,  # noqa: PLC0414  (pages hint it; they may not import the optimizer)
)
from optimizer.solve import Effort, Hands
from optimizer.whole_timetable import with_whole_timetable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from app.tools import Tools
    from app.workflow import Draft
    from data.findings import Finding
    from optimizer.plan import Plan
    from optimizer.problem import Problem

OBJECTIVES = MODES_OF_OBJECTIVE
PASSAGES = ("suez", "babalmandab", "panama")
EFFORTS = ("small", "normal", "large")
FEW = MOST_EXACT  # shipments; a plan of more is searched for while its planner looks on
BALANCED = Scenario(
    name="balanced",
    description="Cost, CO2e at 100 EUR per t and lateness weighed together; nothing is closed.",
)
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # archives hold no clock: the same plan gives the same bytes
# What SAF costs where the base scenario buys none: the sample's price, see its assumptions.csv.
_SAF_PRICE_EUR_PER_T = 1952.0
_SAF_PATHWAY = "hefa-uco"
_MAX_CLAIM_BYTES = 50_000_000
_COMPILED_WITH = 5  # shipments


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """What a planner may turn beside the shipped scenarios."""

    objective: str = "balanced"
    basis: str = "market_based"
    carbon_price_per_t: float = 0.0
    carbon_cap_kgco2e: float | None = None
    budget: float | None = None
    saf_max_share: float = 0.0
    passages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One problem and how to plan it; equal questions have equal answers."""

    scenario: Scenario
    effort: str = "small"
    frontier_points: int = 0
    time_limit_s: float | None = None
    file_name: str = ""  # empty: the shipped sample
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A plan as pages show it and hand it out."""

    document: Mapping[str, Any]
    files: Mapping[str, bytes]
    refused: tuple[Mapping[str, Any], ...]
    unknown_columns: tuple[str, ...]
    plan: Plan | None = field(default=None, repr=False, compare=False)  # what another begins with
    unused: Mapping[str, Any] = field(default_factory=dict, repr=False)  # see `shown`

    @property
    def shown(self) -> dict[str, Any]:
        """The document, and the hubs and services that ways not taken are told by."""
        return {**self.document, **({UNUSED: self.unused} if self.unused else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """What was found about an evidence pack, in groups, with the claim's own figures."""

    groups: Mapping[str, tuple[Finding, ...]]
    exit_code: int
    verdict: str
    meaning: str
    statement: Mapping[str, Any] | None  # None when its bytes cannot be believed


def scenarios_on_offer(file_name: str) -> dict[str, Scenario]:
    """Return scenarios by name: the shipped ones, and for a network of one's own a plain one first.

    The shipped ones close carriers and services of the sample, which no other network has.
    """
    shipped = sample_scenarios()
    own_network = file_name.lower().endswith(".zip")
    return {BALANCED.name: BALANCED, **shipped} if own_network else shipped


def own_scenario(base: Scenario, knobs: Knobs) -> Scenario:
    """Return a scenario of the planner's own on the ground of another one."""
    fuel = replace(base.fuel, saf_max_share=knobs.saf_max_share, saf_min_share=0.0)
    if fuel.saf_max_share and not fuel.saf_pathway:
        fuel = FuelPolicy(
            saf_max_share=knobs.saf_max_share,
            saf_price_per_t=_SAF_PRICE_EUR_PER_T,
            saf_pathway=_SAF_PATHWAY,
        )
    closures: Closures = replace(base.closures, passages=tuple(sorted(knobs.passages)))
    return replace(
        base,
        name="own",
        title="Your own scenario",
        description=f"Your limits on the ground of: {base.title}.",
        objective=Objective(
            mode=knobs.objective,
            carbon_price_per_t=knobs.carbon_price_per_t,
            carbon_cap_kgco2e=knobs.carbon_cap_kgco2e,
            budget=knobs.budget,
            co2e_basis=knobs.basis,
        ),
        closures=closures,
        fuel=fuel,
    )


def digest(question: Question, tools: Tools) -> str:
    """Return the fingerprint of all that an answer depends on."""
    parts = (
        software_version(),
        tools.factors.sha256,
        repr(question),
        hashlib.sha256(question.content).hexdigest(),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def answer(
    question: Question,
    tools: Tools,
    report: Callable[[str], None],
    *,
    hands: Hands = Hands(),  # noqa: B008  (frozen)
    drafts: Callable[[Draft], None] | None = None,
) -> Answer:
    """Plan and return every file; what was uploaded is gone afterwards.

    Raises
    ------
    GreenlaneError
        when the upload is refused, nothing in it can be planned, or no plan exists.
    """
    with ExitStack() as lent:
        folder = Path(lent.enter_context(TemporaryDirectory(prefix="greenlane-")))
        problem = lent.enter_context(_problem_of(question))
        planned = make_plan(
            problem,
            question.scenario,
            tools,
            effort=Effort(name=question.effort, time_limit_s=question.time_limit_s),
            frontier_points=question.frontier_points,
            report=report,
            hands=hands,
            drafts=drafts,
        )
        written = save_plan(planned, folder / "out", tools)
        files = {path.name: path.read_bytes() for path in written}
    return Answer(
        document=json.loads(files["plan.json"]),
        files=files,
        refused=tuple(refused_rows(planned.intake.refused)),
        unknown_columns=planned.intake.unknown_columns,
        plan=planned.plan,
        unused=_unused(planned.plan.problem),
    )


def _unused(problem: Problem) -> dict[str, Any]:
    """Return what ways not taken are told by; the files of a plan hold what it uses alone."""
    return {
        "hubs": [
            {"hub_id": h.hub_id, "kind": h.kind, "name": h.name} for h in problem.hubs.values()
        ],
        "services": [
            {
                "service_id": s.service_id,
                "mode": s.mode,
                "origin_hub": s.origin_hub,
                "destination_hub": s.destination_hub,
            }
            for s in (*problem.shut.values(), *problem.services.values())
        ],
    }


@contextmanager
def _problem_of(question: Question) -> Iterator[Path]:
    """Lend the folder or file that a question is about; an upload is gone afterwards."""
    with TemporaryDirectory(prefix="greenlane-") as name:
        if not question.file_name:
            yield sample_folder()
            return
        yield place_upload(question.file_name, question.content, Path(name))


def shipments_asked(question: Question) -> int:
    """Return how many shipments a question is about, as far as its rows can be read.

    Raises
    ------
    GreenlaneError
        when the upload is refused or holds no table of shipments.
    """
    with _problem_of(question) as problem:
        table = problem if problem.is_file() else find_table(problem, SHIPMENTS)
        return len(read_table(table, SHIPMENTS).rows) if table else 0


def warm_up(question: Question, tools: Tools) -> None:
    """Read a problem with services of its own once, and compile the search on a few shipments.

    On a machine's first run that takes half a minute, which nobody should wait for after asking.
    """
    with _problem_of(question) as problem, suppress(GreenlaneError):
        if problem.is_dir() and find_table(problem, SERVICES):
            read = read_problem(problem, tools.catalogue, tools.factors, question.scenario).problem
            _search_few(replace(read, shipments=read.shipments[:_COMPILED_WITH]))


def _search_few(problem: Problem) -> None:
    from optimizer.planner.choose import Means, choose_at_scale  # noqa: PLC0415  (loads numba)

    departures, problem = with_whole_timetable(problem)
    choose_at_scale(problem, departures, Means(effort="small"))


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as one archive; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


_GROUPS = {"INT": "integrity", "TRUST": "integrity", "ARI": "arithmetic", "EVI": "evidence"}
GROUPS = ("integrity", "arithmetic", "evidence", "standard")
_VERDICTS = {
    0: ("Intact and recomputed", ("exit code 0: every byte is as signed, every figure follows from "
        "the inputs, and the signer is one that you trust")),
    1: ("Not as it claims to be", "exit code 1: the pack opens, but at least one check failed"),
    3: ("Intact and recomputed, signer not trusted", ("exit code 3: every byte is as signed and "
        "every figure follows, but the key is not in your trust file")),
}  # fmt: skip
_ALTERED = ("Altered", "exit code 1: bytes are not those that were signed; nothing more was read")


def look_at_claim(content: bytes, trust: bytes | None) -> ClaimCheck:
    """Check an evidence pack and group what was found.

    Raises
    ------
    GreenlaneError
        when it is no pack at all, or the trust file cannot be read (exit code 2).
    """
    if len(content) > _MAX_CLAIM_BYTES:
        raise DataError(f"{len(content):,} bytes, wanted at most {_MAX_CLAIM_BYTES:,}")
    report = check_claim(content, trust)
    groups: dict[str, list[Finding]] = {name: [] for name in GROUPS}
    for finding in report.findings:
        group = _GROUPS.get(finding.code.split("-")[0], "standard")
        groups[group].append(finding)
    code = exit_code(report)
    altered = any(f.code.startswith("INT") and f.decides_against for f in report.findings)
    verdict, meaning = _ALTERED if altered else _VERDICTS[code]
    return ClaimCheck(
        groups={name: tuple(found) for name, found in groups.items()},
        exit_code=code,
        verdict=verdict,
        meaning=meaning,
        statement=None if altered else _statement(content),
    )


def _statement(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        document: dict[str, Any] = json.loads(archive.read("statement.json"))
    return document


def demo_claim(folder: Path) -> tuple[bytes, bytes | None] | None:
    """Return the claim and trust file that `greenlane demo` left in a folder, if it did."""
    claim, trust = folder / "claim.zip", folder / "trust.toml"
    if not claim.is_file():
        return None
    return claim.read_bytes(), trust.read_bytes() if trust.is_file() else None
