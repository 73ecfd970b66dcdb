"""`warning FILE`: the early-warning score after kash 2.0 with points and reason of each indicator."""

from __future__ import annotations

from collections.abc import Sequence

from gemeinwerk.engine import VERSION
from gemeinwerk.engine.balance import completed
from gemeinwerk.engine.commands import exchange
from gemeinwerk.engine.early_warning import EarlyWarning, Light, early_warning

SUMMARY = "Frühwarnsystem kash 2.0: Punktwert, Ampel und Begründung"
LIGHTS = {Light.GREEN: "grün", Light.YELLOW: "gelb", Light.RED: "rot"}


def main(arguments: Sequence[str]) -> int:
    """0 if there is a result (also a range), 2 if the call or the input was wrong."""
    options = exchange.parser("warning", SUMMARY).parse_args(arguments)
    try:
        found = _calculate(options.file)
    except exchange.InputError as error:
        return exchange.refuse(error)
    if options.json:
        exchange.show(_report(found))
    else:
        _print(found)
    return 0


def _calculate(path: str) -> EarlyWarning:
    data = exchange.load(path)
    return early_warning(
        exchange.amounts(data, "flows"),
        completed(exchange.amounts(data, "balance")),
        inhabitants=exchange.whole(data, "inhabitants"),
        prior_operating_payments=list(exchange.by_year(data, "prior_operating_payments").values()),
        whole_plan=data.get("whole_plan") is True,
        overrides=exchange.section(data, "overrides"),
    )


def _report(found: EarlyWarning) -> dict[str, object]:
    return {
        "engine_version": VERSION,
        "scheme": found.scheme.id,
        "score": found.score,
        "lowest": found.lowest,
        "highest": found.highest,
        "light": found.light,
        "lights": found.lights,
        "indicators": [
            {
                "id": one.rule.id,
                "title": one.rule.title,
                "weight": one.rule.weight,
                "value": one.value,
                "unit": one.rule.unit,
                "points": one.points,
                "inputs": one.inputs,
                "missing": one.missing,
                "reason": one.reason,
                "weight_confidence": one.rule.weight_confidence,
                "points_confidence": one.rule.points_confidence,
            }
            for one in found.indicators
        ],
        "problems": found.problems,
    }


def _print(found: EarlyWarning) -> None:
    lights = " oder ".join(LIGHTS[light] for light in found.lights)
    if found.score is not None:
        print(f"{found.scheme.title}: {exchange.number(found.score)} von 100 Punkten, {lights}")
    else:
        span = f"{exchange.number(found.lowest)} bis {exchange.number(found.highest)}"
        print(f"{found.scheme.title}: kein Punktwert, möglich sind {span} Punkte ({lights})")
    for one in found.indicators:
        print(f"{one.rule.title} ({exchange.number(one.rule.weight)} %): {one.reason}")
    exchange.show_problems(found.problems)
