"""Products, accounts and units of a body, brought up to what a budget file names. Nothing is ever deleted here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from django.db.models import Model

from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine.tables import Frame, Key

from ..frames.lines import main_positions, row_key
from ..frames.products import Node, Tree
from ..models import Account, BudgetUnit, Product

Row = TypeVar("Row", bound=Model)
BATCH = 1000


def keep_products(seat: Seat, tree: Tree) -> dict[Key, int]:
    """The rows of the tree, new or with their newest name; the id for each product of the lines."""
    known = {(product.level, product.key): product for product in Product.objects.filter(body=seat.body)}
    fresh = [
        Product(body=seat.body, level=node.level, key=node.key, **_product_fields(node, None))
        for node in tree.nodes
        if node.ident not in known
    ]
    for product in Product.objects.bulk_create(fresh, batch_size=BATCH):
        known[product.level, product.key] = product
    changed = [
        known[node.ident]
        for node in tree.nodes
        if _take(known[node.ident], _product_fields(node, known[node.ident]) | {"parent_id": _parent_id(node, known)})
    ]
    fields = ["code", "name", "area", "task_kind", "parent"]
    Product.objects.bulk_update(changed, fields, batch_size=BATCH)
    return {key: known[ident].pk for key, ident in tree.of_line.items()}


def _product_fields(node: Node, known: Product | None) -> dict[str, str]:
    """What the file says; a kind of task that a person has set is kept."""
    kept_kind = known.task_kind if known else ""
    return {"code": node.code, "name": node.name, "area": node.area[:3], "task_kind": kept_kind or node.task_kind}


def _parent_id(node: Node, known: Mapping[tuple[str, str], Product]) -> int | None:
    return known[node.parent].pk if node.parent else None


def keep_accounts(seat: Seat, lines: Frame) -> dict[Key, int]:
    """The accounts of the lines with the position most of their lines have, unless a person has set it."""
    positions = main_positions(lines)
    known = {account.key: account for account in Account.objects.filter(body=seat.body)}

    def fields(key: Key, account: Account | None) -> dict[str, str]:
        own = account is not None and account.is_position_own
        position = account.position if account is not None and own else positions.get(key, "")
        return _named(key) | {"position": position}

    return _keep(seat, Account, lines.category("account").values, known, fields, ["code", "name", "position"])


def own_positions(seat: Seat) -> dict[str, str]:
    """Key of the account → the position that a person has given it."""
    return dict(Account.objects.filter(body=seat.body, is_position_own=True).values_list("key", "position"))


def keep_units(seat: Seat, lines: Frame) -> dict[Key, int]:
    known = {unit.key: unit for unit in BudgetUnit.objects.filter(body=seat.body)}
    values = lines.category("unit").values
    return _keep(seat, BudgetUnit, values, known, lambda key, _: _named(key), ["code", "name"])


def _named(key: Key) -> dict[str, str]:
    return {"code": key.code[:60], "name": key.name[:250]}


def _keep(seat, model: type[Row], values: Sequence[Key], known: dict[str, Row], fields, names) -> dict[Key, int]:
    """Rows for the values, new or updated; where a code comes with several names the first one counts."""
    first = {row_key(key): key for key in reversed(values)}
    fresh = [model(body=seat.body, key=text, **fields(key, None)) for text, key in first.items() if text not in known]
    changed = [
        known[text] for text, key in first.items() if text in known and _take(known[text], fields(key, known[text]))
    ]
    model.objects.bulk_update(changed, names, batch_size=BATCH)
    for row in model.objects.bulk_create(fresh, batch_size=BATCH):
        known[row.key] = row
    return {key: known[row_key(key)].pk for key in values}


def _take(row: Model, fields: Mapping[str, object]) -> bool:
    """Set the fields; whether one of them was different. An empty name does not replace a known one."""
    changed = False
    for name, value in fields.items():
        if getattr(row, name) != value and not (name == "name" and not value):
            setattr(row, name, value)
            changed = True
    return changed
