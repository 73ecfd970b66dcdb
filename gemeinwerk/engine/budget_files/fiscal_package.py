"""Fiscal Data Packages: datapackage.json with its CSV, beside each other, as companion, or together in a zip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from gemeinwerk.engine.problems import Problem, Severity

from . import delimited, json_tables
from .limits import Limits
from .mapping import Mapping
from .source import Declared, Source, Unusable

MAX_PACKAGE = 5_000_000


def from_json(
    name: str, source: bytes | Path, data: dict[str, Any], companions: dict[str, bytes], wanted: Mapping, limits: Limits
) -> Source:
    """The table that a datapackage.json describes, from the companions or from the folder of the file."""
    path = resource_path(data)
    plain = PurePosixPath(path).name
    by_name = {PurePosixPath(key).name: value for key, value in companions.items()}
    table: bytes | Path | None = by_name.get(plain) or next(
        (value for key, value in by_name.items() if not key.endswith("datapackage.json")), None
    )
    if table is None and isinstance(source, Path) and source.name == PurePosixPath(name).name:
        # Under its own name it lies in the person's folder; in a storage the neighbors are other people's files.
        table = _beside(source.parent, path)
    if table is None:
        raise Unusable(
            "package_incomplete",
            f"Zum Datenpaket fehlt die Tabelle „{plain[:100]}“. Bitte laden Sie sie zusammen mit der "
            f"datapackage.json hoch.",
        )
    return _read(table, data, wanted, limits)


def from_zip(source: bytes | Path, package: str, members: list[str], wanted: Mapping, limits: Limits) -> Source:
    from . import container  # only where an archive is read

    data = json_tables.load(container.member(source, package), limits)
    if not isinstance(data, dict):
        raise Unusable(
            "package_broken", "Die datapackage.json ist kein JSON-Objekt. Bitte erzeugen Sie das Datenpaket neu."
        )
    path = resource_path(data)
    folder = package.rpartition("/")[0]
    wanted_name = f"{folder}/{path}" if folder else path
    tables = [m for m in members if m == wanted_name] or [
        m for m in members if PurePosixPath(m).name == PurePosixPath(path).name
    ]
    tables = tables or [m for m in members if m.lower().endswith((".csv", ".tsv"))]
    if not tables:
        raise Unusable("package_incomplete", "Im Datenpaket fehlt die Tabelle. Bitte packen Sie sie mit ein.")
    return _read(container.member(source, tables[0]), data, wanted, limits)


def resource_path(data: dict[str, Any]) -> str:
    """The path of the first table; refuses paths that lead out of the package and addresses."""
    resources = [item for item in data.get("resources", []) if isinstance(item, dict)]
    paths = [item.get("path") for item in resources]
    path = next((p for p in paths if isinstance(p, str)), None) or next(
        (p[0] for p in paths if isinstance(p, list) and p and isinstance(p[0], str)), None
    )
    if path is None:
        raise Unusable(
            "package_incomplete", "Das Datenpaket nennt keine Tabelle. Bitte laden Sie die CSV-Datei selbst hoch."
        )
    pure = PurePosixPath(path.replace("\\", "/"))
    first = pure.parts[0] if pure.parts else ":"
    if "://" in path or pure.is_absolute() or ".." in pure.parts or ":" in first or "\x00" in path:
        raise Unusable(
            "package_path",
            "Das Datenpaket verweist auf eine Datei außerhalb seines Ordners. Bitte laden Sie die "
            "CSV-Datei selbst hoch.",
        )
    return path


def _beside(folder: Path, path: str) -> Path | None:
    table = (folder / path).resolve()
    if folder.resolve() not in table.parents or not table.is_file():
        return None
    return table


def _read(table: bytes | Path, data: dict[str, Any], wanted: Mapping, limits: Limits) -> Source:
    if delimited.size_of(table) == 0 or delimited.size_of(table) > limits.max_bytes:
        raise Unusable(
            "too_large", "Die Tabelle des Datenpakets ist leer oder zu groß. Bitte laden Sie sie selbst hoch."
        )
    source = delimited.read(table, limits, wanted.encoding, wanted.separator)
    return replace(source, format="datapackage", declared=declared(data))


def described(
    name: str, source: bytes | Path, read: Source, companions: dict[str, bytes], wanted: Mapping, limits: Limits
) -> Source:
    """A delimited file with what a datapackage.json among its companions says about it."""
    package = next((v for k, v in companions.items() if PurePosixPath(k).name == "datapackage.json"), None)
    if package is None or len(package) > MAX_PACKAGE:
        return read
    try:
        data = json_tables.load(package, limits)
    except Unusable as end:
        said = Problem(end.problem.code, end.problem.text, Severity.WARNING)
        return replace(read, problems=(*read.problems, said))
    if not isinstance(data, dict):
        return read
    return replace(read, format="datapackage", declared=declared(data))


def declared(data: dict[str, Any]) -> Declared:
    """What the model says about the columns; anything odd is left out."""
    model = data.get("model")
    model = model if isinstance(model, dict) else {}
    dimensions = _dicts(model.get("dimensions"))
    by_type: dict[str, list[str]] = {"datetime": [], "fact": []}
    labels: list[tuple[str, str]] = []
    parents: list[tuple[str, str]] = []
    named: dict[str, list[str]] = {"direction": [], "value-kind": []}
    for key, dimension in dimensions.items():
        attributes = _dicts(dimension.get("attributes"))
        sources = {name: _text(attribute.get("source")) for name, attribute in attributes.items()}
        plain = [source for source in sources.values() if source]
        by_type.setdefault(_text(dimension.get("dimensionType")), []).extend(plain)
        named.setdefault(key, []).extend(plain)
        for name, attribute in attributes.items():
            for field, pairs in (("labelfor", labels), ("parent", parents)):
                other = sources.get(_text(attribute.get(field)), "")
                if other and sources[name]:
                    pairs.append((sources[name], other))
    measures = tuple(
        (_text(item.get("source")), _text(item.get("direction")), _text(item.get("phase")))
        for item in _dicts(model.get("measures")).values()
        if _text(item.get("source"))
    )
    return Declared(
        years=tuple(by_type["datetime"]),
        sides=tuple(named["direction"]),
        stages=tuple(named["value-kind"]),
        identifiers=tuple(by_type["fact"]),
        measures=measures,
        label_for=tuple(labels),
        parent_of=tuple(parents),
        year=_year(data.get("fiscalPeriod")),
    )


def _dicts(value: Any) -> dict[str, dict[str, Any]]:
    return {k: v for k, v in value.items() if isinstance(v, dict)} if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _year(period: Any) -> int | None:
    start = _text(period.get("start")) if isinstance(period, dict) else ""
    return int(start[:4]) if start[:4].isdecimal() and 1950 <= int(start[:4]) <= 2069 else None
