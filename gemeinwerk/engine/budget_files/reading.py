"""The steps from a source to a BudgetFile: open, look, propose, collect, build, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine.finds import Finds
from gemeinwerk.engine.tables import LINES, SIDES, STAGES, empty

from . import formats, lookup
from .build import Builder, Built
from .collect import Collected, collect, prepare
from .limits import Hints, Limits
from .mapping import Mapping, Role, header_digest
from .plan_years import settle
from .profile import text_of
from .propose import Looked, look, mapping_for, titles
from .report import report
from .result import BudgetFile, Facts, TableFact
from .source import Source, Table, Unusable
from .words import year_in

MAX_TABLES = 200
Progress = Callable[[float], None]


@dataclass(slots=True)
class _Job:
    name: str
    wanted: Mapping
    limits: Limits
    hints: Hints
    progress: Progress | None
    finds: Finds = field(default_factory=Finds)


def read_source(
    name: str,
    source: bytes | Path,
    wanted: Mapping,
    companions: dict[str, bytes],
    limits: Limits,
    hints: Hints,
    progress: Progress | None,
) -> BudgetFile:
    """See `gemeinwerk.engine.budget_files.read`."""
    job = _Job(name, wanted, limits, hints, progress)
    try:
        opened = formats.open_source(name, source, wanted, companions, limits)
        job.finds.extend(opened.problems)
        return _read(job, opened)
    except Unusable as end:
        job.finds.extend((end.problem,))
        return BudgetFile(name, empty(LINES), job.finds.problems(), Facts(), wanted)


def _read(job: _Job, source: Source) -> BudgetFile:
    looked = [_look(job, table, source) for table in source.tables[:MAX_TABLES]]
    chosen = _choose(looked, job.wanted)
    main = chosen[0]
    names = tuple(item.table.name for item in chosen)
    proposal = mapping_for(main, source, names, job.name, job.hints)
    mapping = job.wanted.fitted(main.header.names).over(proposal)
    if not any(column.role is Role.AMOUNT for column in mapping.columns):
        job.finds.error(
            "no_amounts",
            "In der Datei wurde keine Spalte mit Beträgen gefunden. Bitte wählen Sie die Spalte in der Zuordnung aus "
            "oder laden Sie eine andere Datei.",
        )
        return _without_lines(job, source, main, mapping)
    collected = _collect(job, chosen, mapping)
    if not collected.segments:
        if collected.stopped is not None:
            raise collected.stopped
        job.finds.error(
            "no_rows",
            "Unter der Kopfzeile steht keine Zeile. Bitte prüfen Sie in der Zuordnung die Zeile mit den Überschriften.",
        )
        return _without_lines(job, source, main, mapping)
    better = _better_decimal(collected, mapping, job.wanted)
    if better:
        mapping = replace(mapping, decimal=better)
        collected = _collect(job, chosen, mapping)
    if collected.stopped is not None:
        job.finds.extend((collected.stopped.problem,))
    mapping, said = settle(mapping, job.wanted, collected, job.hints, titles(main, job.name))
    job.finds.extend(tuple(said))
    mixed = any(amount.reader.evidence.mixed for amount in collected.amounts)
    built = Builder(collected, mapping, job.hints).build()
    mapping = replace(
        mapping, sign=built.sign, scheme=built.scheme.scheme or mapping.scheme, accounting=built.accounting
    )
    facts = replace(_facts(source, looked, chosen, collected, built, mapping), decimal_mixed=mixed)
    sheets = tuple(item.table.name for item in chosen)
    sub = tuple(replace(row, sheet=sheets[int(row.sheet)]) for row in built.subtotals)
    return BudgetFile(
        job.name,
        built.lines,
        report(job.finds, built, collected, facts, mapping, sub),
        facts,
        mapping,
        tuple(collected.rejected),
        sub,
        built.products,
        sheets,
    )


def _look(job: _Job, table: Table, source: Source) -> Looked:
    return look(table, source.declared, job.wanted)


def _choose(looked: list[Looked], wanted: Mapping) -> list[Looked]:
    """The wanted tables; else the one most like a budget and the others of the same build (a sheet per year)."""
    named = [item for item in looked if item.table.name in wanted.tables]
    if named:
        return named
    if not looked:
        raise Unusable("empty", "Die Datei enthält keine Tabelle. Bitte laden Sie eine Datei mit Haushaltszeilen.")
    best = max(looked, key=lambda item: item.score)
    if not best.sample:
        raise Unusable("empty", "Die Datei enthält keine Zeilen. Bitte laden Sie eine Datei mit Haushaltszeilen.")
    digest = header_digest(best.header.names)
    same = [
        item for item in looked
        if item is not best and item.table.header is None and best.header.row >= 0 and any(best.header.names)
        and header_digest(item.header.names) == digest
    ]  # fmt: skip
    return [item for item in looked if item is best or any(item is other for other in same)]


def _collect(job: _Job, chosen: list[Looked], mapping: Mapping) -> Collected:
    collected = prepare(mapping)
    for sheet, item in enumerate(chosen):
        table = item.table
        skip = _rows_above(item, mapping, is_main=sheet == 0)

        def tell(table: Table = table, sheet: int = sheet) -> None:
            if job.progress is not None:
                job.progress(min(1.0, (sheet + table.fraction()) / len(chosen)))

        try:
            collect(
                collected, table, sheet, skip, header=item.header.names, year=year_in(table.name),
                limits=job.limits, progress=tell,
            )  # fmt: skip
        except Unusable as end:
            collected.stopped = end
            _level(collected)
    return collected


def _rows_above(item: Looked, mapping: Mapping, *, is_main: bool) -> int:
    if item.table.header is not None:
        return item.first - 1
    if is_main:
        return mapping.header_row + (mapping.header_rows or 1) - 1 if mapping.header_row else item.first - 1
    return item.first + item.header.row + item.header.rows - 1 if item.header.row >= 0 else item.first - 1


def _level(collected: Collected) -> None:
    """After a stop in the middle of a block all columns end at the last whole block."""
    for key in collected.keys.values():
        key.codes.length = min(key.codes.length, collected.rows)
    for amount in collected.amounts:
        amount.cents.length = min(amount.cents.length, collected.rows)


def _better_decimal(collected: Collected, mapping: Mapping, wanted: Mapping) -> str | None:
    """The other decimal mark, if the whole column speaks for it and the sample did not."""
    if wanted.decimal:
        return None
    for amount in collected.amounts:
        seen = amount.reader.evidence
        ambiguous = seen.ambiguous_comma + seen.ambiguous_point
        if ambiguous and seen.decimal != mapping.decimal and (seen.comma or seen.point):
            return seen.decimal
    return None


def _without_lines(job: _Job, source: Source, main: Looked, mapping: Mapping) -> BudgetFile:
    facts = Facts(
        format=source.format,
        encoding=source.encoding,
        separator=source.separator,
        header=main.header.names,
        header_row=mapping.header_row or 0,
        digest=header_digest(main.header.names),
        sample=_sample(main),
        tables=tuple(TableFact(table.name, table.size, table is main.table) for table in source.tables),
    )
    return BudgetFile(job.name, empty(LINES), job.finds.problems(), facts, mapping, sheets=(main.table.name,))


def _sample(main: Looked) -> tuple[tuple[str, ...], ...]:
    start = main.header.row + main.header.rows if main.header.row >= 0 else 0
    return tuple(tuple(text_of(cell)[:200] for cell in row[:100]) for row in main.sample[start : start + 12])


def _facts(
    source: Source, looked: list[Looked], chosen: list[Looked], collected: Collected, built: Built, mapping: Mapping
) -> Facts:
    main, lines = chosen[0], built.lines
    amounts = [column for column in mapping.columns if column.role is Role.AMOUNT]
    read_names = {item.table.name for item in chosen}
    header_rows = sum(_rows_above(item, mapping, is_main=i == 0) - item.first + 1 for i, item in enumerate(chosen))
    return Facts(
        format=source.format,
        encoding=source.encoding,
        separator=source.separator,
        header=main.header.names,
        header_row=mapping.header_row or 0,
        digest=header_digest(main.header.names),
        layout="wide" if len(amounts) > 1 else "long",
        accounting=built.accounting,
        scheme=built.scheme.scheme,
        schemes=built.scheme.candidates,
        rows_read=collected.rows,
        rows_blank=built.rows_blank,
        rows_header=header_rows + collected.headers_repeated,
        rows_subtotal=built.rows_subtotal,
        rows_without_amount=built.rows_without_amount,
        rows_rejected=collected.rejected_rows,
        line_count=lines.length,
        years=tuple(_distinct(lines.array("year"))),
        stages=tuple(STAGES[i] for i in _distinct(lines.array("stage"))),
        sides=tuple(SIDES[i] for i in _distinct(lines.array("side"))),
        tables=tuple(TableFact(item.table.name, item.table.size, item.table.name in read_names) for item in looked),
        ignored=tuple(
            c.name for c in mapping.columns if c.role is Role.IGNORE and c.name and _is_filled(main, c.index)
        ),
        sample=_sample(main),
    )


def _is_filled(main: Looked, index: int) -> bool:
    return index < len(main.profiles) and main.profiles[index].filled > 0


def _distinct(values: NDArray[Any]) -> list[int]:
    """The different values of a column of small numbers; counting needs no sorting."""
    found: set[int] = set()
    for piece in lookup.slices(len(values)):
        found.update(np.flatnonzero(np.bincount(values[piece])).tolist())
    return sorted(found)
