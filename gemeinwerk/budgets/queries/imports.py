"""The imports of a body: the list, one of them with what was detected, its sums beside the expected ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404

from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine.schemes import POSITIONS

from ..models import BudgetImport, ImportMapping, Side, Stage

OUTGOING = frozenset({Side.EXPENSE, Side.CASH_OUT, Side.INTERNAL_OUT})
SIDE_ORDER = list(Side)
STAGE_ORDER = list(Stage)
SIDE_PLURALS = {
    Side.INCOME: "Erträge",
    Side.EXPENSE: "Aufwendungen",
    Side.CASH_IN: "Einzahlungen",
    Side.CASH_OUT: "Auszahlungen",
    Side.INTERNAL_IN: "Erlöse aus interner Verrechnung",
    Side.INTERNAL_OUT: "Kosten aus interner Verrechnung",
}
KAMERAL_PLURALS = SIDE_PLURALS | {
    Side.INCOME: "Einnahmen des Verwaltungshaushalts",
    Side.EXPENSE: "Ausgaben des Verwaltungshaushalts",
    Side.CASH_IN: "Einnahmen des Vermögenshaushalts",
    Side.CASH_OUT: "Ausgaben des Vermögenshaushalts",
}


def budget_imports(seat: Seat) -> QuerySet[BudgetImport]:
    """The imports of the body, newest first, with the number of versions each brought."""
    return (
        BudgetImport.objects.filter(body=seat.body)
        .select_related("received_by", "adopted_by", "run")
        .annotate(version_count=Count("versions"))
    )


def budget_import(seat: Seat, pk: int) -> BudgetImport:
    return get_object_or_404(budget_imports(seat), pk=pk)


def earlier_adoption(seat: Seat, import_: BudgetImport) -> BudgetImport | None:
    """The import that brought the same file before, if there is one."""
    same = BudgetImport.objects.filter(body=seat.body, sha256=import_.sha256, state=BudgetImport.State.ADOPTED)
    return same.exclude(pk=import_.pk).order_by("-adopted_at").first()


def saved_mapping(seat: Seat, import_: BudgetImport) -> ImportMapping | None:
    """What is kept for files with the same head."""
    digest = import_.facts.get("digest", "")
    return ImportMapping.objects.filter(body=seat.body, header_digest=digest).first() if digest else None


# ---------------------------------------------------------------- sums
def as_written(side: str, cents: int) -> int:
    """The amount as a plan prints it: expenses and payments without their minus."""
    return -cents if side in OUTGOING else cents


@dataclass(frozen=True, slots=True)
class SideTotal:
    """The sum of one side beside the expected one, both as a plan prints them."""

    side: str
    label: str
    cents: int
    count: int
    expected_cents: int | None
    is_met: bool | None

    @property
    def difference_cents(self) -> int | None:
        return None if self.expected_cents is None else self.cents - self.expected_cents

    @property
    def shortfall_cents(self) -> int | None:
        difference = self.difference_cents
        return None if difference is None else -difference


@dataclass(frozen=True, slots=True)
class AreaTotal:
    """One product area: the sums of the sides in the order of SliceTotal.sides."""

    name: str
    cents: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class FileSlice:
    """One year in one stage of the file, as the pages of an import name it."""

    year: int
    stage: str

    @property
    def label(self) -> str:
        return f"{Stage(self.stage).label} {self.year}"

    @property
    def ident(self) -> str:
        return f"{self.year}-{self.stage}"


@dataclass(frozen=True, slots=True)
class SliceTotal(FileSlice):
    """What was read for one slice, beside what is expected."""

    sides: tuple[SideTotal, ...]
    areas: tuple[AreaTotal, ...]
    line_count: int

    @property
    def is_empty(self) -> bool:
        """Only zeros, and nothing expected."""
        return not any(total.cents or total.expected_cents for total in self.sides)

    @property
    def result_cents(self) -> int | None:
        """Erträge minus Aufwendungen; None where the slice has none of both."""
        shown = [t.cents if t.side == Side.INCOME else -t.cents for t in self.sides if t.side in OPERATING]
        return sum(shown) if shown else None

    @property
    def is_met(self) -> bool | None:
        """Whether all expected sums are met; None if none is expected."""
        verdicts = [total.is_met for total in self.sides if total.is_met is not None]
        return all(verdicts) if verdicts else None


OPERATING = (Side.INCOME, Side.EXPENSE)


def side_names(import_: BudgetImport) -> Mapping[str, str]:
    return KAMERAL_PLURALS if import_.facts.get("accounting") == "kameral" else SIDE_PLURALS


def slice_totals(import_: BudgetImport) -> list[SliceTotal]:
    """The sums of the file per year and stage, by side and product area, beside what is expected."""
    expected = {(e["year"], e["stage"], e["side"]): e["cents"] for e in import_.expected}
    names = side_names(import_)
    slots = sorted(
        {(t["year"], t["stage"]) for t in import_.totals} | {(year, stage) for year, stage, _ in expected},
        key=lambda slot: (-slot[0], STAGE_ORDER.index(slot[1])),
    )
    return [_slice_total(slot, import_.totals, expected, names) for slot in slots]


def _slice_total(
    slot: tuple[int, str],
    totals: Sequence[Mapping[str, Any]],
    expected: Mapping[tuple[int, str, str], int],
    names: Mapping[str, str],
) -> SliceTotal:
    mine = [t for t in totals if (t["year"], t["stage"]) == slot]
    wanted = {side for year, stage, side in expected if (year, stage) == slot}
    present = [side for side in SIDE_ORDER if side in wanted or any(t["side"] == side for t in mine)]
    sides = tuple(_side_total(side, mine, expected.get((*slot, side)), names[side]) for side in present)
    areas = {}
    for entry in mine:
        areas.setdefault((entry["area"] == "", entry["area"]), (entry["area_name"], {}))
        sums = areas[entry["area"] == "", entry["area"]][1]
        sums[entry["side"]] = sums.get(entry["side"], 0) + as_written(entry["side"], entry["cents"])
    rows = tuple(
        AreaTotal(name, tuple(sums.get(side) for side in present)) for _, (name, sums) in sorted(areas.items())
    )
    return SliceTotal(*slot, sides, rows, sum(entry["count"] for entry in mine))


def _side_total(side: str, entries: Iterable[Mapping[str, Any]], expected: int | None, label: str) -> SideTotal:
    mine = [entry for entry in entries if entry["side"] == side]
    cents = as_written(side, sum(entry["cents"] for entry in mine))
    count = sum(entry["count"] for entry in mine)
    return SideTotal(side, label, cents, count, expected, None if expected is None else cents == expected)


# ---------------------------------------------------------------- problems
SEVERITIES = (
    ("error", "Fehler", "danger", "Diese Zeilen oder Werte konnten nicht gelesen werden."),
    ("warning", "Auffälligkeiten", "warning", "Bitte sehen Sie hier nach, bevor Sie übernehmen."),
    ("note", "Hinweise", "info", "Gut zu wissen; hier ist meist nichts zu tun."),
)


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    severity: str
    title: str
    kind: str
    intro: str
    count: int
    shown: tuple[Mapping[str, Any], ...]

    @property
    def hidden_count(self) -> int:
        return max(0, self.count - sum(problem["count"] for problem in self.shown))


def problem_groups(import_: BudgetImport) -> list[ProblemGroup]:
    """The problems of an import by severity, gravest first."""
    counts = import_.facts.get("problem_counts", {})
    groups = []
    for severity, title, kind, intro in SEVERITIES:
        shown = tuple(problem for problem in import_.problems if problem["severity"] == severity)
        if shown:
            groups.append(ProblemGroup(severity, title, kind, intro, counts.get(severity, len(shown)), shown))
    return groups


def position_title(code: str) -> str:
    found = POSITIONS.get(code)
    return found.title if found else "ohne Position im Plan"
