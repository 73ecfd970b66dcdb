"""Delimited text: CSV, TSV and what finance systems call so, streamed from the bytes or the file."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from gemeinwerk.engine.problems import Problem, Severity

from . import bulk
from .limits import Limits
from .source import BLOCK_ROWS, Block, Source, Table, Unusable

SEPARATORS = (";", "\t", ",", "|")
CHUNK = 1 << 20


def open_bytes(source: bytes | Path) -> io.BytesIO | io.BufferedReader:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def size_of(source: bytes | Path) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def detect_encoding(source: bytes | Path) -> str:
    """UTF-8 or UTF-16 where the bytes say so, otherwise what Windows writes (cp1252) or DOS wrote (cp850)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open_bytes(source) as stream:
        head = stream.read(CHUNK)
        marked = _marked(head)
        if marked:
            return marked
        try:
            chunk = head
            while chunk:
                decoder.decode(chunk)
                chunk = stream.read(CHUNK)
            decoder.decode(b"", final=True)
            return "utf-8"
        except UnicodeDecodeError:
            return _single_byte(head if not head.isascii() else chunk)


def _marked(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0:2000:2], head[1:2000:2]
    if len(head) >= 8 and odd.count(0) > 0.7 * len(odd) and even.count(0) == 0:
        return "utf-16-le"
    if len(head) >= 8 and even.count(0) > 0.7 * len(even) and odd.count(0) == 0:
        return "utf-16-be"
    return None


def _single_byte(chunk: bytes) -> str:
    dos = sum(chunk.count(byte) for byte in (b"\x84", b"\x94", b"\x81"))
    windows = sum(chunk.count(byte) for byte in (b"\xe4", b"\xf6", b"\xfc", b"\xdf"))
    return "cp850" if dos > 3 and dos > 5 * windows else "cp1252"


def detect_separator(text: str) -> str:
    """The separator that cuts most rows into the same number of cells."""
    first = text.split("\n", 1)[0].strip().lower()
    if first.startswith("sep=") and first[4:5] in SEPARATORS:
        return first[4]
    best, best_score = ";", 0.0
    for separator in SEPARATORS:
        score = _consistency(text, separator)
        if score > best_score * 1.05:
            best, best_score = separator, score
    return best


def _consistency(text: str, separator: str) -> float:
    widths: Counter[int] = Counter()
    try:
        for row in islice(csv.reader(io.StringIO(text), delimiter=separator), 300):
            if any(row):
                widths[len(row)] += 1
    except csv.Error:
        return 0.0
    wide = Counter({width: count for width, count in widths.items() if width > 1})
    if not wide:
        return 0.0
    width, count = max(wide.items(), key=lambda item: item[1] * min(item[0], 12) ** 0.5)
    return float(count / sum(widths.values()) * min(width, 12) ** 0.5)


def read(source: bytes | Path, limits: Limits, encoding: str | None, separator: str | None) -> Source:
    """The file as one table; `encoding` and `separator` are detected where they are not given."""
    problems: list[Problem] = []
    encoding = encoding or detect_encoding(source)
    head = _head(source, encoding)
    if "\x00" in head[:20_000]:
        raise Unusable(
            "not_text",
            "Die Datei ist weder Text noch eine bekannte Tabelle. Bitte speichern Sie den Haushalt als CSV oder XLSX.",
        )
    separator = separator or detect_separator(head)
    quoting = csv.QUOTE_MINIMAL if _quotes_fit(head, separator) else csv.QUOTE_NONE
    if quoting == csv.QUOTE_NONE:
        problems.append(
            Problem(
                "quotes_open",
                "Anführungszeichen in der Datei sind nicht geschlossen; sie werden als gewöhnliche Zeichen gelesen. "
                "Bitte prüfen Sie die Texte.",
                Severity.NOTE,
            )
        )
    table = _table(source, encoding, separator, quoting, limits)
    return Source("delimited", (table,), encoding, separator, problems=tuple(problems))


def _head(source: bytes | Path, encoding: str) -> str:
    with open_bytes(source) as stream, io.TextIOWrapper(stream, encoding, errors="replace", newline="") as text:
        head = text.read(200_000)
    cut = max(head.rfind("\n"), head.rfind("\r"))
    return head[: cut + 1] if len(head) == 200_000 and cut > 0 else head


def _quotes_fit(head: str, separator: str) -> bool:
    """False where a quote was opened and swallows the rest of the sample."""
    if '"' not in head:
        return True
    try:
        for row in csv.reader(io.StringIO(head), delimiter=separator):
            if any(cell.count("\n") > 50 for cell in row):
                return False
    except csv.Error:
        return False
    return True


def _table(source: bytes | Path, encoding: str, separator: str, quoting: int, limits: Limits) -> Table:
    total = max(size_of(source), 1)
    place = [0]

    def blocks() -> Iterator[Block]:
        csv.field_size_limit(limits.max_cell)
        with open_bytes(source) as stream, io.TextIOWrapper(stream, encoding, errors="replace", newline="") as text:
            rows = csv.reader(text, delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
            first = 1
            while True:
                try:
                    block = list(islice(rows, BLOCK_ROWS))
                except (csv.Error, UnicodeError) as error:
                    raise Unusable(
                        "cell_too_long" if "limit" in str(error) else "text_broken",
                        f"Ab etwa Zeile {rows.line_num} ist die Datei nicht als Tabelle lesbar, weil "
                        f"eine Zelle zu lang oder "
                        "ein Anführungszeichen nicht geschlossen ist. Bitte prüfen Sie diese Stelle und laden Sie die "
                        "Datei neu hoch.",
                    ) from None
                if not block:
                    return
                _widths(block, limits)
                place[0] = stream.tell()
                yield first, block
                first += len(block)
                if first > limits.max_rows + 1:
                    raise Unusable(
                        "too_many_rows",
                        f"Die Datei hat mehr als {limits.max_rows} Zeilen. Bitte teilen Sie sie auf, etwa nach Jahren.",
                    )

    fast = None
    if quoting == csv.QUOTE_MINIMAL and bulk.is_possible(encoding):
        fast = bulk.pieces(lambda: open_bytes(source), encoding, separator, limits, place, blocks)
    return Table("", blocks, fraction=lambda: place[0] / total, bulk=fast)


def _widths(block: list[list[str]], limits: Limits) -> None:
    if max(map(len, block)) > limits.max_columns:
        raise Unusable(
            "too_many_columns",
            f"Die Datei hat mehr als {limits.max_columns} Spalten. Bitte entfernen Sie die Spalten, "
            "die nicht zum Haushalt gehören.",
        )
