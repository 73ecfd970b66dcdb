"""From combinations of cells to products with their tree, units, accounts, plan lines and the context of a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gemeinwerk.engine.tables import Key, Side, Stage

from . import kameral
from .collect import KeyColumn
from .mapping import Mapping, Role
from .profile import code_text, split_combined, year_of
from .result import ProductNode
from .words import fold, is_cash_plan, side_of_word, stage_of_word

_CODES = (Role.PRODUCT_CODE, Role.UNIT_CODE, Role.ACCOUNT_CODE, Role.PLAN_LINE_CODE)
_COMBINED = (Role.PRODUCT, Role.UNIT, Role.ACCOUNT, Role.PLAN_LINE)
_DATE_CODE = re.compile(r"(\d{2})\.(\d{2})\.(?:19|20)(\d{2})")


def restore_code(text: str) -> str:
    """ "01.01.2001" in a code column is what a spreadsheet made of "01.01.01"."""
    found = _DATE_CODE.fullmatch(text)
    return ".".join(found.groups()) if found else (code_text(text) or text)


def is_date_code(text: str) -> bool:
    return bool(_DATE_CODE.fullmatch(text))


def by_level(column: KeyColumn) -> list[list[Key | None]]:
    """For each distinct combination its keys from the highest level to the lowest."""
    levels = sorted({role.level for role in column.roles if role.role is not Role.TASK_KIND})
    texts = column.texts()
    return [[_key(column, combination, level) for level in levels] for combination in texts]


def _key(column: KeyColumn, combination: tuple[str, ...], level: int) -> Key | None:
    code = name = ""
    for role, text in zip(column.roles, combination, strict=True):
        if role.level != level or role.role is Role.TASK_KIND:
            continue
        if role.role in _COMBINED:
            code, name = split_combined(text)
        elif role.role in _CODES:
            code = restore_code(text)
        elif role.role is not Role.BUDGET_ITEM:
            name = text
    return Key(code, name) if code or name else None


# --- products ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Products:
    nodes: tuple[ProductNode, ...]
    keys: tuple[Key | None, ...]
    """The lowest key per distinct combination."""
    padded: int = 0
    """How many codes got a lost leading zero back."""


def products(column: KeyColumn) -> Products:
    """The tree of the products; lowest keys are unique over the whole tree."""
    paths = by_level(column)
    if not paths:
        return Products((), ())
    gliederung = kameral.is_gliederung(column.roles)
    padded = kameral.restored(column, paths) if gliederung else _pad_codes(paths)
    _compose_codes(paths, joint="" if gliederung else ".")
    if gliederung:
        paths = kameral.expanded(paths)
    return tree(paths, _task_kinds(column), padded)


def tree(paths: Sequence[Sequence[Key | None]], tasks: Sequence[str], padded: int = 0) -> Products:
    """The tree of all paths, each with its task kind."""
    nodes: list[ProductNode] = []
    known: dict[tuple[Key, ...], int] = {}
    lowest = _lowest_keys(paths)
    for path, task in zip(paths, tasks, strict=True):
        _add_path(nodes, known, [key for key in path if key], lowest, task)
    keys = tuple(lowest.get(tuple(key for key in path if key)) for path in paths)
    return Products(tuple(nodes), keys, padded)


def _add_path(
    nodes: list[ProductNode],
    known: dict[tuple[Key, ...], int],
    path: list[Key],
    lowest: dict[tuple[Key, ...], Key],
    task: str,
) -> None:
    parent: int | None = None
    for depth in range(1, len(path) + 1):
        prefix = tuple(path[:depth])
        if prefix not in known:
            key = path[depth - 1]
            last = depth == len(path)
            own = lowest.get(prefix) if last else None
            known[prefix] = len(nodes)
            nodes.append(ProductNode(key.code, key.name, depth, parent, own, task if last else ""))
        parent = known[prefix]


def _task_kinds(column: KeyColumn) -> list[str]:
    place = next((i for i, role in enumerate(column.roles) if role.role is Role.TASK_KIND), None)
    texts = column.texts()
    return ["" if place is None else combination[place] for combination in texts]


def _lowest_keys(paths: Sequence[Sequence[Key | None]]) -> dict[tuple[Key, ...], Key]:
    """One key per path; where products of different parents share code and name, the parents' names tell them apart."""
    full = {tuple(key for key in path if key) for path in paths}
    count = Counter(path[-1] for path in full if path)
    by_code = Counter(path[-1].code for path in full if path and path[-1].code)
    result = {}
    for path in full:
        if not path:
            continue
        key = path[-1]
        same_code = key.code and by_code[key.code] > 1 and count[key] > 1
        if count[key] > 1 and (same_code or not key.code):
            key = Key(key.code, " / ".join(part.name or part.code for part in path))
        result[path] = key
    return result


def _pad_codes(paths: list[list[Key | None]]) -> int:
    """Puts back leading zeros that a spreadsheet took: "1" beside "11", or "101" below the area "1" of "01"–"17"."""
    padded = 0
    for level in range(max((len(path) for path in paths), default=0)):
        codes = {path[level].code for path in paths if path[level]}  # type: ignore[union-attr]
        codes.discard("")
        width = _lost_width(codes)
        if not width:
            continue
        padded += sum(len(code) < width for code in codes)
        for path in paths:
            key = path[level]
            if key and key.code.isdigit():
                path[level] = Key(key.code.zfill(width), key.name)
    return padded


def _lost_width(codes: set[str]) -> int:
    """The common width if codes are numbers of two neighboring widths that, filled up, all lie in the areas 01–17."""
    if len(codes) < 3 or not all(code.isdigit() and code.isascii() for code in codes):
        return 0
    widths = {len(code) for code in codes}
    long = max(widths)
    if widths != {long - 1, long} or long % 2:
        return 0
    return long if all(1 <= int(code.zfill(long)[:2]) <= 17 for code in codes) else 0


def _compose_codes(paths: list[list[Key | None]], joint: str = ".") -> None:
    """Where a code only counts within its parent (area 1, group 1, product 1), the whole path is the code."""
    depth = max((len(path) for path in paths), default=0)
    for level in range(1, depth):
        if not _needs_parent(paths, level):
            continue
        for path in paths:
            key, parent = path[level], path[level - 1]
            whole = key and parent and len(key.code) > len(parent.code) and key.code.startswith(parent.code)
            if key and parent and key.code and parent.code and not whole:
                between = "" if key.code[0] in "-./" else joint
                path[level] = Key(f"{parent.code}{between}{key.code}", key.name)


def _needs_parent(paths: list[list[Key | None]], level: int) -> bool:
    parents: dict[str, set[Key | None]] = {}
    for path in paths:
        key, parent = path[level], path[level - 1]
        if key and key.code and parent and parent.code:
            parents.setdefault(key.code, set()).add(parent)
    if not parents:
        return False
    partial = sum(code[0] in "-./" for code in parents)
    several = sum(len({p.code for p in found if p}) > 1 for found in parents.values())
    return several > 0.05 * len(parents) or partial > 0.5 * len(parents)


# --- accounts, units, context -----------------------------------------------------------------------------------------


def lowest(column: KeyColumn) -> list[Key | None]:
    """The lowest key of each combination; unit codes that count only within their parent are composed."""
    return _lowest_of(by_level(column))


def accounts(column: KeyColumn) -> tuple[list[Key | None], int]:
    """The account of each combination, and how many got a lost leading zero back."""
    paths = by_level(column)
    restored = kameral.restored(column, paths)
    return _lowest_of(paths), restored


def _lowest_of(paths: list[list[Key | None]]) -> list[Key | None]:
    _compose_codes(paths)
    return [next((key for key in reversed(path) if key), None) for path in paths]


@dataclass(frozen=True, slots=True)
class Context:
    """What a row says about itself beside its keys."""

    year: int | None = None
    stage: Stage | None = None
    side: Side | None = None
    is_cash: bool | None = None
    label: str = ""
    unknown_year: bool = False
    side_word: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word of a side or stage column that nobody knows."""

    role: Role
    word: str


def contexts(column: KeyColumn, mapping: Mapping) -> tuple[list[Context], tuple[Unknown, ...]]:
    sides = {fold(word): side for word, side in mapping.side_words}
    stages = {fold(word): stage for word, stage in mapping.stage_words}
    unknown: dict[Unknown, None] = {}
    result = []
    for combination in column.texts() if column.roles else []:
        found: dict[Role, str] = {}
        for role, text in zip(column.roles, combination, strict=True):
            found[role.role] = text or found.get(role.role, "")
        year_text = found.get(Role.YEAR, "")
        year = year_of(year_text)
        result.append(
            Context(
                year,
                _word(found, Role.STAGE, stages, stage_of_word, unknown),
                _word(found, Role.SIDE, sides, side_of_word, unknown),
                is_cash_plan(found.get(Role.PLAN, "")),
                found.get(Role.LABEL, ""),
                unknown_year=bool(year_text) and year is None,
                side_word=found.get(Role.SIDE, ""),
            )
        )
    return result, tuple(unknown)


def _word(
    found: dict[Role, str],
    role: Role,
    own: dict[str, Any],
    known: Callable[[str], Any],
    unknown: dict[Unknown, None],
) -> Any:
    text = found.get(role, "")
    if not text:
        return None
    value = own.get(fold(text)) or known(text)
    if value is None:
        unknown.setdefault(Unknown(role, text))
    return value
