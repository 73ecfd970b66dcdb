"""Brings the official directory in: master data, inhabitants, boundaries with neighborhoods, changes of territory."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gemeinwerk.bodies import actions
from gemeinwerk.bodies.models import Population
from gemeinwerk.engine.problems import Problem, Severity
from gemeinwerk.ui.formats import day, number

LIMIT = 500_000_000


def _day(text: str) -> date:
    for pattern in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 — a day, no moment
        except ValueError:
            continue
    raise CommandError(f"„{text}“ ist kein Datum. Bitte so schreiben: 31.12.2023.")


class Command(BaseCommand):
    help = (
        "Liest das amtliche Gemeindeverzeichnis (Auszug GV als XLSX oder GV100AD), Grenzen (GeoJSON oder Shapefile im "
        "ZIP) und Gebietsänderungen (XLSX) ein. Ein zweiter Lauf mit denselben Dateien ändert nichts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", metavar="DATEI", help="Auszug GV (xlsx) oder GV100AD (txt)")
        parser.add_argument(
            "--boundaries", action="append", default=[], metavar="DATEI", help="GeoJSON oder Shapefile im ZIP"
        )
        parser.add_argument("--changes", action="append", default=[], metavar="DATEI", help="Gebietsänderungen (xlsx)")
        parser.add_argument("--stichtag", default="", help="Stichtag der Einwohnerzahlen, z. B. 31.12.2023")
        parser.add_argument("--basis", default="", choices=["", *Population.CensusBasis.values], help="Zensusgrundlage")
        parser.add_argument("--source", default="", help="Quellenangabe, wenn sie von der üblichen abweicht")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["files"] or options["boundaries"] or options["changes"]):
            raise CommandError("Bitte nennen Sie mindestens eine Datei.")
        for name in options["files"]:
            self._directory(name, options)
        for name in options["changes"]:
            self._changes(name, options)
        if options["changes"]:
            self._mergers()
        for name in options["boundaries"]:
            self._boundaries(name, options)

    def _directory(self, name: str, options: dict[str, Any]) -> None:
        self.stdout.write(f"Verzeichnis: {Path(name).name}")
        report = actions.import_directory(
            _bytes(name),
            population_date=_day(options["stichtag"]) if options["stichtag"] else None,
            census_basis=options["basis"],
            source=options["source"],
            progress=self._progress,
        )
        self._problems(report.problems)
        facts = report.facts
        self.stdout.write(
            f"  {facts.format}, Gebietsstand {day(facts.territory_date)}; Einwohner am {day(facts.population_date)} "
            f"auf Grundlage {Population.CensusBasis(facts.census_basis).label}"
            + (" (angenommen)" if facts.assumed else "")
        )
        for row in report.comparisons:
            official = "" if row.expected is None else f", amtlich {number(row.expected)}"
            verdict = "stimmt" if row.is_met else "WEICHT AB"
            stored = "nicht verglichen, neuerer Gebietsstand" if row.stored is None else number(row.stored)
            self.stdout.write(f"  {row.name}: Datei {number(row.in_file)}, gespeichert {stored}{official}: {verdict}")
        self.stdout.write(
            f"  neu {number(report.created)}, geändert {number(report.updated)}, bestätigt {number(report.confirmed)}, "
            f"unverändert {number(report.unchanged)}, nicht mehr geführt {number(len(report.dissolved))}; "
            f"Einwohnerzahlen neu {number(report.populations_created)}, geändert {number(report.populations_updated)}"
        )

    def _changes(self, name: str, options: dict[str, Any]) -> None:
        report = actions.import_changes(_bytes(name), source=options["source"])
        self.stdout.write(f"Gebietsänderungen: {Path(name).name}")
        self._problems(report.problems)
        self.stdout.write(f"  gelesen {number(report.read)}, neu {number(report.created)}")

    def _mergers(self) -> None:
        report = actions.apply_mergers()
        self.stdout.write(
            f"  aufgelöst {number(len(report.dissolved))}, umbenannt {number(len(report.renamed))}, Einwohnerzahlen "
            f"umgerechnet {number(report.carried)}, davon geändert {number(report.carried_changed)}, "
            f"nicht umrechenbar {number(len(report.incomplete))}"
        )

    def _boundaries(self, name: str, options: dict[str, Any]) -> None:
        self.stdout.write(f"Grenzen: {Path(name).name}")
        report = actions.import_boundaries(
            _bytes(name), source=options["source"] or "GeoBasis-DE / BKG, VG250 (dl-de/by-2-0)", progress=self._progress
        )
        self._problems(report.problems)
        self.stdout.write(
            f"  Flächen {number(report.read)}, ausgelassen (Gewässer) {number(report.left_out)}, gespeichert "
            f"{number(report.stored)}, unverändert {number(report.unchanged)}, ohne Körperschaft "
            f"{number(len(report.unmatched))}, mit der Nachfolgerin vereinigt {number(len(report.united))}; "
            f"Nachbarschaften {number(report.neighborhoods)}, davon geändert {number(report.neighborhoods_changed)}"
        )

    def _progress(self, step: str, done: int, total: int) -> None:
        self.stdout.write(f"  [{done}/{total}] {step}")

    def _problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            place = f" ({problem.place})" if str(problem.place) else ""
            times = f" [{problem.count}-mal]" if problem.count > 1 else ""
            self.stderr.write(f"  {problem.text}{place}{times}")
        if any(problem.severity == Severity.ERROR for problem in problems):
            raise CommandError("Die Datei wurde nicht eingelesen; es wurde nichts geändert.")


def _bytes(name: str) -> bytes:
    path = Path(name)
    if not path.is_file():
        raise CommandError(f"Die Datei „{name}“ gibt es nicht.")
    if path.stat().st_size > LIMIT:
        raise CommandError(f"Die Datei „{name}“ ist größer als {LIMIT // 1_000_000} MB.")
    return path.read_bytes()
