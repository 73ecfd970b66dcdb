"""`plan FILE`: the operating or cash plan of a budget in the line order of the Land, or the subplan of products."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from gemeinwerk.engine import VERSION, budget
from gemeinwerk.engine.budget import findings
from gemeinwerk.engine.commands.sums import add_source, as_json, load, refuse
from gemeinwerk.engine.layouts import LAYOUTS, Layout, layout_for

SUMMARY = "Ergebnisplan, Finanzplan oder Teilplan in der Reihenfolge des Landes zeigen"


def main(arguments: Sequence[str]) -> int:
    """0 if a plan was drawn up, 1 if there are no amounts, 2 if the call was wrong."""
    options = _parser().parse_args(arguments)
    loaded = load(options.file, options)
    if loaded.error:
        return refuse(loaded.error)
    columns = budget.columns_of(loaded.amounts)
    if not columns:
        return 1
    layout = LAYOUTS.get(options.layout) or layout_for(options.land, columns[-1][0], options.plan)
    if options.product:
        part = budget.subplan(loaded.amounts, set(options.product), layout, columns)
        plan, needs = part.plan, part.needs
    else:
        plan, needs = budget.operating_plan(loaded.amounts, layout, columns), ()
    tasks, wrong = _tasks(options.tasks)
    if wrong:
        return refuse(wrong)
    if options.json:
        content = plan_as_json(plan, needs) | _asked(options, plan, loaded.amounts, tasks)
        print(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        _print(plan, needs)
    return 0


def _tasks(name: str | None) -> tuple[dict[str, str], str]:
    """Product → task kind; the second is a German sentence if the file is not that."""
    if name is None:
        return {}, ""
    try:
        content = json.loads(Path(name).read_bytes())
        return {str(product): str(kind) for product, kind in content.items()}, ""
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}, f"„{name}“ ist kein JSON, das Produkten eine Aufgabenart zuordnet."


def _asked(
    options: argparse.Namespace,
    plan: budget.OperatingPlan,
    amounts: Sequence[budget.Amount],
    tasks: dict[str, str],
) -> dict[str, Any]:
    """What was asked for beside the plan."""
    content: dict[str, Any] = {}
    if options.sums:
        content["sums"] = as_json(amounts)
    if options.series:
        content["series"] = [_series(one) for one in budget.time_series(amounts, plan.layout)]
    if options.tasks:
        content["voluntary"] = [_voluntary(budget.voluntary_share(amounts, tasks, c)) for c in plan.columns]
    if options.inhabitants is not None:
        heads = budget.Inhabitants(options.inhabitants, options.as_of)
        content["per_inhabitant"] = [
            {"number": row.number, "values": [_head(budget.per_inhabitant(cents, heads)) for cents in row.cents]}
            for row in plan.rows
        ]
    return content


def _series(series: budget.LineSeries) -> dict[str, Any]:
    return {
        "number": series.number,
        "title": series.title,
        "years": [
            {
                "year": point.year,
                "plan_stage": point.plan_stage.value if point.plan_stage else None,
                "plan_cents": point.plan_cents,
                "actual_stage": point.actual_stage.value if point.actual_stage else None,
                "actual_cents": point.actual_cents,
                "deviation_cents": point.deviation_cents,
                "deviation_share": _exact(point.deviation_share),
            }
            for point in series.points
        ],
    }


def _voluntary(found: budget.VoluntaryShare) -> dict[str, Any]:
    return {
        "year": found.column[0],
        "stage": found.column[1].value,
        "share": _exact(found.share),
        "reason": found.reason,
        "ordinary_expense_cents": found.ordinary_expense_cents,
        "kinds": [
            {"kind": one.kind, "products": one.products, "grant_need_cents": one.need.grant_need()}
            for one in found.kinds
        ],
    }


def _head(found: budget.PerInhabitant) -> dict[str, Any]:
    day = found.reference_date.isoformat() if found.reference_date else None
    return {"cents": _exact(found.cents), "reference_date": day, "reason": found.reason}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m gemeinwerk.engine plan", description=SUMMARY)
    parser.add_argument("file", help="Haushaltsdatei, JSON mit Summen oder - für die Standardeingabe")
    parser.add_argument("--plan", choices=["operating", "cash"], default="operating", help="Ergebnis- oder Finanzplan")
    parser.add_argument("--layout", choices=list(LAYOUTS), help="Gliederung statt der des Landes")
    parser.add_argument("--product", action="append", help="nur dieses Produkt (mehrfach möglich)")
    parser.add_argument("--series", action="store_true", help="mit --json auch Plan und Ergebnis je Jahr")
    parser.add_argument("--tasks", help='JSON {"Produkt": "voluntary"}: mit --json auch die Freiwilligenquote')
    parser.add_argument("--inhabitants", type=int, help="Einwohner: mit --json auch die Beträge je Einwohner")
    parser.add_argument("--as-of", type=date.fromisoformat, help="Stichtag der Einwohnerzahl, etwa 2025-12-31")
    parser.add_argument("--sums", action="store_true", help="mit --json auch die Summen ausgeben")
    add_source(parser)
    return parser


def plan_as_json(plan: budget.OperatingPlan, needs: Sequence[budget.Need] = ()) -> dict[str, Any]:
    """Everything of a plan, described in docs/methods/operating-plan.md."""
    return {
        "engine_version": VERSION,
        "layout": _layout(plan.layout),
        "columns": [{"year": year, "stage": stage.value} for year, stage in plan.columns],
        "lines": [
            {
                "number": row.number,
                "title": row.title,
                "role": row.role or None,
                "total": row.is_total,
                "positions": list(row.positions),
                "cents": list(row.cents),
                "reasons": list(row.reasons),
            }
            for row in plan.rows
        ],
        "needs": [_need(need) for need in needs],
    }


def _layout(layout: Layout) -> dict[str, Any]:
    return {
        "id": layout.id,
        "title": layout.title,
        "plan": layout.plan,
        "source": layout.source,
        "valid_from": layout.valid_from,
        "confidence": layout.confidence,
    }


def _need(need: budget.Need) -> dict[str, Any]:
    variants = [(internal, depreciation) for internal in (True, False) for depreciation in (True, False)]
    return {
        "income_cents": need.income,
        "expense_cents": need.expense,
        "internal_income_cents": need.internal_income,
        "internal_expense_cents": need.internal_expense,
        "depreciation_cents": need.depreciation,
        "variants": [
            {
                "with_internal": internal,
                "with_depreciation": depreciation,
                "grant_need_cents": need.grant_need(with_internal=internal, with_depreciation=depreciation),
                "cost_coverage": _exact(need.cost_coverage(with_internal=internal, with_depreciation=depreciation)),
            }
            for internal, depreciation in variants
        ],
    }


def _exact(share: Fraction | None) -> dict[str, Any] | None:
    """A share as a fraction and as a number, None where it is not defined."""
    if share is None:
        return None
    return {"numerator": share.numerator, "denominator": share.denominator, "value": float(share)}


def _print(plan: budget.OperatingPlan, needs: Sequence[budget.Need]) -> None:
    print(plan.layout.title)
    heads = "".join(f"{findings.STAGE_NAMES[stage].split()[-1]:>14} {year}" for year, stage in plan.columns)
    print(" " * 52 + heads)
    for row in plan.rows:
        cells = "".join(f"{_cell(cents):>19}" for cents in row.cents)
        print(f"{row.number:>4} {row.title[:46]:47}{cells}")
    for (year, stage), need in zip(plan.columns, needs, strict=False):
        share = need.cost_coverage()
        covered = "n. d." if share is None else f"{float(share) * 100:.1f} %".replace(".", ",")
        wanted = need.grant_need()
        what = "–" if wanted is None else findings.euros(wanted)
        print(f"{year} {findings.STAGE_NAMES[stage]}: Zuschussbedarf {what}, Kostendeckungsgrad {covered} (mit ILV)")


def _cell(cents: int | None) -> str:
    return "–" if cents is None else findings.euros(cents)
