"""Which figures of the budget there are: the current version of each year and stage, and the columns of a page.

Pages read sums, never lines: `PlanSum` and `ProductSum` are written at adoption, so a million lines cost nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from gemeinwerk.accounts.access import Seat

from ..models import BudgetSettings, BudgetVersion, PlanSum, ProductSum, Stage

STAGE_ORDER = (Stage.FORECAST, Stage.ESTIMATE, Stage.SUPPLEMENT, Stage.PROVISIONAL, Stage.ACTUAL)
"""In the order of time; the later one speaks for the year. Verpflichtungsermächtigungen are no amounts of a year."""

PLANNED = frozenset({Stage.FORECAST, Stage.ESTIMATE, Stage.SUPPLEMENT})
SHORT = {
    Stage.FORECAST: "Planung",
    Stage.ESTIMATE: "Ansatz",
    Stage.SUPPLEMENT: "Nachtrag",
    Stage.PROVISIONAL: "Vorl. Ist",
    Stage.ACTUAL: "Ergebnis",
}
AROUND = "haushalt"
CHOICES = {
    AROUND: "rund um das Haushaltsjahr",
    "jahre": "alle Jahre",
    "alle": "alle Stände",
    "plan": "nur Planwerte",
    "ist": "nur Ergebnisse",
}
"""What the visitor of a plan may ask for in `?stand=`."""

YEARS_BEFORE, YEARS_AFTER = 2, 4


@dataclass(frozen=True, slots=True)
class Slice:
    """A column of a plan: one version of one year in one stage."""

    id: int
    year: int
    stage: str
    number: int
    adopted_at: datetime
    import_id: int
    file_name: str
    digest: str

    @property
    def label(self) -> str:
        return f"{SHORT[Stage(self.stage)]} {self.year}"

    @property
    def short(self) -> str:
        return SHORT[Stage(self.stage)]

    @property
    def long(self) -> str:
        return f"{Stage(self.stage).label} {self.year}, Fassung {self.number}"

    @property
    def is_plan(self) -> bool:
        return self.stage in PLANNED


def settings_of(seat: Seat) -> BudgetSettings:
    """What the body has set; where nothing was set, the defaults, not yet stored."""
    return BudgetSettings.objects.filter(body=seat.body).first() or BudgetSettings(body=seat.body)


def slices(seat: Seat) -> tuple[Slice, ...]:
    """The current version of every year and stage, in the order of time."""
    return _in_order(_versions(seat).filter(is_current=True))


def all_slices(seat: Seat) -> tuple[Slice, ...]:
    """Every version that was ever adopted, the older ones too; for the comparison of two versions."""
    return _in_order(_versions(seat))


def _versions(seat: Seat) -> QuerySet[BudgetVersion]:
    return BudgetVersion.objects.filter(body=seat.body, stage__in=STAGE_ORDER)


FIELDS = (
    "pk", "year", "stage", "number", "adopted_at", "budget_import_id", "budget_import__file_name", "digest",
)  # fmt: skip
"""What a Slice holds, in its order."""


def _in_order(versions: QuerySet[BudgetVersion]) -> tuple[Slice, ...]:
    found = [Slice(*row) for row in versions.values_list(*FIELDS)]
    return tuple(sorted(found, key=lambda s: (s.year, STAGE_ORDER.index(Stage(s.stage)), s.number)))


def chosen(all_of_them: Sequence[Slice], wanted: str) -> tuple[Slice, ...]:
    """The columns for one of `CHOICES`."""
    if wanted == "alle":
        return tuple(all_of_them)
    if wanted == "plan":
        return decisive([s for s in all_of_them if s.is_plan])
    if wanted == "ist":
        return decisive([s for s in all_of_them if not s.is_plan])
    return decisive(all_of_them) if wanted == "jahre" else around(all_of_them)


def around(all_of_them: Sequence[Slice]) -> tuple[Slice, ...]:
    """What stands in a Haushaltsplan: result of the year before last, Ansatz of the last year as long as that is not
    closed, the Haushaltsjahr and the mittelfristige Planung."""
    columns = decisive(all_of_them)
    lead = leading(columns)
    if lead is None:
        return ()
    planned = {s.year: s for s in all_of_them if s.is_plan and s.year == lead.year - 1}
    is_open = {s.year for s in columns if s.stage == Stage.PROVISIONAL and lead.is_plan}
    columns = tuple(planned.get(s.year, s) if s.year in is_open else s for s in columns)
    return tuple(s for s in columns if lead.year - YEARS_BEFORE <= s.year <= lead.year + YEARS_AFTER)


def decisive(of: Sequence[Slice]) -> tuple[Slice, ...]:
    """One column per year: the latest stage speaks for the year."""
    return tuple({s.year: s for s in of}.values())


def leading(of: Sequence[Slice]) -> Slice | None:
    """The column a reader asks for first: the newest Ansatz or Nachtrag, without one the newest figure there is."""
    adopted = [s for s in of if s.stage in (Stage.ESTIMATE, Stage.SUPPLEMENT)]
    actual = [s for s in of if s.stage != Stage.FORECAST]
    candidates = adopted or actual or list(of)
    return candidates[-1] if candidates else None


def before(of: Sequence[Slice], this: Slice) -> Slice | None:
    """The column to compare `this` with: the year before, a plan with a plan where there is one."""
    earlier = [s for s in of if s.year == this.year - 1]
    same_kind = [s for s in earlier if s.is_plan == this.is_plan]
    candidates = same_kind or earlier
    return candidates[-1] if candidates else None


ColumnSums = dict[tuple[str, str], int]
"""(position, side) → cents of one column."""

Sums = dict[int, ColumnSums]
"""Version → sums of that column."""


def plan_sums(of: Iterable[Slice]) -> Sums:
    """What stands on each position in each column. One query."""
    ids = [s.id for s in of]
    sums: Sums = {i: {} for i in ids}
    rows = PlanSum.objects.filter(version__in=ids).values_list("version_id", "position", "side", "amount_cents")
    for version, position, side, cents in rows:
        sums[version][position, side] = cents
    return sums


def product_plan_sums(of: Iterable[Slice], products: Sequence[int]) -> Sums:
    """The same for the given products together: a subplan. One query."""
    ids = [s.id for s in of]
    sums: Sums = {i: {} for i in ids}
    rows = (
        ProductSum.objects.filter(version__in=ids, product__in=products)
        .values("version_id", "position", "side")
        .annotate(cents=Sum("amount_cents"))
    )
    for row in rows:
        sums[row["version_id"]][row["position"], row["side"]] = row["cents"]
    return sums
