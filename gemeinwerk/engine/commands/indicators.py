"""`indicators FILE`: the key figures of one year from amounts by position and balance item."""

from __future__ import annotations

from collections.abc import Sequence

from gemeinwerk.engine import VERSION
from gemeinwerk.engine.balance import completed
from gemeinwerk.engine.commands import exchange
from gemeinwerk.engine.indicators import IndicatorValue, indicators

SUMMARY = "Kennzahlen (NKF-Kennzahlenset und Kerngrößen) eines Jahres berechnen"
UNITS = {"percent": "%", "years": "Jahre", "eur": "€", "eur_per_head": "€/EW"}


def main(arguments: Sequence[str]) -> int:
    """0 if there is a result, 2 if the call or the input was wrong."""
    options = exchange.parser("indicators", SUMMARY).parse_args(arguments)
    try:
        found = _calculate(options.file)
    except exchange.InputError as error:
        return exchange.refuse(error)
    if options.json:
        exchange.show({"engine_version": VERSION, "indicators": [_entry(one) for one in found]})
    else:
        for one in found:
            said = one.reason if one.value is None else f"{exchange.rounded(one.value)} {UNITS[one.definition.unit]}"
            print(f"{one.definition.number or '':>2} {one.definition.title:74} {said}")
    return 0


def _calculate(path: str) -> tuple[IndicatorValue, ...]:
    data = exchange.load(path)
    return indicators(
        exchange.amounts(data, "flows"),
        completed(exchange.amounts(data, "balance")),
        inhabitants=exchange.whole(data, "inhabitants"),
        kind=exchange.text(data, "kind", "municipality"),
        voluntary=exchange.amounts(data, "voluntary") if data.get("voluntary") is not None else None,
        whole_plan=data.get("whole_plan") is True,
    )


def _entry(one: IndicatorValue) -> dict[str, object]:
    definition = one.definition
    return {
        "id": definition.id,
        "number": definition.number,
        "title": definition.title,
        "formula": definition.formula,
        "unit": definition.unit,
        "more_is": definition.more_is,
        "source": definition.source,
        "state": one.state,
        "value": one.value,
        "inputs": one.inputs,
        "missing": one.missing,
        "reason": one.reason,
    }
