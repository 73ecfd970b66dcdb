"""Which charts the pages show; how a chart is drawn stands in ui.charts."""

from __future__ import annotations

from collections.abc import Sequence

from gemeinwerk.ui.charts import Chart, Series, bars, line, strips

from ..queries.balance import BalancePicture
from ..queries.indicators import IndicatorSeries, WarningPicture
from ..queries.overview import Overview
from ..queries.plans import Plan
from ..queries.products import ProductPicture
from ..queries.projection import ProjectionPicture
from ..queries.series import SeriesPicture
from ..queries.slices import Slice


def _labels(columns: Sequence[Slice]) -> list[str]:
    """The year alone where it tells the columns apart; only then a chart says something."""
    years = [str(column.year) for column in columns]
    return years if len(set(years)) == len(years) else [column.label for column in columns]


def _is_crowded(columns: Sequence[Slice]) -> bool:
    return len({column.year for column in columns}) < len(columns)


def _by_stage(columns: Sequence[Slice], values: Sequence[int | None]) -> list[Series]:
    """Results and planned values apart, so that nobody takes a plan for a fact."""
    parts = [
        Series(name, [v if c.is_plan is is_plan else None for c, v in zip(columns, values, strict=True)], tone)
        for name, is_plan, tone in (("Ergebnis", False, "actual"), ("Plan", True, "planned"))
    ]
    return [part for part in parts if any(value is not None for value in part.values)]


def result_chart(of: Overview) -> Chart | None:
    """The Jahresergebnis per year: what is below zero is the gap."""
    if not any(value is not None for value in of.results):
        return None
    good = [value if value is not None and value >= 0 else None for value in of.results]
    gap = [value if value is not None and value < 0 else None for value in of.results]
    series = [Series("Überschuss", good, "good"), Series("Fehlbetrag", gap, "bad")]
    return bars("Jahresergebnis je Jahr", _labels(of.columns), series, stacked=True)


def plan_chart(of: Plan, number: str, title: str) -> Chart | None:
    """One line of a plan over the columns."""
    values = of.cells(number)
    if sum(value is not None for value in values) < 2 or _is_crowded(of.columns):
        return None
    return bars(title, _labels(of.columns), _by_stage(of.columns, values), stacked=True)


def product_chart(of: ProductPicture) -> Chart | None:
    """The need of a product over the columns."""
    columns = of.plan.columns
    values = [of.node.need(column) for column in columns]
    if sum(value is not None for value in values) < 2:
        return None
    title = "Zuschussbedarf je Jahr"
    note = "Unter null: Überschuss." if any(value is not None and value < 0 for value in values) else ""
    return bars(title, _labels(columns), _by_stage(columns, values), stacked=True, note=note)


def series_chart(of: SeriesPicture) -> Chart | None:
    """The Jahresergebnis as planned and as it came."""
    if not of.pairs:
        return None
    planned, actual = zip(*of.results, strict=True)
    parts = [Series("Plan", planned, "planned"), Series("Ergebnis", actual, "actual")]
    series = [part for part in parts if any(value is not None for value in part.values)]
    return bars("Jahresergebnis: Plan und Ergebnis", [str(pair.year) for pair in of.pairs], series)


SHORT_TITLES = {"debt": "Schulden gesamt", "liquidity_debt": "Liquiditätskredite", "ordinary_reserve": "Rücklage"}
"""Beside the lines of a chart there is room for a word or two; the table below has the full titles."""


def balance_charts(of: BalancePicture) -> list[Chart]:
    """What is owed and what is there, apart: one scale would hide the smaller."""
    wanted = (
        ("Schulden am Jahresende", ("debt", "liquidity_debt")),
        ("Mittel am Jahresende", ("liquidity", "ordinary_reserve")),
    )
    return [chart for title, codes in wanted if (chart := _balance_chart(of, title, codes))]


def _balance_chart(of: BalancePicture, title: str, codes: Sequence[str]) -> Chart | None:
    lines = [one for one in of.lines if one.code in codes and any(value is not None for value in one.cents)]
    if not lines:
        return None
    series = [Series(SHORT_TITLES.get(one.code, one.title), one.cents) for one in lines]
    labels = [str(year) for year in of.years]
    if len(labels) == 1:
        return bars(title, labels, series)
    planned = next((place for place, year in enumerate(of.years) if year in of.planned), None)
    return line(title, labels, series, planned_from=planned)


def indicator_chart(of: IndicatorSeries, columns: Sequence[Slice]) -> Chart | None:
    """A key figure over the columns; gaps where it is not defined."""
    scale = {"percent": 1 / 100, "years": 1}.get(of.definition.unit, 100)
    values = [None if v.value is None else float(v.value * 1) * scale for v in of.values]
    if sum(value is not None for value in values) < 2:
        return None
    unit = {"percent": "percent", "years": "number"}.get(of.definition.unit, "euro")
    planned = next((place for place, column in enumerate(columns) if column.is_plan), None)
    name = "Jahre" if unit == "number" else ""
    series = [Series(of.definition.title, values)]
    return line(of.definition.title, _labels(columns), series, unit=unit, unit_name=name, planned_from=planned)


def warning_chart(of: WarningPicture) -> Chart | None:
    """The score over the columns: what is settled, and what is still possible on top."""
    both = zip(of.columns, of.warnings, strict=True)
    known = [(c, w) for c, w in both if any(one.points is not None for one in w.indicators)]
    if not known:
        return None
    settled = [float(one.lowest) for _, one in known]
    possible = [float(one.highest - one.lowest) for _, one in known]
    series = [Series("sicher erreichte Punkte", settled)]
    if any(possible):
        series.append(Series("noch möglich (Angaben fehlen)", possible, "quiet"))
    return bars(
        "Punkte der Frühwarnung", _labels([c for c, _ in known]), series, unit="number", stacked=True, reach=100
    )


def gap_chart(of: ProjectionPicture) -> Chart | None:
    """The Jahresergebnis of every year of the projection, planned and carried on told apart."""
    if not of.years:
        return None
    planned = [y.annual_result if y.stage is not None else None for y in of.years]
    carried = [y.annual_result if y.stage is None else None for y in of.years]
    series = [Series("Plan", planned, "planned"), Series("fortgeschrieben", carried, "carried")]
    note = "Unter null: Lücke des Jahres."
    return bars("Jahresergebnis je Jahr", [str(y.year) for y in of.years], series, stacked=True, note=note)


def need_chart(labels: Sequence[str], values: Sequence[int]) -> Chart | None:
    """The largest needs, lying."""
    if not values:
        return None
    return strips("Größter Zuschussbedarf", list(labels), [Series("Zuschussbedarf", values)])
