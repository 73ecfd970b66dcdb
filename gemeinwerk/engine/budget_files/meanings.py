"""What the numbers of the collected combinations mean: keys, contexts, and which labels begin with a minus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine.tables import Codes, Key

from . import keys
from .collect import Collected
from .mapping import Mapping, Role


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
    cash: list[bool | None]


def meanings(collected: Collected, mapping: Mapping) -> Meanings:
    columns = collected.keys
    product = keys.products(columns["product"]) if columns["product"].roles else keys.Products((), ())
    account = keys.lowest(columns["account"]) if columns["account"].roles else []
    cash: list[bool | None] = []
    items = [role.role is Role.BUDGET_ITEM for role in columns["account"].roles]
    if any(items):
        place = items.index(True)
        found = [keys.item(texts[place]) for texts in columns["account"].texts()]
        cash = [part.is_cash if part else None for part in found]
        account = [
            Key(part.account, key.name if key else "") if part else key
            for part, key in zip(found, account, strict=True)
        ]
    line = keys.lowest(columns["line"]) if columns["line"].roles else []
    named = line or account
    minus = (
        np.array([bool(key and key.name.startswith(("- ", "– ", "./. "))) for key in named], np.bool_)
        if named
        else None
    )
    context, unknown = keys.contexts(columns["context"], mapping)
    unit = keys.lowest(columns["unit"]) if columns["unit"].roles else []
    return Meanings(product, unit, [clean(k) for k in account], [clean(k) for k in line], context, unknown, minus, cash)


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
