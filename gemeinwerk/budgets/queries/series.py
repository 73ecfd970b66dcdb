"""Plan against actual over the years, and two versions of a plan against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from gemeinwerk.accounts.access import Seat

from ..frames.grids import Cell, Grid, Head, Row
from ..models import Product
from .needs import NO_PRODUCT, Needs, product_needs
from .plans import OPERATING, Plan, plan_of, row_kind
from .products import WITHOUT
from .slices import Slice, Sums, all_slices, decisive, leading, plan_sums, settings_of, slices

NO_PERCENT = "In Prozent nicht definiert, weil der Planwert null ist."


@dataclass(frozen=True, slots=True)
class YearPair:
    """The plan and the actual of one year; either may be missing."""

    year: int
    plan: Slice | None
    actual: Slice | None

    @property
    def is_whole(self) -> bool:
        return self.plan is not None and self.actual is not None

    @property
    def columns(self) -> tuple[Slice, ...]:
        return tuple(one for one in (self.plan, self.actual) if one is not None)


def pairs(of: Sequence[Slice]) -> tuple[YearPair, ...]:
    """Plan and actual per year: the latest planning stage, the latest result."""
    planned = {s.year: s for s in decisive([s for s in of if s.is_plan])}
    actual = {s.year: s for s in decisive([s for s in of if not s.is_plan])}
    return tuple(YearPair(y, planned.get(y), actual.get(y)) for y in sorted({*planned, *actual}))


@dataclass(frozen=True, slots=True)
class SeriesPicture:
    pairs: tuple[YearPair, ...]
    chosen: YearPair | None
    plan: Plan
    results: tuple[tuple[int | None, int | None], ...]
    """Jahresergebnis as planned and as it came, per pair."""
    grid: Grid

    @property
    def columns(self) -> tuple[Slice, ...]:
        return self.chosen.columns if self.chosen else ()


def series_picture(seat: Seat, *, year: int | None, by_product: bool) -> SeriesPicture:
    """Plan against actual. Constant number of queries: three, and two more by product."""
    settings, of = settings_of(seat), slices(seat)
    all_pairs = pairs(of)
    columns = tuple(column for pair in all_pairs for column in pair.columns)
    plan = plan_of(seat, settings, OPERATING, columns, plan_sums(columns))
    pair = _chosen(all_pairs, year)
    number = plan.role("annual_result")
    results = tuple((plan.cents(p.plan, number), plan.cents(p.actual, number)) for p in all_pairs)
    if pair is None:
        grid = Grid("", (), ())
    elif by_product:
        grid = deviation_grid(*_product_rows(seat, pair), pair)
    else:
        grid = deviation_grid(*_line_rows(plan, pair), pair)
    return SeriesPicture(all_pairs, pair, plan, results, grid)


def _chosen(of: Sequence[YearPair], year: int | None) -> YearPair | None:
    wanted = next((pair for pair in of if pair.year == year), None)
    whole = [pair for pair in of if pair.is_whole]
    return wanted or (whole[-1] if whole else of[-1] if of else None)


RowSpec = tuple[str, str, str, int | None, int | None]
"""Number, title, kind, plan, actual."""


def _line_rows(plan: Plan, pair: YearPair) -> tuple[str, list[RowSpec]]:
    assert plan.layout is not None  # noqa: S101 — there is a column, so there is a layout
    rows: list[RowSpec] = []
    for line in plan.layout.lines:
        values = plan.cents(pair.plan, line.number), plan.cents(pair.actual, line.number)
        if values == (None, None):
            continue
        rows.append((line.number, line.title, row_kind(plan.layout, line), *values))
    return "Position", rows


def _product_rows(seat: Seat, pair: YearPair) -> tuple[str, list[RowSpec]]:
    sums = product_results(seat, pair.columns)
    rows = [
        (code if name else "", name or code, "line", values.get(_id(pair.plan)), values.get(_id(pair.actual)))
        for code, name, values in sums
    ]
    return "Ergebnis des Produkts", rows


def _id(column: Slice | None) -> int:
    return column.id if column else 0


def product_results(seat: Seat, columns: Sequence[Slice]) -> list[tuple[str, str, dict[int, int]]]:
    """Code, name and result per column of every product, in the order of the tree. Two queries."""
    needs = product_needs(columns)
    names = Product.objects.filter(body=seat.body).order_by("key").values_list("pk", "code", "name")
    every = [*names, (NO_PRODUCT, "", WITHOUT)]
    found = [(code, name, _results(needs, pk)) for pk, code, name in every]
    return [row for row in found if row[2]]


def _results(needs: Mapping[int, Needs], product: int) -> dict[int, int]:
    """Version → result of the product with everything: the need turned round."""
    return {version: -(of[product].grant_need() or 0) for version, of in needs.items() if product in of}


def deviation_grid(stub: str, rows: Sequence[RowSpec], pair: YearPair) -> Grid:
    """Plan, actual, deviation and deviation in percent of the plan."""
    plan_head = pair.plan.label if pair.plan else f"Plan {pair.year}"
    actual_head = pair.actual.label if pair.actual else f"Ergebnis {pair.year}"
    reasons = (
        "" if pair.plan else f"Für {pair.year} ist kein Plan übernommen.",
        "" if pair.actual else f"Für {pair.year} ist kein Ergebnis übernommen.",
    )
    heads = (
        Head(plan_head),
        Head(actual_head),
        Head("Abweichung", "eur", "in €, + besser"),
        Head("Abweichung", "percent", "in % des Plans"),
    )
    return Grid(
        f"Plan und Ergebnis {pair.year}",
        heads,
        tuple(_deviation_row(spec, reasons) for spec in rows),
        stub=stub,
        has_numbers=any(spec[0] for spec in rows),
    )


def _deviation_row(spec: RowSpec, reasons: tuple[str, str]) -> Row:
    number, title, kind, plan, actual = spec
    missing = "In der Datei steht dazu kein Betrag."
    both = plan is not None and actual is not None
    deviation = actual - plan if both else None
    share = Fraction(deviation * 100, abs(plan)) if both and plan else None
    why = " ".join(reason for reason in reasons if reason) or missing
    cells = (
        Cell(plan, "eur", reasons[0] or missing),
        Cell(actual, "eur", reasons[1] or missing),
        Cell(deviation, "eur", why),
        Cell(share, "percent", NO_PERCENT if both else why),
    )
    return Row(title, cells, number=number, kind=kind)


# ---------------------------------------------------------------- two versions against each other
@dataclass(frozen=True, slots=True)
class Comparison:
    choices: tuple[Slice, ...]
    old: Slice | None
    new: Slice | None
    refusal: str
    hint: str
    plan: Grid
    products: Grid

    @property
    def columns(self) -> tuple[Slice, ...]:
        return (self.old, self.new) if self.old and self.new else ()


NOTHING = Grid("", (), ())


def comparison(seat: Seat, *, old: int | None, new: int | None, only_changed: bool) -> Comparison:
    """Two versions side by side. Constant number of queries: five."""
    choices = all_slices(seat)
    by_id = {s.id: s for s in choices}
    first, second = by_id.get(old or 0), by_id.get(new or 0)
    if old is None and new is None:
        first, second = proposed(choices)
    refusal = _refusal(choices, first, second, old, new)
    if refusal or first is None or second is None:
        return Comparison(choices, first, second, refusal, "", NOTHING, NOTHING)
    columns = (first, second)
    sums = plan_sums(columns)
    plan = plan_of(seat, settings_of(seat), OPERATING, columns, sums)
    cash = plan_of(seat, settings_of(seat), "cash", columns, sums)
    refusal = _nothing_in_common(sums, first, second)
    if refusal:
        return Comparison(choices, first, second, refusal, "", NOTHING, NOTHING)
    products = [
        (code if name else "", name or code, "line", values.get(first.id), values.get(second.id))
        for code, name, values in product_results(seat, columns)
    ]
    return Comparison(
        choices,
        first,
        second,
        "",
        _hint(first, second),
        _difference_grid("Ergebnis- und Finanzplan", _plan_rows(plan) + _plan_rows(cash), columns, only_changed),
        _difference_grid("Ergebnis der Produkte", products, columns, only_changed),
    )


def proposed(of: Sequence[Slice]) -> tuple[Slice | None, Slice | None]:
    """The two versions one probably wants: two of the Haushaltsjahr, of the same stage or both planned; without such
    the newest slice that has two, else two stages of the newest year."""
    lead = leading([s for s in of if s.is_plan])
    of_year = [s for s in of if lead and s.year == lead.year and s.is_plan]
    if len(of_year) > 1:
        return of_year[-2], of_year[-1]
    for test in (_same_slice, _same_year):
        found = [(a, b) for a, b in pairwise(of) if test(a, b)]
        if found:
            return found[-1]
    return (of[-2], of[-1]) if len(of) > 1 else (None, None)


def _same_slice(a: Slice, b: Slice) -> bool:
    return (a.year, a.stage) == (b.year, b.stage)


def _same_year(a: Slice, b: Slice) -> bool:
    return a.year == b.year


def _refusal(
    choices: Sequence[Slice], first: Slice | None, second: Slice | None, old: int | None, new: int | None
) -> str:
    if len(choices) < 2:
        return "Für einen Vergleich braucht es zwei Fassungen. Übernehmen Sie eine weitere Haushaltsdatei."
    if first is None or second is None:
        return "Bitte wählen Sie zwei Fassungen aus der Liste."
    if old is not None and first.id == second.id:
        return "Sie haben zweimal dieselbe Fassung gewählt. Bitte wählen Sie zwei verschiedene."
    return ""


def _nothing_in_common(sums: Sums, first: Slice, second: Slice) -> str:
    plans = [{_plan_word(side) for _, side in sums[column.id]} for column in (first, second)]
    if plans[0] & plans[1]:
        return ""
    held = [" und ".join(sorted(words)) or "keine Beträge" for words in plans]
    return (
        f"Diese Fassungen lassen sich nicht vergleichen: {first.label} enthält {held[0]}, "
        f"{second.label} enthält {held[1]}. Bitte wählen Sie zwei Fassungen desselben Plans."
    )


def _plan_word(side: str) -> str:
    return "den Finanzplan" if side.startswith("cash") else "den Ergebnisplan"


def _hint(first: Slice, second: Slice) -> str:
    if first.year != second.year:
        return (
            "Sie vergleichen zwei verschiedene Haushaltsjahre; der Unterschied enthält auch die Entwicklung dazwischen."
        )
    if first.is_plan != second.is_plan:
        return "Sie vergleichen einen Plan mit einem Ergebnis desselben Jahres."
    return ""


def _plan_rows(plan: Plan) -> list[RowSpec]:
    if plan.layout is None or plan.is_empty:
        return []
    rows: list[RowSpec] = [("", plan.layout.title, "head", None, None)]
    for line in plan.layout.lines:
        cells = plan.cells(line.number)
        if cells == (None, None):
            continue
        rows.append((line.number, line.title, row_kind(plan.layout, line), *cells))
    return rows


def _difference_grid(caption: str, rows: Sequence[RowSpec], columns: Sequence[Slice], only_changed: bool) -> Grid:
    keep: Callable[[RowSpec], bool] = lambda spec: not only_changed or spec[2] == "head" or spec[3] != spec[4]  # noqa: E731
    heads = (
        *(Head(c.label, "eur", f"Fassung {c.number}, in €") for c in columns),
        Head("Unterschied", "eur", "in €, + besser"),
        Head("Unterschied", "percent", "in %"),
    )
    lines = tuple(_difference_row(spec) for spec in rows if keep(spec))
    return Grid(caption, heads, lines, has_numbers=True)


def _difference_row(spec: RowSpec) -> Row:
    number, title, kind, old, new = spec
    if kind == "head":
        return Row(title, (), kind="head")
    missing = "In dieser Fassung steht dazu kein Betrag."
    # A line that only one version has changes by its whole amount: there the other version plans nothing.
    difference = (new or 0) - (old or 0) if (old, new) != (None, None) else None
    share = Fraction(difference * 100, abs(old)) if difference is not None and old else None
    cells = (
        Cell(old, "eur", missing),
        Cell(new, "eur", missing),
        Cell(difference, "eur", missing),
        Cell(share, "percent", "In Prozent nicht definiert, weil der alte Wert null ist oder fehlt."),
    )
    return Row(title, cells, number=number, kind=kind)
