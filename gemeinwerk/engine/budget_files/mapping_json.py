"""A mapping from JSON that may come from anywhere: what does not fit is left out and said in a German sentence."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from gemeinwerk.engine.tables import Accounting, Side, Stage

from .mapping import ColumnRole, Mapping, Role, Sign

MAX_COLUMNS = 2000
FORMATS = ("delimited", "xlsx", "xls", "ods", "json", "datapackage")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp850", "latin-1")
SEPARATORS = (";", ",", "\t", "|")


class _Reader:
    def __init__(self, data: dict[Any, Any]) -> None:
        self.data = data
        self.said: list[str] = []

    def pick(self, key: str, check: Callable[[Any], Any], what: str) -> Any:
        value = self.data.get(key)
        if value is None or value == "":
            return None
        result = check(value)
        if result is None:
            self.said.append(f"In der Zuordnung ist „{key}“ {what}; die Angabe wurde nicht übernommen.")
        return result

    def words(self, key: str, kind: type[StrEnum]) -> tuple[tuple[str, Any], ...]:
        value = self.data.get(key)
        if not value:
            return ()
        if not isinstance(value, dict) or len(value) > 200:
            self.said.append(f"In der Zuordnung ist „{key}“ keine Liste von Wörtern; sie wurde nicht übernommen.")
            return ()
        found = []
        for word, name in value.items():
            member = _member(kind)(name)
            if member is None or not _text(word):
                self.said.append(f"In der Zuordnung wurde „{_shown(word)}“ unter „{key}“ nicht übernommen.")
            else:
                found.append((str(word), member))
        return tuple(found)


def _member(kind: type[StrEnum]) -> Callable[[Any], Any]:
    values = {member.value: member for member in kind}
    return lambda value: values.get(value) if isinstance(value, str) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= 500 else None


def _shown(value: Any) -> str:
    return str(value)[:40]


def _one_of(*values: Any) -> Callable[[Any], Any]:
    return lambda value: (
        value if isinstance(value, (str, int)) and not isinstance(value, bool) and value in values else None
    )


def _whole(low: int, high: int) -> Callable[[Any], Any]:
    return lambda value: (
        value if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high else None
    )


def parse(data: object) -> tuple[Mapping, tuple[str, ...]]:
    """See `Mapping.from_dict`."""
    if not isinstance(data, dict):
        return Mapping(), ("Die Zuordnung ist kein JSON-Objekt. Bitte laden Sie eine gespeicherte Zuordnung.",)
    reader = _Reader(data)
    known = set(Mapping.__dataclass_fields__)
    unknown = [_shown(key) for key in data if key not in known]
    if unknown:
        reader.said.append(f"Die Zuordnung enthält unbekannte Angaben: „{'“, „'.join(unknown[:5])}“.")
    mapping = Mapping(
        format=reader.pick("format", _one_of(*FORMATS), "kein bekanntes Format"),
        encoding=reader.pick("encoding", _one_of(*ENCODINGS), "keine bekannte Zeichenkodierung"),
        separator=reader.pick("separator", _one_of(*SEPARATORS), "kein erlaubtes Trennzeichen"),
        tables=_tables(reader),
        header_row=reader.pick("header_row", _whole(0, 10_000), "keine Zeilennummer"),
        header_rows=reader.pick("header_rows", _whole(1, 3), "keine Zahl von 1 bis 3"),
        decimal=reader.pick("decimal", _one_of(",", "."), "weder Komma noch Punkt"),
        unit=reader.pick("unit", _one_of(1, 1000), "weder 1 noch 1000"),
        columns=_columns(reader),
        default_year=reader.pick("default_year", _whole(1950, 2100), "kein Haushaltsjahr"),
        default_stage=reader.pick("default_stage", _member(Stage), "kein bekannter Stand"),
        stage_by_year=_stage_by_year(reader),
        side_words=reader.words("side_words", Side),
        stage_words=reader.words("stage_words", Stage),
        sign=reader.pick("sign", _member(Sign), "keine bekannte Vorzeichenregel"),
        scheme=reader.pick("scheme", _text, "kein Kontenrahmen"),
        accounting=reader.pick("accounting", _member(Accounting), "kein Rechnungsstil"),
    )
    return mapping, tuple(reader.said)


def _tables(reader: _Reader) -> tuple[str, ...]:
    value = reader.data.get("tables") or []
    if isinstance(value, list) and len(value) <= 200 and all(_text(name) is not None for name in value):
        return tuple(value)
    reader.said.append("In der Zuordnung ist „tables“ keine Liste von Blättern; sie wurde nicht übernommen.")
    return ()


def _stage_by_year(reader: _Reader) -> tuple[tuple[int, Stage], ...]:
    pairs = []
    for year, stage in reader.words("stage_by_year", Stage):
        if year.isdecimal() and year.isascii() and len(year) == 4 and 1950 <= int(year) <= 2100:
            pairs.append((int(year), stage))
        else:
            reader.said.append(f"In der Zuordnung ist „{_shown(year)}“ kein Haushaltsjahr.")
    return tuple(sorted(pairs))


def _columns(reader: _Reader) -> tuple[ColumnRole, ...]:
    value = reader.data.get("columns") or []
    if not isinstance(value, list) or len(value) > MAX_COLUMNS:
        reader.said.append("In der Zuordnung ist „columns“ keine Liste von Spalten; sie wurde nicht übernommen.")
        return ()
    columns = []
    seen: set[int] = set()
    for number, entry in enumerate(value, 1):
        column = _column(entry)
        if column is None or column.index in seen:
            reader.said.append(
                f"Die {number}. Spalte der Zuordnung ist unvollständig oder doppelt; sie wurde ausgelassen."
            )
        else:
            seen.add(column.index)
            columns.append(column)
    return tuple(columns)


def _column(entry: Any) -> ColumnRole | None:
    if not isinstance(entry, dict):
        return None
    index = _whole(0, MAX_COLUMNS * 10)(entry.get("index"))
    role = _member(Role)(entry.get("role"))
    name = _text(entry.get("name", ""))
    if index is None or role is None or name is None:
        return None
    return ColumnRole(
        index,
        name,
        role,
        level=_whole(0, 20)(entry.get("level")) or 0,
        year=_whole(1950, 2100)(entry.get("year")),
        year_offset=_whole(-10, 10)(entry.get("year_offset")) or 0,
        stage=_member(Stage)(entry.get("stage")),
        side=_member(Side)(entry.get("side")),
    )
