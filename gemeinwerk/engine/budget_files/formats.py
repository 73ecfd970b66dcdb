"""Tells by its content, never by its name, of which format a source is, and opens it."""

from __future__ import annotations

from pathlib import Path

from . import delimited
from .limits import Limits
from .mapping import Mapping
from .source import Source, Unusable


def open_source(
    name: str, source: bytes | Path, wanted: Mapping, companions: dict[str, bytes], limits: Limits
) -> Source:
    size = delimited.size_of(source)
    if size == 0:
        raise Unusable("empty", "Die Datei ist leer. Bitte laden Sie eine Datei mit Haushaltszeilen.")
    if size > limits.max_bytes:
        raise Unusable(
            "too-large",
            f"Die Datei ist größer als {limits.max_bytes // 1_000_000} MB. Bitte teilen Sie sie auf, etwa nach Jahren.",
        )
    return delimited.read(source, limits, wanted.encoding, wanted.separator)
