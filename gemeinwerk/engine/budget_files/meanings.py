"""What the numbers of the collected combinations mean: keys, contexts, and which labels begin with a minus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine.tables import Codes, Key

from . import kameral, keys
from .collect import Collected, KeyColumn
from .mapping import Mapping, Role
from .words import is_subtotal


@dataclass(slots=True)
class Meanings:
    """The meaning of each combination number, per group."""

    product: keys.Products
    unit: list[Key | None]
    account: list[Key | None]
    line: list[Key | None]
    context: list[keys.Context]
    unknown: tuple[keys.Unknown, ...]
    minus: NDArray[np.bool_] | None
    """Per account or plan line whether its label begins with a minus."""
    items_unread: int = 0
    """Different texts of a column of Haushaltsstellen that are none."""
    accounts_restored: int = 0


def meanings(collected: Collected, mapping: Mapping) -> Meanings:
    columns = collected.keys
    account, restored = keys.accounts(columns["account"]) if columns["account"].roles else ([], 0)
    found = _items(columns["account"])
    by_item = kameral.product_column(collected, found)
    if by_item is None:
        product = keys.products(columns["product"]) if columns["product"].roles else keys.Products((), ())
    else:
        columns["product"], paths = by_item
        product = keys.tree(paths, [""] * len(paths))
    account = [_of_item(part, key) for part, key in zip(found, account, strict=True)] if found else account
    unread = _unread(found, columns["account"])
    line = keys.lowest(columns["line"]) if columns["line"].roles else []
    named = line or account
    minus = (
        np.array([bool(key and key.name.startswith(("- ", "– ", "./. "))) for key in named], np.bool_)
        if named
        else None
    )
    context, unknown = keys.contexts(columns["context"], mapping)
    unit = keys.lowest(columns["unit"]) if columns["unit"].roles else []
    cleaned = [clean(key) for key in account], [clean(key) for key in line]
    return Meanings(product, unit, *cleaned, context, unknown, minus, unread, restored)


def _items(column: KeyColumn) -> list[kameral.Item | None]:
    """Per combination its Haushaltsstelle; empty where no column holds one."""
    place = next((i for i, role in enumerate(column.roles) if role.role is Role.BUDGET_ITEM), None)
    return [] if place is None else kameral.items(texts[place] for texts in column.texts())


def _unread(found: list[kameral.Item | None], column: KeyColumn) -> int:
    """How many texts are no Haushaltsstelle and no sum."""
    texts = [cells for part, cells in zip(found, column.texts(), strict=True) if part is None] if found else []
    return sum(any(cells) and not any(map(is_subtotal, cells)) for cells in texts)


def _of_item(part: kameral.Item | None, key: Key | None) -> Key | None:
    return Key(part.account, (key.name if key else "") or part.name) if part else key


def clean(key: Key | None) -> Key | None:
    """Without the plus or minus that a printed plan puts before its lines."""
    if key is None:
        return None
    name = key.name.lstrip()
    for mark in ("+ / - ", "+/- ", "+ ", "- ", "– ", "./. "):
        if name.startswith(mark):
            return Key(key.code, name[len(mark) :].strip())
    return key


def named_by(accounts: list[Key | None], lines: list[Key | None], codes: Codes, plan_lines: Codes) -> list[Key | None]:
    """Accounts without names take the name of the one plan line they stand beside."""
    pairs = np.unique(np.stack([codes, plan_lines]), axis=1)
    beside: dict[int, set[int]] = {}
    for account, line in pairs.T.tolist():
        beside.setdefault(account, set()).add(line)
    result = list(accounts)
    for account, found in beside.items():
        key = accounts[account]
        line = lines[next(iter(found))] if len(found) == 1 else None
        if key and line:
            result[account] = Key(key.code, line.name)
    return result
