"""State a footprint and what stands against it, in three columns that are never merged."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from data.units import MG_PER_KG, kg_text
from emissions.ledger.credits import KG_PER_CREDIT
from emissions.ledger.entries import Entry, Kind
from emissions.ledger.saf import biogenic_kgco2
from emissions.neutrality.departures import UNTIMED, Departures

if TYPE_CHECKING:
    from datetime import date

    from emissions.neutrality.declaration import Declaration

_MG_PER_CREDIT = KG_PER_CREDIT * MG_PER_KG
_BINDING_BYTES = 16  # 128 bits, 26 characters of base32
MEMO_RADIATIVE_FORCING = (
    "non-CO2 effects of aviation (contrails, nitrogen oxides) are not included in any column"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Energy provision and operation in whole milligrams of CO2e; both are at least 0."""

    wtt_mg: int
    ttw_mg: int

    @property
    def wtw_mg(self) -> int:
        """Total, exactly the sum of its parts."""
        return self.wtt_mg + self.ttw_mg

    def to_json(self) -> dict[str, str]:
        """Return kilograms as decimal text."""
        return {
            "wtt_kgco2e": kg_text(self.wtt_mg),
            "ttw_kgco2e": kg_text(self.ttw_mg),
            "wtw_kgco2e": kg_text(self.wtw_mg),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSet:
    """The factors behind the figures, pinned by hash."""

    factor_set: str
    sha256: str
    tables: tuple[str, ...]  # in the order of the hash
    late: tuple[tuple[str, str], ...]  # categories used whose factor was published after the day

    def basis(self, day: date) -> str:
        """Say whether the figures could have been known on that day."""
        if not self.late:
            return f"as of {day}"
        latest = max(published for _, published in self.late)
        return f"restated ({len(self.late)} factors published after {day}, the last on {latest})"

    def to_json(self) -> dict[str, Any]:
        """Return the set for signing."""
        return {
            "id": self.factor_set,
            "sha256": self.sha256,
            "tables": list(self.tables),
            "published_later": [list(pair) for pair in self.late],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SafUse:
    """Neat SAF of one pathway claimed by the legs, with the values that the figures used."""

    pathway_id: str
    neat_g: int
    lhv_mj_per_kg: float
    total_gco2e_per_mj: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricityUse:
    """Electricity of one market: used by the legs, and covered by certificates."""

    market: str
    used_wh: int
    covered_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is declared. Physical, market-based and offsets stay three numbers.

    The residual is the market-based footprint. The balance says how much of it the retired
    credits leave uncovered (negative: more was retired than needed); it is no footprint.
    """

    declaration: Declaration
    factors: FactorSet
    physical: Footprint
    market_based: Footprint
    elements: tuple[tuple[str, int], ...]  # kind of element, how many
    by_mode: tuple[tuple[str, int], ...]  # physical WTW in mg
    by_data_type: tuple[tuple[str, int], ...]  # physical WTW in mg
    by_gas_set: tuple[tuple[str, int], ...]  # physical WTW in mg
    interval_mg: tuple[int, int]  # of the physical total
    air_fuel_mj: float
    saf: tuple[SafUse, ...]
    electricity: tuple[ElectricityUse, ...]
    entries: tuple[Entry, ...]  # uses of lots for this subject
    departures: Departures = UNTIMED  # of the legs; the signed document does not repeat them

    @property
    def offsets_kg(self) -> int:
        """Retired credits used for this subject."""
        return sum(e.span.quantity for e in self.entries if e.kind is Kind.CREDIT)

    @property
    def residual_mg(self) -> int:
        """What is left after reductions inside the subject: the market-based footprint."""
        return self.market_based.wtw_mg

    @property
    def reductions_mg(self) -> int:
        """What SAF and certificates show below the physical footprint."""
        return self.physical.wtw_mg - self.market_based.wtw_mg

    @property
    def units_needed(self) -> int:
        """Whole credits that cover the residual: 1 kg above a tonne needs one more."""
        return -(-self.residual_mg // _MG_PER_CREDIT)

    @property
    def balance_mg(self) -> int:
        """Residual left uncovered by offsets."""
        return self.residual_mg - self.offsets_kg * MG_PER_KG

    @property
    def excluded_kgco2e(self) -> Decimal:
        """Estimates of all excluded sources."""
        return sum(
            (e.estimate_kgco2e or Decimal(0) for e in self.declaration.exclusions), Decimal(0)
        )

    @property
    def binding(self) -> str:
        """The string that ties a registry's retirement note to this claim.

        It depends on who, what, when and how much, and not on the credits: it must be known before
        they are retired.
        """
        d = self.declaration
        commitment = "\n".join(
            (
                "greenlane claim 1",
                d.entity or "",
                d.subject_name,
                str(d.period_start),
                str(d.period_end),
                d.standard or "",
                kg_text(self.residual_mg),
            )
        )
        digest = hashlib.sha256(commitment.encode()).digest()[:_BINDING_BYTES]
        return "GRN1-" + base64.b32encode(digest).decode().rstrip("=")

    def to_json(self) -> dict[str, Any]:
        """Return the statement for signing: every quantity is decimal text with its unit."""
        return {
            "schema": "greenlane-statement/1",
            "declaration": plain(self.declaration),
            "factor_set": self.factors.to_json(),
            "factor_basis": self.factors.basis(self.declaration.day),
            **self._figures(),
            **self._parts(),
            "saf": [plain(use) for use in self.saf],
            "electricity": [plain(use) for use in self.electricity],
            "uses": [use_to_json(entry) for entry in self.entries],
            "binding": self.binding,
        }

    def _figures(self) -> dict[str, Any]:
        return {
            "columns": {
                "physical": self.physical.to_json(),
                "market_based": self.market_based.to_json(),
                "offsets": {"retired_kgco2e": str(self.offsets_kg)},
            },
            "reductions_shown_kgco2e": kg_text(self.reductions_mg),
            "residual_kgco2e": kg_text(self.residual_mg),
            "units_needed_t": str(self.units_needed),
            "balance_kgco2e": kg_text(self.balance_mg),
        }

    def _parts(self) -> dict[str, Any]:
        low, high = self.interval_mg
        neat_kg = sum(use.neat_g for use in self.saf) / 1000
        return {
            "interval_kgco2e": {"low": kg_text(low), "high": kg_text(high)},
            "elements": {kind: str(count) for kind, count in self.elements},
            "physical_kgco2e_by_mode": _kg(self.by_mode),
            "physical_kgco2e_by_data_type": _kg(self.by_data_type),
            "physical_kgco2e_by_gas_set": _kg(self.by_gas_set),
            "excluded_kgco2e": str(self.excluded_kgco2e),
            "air_fuel_mj": f"{self.air_fuel_mj:.3f}",
            "memo": {
                "radiative_forcing": MEMO_RADIATIVE_FORCING,
                "biogenic_kgco2": f"{biogenic_kgco2(neat_kg):.3f}",
            },
        }


def _kg(parts: tuple[tuple[str, int], ...]) -> dict[str, str]:
    return {name: kg_text(mg) for name, mg in parts}


def use_to_json(entry: Entry) -> dict[str, str]:
    """Return one use of a lot as text; `from` and `to` count base units, `to` excluded."""
    return {
        "kind": str(entry.kind),
        "lot_id": entry.lot_id,
        "series": entry.span.series,
        "from": str(entry.span.start),
        "to": str(entry.span.end),
        "unit": entry.kind.unit,
        "subject": entry.subject,
        "on": str(entry.on),
    }


def plain(value: object) -> Any:  # noqa: ANN401  (JSON)
    """Return a record as JSON without numbers: dates and decimals become text, None stays null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | str):
        return value
    return str(value)
