"""The product tree with what each product needs, and one product with its subplan, accounts and rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from django.db.models import QuerySet, Sum
from django.http import Http404

from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine.budget import Need
from gemeinwerk.engine.budget.subplans import INTERNAL

from ..frames.grids import Cell, Grid, Head, Row
from ..models import Account, BudgetLine, Product
from .heads import Heads, head_notes, heads
from .needs import FLOW_SIDES, NO_PRODUCT, amounts_behind, tree_needs
from .plans import OPERATING, Plan, plan_grid, plan_of
from .slices import AROUND, Slice, chosen, leading, plan_sums, product_plan_sums, settings_of, slices

WITHOUT = "Ohne Produkt in der Datei"
ABSENT = "In der Datei steht zu diesem Produkt nichts."


@dataclass(frozen=True, slots=True)
class Lens:
    """What counts as need of a product: with or without internal allocation and depreciation."""

    with_internal: bool = True
    with_depreciation: bool = True

    @property
    def sentence(self) -> str:
        parts = [
            "mit internen Leistungsbeziehungen" if self.with_internal else "ohne interne Leistungsbeziehungen",
            f"{'mit' if self.with_depreciation else 'ohne'} Abschreibungen",
        ]
        return " und ".join(parts)

    def need(self, of: Need | None) -> int | None:
        """Zuschussbedarf: positive costs the municipality, negative is a surplus."""
        if of is None:
            return None
        return of.grant_need(with_internal=self.with_internal, with_depreciation=self.with_depreciation)

    def coverage(self, of: Need | None) -> Fraction | None:
        """Kostendeckungsgrad in percent; not defined without expense."""
        if of is None:
            return None
        share = of.cost_coverage(with_internal=self.with_internal, with_depreciation=self.with_depreciation)
        return None if share is None else share * 100

    def income(self, of: Need | None) -> int | None:
        return None if of is None else of.income + (of.internal_income if self.with_internal else 0)

    def expense(self, of: Need | None) -> int | None:
        if of is None:
            return None
        whole = of.expense + (of.internal_expense if self.with_internal else 0)
        return whole - (0 if self.with_depreciation else of.depreciation)

    def hides(self, position: str) -> bool:
        """Whether a position is left out of the subplan."""
        if position in INTERNAL:
            return not self.with_internal
        return position == "depreciation" and not self.with_depreciation


@dataclass(slots=True)
class Node:
    """A product, group or area with what it needs per column, everything below it included."""

    pk: int
    code: str
    name: str
    level: str
    parent: int | None
    task_kind: str
    legal_basis: str
    needs: dict[int, Need] = field(default_factory=dict)
    lens: Lens = field(default_factory=Lens)
    children: list[Node] = field(default_factory=list)
    depth: int = 0

    @property
    def title(self) -> str:
        return f"{self.code} {self.name}".strip()

    @property
    def kind_text(self) -> str:
        return str(Product.TaskKind(self.task_kind).label) if self.task_kind else "noch nicht zugeordnet"

    @property
    def level_text(self) -> str:
        return str(Product.Level(self.level).label) if self.level else ""

    def need(self, column: Slice | None) -> int | None:
        return self.lens.need(self.needs.get(column.id)) if column else None

    def walk(self) -> Iterable[Node]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Tree:
    columns: tuple[Slice, ...]
    lead: Slice | None
    roots: tuple[Node, ...]
    nodes: Mapping[int, Node]
    people: Mapping[int, Heads]
    lens: Lens
    without: Mapping[int, Need]
    """Column → what the file has without a product."""

    def walk(self) -> Iterable[Node]:
        for root in self.roots:
            yield from root.walk()


def tree(seat: Seat, *, lens: Lens = Lens(), wanted: str = AROUND) -> Tree:
    """The product tree with its needs. Constant number of queries: five."""
    columns = chosen(slices(seat), wanted)
    people = heads(seat, settings_of(seat).population_rule, [c.year for c in columns])
    return tree_of(seat, columns, people, lens)


def tree_of(seat: Seat, columns: tuple[Slice, ...], people: Mapping[int, Heads], lens: Lens) -> Tree:
    """The tree for columns that are at hand. Three queries."""
    nodes = _nodes(seat, lens)
    parents = {pk: node.parent for pk, node in nodes.items()}
    without: dict[int, Need] = {}
    for column, needs in tree_needs(columns, parents).items():
        for pk, need in needs.items():
            if pk == NO_PRODUCT:
                without[column] = need
            else:
                nodes[pk].needs[column] = need
    roots = _linked(nodes)
    return Tree(columns, leading(columns), tuple(roots), nodes, people, lens, without)


def _nodes(seat: Seat, lens: Lens) -> dict[int, Node]:
    fields = ("pk", "code", "name", "level", "parent_id", "task_kind", "legal_basis")
    rows = Product.objects.filter(body=seat.body).order_by("key").values_list(*fields)
    return {row[0]: Node(*row, lens=lens) for row in rows}


def _linked(nodes: Mapping[int, Node]) -> list[Node]:
    """The roots, children hung below their parents; what has no amount in any column is left out."""
    roots = []
    for node in nodes.values():
        if not node.needs:
            continue
        if node.parent is None:
            roots.append(node)
        else:
            nodes[node.parent].children.append(node)
    for root in roots:
        _set_depth(root, 0)
    return roots


def _set_depth(node: Node, depth: int) -> None:
    node.depth = depth
    for child in node.children:
        _set_depth(child, depth + 1)


# ---------------------------------------------------------------- one product
@dataclass(frozen=True, slots=True)
class ProductPicture:
    """A product (or group, or area) with its subplan."""

    product: Product
    trail: tuple[Node, ...]
    """The areas and groups above it, the highest first."""
    node: Node
    plan: Plan
    tree: Tree

    @property
    def lead(self) -> Slice | None:
        return self.plan.lead

    @property
    def need(self) -> Need | None:
        return self.node.needs.get(self.lead.id) if self.lead else None


def product(seat: Seat, pk: int) -> Product:
    """One product of the body; 404 where it is not there."""
    found = Product.objects.filter(body=seat.body, pk=pk).first()
    if found is None:
        raise Http404
    return found


def product_picture(
    seat: Seat, pk: int, *, kind: str = OPERATING, lens: Lens = Lens(), wanted: str = AROUND
) -> ProductPicture:
    """A product with everything its page shows. Constant number of queries: eight."""
    of = product(seat, pk)
    settings, columns = settings_of(seat), chosen(slices(seat), wanted)
    people = heads(seat, settings.population_rule, [c.year for c in columns])
    all_of_it = tree_of(seat, columns, people, lens)
    node = all_of_it.nodes[of.pk]
    below = [one.pk for one in node.walk()]
    sums = product_plan_sums(columns, below)
    shown = {c: {key: cents for key, cents in column.items() if not lens.hides(key[0])} for c, column in sums.items()}
    subplan = plan_of(seat, settings, kind, columns, shown, whole=plan_sums(columns))
    return ProductPicture(of, tuple(_trail(all_of_it.nodes, node)), node, subplan, all_of_it)


def _trail(nodes: Mapping[int, Node], node: Node) -> list[Node]:
    above = []
    pk = node.parent
    while pk is not None:
        above.append(nodes[pk])
        pk = nodes[pk].parent
    return above[::-1]


def facts_grid(of: ProductPicture) -> Grid:
    """Income, expense, need, coverage and need per inhabitant over the columns."""
    columns, lens = of.plan.columns, of.tree.lens
    needs = [of.node.needs.get(c.id) for c in columns]
    people = [of.tree.people[c.year] for c in columns]
    undefined = "Nicht definiert, weil keine Aufwendungen vorliegen."
    per_head = [Cell(p.per_head(lens.need(n)), "eur2", p.reason or ABSENT) for n, p in zip(needs, people, strict=True)]
    rows = (
        Row("Erträge", tuple(Cell(lens.income(n), "eur", ABSENT) for n in needs)),
        Row("Aufwendungen", tuple(Cell(lens.expense(n), "eur", ABSENT) for n in needs)),
        Row(
            "Zuschussbedarf",
            tuple(Cell(lens.need(n), "eur", ABSENT) for n in needs),
            kind="subtotal",
            note="negativ: Überschuss",
        ),
        Row("Zuschussbedarf je Einwohner", tuple(per_head), note="in €"),
        Row(
            "Kostendeckungsgrad",
            tuple(Cell(lens.coverage(n), "percent", undefined if n else ABSENT) for n in needs),
            note="in %",
        ),
    )
    notes = (f"Gerechnet {lens.sentence}.", *head_notes(people))
    heads_ = tuple(Head(c.label, "eur") for c in columns)
    return Grid("Zuschussbedarf", heads_, rows, stub="Größe", notes=notes)


def subplan_grid(of: ProductPicture, caption: str) -> Grid:
    """The subplan without the lines that are empty here, and without alarm: most products need a subsidy."""
    grid = plan_grid(of.plan, caption=caption)
    rows = [row for row in grid.rows if any(cell.value is not None for cell in row.cells)]
    calm = tuple(replace(row, kind="subtotal" if row.kind == "total" else row.kind) for row in rows)
    return replace(grid, rows=calm)


# ---------------------------------------------------------------- accounts and rows
def account_grid(seat: Seat, of: ProductPicture, link: Callable[[int], str]) -> Grid:
    """The accounts of a product with their amounts per column. One query over the lines of this product alone."""
    columns = of.plan.columns
    below = [one.pk for one in of.node.walk()]
    rows = (
        BudgetLine.objects.filter(version__in=[c.id for c in columns], product__in=below)
        .values_list("side", "account__code", "account__name", "account_id", "version_id")
        .order_by()
        .annotate(cents=Sum("amount_cents"))
    )
    found: dict[tuple, dict[int, int]] = defaultdict(dict)
    for side, code, name, account, version, cents in rows:
        found[side, code or "", name or "", account][version] = cents
    order = {side: place for place, side in enumerate((*FLOW_SIDES[:2], "cash_in", "cash_out", *FLOW_SIDES[2:]))}
    titles = dict(BudgetLine._meta.get_field("side").choices)
    lines: list[Row] = []
    last = ""
    for key in sorted(found, key=lambda k: (order.get(k[0], 9), k[1], k[2])):
        side, code, name, account = key
        if side != last:
            lines.append(Row(str(titles[side]), (), kind="head"))
            last = side
        amounts = found[key]
        cells = tuple([Cell(amounts.get(c.id), "eur", "In dieser Fassung ohne Betrag.") for c in columns])
        lines.append(Row(name or code or "ohne Konto", cells, number=code, url=link(account) if account else ""))
    heads_ = tuple(Head(c.label, "eur") for c in columns)
    return Grid("Konten", heads_, tuple(lines), stub="Konto", has_numbers=True)


def account(seat: Seat, pk: int) -> Account:
    found = Account.objects.filter(body=seat.body, pk=pk).first()
    if found is None:
        raise Http404
    return found


def account_lines(seat: Seat, of: Product, konto: Account, columns: Sequence[Slice]) -> QuerySet[BudgetLine]:
    """The rows of the files behind one account of one product, for the list of the page."""
    return BudgetLine.objects.filter(
        version__in=[c.id for c in columns], version__body=seat.body, product=of, account=konto
    ).select_related("version__budget_import", "unit")


# ---------------------------------------------------------------- what stands behind a line of the plan
def contributions(seat: Seat, positions: Sequence[str], columns: Sequence[Slice], sides: Sequence[str]) -> Grid:
    """Which products make up a line of the plan, the largest first. Two queries, three where nothing is kept."""
    amounts = amounts_behind(columns, positions, sides)
    names = {
        pk: (code, name) for pk, code, name in Product.objects.filter(body=seat.body).values_list("pk", "code", "name")
    }
    lead = leading(list(columns))
    of_lead = amounts[lead.id] if lead else {}
    everything = {pk for column in amounts.values() for pk in column}
    lines = []
    for pk in sorted(everything, key=lambda product: -abs(of_lead.get(product, 0))):
        code, name = names.get(pk, ("", WITHOUT))
        cells = tuple(Cell(amounts[c.id].get(pk), "eur", "In dieser Fassung ohne Betrag.") for c in columns)
        lines.append(Row(name or code, cells, number=code if name else "", key=str(pk or "")))
    heads_ = tuple(Head(c.label, "eur") for c in columns)
    return Grid("Produkte hinter dieser Zeile", heads_, tuple(lines), stub="Produkt", has_numbers=True)


def linked(grid: Grid, link: Callable[[Row], str]) -> Grid:
    """The same table with an address for every row."""
    return replace(grid, rows=tuple(replace(row, url=link(row)) for row in grid.rows))
