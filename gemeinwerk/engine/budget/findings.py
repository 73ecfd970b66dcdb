"""From lines of a frame to problems: where a line stands, how an amount is written, and at most so many examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from gemeinwerk.engine.problems import Place, Problem, Severity
from gemeinwerk.engine.tables import Category, Frame, Key, Side, Stage

SIDE_NAMES = {
    Side.INCOME: "Erträge",
    Side.EXPENSE: "Aufwendungen",
    Side.CASH_IN: "Einzahlungen",
    Side.CASH_OUT: "Auszahlungen",
    Side.INTERNAL_IN: "Erlöse aus internen Leistungsbeziehungen",
    Side.INTERNAL_OUT: "Kosten aus internen Leistungsbeziehungen",
}
KAMERAL_SIDE_NAMES = SIDE_NAMES | {
    Side.INCOME: "Einnahmen des Verwaltungshaushalts",
    Side.EXPENSE: "Ausgaben des Verwaltungshaushalts",
    Side.CASH_IN: "Einnahmen des Vermögenshaushalts",
    Side.CASH_OUT: "Ausgaben des Vermögenshaushalts",
}
STAGE_NAMES = {
    Stage.FORECAST: "mittelfristige Planung",
    Stage.ESTIMATE: "Ansatz",
    Stage.SUPPLEMENT: "Nachtrag",
    Stage.PROVISIONAL: "vorläufiges Ist",
    Stage.ACTUAL: "Ergebnis",
    Stage.COMMITMENT: "Verpflichtungsermächtigung",
}


def euros(cents: int) -> str:
    """1.234,56 € with a real minus sign."""
    whole, rest = divmod(abs(int(cents)), 100)
    return f"{'−' if cents < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d} €"


def amount(cents: int) -> str:
    """The amount without sign, for sentences that name the side."""
    return euros(abs(int(cents)))


def outward(side: Side) -> int:
    """+1 for what comes in, -1 for what goes out: the factor between our sign and an amount without sign."""
    return 1 if side in (Side.INCOME, Side.CASH_IN, Side.INTERNAL_IN) else -1


def key_name(key: Key | None) -> str:
    """„4011 Grundsteuer A“ as it is named in a sentence."""
    return f"„{' '.join(part for part in key if part)}“" if key else "(ohne Angabe)"


def column_letter(number: int) -> str:
    """1 → A, 27 → AA, as a spreadsheet names its columns."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True)
class Places:
    """Where the lines of a frame stand in their source."""

    lines: Frame
    sheets: Sequence[str] = ()
    headers: Sequence[str] = ()
    """Names of the columns by their number, if the source has a header."""

    def at(self, line: int) -> Place:
        if line < 0:
            return Place()
        sheet = int(self.lines.array("sheet")[line])
        column = int(self.lines.array("column")[line])
        named = 0 < column <= len(self.headers) and self.headers[column - 1]
        return Place(
            sheet=self.sheets[sheet] if 0 <= sheet < len(self.sheets) else None,
            row=int(self.lines.array("row")[line]) or None,
            column=(named or column_letter(column)) or None,
        )

    def key(self, column: str, line: int) -> Key | None:
        return self.lines.category(column).key(line)


def more_text(count: int, what: str) -> str:
    return f"Es gibt {count} weitere {what}. Prüfen Sie nach der Korrektur erneut."


@dataclass(frozen=True, slots=True)
class Draft:
    """A problem that is only written out if it is shown: there may be as many as products."""

    count: int
    write: Callable[[], Problem]


def capped(drafts: Iterable[Draft], limit: int, what: str) -> list[Problem]:
    """At most `limit` problems of one kind; the rest becomes one note that says how many there are."""
    found = list(drafts)
    shown = [draft.write() for draft in found[:limit]]
    rest = found[limit:]
    if rest:
        count = sum(draft.count for draft in rest)
        text = more_text(len(rest), what)
        shown.append(replace(rest[0].write(), text=text, severity=Severity.NOTE, count=count))
    return shown


def is_blank(column: Category) -> bool:
    """Whether no line has a value in this column."""
    return not column.values or not (column.codes >= 0).any()
