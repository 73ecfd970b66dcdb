"""`project FILE`: the status-quo projection from a plan and assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from gemeinwerk.engine.assumptions import Assumption, AssumptionKind
from gemeinwerk.engine.commands import exchange
from gemeinwerk.engine.projection import Opening, Options, Projection, project
from gemeinwerk.engine.tables import Stage

SUMMARY = "Status-quo-Projektion: den Plan bis zum Basisjahr + 10 fortschreiben"
MAX_HORIZON = 50


def main(arguments: Sequence[str]) -> int:
    """0 if there is a projection, 1 if there is no plan to start from, 2 if the call or the input was wrong."""
    options = exchange.parser("project", SUMMARY).parse_args(arguments)
    try:
        found = _calculate(exchange.load(options.file))
    except exchange.InputError as error:
        return exchange.refuse(error)
    if options.json:
        exchange.show(_report(found))
    else:
        _print(found)
    return 0 if found.base_year is not None else 1


def _calculate(data: Mapping[str, Any]) -> Projection:
    plan: dict[tuple[int, Stage], dict[str, int]] = {}
    for one in exchange.entries(data, "plan"):
        key = (exchange.year_of(str(exchange.required(one, "year"))), _stage(one))
        if key in plan:
            raise exchange.InputError(f"Der Plan {key[0]} ({key[1].value}) steht zweimal in der Eingabe.")
        plan[key] = exchange.amounts(one, "amounts")
    assumptions = [_assumption(one) for one in exchange.entries(data, "assumptions")]
    positions = exchange.section(data, "positions")
    names = {item: exchange.text(positions, item) for item in positions}
    return project(plan, assumptions, positions=names, options=_options(exchange.section(data, "options")))


def _stage(one: Mapping[str, Any]) -> Stage:
    try:
        return Stage(exchange.text(one, "stage"))
    except ValueError as error:
        allowed = ", ".join(stage.value for stage in Stage)
        raise exchange.InputError(f"Das Feld „stage“ muss eines von {allowed} sein.") from error


def _assumption(one: Mapping[str, Any]) -> Assumption:
    try:
        kind = AssumptionKind(exchange.text(one, "kind"))
    except ValueError as error:
        raise exchange.InputError("Das Feld „kind“ muss index, step oder one_off sein.") from error
    return Assumption(
        key=exchange.text(one, "key"),
        kind=kind,
        from_year=exchange.required(one, "from_year"),
        to_year=exchange.whole(one, "to_year"),
        percent=exchange.exact(one, "percent"),
        amount_cents=exchange.whole(one, "amount_cents"),
        source=exchange.text(one, "source"),
        as_of=exchange.text(one, "as_of"),
    )


def _options(data: Mapping[str, Any]) -> Options:
    horizon = exchange.whole(data, "horizon", default=10)
    if horizon is None or not 0 <= horizon <= MAX_HORIZON:
        raise exchange.InputError(f"Das Feld „horizon“ muss zwischen 0 und {MAX_HORIZON} liegen.")
    opening = exchange.section(data, "opening")
    return Options(
        horizon=horizon,
        base_year=exchange.whole(data, "base_year"),
        old_deficits=exchange.by_year(data, "old_deficits"),
        safety_percent=exchange.exact(data, "safety_percent") or Fraction(0),
        opening=_opening(opening) if opening else None,
        past_results=exchange.by_year(data, "past_results"),
    )


def _opening(data: Mapping[str, Any]) -> Opening:
    return Opening(
        exchange.year_of(str(exchange.required(data, "year"))),
        exchange.whole(data, "reserve_cents"),
        exchange.whole(data, "equity_cents"),
    )


def _report(found: Projection) -> dict[str, object]:
    return {
        "engine_version": found.engine_version,
        "digest": found.digest,
        "base_year": found.base_year,
        "forecast_years": found.forecast_years,
        "years": found.years,
        "amounts": [
            {
                "item": one.item,
                "position": one.position,
                "year": one.year,
                "cents": one.cents,
                "stage": one.stage,
                "is_carried": one.is_carried,
                "percent": None if one.index is None else one.index.percent,
                "is_default": None if one.index is None else one.index.is_default,
                "explanation": one.explanation,
            }
            for one in found.amounts
        ],
        "reserve_used_up": found.reserve_used_up,
        "equity_used_up": found.equity_used_up,
        "problems": found.problems,
        "defaults_source": found.defaults_source,
    }


def _print(found: Projection) -> None:
    print(f"Jahr  Herkunft          {'Jahresergebnis':>20} {'Lücke':>20} {'Bedarf':>20} {'Rücklage':>20}")
    for year in found.years:
        origin = {None: "fortgeschrieben", Stage.FORECAST: "mittelfristig", Stage.SUPPLEMENT: "Nachtrag"}
        amounts = " ".join(
            f"{exchange.euros(one):>20}" for one in (year.annual_result, year.gap, year.need, year.reserve)
        )
        print(f"{year.year}  {origin.get(year.stage, 'Ansatz'):17} {amounts}")
    if found.reserve_used_up:
        print(f"Die Rücklage ist im Jahr {found.reserve_used_up} aufgebraucht.")
    if found.equity_used_up:
        print(f"Das Eigenkapital ist im Jahr {found.equity_used_up} aufgebraucht.")
    exchange.show_problems(found.problems)
    print(f"Die Sätze sind Annahmen, keine Prognose. Prüfsumme der Eingaben: {found.digest[:16]}")
