"""`check FILE`: what a budget file holds, how it was understood, its totals, and everything that was noticed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gemeinwerk.engine import VERSION, budget
from gemeinwerk.engine.budget_files import BudgetFile, Hints, Mapping, read, rejected_csv
from gemeinwerk.engine.problems import Problem, Severity
from gemeinwerk.engine.tables import Side, Stage

SUMMARY = "Haushaltsdatei lesen, Aufbau und Summen zeigen, Auffälligkeiten nennen"
MAX_SHOWN = 40
STAGE_NAMES = {
    Stage.FORECAST: "Finanzplanung",
    Stage.ESTIMATE: "Ansatz",
    Stage.SUPPLEMENT: "Nachtrag",
    Stage.PROVISIONAL: "vorläufiges Ist",
    Stage.ACTUAL: "Ergebnis",
    Stage.COMMITMENT: "Verpflichtungsermächtigung",
}
SIDE_NAMES = {
    Side.INCOME: "Erträge",
    Side.EXPENSE: "Aufwendungen",
    Side.CASH_IN: "Einzahlungen",
    Side.CASH_OUT: "Auszahlungen",
    Side.INTERNAL_IN: "interne Erlöse",
    Side.INTERNAL_OUT: "interne Kosten",
}
SEVERITY_NAMES = {Severity.ERROR: "Fehler", Severity.WARNING: "Warnung", Severity.NOTE: "Hinweis"}


def main(arguments: Sequence[str]) -> int:
    """0 if lines were read, 1 if nothing is usable, 2 if the call was wrong."""
    options = _parser().parse_args(arguments)
    path = Path(options.file)
    if not path.is_file():
        return _refuse(f"Die Datei „{path}“ gibt es nicht.")
    mapping, said = _mapping(options.mapping)
    if mapping is None:
        return _refuse(said[0])
    expected, wrong = _expected(options.expected)
    if wrong:
        return _refuse(wrong)
    companions = {Path(name).name: Path(name).read_bytes() for name in options.companion if Path(name).is_file()}
    hints = Hints(options.land, options.year)
    result = read(path.name, path, mapping, companions=companions, hints=hints)
    if options.rejected:
        Path(options.rejected).write_bytes(rejected_csv(result))
    if options.write_mapping:
        print(json.dumps(result.mapping.as_dict(), ensure_ascii=False, indent=2))
        return 0 if result.is_usable else 1
    problems = [*_mapping_problems(said), *result.problems, *_checked(result, expected)]
    if options.json:
        print(json.dumps(as_json(result, problems, expected), ensure_ascii=False, indent=2))
    else:
        _print(result, problems)
    return 0 if result.is_usable else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m gemeinwerk.engine check", description=SUMMARY)
    parser.add_argument("file", help="CSV, XLSX, XLS, ODS, JSON, datapackage.json oder ein ZIP davon")
    parser.add_argument("--mapping", help="Zuordnung als JSON (auch nur ein Teil davon)")
    parser.add_argument("--companion", action="append", default=[], help="Begleitdatei, etwa die datapackage.json")
    parser.add_argument("--land", help="Land mit zwei Ziffern, etwa 05 für Nordrhein-Westfalen")
    parser.add_argument("--year", type=int, help="Haushaltsjahr des Plans")
    parser.add_argument("--expected", help="erwartete Summen als JSON")
    parser.add_argument("--rejected", help="schreibt die abgelehnten Zeilen in diese CSV-Datei")
    parser.add_argument("--json", action="store_true", help="alles als JSON ausgeben")
    parser.add_argument("--write-mapping", action="store_true", help="nur die Zuordnung als JSON ausgeben")
    return parser


def _refuse(text: str) -> int:
    print(text, file=sys.stderr)
    return 2


def _load(path: str) -> Any:
    try:
        return json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _mapping(path: str | None) -> tuple[Mapping | None, tuple[str, ...]]:
    if path is None:
        return Mapping(), ()
    data = _load(path)
    if data is None:
        return None, (f"Die Zuordnung „{path}“ ist nicht lesbar oder kein JSON.",)
    return Mapping.from_dict(data)


def _mapping_problems(said: tuple[str, ...]) -> list[Problem]:
    return [Problem("mapping", text) for text in said]


def _expected(path: str | None) -> tuple[list[budget.Expected], str]:
    """Expected totals: [{"year": 2024, "stage": "estimate", "side": "income", "euros": "190687754"}]."""
    if path is None:
        return [], ""
    data = _load(path)
    wrong = f"Die erwarteten Summen „{path}“ sind keine Liste von year, stage, side und cents oder euros."
    if not isinstance(data, list):
        return [], wrong
    found = []
    for entry in data:
        try:
            cents = entry["cents"] if "cents" in entry else _cents(str(entry["euros"]))
            stage, side = Stage(entry["stage"]), Side(entry["side"])
            source = str(entry.get("source", "Ihre Angabe"))
            found.append(budget.Expected(int(entry["year"]), stage, side, int(cents), entry.get("area"), source))
        except (KeyError, TypeError, ValueError, AttributeError):
            return [], wrong
    return found, ""


def _cents(text: str) -> int:
    whole, _, fraction = text.partition(".")
    return int(f"{whole}{(fraction + '00')[:2]}")


def _checked(result: BudgetFile, expected: list[budget.Expected]) -> tuple[Problem, ...]:
    if not result.is_usable:
        return ()
    return budget.check(
        result.lines,
        scheme=result.facts.scheme,
        accounting=result.facts.accounting,
        expected=expected,
        sheets=result.sheets,
        headers=result.facts.header,
    )


def euros(cents: int) -> str:
    """Decimal euros as text, exact: -1234 → "-12.34"."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def as_json(
    result: BudgetFile, problems: Sequence[Problem], expected: Sequence[budget.Expected] = ()
) -> dict[str, Any]:
    """Everything `check` knows, machine-readable; described in docs/methods/budget-files.md."""
    found = budget.totals(result.lines, by_area=result.is_usable)
    compared = budget.beside(found, expected)
    return {
        "engine_version": VERSION,
        "file": result.name,
        "usable": result.is_usable,
        "facts": result.facts.as_dict(),
        "mapping": result.mapping.as_dict(),
        "totals": [_total(total) for total in found if total.area is None],
        "totals_by_area": [_total(total) | {"area": total.area} for total in found if total.area is not None],
        "expected": [
            {
                "year": item.expected.year,
                "stage": item.expected.stage.value,
                "side": item.expected.side.value,
                "area": item.expected.area,
                "expected_cents": item.expected.cents,
                "found_cents": item.found_cents,
                "difference_cents": item.difference_cents,
                "difference_euros": euros(item.difference_cents),
            }
            for item in compared
        ],
        "subtotals": [
            {
                "sheet": row.sheet,
                "row": row.row,
                "column": row.column,
                "label": row.label,
                "reason": row.reason,
                "year": row.year,
                "stage": row.stage.value if row.stage else None,
                "cents": row.cents,
                "lines_cents": row.lines_cents,
            }
            for row in result.subtotals
        ],
        "rejected": [
            {"sheet": r.sheet, "row": r.row, "column": r.column, "reason": r.reason, "cells": list(r.cells)}
            for r in result.rejected
        ],
        "problems": [problem.as_dict() for problem in problems],
    }


def _total(total: budget.Total) -> dict[str, Any]:
    return {
        "year": total.year,
        "stage": total.stage.value,
        "side": total.side.value,
        "cents": total.cents,
        "euros": euros(total.cents),
        "lines": total.line_count,
    }


def _print(result: BudgetFile, problems: Sequence[Problem]) -> None:
    facts = result.facts
    where = ", ".join(part for part in (facts.encoding, _separator(facts.separator)) if part)
    print(f"{result.name}: {facts.format or 'unbekanntes Format'}" + (f" ({where})" if where else ""))
    if result.is_usable:
        _print_layout(result)
        _print_totals(result)
    for problem in problems[:MAX_SHOWN]:
        place = f" [{problem.place}]" if str(problem.place) else ""
        times = f" ({problem.count}×)" if problem.count > 1 else ""
        print(f"{SEVERITY_NAMES[problem.severity]}: {problem.text}{place}{times}")
    if len(problems) > MAX_SHOWN:
        print(f"… und {len(problems) - MAX_SHOWN} weitere; alle mit --json.")


def _separator(separator: str | None) -> str:
    return {"\t": "Tabulator", None: ""}.get(separator, f"Trennzeichen {separator}")


def _print_layout(result: BudgetFile) -> None:
    facts = result.facts
    head = f"Kopfzeile {facts.header_row}" if facts.header_row else "ohne Kopfzeile"
    print(f"Aufbau: {facts.layout}, {facts.accounting}, Kontenrahmen {facts.scheme or '–'}, {head}")
    for column in result.mapping.columns:
        fixed = [str(part) for part in (column.year, column.stage, column.side) if part]
        level = f" {column.level}" if column.level else ""
        print(f"  {column.index + 1:>3} {column.name[:50]:50} {column.role.value}{level} {' '.join(fixed)}".rstrip())
    print(
        f"Zeilen: {facts.rows_read} gelesen, {facts.rows_blank} leer, {facts.rows_without_amount} ohne Betrag, "
        f"{facts.rows_subtotal} Summenzeilen, {facts.rows_rejected} abgelehnt; {facts.line_count} Haushaltszeilen"
    )


def _print_totals(result: BudgetFile) -> None:
    print("Summen (positiv verbessert das Ergebnis):")
    for total in budget.totals(result.lines, by_area=False):
        print(f"  {total.year} {STAGE_NAMES[total.stage]:26} {SIDE_NAMES[total.side]:15} {_german(total.cents):>22}")


def _german(cents: int) -> str:
    whole = f"{abs(cents) // 100:,}".replace(",", ".")
    return f"{'-' if cents < 0 else ''}{whole},{abs(cents) % 100:02d} €"
