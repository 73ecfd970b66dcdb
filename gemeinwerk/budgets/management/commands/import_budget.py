"""Read, check and adopt a budget file without the web, through the same actions."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gemeinwerk.accounts.access import Seat
from gemeinwerk.bodies.models import Body
from gemeinwerk.ui import formats

from ...actions import imports as actions
from ...actions.adoption import Adoption, adopt_import
from ...actions.conflicts import ConflictError
from ...actions.files import ImportRefusedError
from ...actions.reading import read_import
from ...models import BudgetImport, Side, Stage
from ...queries.imports import SliceTotal, budget_import, problem_groups, slice_totals
from ...queries.mappings import detected
from ...queries.previews import Preview, preview


class Command(BaseCommand):
    help = (
        "Liest eine Haushaltsdatei, prüft sie, zeigt, was sich ändern würde, und übernimmt sie mit --yes. "
        "Ohne --yes wird gefragt; mit --dry-run wird nichts übernommen."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="+", help="Haushaltsdatei, dazu gehörende Dateien dahinter")
        parser.add_argument("--body", required=True, help="Schlüssel der Körperschaft, wie er in der Adresse steht")
        parser.add_argument("--year", type=int, help="Haushaltsjahr des Plans, wenn die Datei es nicht sagt")
        parser.add_argument("--mapping", type=Path, help="Zuordnung als JSON-Datei")
        parser.add_argument("--expected", type=Path, help="erwartete Summen als JSON-Datei")
        parser.add_argument("--yes", action="store_true", help="ohne Nachfrage übernehmen")
        parser.add_argument("--dry-run", action="store_true", help="nur lesen und prüfen, nichts übernehmen")
        parser.add_argument("--json", action="store_true", help="das Ergebnis als JSON ausgeben")

    def handle(self, *args: Any, **options: Any) -> None:
        body = Body.objects.filter(key=options["body"]).first()
        if body is None:
            raise CommandError(f"Eine Körperschaft mit dem Schlüssel „{options['body']}“ gibt es nicht.")
        seat = Seat.system(body)
        try:
            import_ = self._received(seat, options)
            read_import(seat, import_, at=timezone.now())
            import_ = budget_import(seat, import_.pk)
            self._finish(seat, import_, options)
        except (ImportRefusedError, ConflictError) as error:
            raise CommandError(str(error)) from error

    def _received(self, seat: Seat, options: dict[str, Any]) -> BudgetImport:
        mapping = _json_file(options["mapping"], dict) if options["mapping"] else None
        expected = _expected(options["expected"]) if options["expected"] else []
        with ExitStack() as stack:
            try:
                uploads = [File(stack.enter_context(path.open("rb")), name=path.name) for path in options["file"]]
            except OSError as error:
                raise CommandError(f"Die Datei lässt sich nicht öffnen: {error}") from error
            import_ = actions.receive_file(seat, uploads, budget_year=options["year"], at=timezone.now())
        if mapping is not None:
            import_ = actions.change_mapping(seat, import_, mapping, version=import_.version, at=timezone.now())
        if expected:
            import_ = actions.expect_totals(seat, import_, expected, version=import_.version, at=timezone.now())
        return import_

    def _finish(self, seat: Seat, import_: BudgetImport, options: dict[str, Any]) -> None:
        adoption = None
        readable = import_.state == BudgetImport.State.CHECKED
        shown = preview(seat, import_) if readable else None
        if not options["json"]:
            self._print(import_, shown)
        if readable and not options["dry_run"] and (options["yes"] or self._confirmed(options)):
            adoption = adopt_import(seat, import_, at=timezone.now())
        else:
            actions.discard_import(seat, import_, at=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(_as_dict(import_, adoption), ensure_ascii=False, indent=2))
        elif adoption:
            self.stdout.write(self.style.SUCCESS(_told(adoption)))
        else:
            self.stdout.write("Es wurde nichts übernommen.")
        if not readable:
            raise CommandError("In der Datei wurde keine Haushaltszeile gefunden.")

    def _confirmed(self, options: dict[str, Any]) -> bool:
        if options["json"]:
            return False
        try:
            return input("Übernehmen? [j/N] ").strip().lower() in {"j", "ja"}
        except EOFError:
            return False

    def _print(self, import_: BudgetImport, shown: Preview | None) -> None:
        out = self.stdout.write
        out(f"Datei: {import_.file_name}")
        for name, value in detected(import_):
            out(f"  {name}: {value}")
        out(f"  Zeilen: {import_.rows_read} gelesen, {import_.rows_rejected} abgelehnt")
        if import_.mapping_name:
            out(f"  Gespeicherte Zuordnung: {import_.mapping_name}")
        for total in slice_totals(import_):
            out(f"{total.label}: {total.line_count} Zeilen")
            for line in _side_lines(total):
                out(f"  {line}")
        for group in problem_groups(import_):
            out(f"{group.title}: {group.count}")
            for problem in group.shown[:20]:
                place = f"Zeile {problem['row']}: " if problem["row"] else ""
                out(f"  {place}{problem['text']}")
        for part in shown.slices if shown else ():
            out(f"{part.label}: {_fate(part.next_number, part.current)}")


def _fate(number: int | None, current: Any) -> str:
    if number is None:
        return f"Fassung {current.number} bleibt, alle Zahlen sind gleich"
    return f"wird Fassung {number}" + (f" und ersetzt Fassung {current.number}" if current else "")


def _side_lines(total: SliceTotal) -> list[str]:
    lines = []
    for side in total.sides:
        text = f"{side.label}: {formats.euro(side.cents)}"
        if side.is_met:
            text += " (stimmt mit der erwarteten Summe überein)"
        elif side.expected_cents is not None:
            difference = formats.euro(side.difference_cents, plus=True)
            text += f" (erwartet {formats.euro(side.expected_cents)}, Unterschied {difference})"
        lines.append(text)
    return lines


def _told(adoption: Adoption) -> str:
    if adoption.is_nothing_new:
        return "Übernommen. Keine Zahl hat sich geändert, es gibt keine neue Fassung."
    count = len(adoption.versions)
    versions = "einer neuen Fassung" if count == 1 else f"{count} neuen Fassungen"
    return f"Übernommen: {adoption.line_count} Zeilen in {versions}."


def _as_dict(import_: BudgetImport, adoption: Adoption | None) -> dict[str, Any]:
    return {
        "file": import_.file_name,
        "sha256": import_.sha256,
        "state": "adopted" if adoption else import_.state,
        "rows_read": import_.rows_read,
        "rows_rejected": import_.rows_rejected,
        "facts": import_.facts,
        "mapping": import_.mapping,
        "totals": [
            {
                "year": total.year,
                "stage": total.stage,
                "side": side.side,
                "cents": side.cents,
                "lines": side.count,
                "expected_cents": side.expected_cents,
                "difference_cents": side.difference_cents,
            }
            for total in slice_totals(import_)
            for side in total.sides
        ],
        "problems": import_.problems,
        "versions": [
            {"year": version.year, "stage": version.stage, "number": version.number, "lines": version.line_count}
            for version in (adoption.versions if adoption else ())
        ],
        "unchanged": [list(slot) for slot in adoption.unchanged] if adoption else [],
    }


def _json_file(path: Path, kind: type) -> Any:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"„{path}“ ist keine lesbare JSON-Datei: {error}") from error
    if not isinstance(content, kind):
        raise CommandError(f"„{path}“ enthält nicht das, was erwartet wird.")
    return content


def _expected(path: Path) -> list[dict[str, Any]]:
    """[{"year": 2026, "stage": "estimate", "side": "income", "cents": 123456}, …]"""
    try:
        return [
            {
                "year": int(entry["year"]),
                "stage": Stage(entry["stage"]).value,
                "side": Side(entry["side"]).value,
                "cents": int(entry["cents"]),
            }
            for entry in _json_file(path, list)
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise CommandError(
            'Erwartete Summen haben die Form [{"year": 2026, "stage": "estimate", "side": "income", "cents": 123456}].'
        ) from error
