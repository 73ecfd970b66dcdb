"""JSON: every list of records in the document is a table; nested lists bring the fields of their parents along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .delimited import open_bytes, size_of
from .limits import Limits
from .source import BLOCK_ROWS, Block, Cell, Source, Table, Unusable, plain_text

MAX_TABLES = 60
_SCALARS = (str, int, float, bool, type(None))


def load(source: bytes | Path, limits: Limits) -> Any:
    """The document; refuses what is too large, too deep or no JSON."""
    if size_of(source) > limits.max_json_bytes:
        raise Unusable(
            "too_large",
            f"Die JSON-Datei ist größer als {limits.max_json_bytes // 1_000_000} MB. Bitte laden Sie "
            f"den Haushalt als CSV hoch.",
        )
    with open_bytes(source) as stream:
        data = stream.read()
    _refuse_depth(data, limits)
    try:
        return json.loads(data, parse_int=_whole, parse_constant=lambda _: None)
    except UnicodeDecodeError:
        try:
            return json.loads(data.decode("cp1252"), parse_int=_whole, parse_constant=lambda _: None)
        except (ValueError, RecursionError):
            raise _broken() from None
    except (ValueError, RecursionError):
        raise _broken() from None


def _whole(digits: str) -> int | str:
    """Numbers longer than any amount stay text: turning millions of digits into a number takes for ever."""
    return int(digits) if len(digits) < 40 else digits[:40]


def _broken() -> Unusable:
    return Unusable(
        "json_broken",
        "Die JSON-Datei ist beschädigt oder unvollständig. Bitte erzeugen Sie sie neu und laden Sie sie hoch.",
    )


def _refuse_depth(data: bytes, limits: Limits) -> None:
    depth = deepest = 0
    brackets = data.translate(None, delete=bytes(set(range(256)) - set(b"[]{}")))
    for byte in brackets[:2_000_000]:
        depth += 1 if byte in b"[{" else -1
        if depth > deepest:
            deepest = depth
            if deepest > limits.max_json_depth:
                raise Unusable(
                    "json_deep", "Die JSON-Datei ist zu tief verschachtelt. Bitte laden Sie den Haushalt als CSV hoch."
                )


@dataclass(slots=True)
class _Found:
    names: dict[str, int] = field(default_factory=dict)
    rows: list[list[Cell]] = field(default_factory=list)

    def add(self, record: dict[str, Cell]) -> None:
        row: list[Cell] = [None] * len(self.names)
        for name, value in record.items():
            place = self.names.setdefault(name, len(self.names))
            if place == len(row):
                row.append(value)
            else:
                row[place] = value
        self.rows.append(row)


def read(data: Any, limits: Limits) -> Source:
    """All tables of the document, named by their path."""
    found: dict[str, _Found] = {}
    _walk(data, "", {}, found, limits, "")
    tables = [_table(path, part) for path, part in found.items() if part.rows]
    if not tables:
        raise Unusable(
            "json_no_table",
            "Die JSON-Datei enthält keine Liste von Haushaltszeilen. Bitte laden Sie den Haushalt als CSV hoch.",
        )
    tables.sort(key=lambda table: -(table.size or 0))
    if max(len(table.header or ()) for table in tables) > limits.max_columns:
        raise _too_wide(limits)
    return Source("json", tuple(tables[:MAX_TABLES]), "utf-8")


def _walk(node: Any, path: str, above: dict[str, Cell], found: dict[str, _Found], limits: Limits, name: str) -> None:
    """Collects lists of records below `node`; `above` holds the scalar fields of everything around it."""
    if isinstance(node, list):
        _list(node, path, above, found, limits, name)
    elif isinstance(node, dict):
        inner = [value for value in node.values() if isinstance(value, dict)]
        if len(inner) > 1 and len(inner) == len(node) and _alike(inner):
            for key, value in node.items():
                _record(value, f"{path}.*", {**above, name or "schlüssel": key}, found, limits, name)
            return
        _record(node, path, above, found, limits, name, is_row=False)


def _alike(records: list[dict[str, Any]]) -> bool:
    """Whether the values of a dict are records of one build, so that its keys are data."""
    first = set(records[0])
    return bool(first) and all(len(first & set(record)) >= 0.6 * len(first | set(record)) for record in records[:50])


def _list(
    node: list[Any], path: str, above: dict[str, Cell], found: dict[str, _Found], limits: Limits, name: str
) -> None:
    records = [item for item in node if isinstance(item, dict)]
    arrays = [item for item in node if isinstance(item, list)]
    if records:
        for item in records:
            _record(item, f"{path}[]", above, found, limits, name)
    elif arrays and all(isinstance(cell, _SCALARS) for row in arrays for cell in row):
        part = found.setdefault(f"{path}[]", _Found())
        header = [str(cell) for cell in arrays[0]]
        for row in arrays[1:]:
            _full(part, limits)
            part.add(above | {label: cell for label, cell in zip(header, row, strict=False)})


def _record(
    item: dict[str, Any], path: str, above: dict[str, Cell], found: dict[str, _Found], limits: Limits, name: str,
    is_row: bool = True,
) -> None:  # fmt: skip
    if not isinstance(item, dict):
        return
    prefix = f"{name}." if name else ""
    scalars = {prefix + key: _cell(value) for key, value in item.items() if isinstance(value, _SCALARS)}
    deeper = {key: value for key, value in item.items() if isinstance(value, (list, dict))}
    if is_row:
        flat = dict(scalars)
        for key, value in deeper.items():
            if isinstance(value, dict) and all(isinstance(inner, _SCALARS) for inner in value.values()):
                flat.update({f"{prefix}{key}.{k}": _cell(v) for k, v in value.items()})
        part = found.setdefault(path, _Found())
        _full(part, limits)
        part.add(above | flat)
    for key, value in deeper.items():
        _walk(value, f"{path}.{key}" if path else key, above | scalars, found, limits, key)


def _cell(value: Any) -> Cell:
    return value[:30_000] if isinstance(value, str) else value


def _full(part: _Found, limits: Limits) -> None:
    if len(part.rows) >= limits.max_rows:
        raise Unusable("too_many_rows", f"Die Datei hat mehr als {limits.max_rows} Zeilen. Bitte teilen Sie sie auf.")
    if len(part.names) > limits.max_columns:
        raise _too_wide(limits)


def _too_wide(limits: Limits) -> Unusable:
    return Unusable(
        "too_many_columns",
        f"Die Datei hat mehr als {limits.max_columns} Spalten. Bitte entfernen Sie die Felder, die nicht dazugehören.",
    )


def _table(path: str, part: _Found) -> Table:
    place = [0]

    def blocks() -> Iterator[Block]:
        width = len(part.names)
        for start in range(0, len(part.rows), BLOCK_ROWS):
            rows = [row + [None] * (width - len(row)) for row in part.rows[start : start + BLOCK_ROWS]]
            place[0] = start + len(rows)
            yield start + 1, rows

    header = tuple(plain_text(name)[:500] for name in part.names)
    return Table(plain_text(path), blocks, header, lambda: place[0] / max(len(part.rows), 1), len(part.rows))
