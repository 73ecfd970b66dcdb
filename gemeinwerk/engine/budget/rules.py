"""Balance rules over the whole body: balanced budget, both parts of a kameral budget, internal cost allocation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from gemeinwerk.engine.budget import findings
from gemeinwerk.engine.budget.rollups import Amount
from gemeinwerk.engine.budget.subplans import INTERNAL
from gemeinwerk.engine.problems import Problem, Severity
from gemeinwerk.engine.tables import Accounting, Side, Stage

OPERATING = frozenset({Side.INCOME, Side.EXPENSE})
CASH = frozenset({Side.CASH_IN, Side.CASH_OUT})

BySlice = dict[tuple[int, Stage], list[Amount]]


def balance_problems(amounts: Iterable[Amount], *, accounting: Accounting, tolerance_cents: int) -> list[Problem]:
    """What the balance rules say about each year and stage; commitments (VE) are no amounts of a year."""
    by_slice: BySlice = defaultdict(list)
    for amount in amounts:
        if amount.stage is not Stage.COMMITMENT:
            by_slice[(amount.year, amount.stage)].append(amount)
    problems: list[Problem] = list(_only_zeros(by_slice))
    for key in sorted(by_slice, key=lambda key: (key[0], list(Stage).index(key[1]))):
        when = f"{key[0]} ({findings.STAGE_NAMES[key[1]]})"
        rules = _kameral_rules if accounting is Accounting.KAMERAL else _doppik_rules
        problems += rules(when, by_slice[key], tolerance_cents)
        problems += _internal_rule(when, by_slice[key], tolerance_cents)
    if accounting is Accounting.DOPPIK:
        problems += _plans_without_counterpart(by_slice)
    return problems


def _only_zeros(by_slice: BySlice) -> Iterator[Problem]:
    for (year, stage), found in sorted(by_slice.items()):
        if not any(amount.cents for amount in found):
            text = (
                f"Für {year} ({findings.STAGE_NAMES[stage]}) nennt die Quelle nur Beträge von 0,00 €. "
                "Lassen Sie dieses Jahr weg, wenn es noch nicht geplant ist."
            )
            yield Problem("only_zeros", text, Severity.WARNING, count=sum(a.line_count or 1 for a in found))


def result_cents(amounts: Iterable[Amount]) -> int:
    """Jahresergebnis: all income and expense except internal allocation, which cancels out over the body."""
    return sum(a.cents for a in amounts if a.side in OPERATING and a.position not in INTERNAL)


def _doppik_rules(when: str, amounts: list[Amount], tolerance: int) -> Iterator[Problem]:
    if not any(a.side in OPERATING for a in amounts):
        return
    result = result_cents(amounts)
    if result < -tolerance:
        text = (
            f"Der Ergebnisplan {when} schließt mit einem Fehlbetrag von {findings.amount(result)}. "
            "Der Haushaltsausgleich verlangt Rücklagen oder ein Konzept nach dem Recht des Landes; "
            "prüfen Sie zuerst, ob alle Erträge gelesen wurden."
        )
        yield Problem("result_negative", text, Severity.WARNING)


def _kameral_rules(when: str, amounts: list[Amount], tolerance: int) -> Iterator[Problem]:
    for sides, code, name in (
        (OPERATING, "administration_unbalanced", "Verwaltungshaushalt"),
        (CASH, "capital_unbalanced", "Vermögenshaushalt"),
    ):
        chosen = [a.cents for a in amounts if a.side in sides]
        difference = sum(chosen)
        if chosen and abs(difference) > tolerance:
            more = "Einnahmen" if difference > 0 else "Ausgaben"
            text = (
                f"Der {name} {when} ist nicht ausgeglichen: die {more} sind um {findings.amount(difference)} höher. "
                "Prüfen Sie, ob Zeilen fehlen oder auf der falschen Seite stehen."
            )
            yield Problem(code, text, Severity.WARNING)
    yield from _transfer_rule(when, amounts, tolerance)


def _transfer_rule(when: str, amounts: list[Amount], tolerance: int) -> Iterator[Problem]:
    """What the Verwaltungshaushalt gives, the Vermögenshaushalt receives, and the other way round."""
    for out, in_ in (("transfer_to_capital", "admin_transfer_in"), ("admin_transfer_out", "transfer_from_capital")):
        given = [a.cents for a in amounts if a.position == out]
        taken = [a.cents for a in amounts if a.position == in_]
        if given and taken and abs(sum(given) + sum(taken)) > tolerance:
            text = (
                f"Die Zuführung zwischen Verwaltungs- und Vermögenshaushalt {when} ist verschieden hoch: "
                f"{findings.amount(sum(given))} Ausgabe, {findings.amount(sum(taken))} Einnahme. "
                "Beide Haushalte müssen denselben Betrag nennen."
            )
            yield Problem("transfer_differs", text, Severity.WARNING)


def _internal_rule(when: str, amounts: list[Amount], tolerance: int) -> Iterator[Problem]:
    internal = [a for a in amounts if a.position in INTERNAL or a.side in (Side.INTERNAL_IN, Side.INTERNAL_OUT)]
    difference = sum(a.cents for a in internal)
    if internal and abs(difference) > tolerance:
        more = "Erträge" if difference > 0 else "Aufwendungen"
        text = (
            f"Die internen Leistungsbeziehungen {when} gleichen sich nicht aus: die {more} sind um "
            f"{findings.amount(difference)} höher. Über die ganze Kommune müssen sie gleich hoch sein."
        )
        yield Problem("internal_unbalanced", text, Severity.WARNING)


def _plans_without_counterpart(by_slice: BySlice) -> Iterator[Problem]:
    operating = {key for key, found in by_slice.items() if any(a.side in OPERATING for a in found)}
    cash = {key for key, found in by_slice.items() if any(a.side in CASH for a in found)}
    if operating and not cash:
        text = (
            "Die Quelle enthält nur den Ergebnisplan, keinen Finanzplan. Kennzahlen zu Zahlungen, Investitionen und "
            "Krediten bleiben leer, bis auch der Finanzplan eingelesen ist."
        )
        yield Problem("cash_plan_missing", text, Severity.NOTE)
    if cash and not operating:
        text = "Die Quelle enthält nur den Finanzplan, keinen Ergebnisplan. Lesen Sie auch den Ergebnisplan ein."
        yield Problem("operating_plan_missing", text, Severity.NOTE)
