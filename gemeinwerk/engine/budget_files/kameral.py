"""Kameral budgets: the Haushaltsstelle taken apart, products from the Gliederung, lost zeros, what shows the style."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gemeinwerk.engine.products import area_title
from gemeinwerk.engine.tables import Accounting, Key

from . import lookup
from .collect import Collected, Growing, KeyColumn
from .mapping import ColumnRole, Role
from .words import fold, is_cash_plan

_BOOK = r"(?:(?P<word>[A-Za-zÄÖÜäöü]{1,24}\.?)?[\s./-]*(?P<book>\d)?[\s./-]+|(?P<mark>[A-Za-z]{1,8}))?"
_ITEM = re.compile(
    rf"{_BOOK}(?P<product>\d{{2,5}})[\s./-]+(?P<account>\d{{2,6}})(?P<rest>(?:[./-]\d{{1,6}}[A-Za-z]?)*)(?:[\s:–-]+(?P<name>.*))?",
    re.DOTALL | re.ASCII,
)
_CLEAR = re.compile(r"(?:[A-Za-z]{1,4}[\s.])?\d[./]\d{4,5}[./]\d{4,6}(?:[./-]\d+)*", re.ASCII)
_CAPITAL_GROUPS = ("3", "9")
"""Hauptgruppen of the Vermögenshaushalt: 3 income, 9 expense; 0–2 and 4–8 belong to the Verwaltungshaushalt."""
_GLIEDERUNG = re.compile(r"einzelplan|abschnitt|(?<!ergebnis)gliederung|\bep\b|\bua\b|\bugl\b|\bgl\b")
_NUMBERED = re.compile(
    r"gruppierung|\b(haupt|ober|unter)?gruppe\b|(?<!ergebnis)gliederung|unterabschnitt|\bgrp?z?\b|\bugl\b|\bua\b"
)


@dataclass(frozen=True, slots=True)
class Item:
    """A Haushaltsstelle: Gliederung, Gruppierung (with the number of its object, if it has one), and its text."""

    product: str
    account: str
    name: str = ""


def item(text: str) -> Item | None:
    """ "1.1300.9350-01" → Gliederung 1300, Gruppierung 9350-01; None for everything else."""
    found = _ITEM.fullmatch(text.strip()[:400])
    if not found:
        return None
    product, account = found["product"], found["account"]
    has_book = found["book"] or found["word"] or found["mark"]
    if not has_book and (len(product) < 3 or len(account) < 3):
        return None
    rest = re.sub(r"\W+", "-", found["rest"]).strip("-")
    if rest.strip("0-"):
        account = f"{account}-{rest}"
    return Item(product, account, (found["name"] or "").strip())


def items(texts: Iterable[str]) -> list[Item | None]:
    """All of a file; "10200.4000" has the digit of the plan before a Gliederung of four if that holds for every row."""
    texts = list(texts)
    found = [item(text) for text in texts]
    known = [part for part in found if part]
    heads = {(part.product[0], part.account.startswith(_CAPITAL_GROUPS)) for part in known}
    glued = all(len(part.product) == 5 and re.fullmatch(r"\d{4}(-.*)?", part.account) for part in known)
    if glued and heads in ({("0", False), ("1", True)}, {("1", False), ("2", True)}):
        return [replace(part, product=part.product[1:]) if part else None for part in found]
    return found


def is_clear_item(text: str) -> bool:
    """ "0.0200.4000": written so that it can hardly be anything else."""
    return bool(_CLEAR.fullmatch(text))


# --- products ---------------------------------------------------------------------------------------------------------


def levels_of(gliederung: str) -> list[str]:
    """Einzelplan, Abschnitt, Unterabschnitt: "0200" → "0", "02", "0200"."""
    return list(dict.fromkeys((gliederung[:1], gliederung[:2], gliederung)))


def product_column(
    collected: Collected, found: Sequence[Item | None]
) -> tuple[KeyColumn, list[list[Key | None]]] | None:
    """Products by the Gliederung of the Haushaltsstelle, unless columns of their own give them codes.

    Its combinations are those of the account column; names come from columns that name nothing but products.
    """
    own = collected.keys["product"]
    if any(role.role in (Role.PRODUCT_CODE, Role.PRODUCT) for role in own.roles) or not any(found):
        return None
    account = collected.keys["account"]
    names = _names(collected, found) if own.roles else {}
    is_doppik = any("buchungsstelle" in fold(role.name) for role in account.roles)  # product and account, no Einzelplan
    paths: list[list[Key | None]] = [[] for _ in found]
    for path, part in zip(paths, found, strict=True):
        if part:
            levels = [part.product] if is_doppik else levels_of(part.product)
            path.extend(_key(code, names) for code in levels)
    codes = Growing(account.codes.data.dtype)
    codes.data, codes.length = account.codes.data.copy(), account.codes.length
    return replace(account, codes=codes), paths


def _key(code: str, names: dict[str, str]) -> Key:
    own = names.get(code, "")
    return Key(code, own or (area_title(code, "kameral") or "" if len(code) == 1 else ""))


def _names(collected: Collected, found: Sequence[Item | None]) -> dict[str, str]:
    """The names that stand beside a Gliederung: on the level that the column is called by, else on the lowest."""
    own = collected.keys["product"]
    texts = own.texts()
    beside = [(found[one], texts[other]) for one, other in _pairs(collected.keys["account"], own)]
    named: dict[str, set[str]] = {}
    for place, role in enumerate(own.roles):
        depth = _depth(role.name)
        for part, cells in beside:
            levels = levels_of(part.product) if part and role.role is Role.PRODUCT_NAME else []
            if cells[place] and levels[depth:]:
                named.setdefault(levels[depth], set()).add(cells[place])
    return {code: next(iter(words)) for code, words in named.items() if len(words) == 1}


def _depth(name: str) -> int:
    folded = fold(name)
    if re.search(r"einzelplan|\bep\b", folded):
        return 0
    return 1 if re.search(r"\babschnitt", folded) else -1


def _pairs(one: KeyColumn, other: KeyColumn) -> set[tuple[int, int]]:
    """Which combinations of two groups of columns stand in one row."""
    size = min(one.codes.length, other.codes.length)
    result: set[tuple[int, int]] = set()
    for piece in lookup.slices(size):
        codes = np.stack([one.codes.data[:size][piece], other.codes.data[:size][piece]])
        result.update((int(a), int(b)) for a, b in np.unique(codes, axis=1).T)
    return result


# --- separate columns -------------------------------------------------------------------------------------------------


_GROUPS = re.compile(r"(ober|haupt|unter)?gruppe\b")


def subjects(names: Sequence[str]) -> dict[int, str]:
    """What folded column names mean in a kameral file: Gruppe is a level of accounts, a Maßnahme is no product."""
    groups = {place: "account" for place, name in enumerate(names) if _GROUPS.match(name)}
    if any("gruppierung" in name for name in names):
        return groups | {place: "measure" for place, name in enumerate(names) if "massnahme" in name}
    told = any(_GLIEDERUNG.search(name) for name in names) and any(re.match("(haupt|unter)gruppe", n) for n in names)
    return groups if told else {}


def is_gliederung(roles: Iterable[ColumnRole]) -> bool:
    """Whether columns name Einzelplan, Abschnitt or Gliederung, whose digits are written without points."""
    return any(_GLIEDERUNG.search(fold(role.name)) for role in roles)


def full_width(name: str, codes: Iterable[str]) -> int:
    """How many digits Gliederung or Gruppierung had before a spreadsheet took their zeros; 0 if they have them all."""
    if not _NUMBERED.search(fold(name)):
        return 0
    known = {code for code in codes if code}
    if not all(code.isdigit() and code.isascii() for code in known):
        return 0
    width = max((len(code) for code in known), default=0)
    whole = sum(len(code) == width for code in known)
    lost = any(len(code) < width for code in known) and not any(code[0] == "0" != code for code in known)
    return width if lost and width in (3, 4, 5, 6) and 2 * whole >= len(known) else 0


def expanded(paths: list[list[Key | None]]) -> list[list[Key | None]]:
    """A lone column of the Gliederung with the levels above it."""
    codes = [path[0].code if len(path) == 1 and path[0] else "" for path in paths]
    if not any(codes) or not all(re.fullmatch(r"\d{0,5}", code, re.ASCII) for code in codes):
        return paths
    if any(len(path) != 1 for path in paths):
        return paths
    return [
        [*(_key(level, {}) for level in levels_of(code)[:-1]), *path] if code else path
        for code, path in zip(codes, paths, strict=True)
    ]


def restored(column: KeyColumn, paths: list[list[Key | None]]) -> int:
    """Puts lost zeros back, in place; how many keys changed."""
    count = 0
    levels = sorted({role.level for role in column.roles if role.role is not Role.TASK_KIND})
    for place, level in enumerate(levels):
        names = [role.name for role in column.roles if role.level == level]
        codes = {path[place].code for path in paths if path[place]}  # type: ignore[union-attr]
        width = full_width(" ".join(names), codes)
        if not width:
            continue
        count += sum(0 < len(code) < width for code in codes)
        for path in paths:
            key = path[place]
            if key and key.code:
                path[place] = Key(key.code.zfill(width), key.name)
    return count


# --- accounting -------------------------------------------------------------------------------------------------------

_NAMES = re.compile(r"(?<!ergebnis)gliederung|gruppierung|haushaltsstelle|\bhh ?st(elle)?\b|unterabschnitt|einzelplan")


def accounting_of(collected: Collected) -> Accounting | None:
    """KAMERAL by the names of columns or by Verwaltungs- and Vermögenshaushalt in a column; None if nothing tells."""
    names = [fold(role.name) for column in collected.keys.values() for role in column.roles]
    if any(_NAMES.search(name) for name in names) and not any("ergebnisgliederung" in name for name in names):
        return Accounting.KAMERAL
    texts = [cell for cells in collected.keys["context"].texts() for cell in cells] if collected.rows else []
    told = any(fold(text).startswith(("verwaltungshaus", "vermoegenshaus", "vwh", "vmh")) for text in texts)
    return Accounting.KAMERAL if told and any(is_cash_plan(text) is not None for text in texts) else None
