"""Says in German sentences what was noticed while reading."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from gemeinwerk.engine import schemes
from gemeinwerk.engine.finds import Finds
from gemeinwerk.engine.problems import Place, Problem, Severity
from gemeinwerk.engine.tables import Stage

from .build import Built
from .collect import Collected
from .mapping import Mapping, Role, Sign
from .result import Facts, Subtotal

MAX_WORDS = 10


def german(cents: int) -> str:
    """1234567 → "12.345,67 €"."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'−' if cents < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d} €"


def report(
    finds: Finds, built: Built, collected: Collected, facts: Facts, mapping: Mapping, subtotals: Sequence[Subtotal]
) -> tuple[Problem, ...]:
    """All problems of the reading, those already found first."""
    known = finds.problems()
    said = _Said(built, collected, facts, mapping, {problem.code for problem in known})
    found = [
        *known,
        *said.nothing(),
        *said.rejected(),
        *said.year_and_stage(),
        *said.words(),
        *said.sides(),
        *said.numbers(),
        *said.rows(subtotals),
        *said.texts(),
        *said.columns(),
    ]
    return tuple(found)


def _note(code: str, text: str, place: Place = Place(), count: int = 1) -> Problem:  # noqa: B008 - frozen
    return Problem(code, text, Severity.NOTE, place, count)


class _Said:
    def __init__(
        self, built: Built, collected: Collected, facts: Facts, mapping: Mapping, known: AbstractSet[str]
    ) -> None:
        self.built, self.collected, self.facts, self.mapping = built, collected, facts, mapping
        self.known = known

    def nothing(self) -> list[Problem]:
        if self.facts.line_count:
            return []
        text = (
            "In der Datei wurde keine Haushaltszeile mit Betrag gefunden. Bitte prüfen Sie die Zuordnung der Spalten."
        )
        return [Problem("no_lines", text, Severity.ERROR)]

    def rejected(self) -> list[Problem]:
        count, rows = self.collected.rejected_count, self.collected.rejected
        if not rows:
            return []
        first = rows[0]
        rows_said = (
            "1 Zeile enthält"
            if self.collected.rejected_rows == 1
            else f"{self.collected.rejected_rows} Zeilen enthalten"
        )
        cells_said = (
            "einen Betrag, der nicht lesbar ist und in den Summen fehlt"
            if count == 1
            else (f"zusammen {count} Beträge, die nicht lesbar sind und in den Summen fehlen")
        )
        text = (
            f"{rows_said} {cells_said}; zuerst: {first.reason} "
            "Bitte berichtigen Sie die Zeilen in der Datei der abgelehnten Zeilen und laden Sie sie noch einmal."
        )
        name = self._column_name(first.column - 1)
        return [
            Problem("amount_unreadable", text, Severity.WARNING, Place(first.sheet or None, first.row, name), count)
        ]

    def _column_name(self, index: int) -> str:
        header = self.facts.header
        return header[index] if index < len(header) and header[index] else f"Spalte {index + 1}"

    def year_and_stage(self) -> list[Problem]:
        found = []
        if self.built.missing_year:
            text = (
                "Für einen Teil der Zeilen steht kein Haushaltsjahr in der Datei. Bitte geben Sie das Haushaltsjahr an."
            )
            found.append(Problem("year_missing", text, Severity.ERROR))
        if self.built.unknown_years:
            text = "In der Jahresspalte stehen Werte, die kein Haushaltsjahr sind. Bitte prüfen Sie diese Zeilen."
            found.append(Problem("year_unreadable", text, count=self.built.unknown_years))
        if self.built.assumed_stage:
            text = (
                "Die Datei sagt nicht, ob die Beträge Ansatz, Planung oder Ergebnis sind; sie wurden "
                "als Ansatz gelesen. "
                "Bitte legen Sie den Stand je Jahr fest."
            )
            found.append(Problem("stage_assumed", text))
        if self.mapping.stage_by_year and len(self.facts.years) > 1 and "plan_years" not in self.known:
            text = (
                "Die Stände Ergebnis, Ansatz und Planung wurden nach dem Haushaltsjahr verteilt. Bitte prüfen Sie sie."
            )
            found.append(_note("stage_by_year", text))
        if Stage.COMMITMENT in self.facts.stages:
            text = "Verpflichtungsermächtigungen wurden gelesen; sie stehen in keiner Summe eines Jahres."
            found.append(_note("commitments", text))
        return found

    def words(self) -> list[Problem]:
        names = {Role.SIDE: "Ertrag oder Aufwand", Role.STAGE: "Ansatz, Planung oder Ergebnis"}
        found = []
        for role, meaning in names.items():
            words = [unknown.word for unknown in self.built.unknown_words if unknown.role is role]
            if words:
                shown = "“, „".join(word[:40] for word in words[:MAX_WORDS])
                text = f"Es ist nicht bekannt, ob „{shown}“ {meaning} bedeutet. Bitte ordnen Sie die Wörter zu."
                found.append(Problem(f"{role.value}_word_unknown", text, count=len(words)))
        return found

    def sides(self) -> list[Problem]:
        found = []
        scheme = self.built.scheme
        if scheme.doubtful and scheme.scheme and not self._sides_are_spoken():
            title = schemes.SCHEMES[scheme.scheme].title
            text = (
                f"Die Konten passen zu mehreren Kontenrahmen; gewählt wurde „{title}“. Bitte wählen Sie das Land aus."
            )
            found.append(Problem("scheme_doubtful", text))
        if scheme.contradicts_land:
            title = schemes.SCHEMES[scheme.contradicts_land].title
            text = (
                f"Die Konten passen besser zum Kontenrahmen „{title}“ als zu dem des Landes. Bitte "
                f"prüfen Sie die Zuordnung."
            )
            found.append(Problem("scheme_other_land", text))
        if self.built.by_sign_only:
            rule = "negative" if self.mapping.sign is Sign.INCOME_NEGATIVE else "positive"
            text = (
                f"Bei {self.built.by_sign_only} Beträgen sagen weder Spalten noch Konten, ob sie "
                f"Ertrag oder Aufwand sind; "
                f"{rule} Beträge wurden als Ertrag gelesen. Bitte prüfen Sie die Zuordnung."
            )
            found.append(Problem("side_by_sign", text, count=self.built.by_sign_only))
        if self.built.sign_contradicts:
            text = "Erträge und Aufwendungen sind zusammen negativ. Bitte prüfen Sie die Vorzeichenregel."
            found.append(Problem("sign_unclear", text))
        return found

    def _sides_are_spoken(self) -> bool:
        return any(column.role is Role.SIDE for column in self.mapping.columns)

    def numbers(self) -> list[Problem]:
        found = []
        if self.mapping.unit == 1000:
            found.append(_note("unit_thousands", "Die Beträge sind in T€ angegeben und wurden in Euro umgerechnet."))
        for amount in self.collected.amounts:
            seen = amount.reader.evidence
            name = self._column_name(amount.role.index)
            if seen.mixed:
                text = "Die Spalte mischt Beträge mit Dezimalkomma und mit Dezimalpunkt. Bitte prüfen Sie einige davon."
                found.append(
                    Problem("decimal_mixed", text, place=Place(column=name), count=min(seen.comma, seen.point))
                )
            elif seen.point and seen.whole > 4 * seen.point:
                text = (
                    f"{seen.point} Beträge haben einen Punkt („{seen.point_sample}“), der als "
                    f"Dezimalpunkt gelesen wurde. "
                    f"Als Tausenderpunkt gelesen wäre die Summe um {german(seen.point_gap_cents)} höher."
                )
                found.append(_note("decimal_points_few", text, Place(column=name), seen.point))
        return found

    def rows(self, subtotals: Sequence[Subtotal]) -> list[Problem]:
        found = []
        if self.built.rows_subtotal:
            text = f"{self.built.rows_subtotal} Summenzeilen wurden erkannt und nicht als Haushaltszeilen übernommen."
            first = subtotals[0] if subtotals else None
            place = Place(first.sheet or None, first.row) if first else Place()
            found.append(_note("subtotals", text, place, self.built.rows_subtotal))
        found += self._subtotal_gaps(subtotals)
        found += self._suspected_sums()
        if self.built.below_result:
            text = (
                "Zeilen unter dem Ergebnis (etwa Inanspruchnahme der Ausgleichsrücklage) sind "
                "weder Ertrag noch Aufwand."
            )
            found.append(_note("below_result", text, count=self.built.below_result))
        if self.built.without_account:
            text = "Zeilen ohne Konto wurden übernommen. Bitte prüfen Sie, ob es Summenzeilen sind."
            found.append(Problem("account_missing", text, count=self.built.without_account))
        if self.facts.rows_without_amount:
            text = "Zeilen ohne Betrag wurden übergangen; ein fehlender Betrag ist keine Null."
            found.append(_note("amount_missing", text, count=self.facts.rows_without_amount))
        return found

    def _suspected_sums(self) -> list[Problem]:
        found = self.built.sums_suspected
        if not found:
            return []
        place, label, has_code = min(found, key=lambda row: row[2])
        text = (
            f"Zeile {place.row} („{label[:60]}“) sieht aus wie die Summe der benachbarten Zeilen, zählt aber als "
            "eigene Zeile. Bitte prüfen Sie, ob derselbe Betrag zweimal gezählt wird; dann gehört die Zeile nicht in "
            "die Datei."
        )
        sheets = [table.name for table in self.facts.tables if table.is_read]
        place = replace(place, sheet=sheets[int(place.sheet or 0)] or None)
        severity = Severity.NOTE if has_code else Severity.WARNING
        return [Problem("sum_suspected", text, severity, place, len(found))]

    def _subtotal_gaps(self, subtotals: Sequence[Subtotal]) -> list[Problem]:
        gaps = [row for row in subtotals if row.lines_cents is not None and row.lines_cents != row.cents]
        if not gaps:
            return []
        first = gaps[0]
        text = (
            f"Die Summenzeile „{first.label[:60]}“ nennt {german(first.cents)}, die gelesenen Zeilen ergeben "
            f"{german(first.lines_cents or 0)}. Bitte prüfen Sie, ob Zeilen fehlen."
        )
        place = Place(first.sheet or None, first.row, self._column_name(first.column - 1))
        return [Problem("subtotal_differs", text, place=place, count=len(gaps))]

    def texts(self) -> list[Problem]:
        found = []
        if self.built.destroyed:
            text = "In Bezeichnungen sind Umlaute zerstört („\ufffd“). Bitte exportieren Sie die Datei neu in UTF-8."
            found.append(Problem("letters_destroyed", text, count=self.built.destroyed))
        if self.built.mojibake:
            text = "Umlaute sind doppelt umgewandelt („Ã¼“ statt „ü“). Bitte exportieren Sie die Datei neu in UTF-8."
            found.append(Problem("letters_twice_encoded", text, count=self.built.mojibake))
        if self.built.padded:
            text = "Nummern hatten ihre führenden Nullen verloren; die Nullen wurden ergänzt („1“ → „01“)."
            found.append(_note("zeros_restored", text, count=self.built.padded))
        if self.built.items_unread:
            text = (
                "Haushaltsstellen, die nicht wie „0.0200.4000“ aufgebaut sind, konnten nicht in Gliederung und "
                "Gruppierung zerlegt werden. Bitte prüfen Sie die Spalte der Haushaltsstelle."
            )
            found.append(Problem("item_unreadable", text, count=self.built.items_unread))
        if self.built.dates_restored:
            text = (
                "Produktnummern, aus denen die Tabelle ein Datum gemacht hatte, wurden "
                "zurückverwandelt. Bitte prüfen Sie sie."
            )
            found.append(Problem("codes_were_dates", text, count=self.built.dates_restored))
        return found

    def columns(self) -> list[Problem]:
        derived = [column.name for column in self.mapping.columns if column.role is Role.IGNORE and column.year is None]
        names = [name for name in self.facts.ignored if name in derived or name]
        if not names:
            return []
        shown = "“, „".join(name[:40] for name in names[:MAX_WORDS])
        return [_note("columns_ignored", f"Nicht ausgewertet wurden die Spalten „{shown}“.", count=len(names))]
