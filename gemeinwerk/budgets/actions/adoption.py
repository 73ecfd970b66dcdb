"""Adopting a checked budget file: products, accounts, units, versions, lines and sums in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Right, Seat
from gemeinwerk.engine.budget import Rollup, rollup
from gemeinwerk.engine.tables import Frame, Key
from gemeinwerk.runs.models import Run

from ..frames import lines as line_frames
from ..frames import sums
from ..frames.packing import unpack
from ..frames.products import Tree
from ..frames.sums import Slot
from ..models import BudgetImport, BudgetLine, BudgetVersion, PlanSum, ProductSum, Stage
from . import directory, files
from .conflicts import changed_meanwhile
from .files import ImportRefusedError
from .imports import Report, demand_own, demand_step, silent, start
from .rows import portion, write_rows

State = BudgetImport.State
Part = Mapping[str, Any]
"""One entry of BudgetImport.slices."""


class AdoptVerb(StrEnum):
    ADOPTED = "hat „{file}“ übernommen: {slices}."
    UNCHANGED = "hat „{file}“ übernommen; keine Zahl hat sich geändert."


@dataclass(frozen=True, slots=True)
class Adoption:
    """What came of it: the versions that were made, and the slices whose numbers stood there already."""

    versions: tuple[BudgetVersion, ...]
    unchanged: tuple[Slot, ...]
    line_count: int

    @property
    def is_nothing_new(self) -> bool:
        return not self.versions


def start_adopting(
    seat: Seat,
    import_: BudgetImport,
    *,
    slots: Collection[Slot] | None = None,
    version: int | None = None,
    at: datetime,
    return_to: str = "",
) -> Run:
    """Adopt the file: at once if it is small, otherwise by the worker.

    `slots` are the years and stages that are wanted (all if None), `version` is the state whose preview was seen.
    """
    demand_step(import_, State.ADOPTED)
    return start(
        seat,
        import_,
        Run.Kind.BUDGET_ADOPT,
        "gemeinwerk.budgets.jobs.adopt_import",
        at=at,
        return_to=return_to,
        version=version,
        arguments={} if slots is None else {"slots": [list(slot) for slot in slots]},
    )


def adopt_import(
    seat: Seat,
    import_: BudgetImport,
    *,
    slots: Collection[Slot] | None = None,
    at: datetime,
    report: Report = silent,
) -> Adoption:
    """Take over what was checked, or only the years and stages in `slots`.

    Slices whose numbers stand there already get no new version; the rest supersede.

    Everything happens in one transaction: whatever goes wrong, or whoever cancels, leaves nothing behind.
    """
    seat.demand(Right.IMPORT)
    demand_own(seat, import_)
    demand_step(import_, State.ADOPTED)
    files.demand_unchanged(import_)
    report(3, "Die geprüften Zeilen werden geladen.")
    lines, tree = _checked_lines(import_)
    with transaction.atomic():
        stored = BudgetImport.objects.select_for_update(of=("self",)).get(pk=import_.pk, body=seat.body)
        demand_step(stored, State.ADOPTED)
        if stored.lines_file != import_.lines_file:
            # Read again since the lines were loaded: they are no longer the ones the slices speak of.
            raise changed_meanwhile("Dieser Import")
        parts = [part for part in stored.slices if slots is None or (part["year"], part["stage"]) in slots]
        if not parts:
            raise ImportRefusedError("Bitte wählen Sie mindestens ein Jahr aus, das übernommen werden soll.")
        if not all(part["year"] for part in parts):
            raise ImportRefusedError(
                "Für einen Teil der Zeilen steht kein Haushaltsjahr in der Datei. Bitte geben Sie es auf der Seite "
                "„Zuordnung“ an, oder wählen Sie diesen Teil in der Vorschau ab."
            )
        adoption = _adopt(seat, stored, parts, lines, tree, at, report)
        _close(seat, stored, adoption, at)
    import_.refresh_from_db()
    return adoption


def _checked_lines(import_: BudgetImport) -> tuple[Frame, Tree]:
    try:
        with default_storage.open(import_.lines_file) as handle:
            lines, tree = unpack(handle.read())
    except (OSError, ValueError) as error:
        raise ImportRefusedError(
            "Der geprüfte Zwischenstand fehlt. Bitte lassen Sie die Datei auf der Seite „Zuordnung“ noch einmal lesen."
        ) from error
    found = [(part.year, part.stage, part.digest) for part in line_frames.slices(lines)]
    if found != [(part["year"], part["stage"], part["digest"]) for part in import_.slices]:
        raise ImportRefusedError(
            "Der geprüfte Zwischenstand passt nicht zu dem, was die Prüfung gezeigt hat. Bitte lassen Sie die Datei "
            "auf der Seite „Zuordnung“ noch einmal lesen."
        )
    return lines, tree


def _adopt(
    seat: Seat, import_: BudgetImport, parts: Sequence[Part], lines: Frame, tree: Tree, at: datetime, report: Report
) -> Adoption:
    versions, unchanged = _versions(seat, import_, parts, at)
    if not versions:
        return Adoption((), unchanged, 0)
    report(6, "Produkte und Konten werden abgeglichen.")
    ids = {
        "product": directory.keep_products(seat, tree),
        "account": directory.keep_accounts(seat, lines),
        "unit": directory.keep_units(seat, lines),
    }
    slots = {(version.year, version.stage): version.pk for version in versions}
    total = sum(version.line_count for version in versions)

    def written(count: int) -> None:
        report(10 + 80 * count // total, f"{count:,} von {total:,} Zeilen sind geschrieben.".replace(",", "."))

    portions = line_frames.portions(lines, versions=slots, ids=ids)
    write_rows(BudgetLine, line_frames.COLUMNS, portions, after=written)
    report(92, "Die Summen werden gebildet.")
    placed = line_frames.with_own_positions(lines, directory.own_positions(seat))
    write_sums(rollup(placed), slots, ids["product"])
    report(99, "Der Import wird abgeschlossen.")
    return Adoption(versions, unchanged, total)


def _versions(
    seat: Seat, import_: BudgetImport, parts: Sequence[Part], at: datetime
) -> tuple[tuple[BudgetVersion, ...], tuple[Slot, ...]]:
    """A next version for each slice with other numbers than the current one, which is superseded and stays readable."""
    # Locking the body keeps two adoptions from giving the same number.
    type(seat.body).objects.select_for_update().get(pk=seat.body.pk)
    existing = BudgetVersion.objects.filter(body=seat.body)
    current = {(version.year, version.stage): version.digest for version in existing.filter(is_current=True)}
    last = {
        (year, stage): number for year, stage, number in existing.values_list("year", "stage").annotate(Max("number"))
    }
    fresh, unchanged = [], []
    for part in parts:
        slot = (part["year"], part["stage"])
        if current.get(slot) == part["digest"]:
            unchanged.append(slot)
            continue
        fresh.append(
            BudgetVersion(
                body=seat.body,
                budget_import=import_,
                year=part["year"],
                stage=part["stage"],
                number=last.get(slot, 0) + 1,
                line_count=part["count"],
                digest=part["digest"],
                adopted_at=at,
            )
        )
    for version in fresh:
        existing.filter(year=version.year, stage=version.stage, is_current=True).update(is_current=False)
    return tuple(BudgetVersion.objects.bulk_create(fresh)), tuple(unchanged)


def write_sums(rollup: Rollup, slots: Mapping[Slot, int], products: Mapping[Key, int]) -> None:
    """PlanSum and ProductSum of the given versions."""
    write_rows(PlanSum, sums.PLAN_COLUMNS, [portion(sums.plan_rows(rollup, slots))])
    write_rows(ProductSum, sums.PRODUCT_COLUMNS, [portion(sums.product_rows(rollup, slots, products))])


def _close(seat: Seat, import_: BudgetImport, adoption: Adoption, at: datetime) -> None:
    """The import is done: the interim lines go, the row and its log stay as the proof."""
    interim = import_.lines_file
    import_.state, import_.lines_file = State.ADOPTED, ""
    import_.adopted_by, import_.adopted_at = seat.user, at
    import_.version += 1
    import_.save(update_fields=["state", "lines_file", "adopted_by", "adopted_at", "version"])
    transaction.on_commit(lambda: files.forget(interim))
    if adoption.is_nothing_new:
        activity.record(seat, AdoptVerb.UNCHANGED, on=import_, at=at, file=import_.file_name)
        return
    activity.record(
        seat,
        AdoptVerb.ADOPTED,
        on=import_,
        at=at,
        file=import_.file_name,
        slices=", ".join(
            f"{Stage(version.stage).label} {version.year} (Fassung {version.number})" for version in adoption.versions
        ),
    )
