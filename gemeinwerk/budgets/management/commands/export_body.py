"""Take the budget of a body out of the platform: lines, sums and products as CSV, XLSX or JSON in one zip."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gemeinwerk.accounts.access import Seat
from gemeinwerk.bodies.models import Body
from gemeinwerk.ui import formats
from gemeinwerk.ui.exports import FORMULA_MARKS, MAX_ROWS, export_xlsx

from ...queries.exports import AMOUNT, Table, export_tables

SIGN = "Plus verbessert, Minus verschlechtert das Ergebnis der Körperschaft."


class Command(BaseCommand):
    help = "Gibt den Haushalt einer Körperschaft als ZIP-Datei aus: Zeilen, Summen und Produkte."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("body", help="Schlüssel der Körperschaft, wie er in der Adresse steht")
        parser.add_argument("--to", type=Path, help="Zieldatei, voreingestellt haushalt-SCHLÜSSEL.zip")
        parser.add_argument("--format", choices=sorted(WRITERS), default="csv", help="Format der Tabellen")
        parser.add_argument("--year", type=int, help="nur dieses Haushaltsjahr")
        parser.add_argument("--superseded", action="store_true", help="auch ersetzte Fassungen ausgeben")

    def handle(self, *args: Any, **options: Any) -> None:
        body = Body.objects.filter(key=options["body"]).first()
        if body is None:
            raise CommandError(f"Eine Körperschaft mit dem Schlüssel „{options['body']}“ gibt es nicht.")
        target: Path = options["to"] or Path(f"haushalt-{body.key}.zip")
        tables = export_tables(Seat.system(body), year=options["year"], superseded=options["superseded"])
        try:
            counts = self._write(target, tables, options["format"], body.name)
        except OSError as error:
            raise CommandError(f"Die Datei „{target}“ lässt sich nicht schreiben: {error}") from error
        told = ", ".join(f"{count} {title}" for title, count in counts.items())
        self.stdout.write(self.style.SUCCESS(f"Geschrieben: {target} ({told})."))

    def _write(self, target: Path, tables: list[Table], kind: str, name: str) -> dict[str, int]:
        counts = {}
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for table in tables:
                rows = _Counted(table.rows)
                content = WRITERS[kind](table, rows, name)
                archive.writestr(f"{table.name}.{kind}", content)
                counts[table.title] = rows.count
        return counts


class _Counted:
    """An iterator that knows how many it has given."""

    def __init__(self, rows: Any) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Any:
        for row in self.rows:
            self.count += 1
            yield row


def write_csv(table: Table, rows: Any, name: str) -> str:
    """Semicolons, German amounts, and no cell that a spreadsheet would run as a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(table.head)
    amount = table.head.index(AMOUNT) if AMOUNT in table.head else -1
    for row in rows:
        writer.writerow(
            formats.cents_input(cell) if number == amount and isinstance(cell, int) else _plain(cell)
            for number, cell in enumerate(row)
        )
    return "\ufeff" + stream.getvalue()


def _plain(cell: Any) -> Any:
    if isinstance(cell, bool):
        return "ja" if cell else "nein"
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_MARKS) else cell


def write_json(table: Table, rows: Any, name: str) -> str:
    return json.dumps(
        {
            "Körperschaft": name,
            "Tabelle": table.title,
            "Betrag": f"in Cent. {SIGN}",
            "Zeilen": [dict(zip(table.head, row, strict=True)) for row in rows],
        },
        ensure_ascii=False,
        indent=1,
    )


@dataclass(frozen=True)
class _Column:
    title: str
    kind: str


def write_xlsx(table: Table, rows: Any, name: str) -> bytes:
    columns = [_Column(title, "euro" if title == AMOUNT else "text") for title in table.head]
    facts = {"Kommune": name, "Vorzeichen": SIGN, "Grenze": f"Ein Blatt fasst höchstens {MAX_ROWS} Zeilen."}
    return export_xlsx(table.name, title=table.title, columns=columns, rows=rows, facts=facts).content


WRITERS = {"csv": write_csv, "json": write_json, "xlsx": write_xlsx}
