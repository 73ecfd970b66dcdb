"""Reading and checking a stored budget file, as often as its mapping is corrected. Nothing is adopted here."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.db import transaction

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Right, Seat
from gemeinwerk.engine import budget, budget_files
from gemeinwerk.engine.problems import Problem
from gemeinwerk.engine.tables import Frame
from gemeinwerk.runs.models import Run

from ..frames import imports as frames
from ..frames.lines import with_own_positions
from ..frames.packing import pack
from ..frames.products import tree
from ..frames.sums import stored_amounts
from ..models import Account, BudgetImport, BudgetSettings, ImportMapping, Product, ProductSum
from . import files
from .conflicts import changed_meanwhile
from .directory import own_positions
from .imports import Report, demand_own, demand_step, silent, start

State = BudgetImport.State


class ReadVerb(StrEnum):
    READ = "hat „{file}“ gelesen und geprüft: {rows} Zeilen, davon {rejected} abgelehnt."
    UNREADABLE = "hat versucht, „{file}“ zu lesen; es wurde keine Haushaltszeile gefunden."


def start_reading(seat: Seat, import_: BudgetImport, *, at: datetime, return_to: str = "") -> Run:
    """Read the file: at once if it is small, otherwise by the worker."""
    demand_step(import_, State.CHECKED)
    return start(seat, import_, Run.Kind.BUDGET_READ, "gemeinwerk.budgets.jobs.read_import", at=at, return_to=return_to)


def read_import(seat: Seat, import_: BudgetImport, *, at: datetime, report: Report = silent) -> BudgetImport:
    """Read and check the file with the mapping kept so far; without one, with a saved or a proposed one.

    The lines are kept beside the file, so that adoption takes exactly what was shown.
    """
    seat.demand(Right.IMPORT)
    demand_own(seat, import_)
    demand_step(import_, State.CHECKED)
    files.demand_unchanged(import_)
    report(2, "Die Datei wird gelesen.")
    book, mapping_name = _read(seat, import_, report)
    report(80, "Die Zeilen werden geprüft.")
    products = tree(book.products, frames.LANDS.get(seat.body.state, ""))
    lines = with_own_positions(book.lines, own_positions(seat))
    rollup = budget.rollup(lines)
    fields = frames.import_fields(book, products, rollup, _problems(seat, book, lines, rollup))
    report(95, "Das Ergebnis wird abgelegt.")
    made = {
        "lines_file": files.keep("haushalt/zeilen", "npz", pack(book.lines, products)) if book.is_usable else "",
        "rejected_file": (
            files.keep("haushalt/abgelehnt", "csv", budget_files.rejected_csv(book)) if book.rejected else ""
        ),
    }
    try:
        return _store(seat, import_, fields | made | {"mapping_name": mapping_name}, at, is_usable=book.is_usable)
    except BaseException:
        files.forget(*made.values())
        raise


def _read(seat: Seat, import_: BudgetImport, report: Report) -> tuple[budget_files.BudgetFile, str]:
    """The file read with the mapping at hand, and the name of the saved mapping if one was taken."""
    if import_.mapping:
        mapping, _ = budget_files.Mapping.from_dict(import_.mapping)
        return _read_with(seat, import_, mapping, report), import_.mapping_name
    book = _read_with(seat, import_, None, report)
    saved = ImportMapping.objects.filter(body=seat.body, header_digest=book.facts.digest).first()
    if saved is None or not book.facts.digest:
        return book, ""
    mapping, _ = budget_files.Mapping.from_dict(saved.mapping)
    return _read_with(seat, import_, mapping.reusable(), report), saved.name


def _read_with(
    seat: Seat, import_: BudgetImport, mapping: budget_files.Mapping | None, report: Report
) -> budget_files.BudgetFile:
    (name, path, _), *companions = files.stored_files(import_)
    return budget_files.read(
        name,
        path,
        mapping,
        companions={other: other_path.read_bytes() for other, other_path, _ in companions},
        limits=limits(),
        hints=budget_files.Hints(land=seat.body.state or None, year=import_.budget_year),
        progress=lambda share: report(2 + int(76 * share), "Die Datei wird gelesen."),
    )


def limits() -> budget_files.Limits:
    """What a file may cost, as the operator has set it."""
    return budget_files.Limits(
        max_bytes=settings.UPLOAD_MAX_MB * 1_000_000,
        max_unpacked_bytes=settings.UPLOAD_MAX_UNPACKED_MB * 1_000_000,
        max_rows=settings.UPLOAD_MAX_ROWS,
        max_columns=settings.UPLOAD_MAX_COLUMNS,
        max_cell=settings.UPLOAD_MAX_CELL,
    )


def _problems(seat: Seat, book: budget_files.BudgetFile, lines: Frame, rollup: budget.Rollup) -> list[Problem]:
    """What was noticed in reading, and what the check of the lines says beside the body's own data."""
    if not book.is_usable:
        return list(book.problems)
    own = BudgetSettings.objects.filter(body=seat.body).first() or BudgetSettings(body=seat.body)
    checked = budget.check(
        lines,
        scheme=book.facts.scheme,
        accounting=book.facts.accounting,
        previous=_previous(seat, book.facts.years),
        thresholds=budget.Thresholds(jump_percent=Fraction(own.jump_percent), jump_minimum_cents=own.jump_cents),
        known_products=_known(Product, seat, level=Product.Level.PRODUCT),
        known_accounts=_known(Account, seat),
        sheets=book.sheets,
        headers=book.facts.header,
        sums=rollup,
    )
    return [*book.problems, *checked]


def _known(model: type[Product] | type[Account], seat: Seat, **filters: Any) -> set[str] | None:
    """Codes and names the body has already; None before the first import, when everything would be new."""
    pairs = model.objects.filter(body=seat.body, **filters).values_list("code", "name")
    return {code or name for code, name in pairs} or None


def _previous(seat: Seat, years: tuple[int, ...]) -> list[budget.Amount]:
    """The current sums of the years before those in the file."""
    wanted = {year - 1 for year in years}
    rows = ProductSum.objects.filter(
        version__body=seat.body, version__is_current=True, version__year__in=wanted, product__isnull=False
    ).values(
        *("version__year", "version__stage", "position", "side", "amount_cents", "line_count"),
        *("product", "product__code", "product__name"),
    )
    return stored_amounts(rows)


@transaction.atomic
def _store(seat: Seat, import_: BudgetImport, fields: dict[str, Any], at: datetime, *, is_usable: bool) -> BudgetImport:
    stored = BudgetImport.objects.select_for_update(of=("self",)).get(pk=import_.pk, body=seat.body)
    if stored.version != import_.version:
        raise changed_meanwhile("Dieser Import")
    demand_step(stored, State.CHECKED)
    gone = (stored.lines_file, stored.rejected_file)
    for name, value in fields.items():
        setattr(stored, name, value)
    stored.state = State.CHECKED if is_usable else State.UNREADABLE
    stored.version += 1
    stored.save(update_fields=[*fields, "state", "version"])
    activity.record(
        seat,
        ReadVerb.READ if is_usable else ReadVerb.UNREADABLE,
        on=stored,
        at=at,
        file=stored.file_name,
        rows=f"{stored.rows_read:,}".replace(",", "."),
        rejected=f"{stored.rows_rejected:,}".replace(",", "."),
    )
    transaction.on_commit(lambda: files.forget(*gone))
    import_.refresh_from_db()
    return stored
