"""`balance FILE`: read, complete and check balance figures; debt, reserves and liquidity over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gemeinwerk.engine import VERSION
from gemeinwerk.engine.balance import SeriesPoint, check_balance, completed, debt_series
from gemeinwerk.engine.balance_rows import by_year, parse_balance_rows
from gemeinwerk.engine.commands import exchange
from gemeinwerk.engine.problems import Problem

SUMMARY = "Bilanzwerte lesen und prüfen, Entwicklung von Schulden, Rücklagen und Liquidität zeigen"


def main(arguments: Sequence[str]) -> int:
    """0 if there is a result, 2 if the call or the input was wrong."""
    options = exchange.parser("balance", SUMMARY).parse_args(arguments)
    try:
        data = exchange.load(options.file)
        balances, problems = _balances(data)
        points = debt_series(balances, exchange.by_year(data, "inhabitants"))
    except exchange.InputError as error:
        return exchange.refuse(error)
    checks = {year: check_balance(figures) for year, figures in balances.items()}
    if options.json:
        full = {year: completed(figures) for year, figures in balances.items()}
        exchange.show(
            {"engine_version": VERSION, "balances": full, "checks": checks, "series": points, "problems": problems}
        )
    else:
        _print(points, checks, problems)
    return 0


def _balances(data: Mapping[str, Any]) -> tuple[dict[int, dict[str, int]], tuple[Problem, ...]]:
    """From `rows` (a table as in a spreadsheet) or from `figures` ({year: {item: cents}})."""
    rows = data.get("rows")
    if rows is None:
        years = exchange.section(data, "figures")
        return {exchange.year_of(year): exchange.amounts(years, year) for year in years}, ()
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise exchange.InputError("Das Feld „rows“ muss eine Liste von Zeilen sein, jede eine Liste von Zellen.")
    figures, problems = parse_balance_rows(rows)
    return by_year(figures), problems


def _print(points: Sequence[SeriesPoint], checks: Mapping[int, Sequence[Problem]], problems: Sequence[Problem]) -> None:
    print(f"{'':45} Jahr {'Stand':>22} {'Veränderung':>22} {'je Einwohner':>16}")
    for one in points:
        amounts = f"{exchange.euros(one.cents):>22} {exchange.euros(one.change_cents):>22}"
        print(f"{one.title:45} {one.year} {amounts} {exchange.euros(one.per_head_cents):>16}")
    exchange.show_problems(problems)
    for year, found in checks.items():
        print(f"Prüfung der Bilanz {year}: " + (f"{len(found)} Auffälligkeiten" if found else "geht auf"))
        exchange.show_problems(found)
