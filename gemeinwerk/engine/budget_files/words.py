"""The vocabulary of budget files: which words name a side, a stage, a subtotal, and how words are compared."""

from __future__ import annotations

import re
from functools import lru_cache

from gemeinwerk.engine.tables import Side, Stage

_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "\u00a0": " ", "\ufffd": "?"})


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Lower case without umlauts, punctuation as single spaces: "Ord. Erträge" → "ord ertraege"."""
    return re.sub(r"[^a-z0-9?]+", " ", text[:400].lower().translate(_FOLD)).strip()


_SIDES: tuple[tuple[str, Side], ...] = (
    (r"einzahl|inflow", Side.CASH_IN),
    (r"auszahl|outflow", Side.CASH_OUT),
    (r"ertrag|ertr[a?]+e?ge?\b|ertraeg|einnahm|eingabe|revenue|income|\berloes", Side.INCOME),
    (r"aufw|ausgab|expend|expens|spending|\bkosten\b", Side.EXPENSE),
)


def side_of_word(text: str) -> Side | None:
    """The side a word of a column "Aufwand/Ertrag" or a header names; None if it names none or two."""
    folded = fold(text)
    if folded in ("e", "er"):
        return Side.INCOME
    if folded in ("a", "auf"):
        return Side.EXPENSE
    found = {side for pattern, side in _SIDES if re.search(pattern, folded)}
    return found.pop() if len(found) == 1 else None


_STAGES: tuple[tuple[str, Stage], ...] = (
    (r"\bve\b|\bves\b|verpflichtungserm|commitment", Stage.COMMITMENT),
    (r"nachtrag|supplement|\bnthh\b", Stage.SUPPLEMENT),
    (r"vorl.{0,8} ?(ist|ergebnis|rechnung)|provisional|hochrechnung", Stage.PROVISIONAL),
    (r"ansa?e?tz|\bansaetze|haushaltsplan|\bbudget\b|\bsoll\b|\bhhpl?\b|entwurf|approved", Stage.ESTIMATE),
    (r"planung|finanzplan|mittelfrist|\bmfp\b|\bmip\b|mifri|forecast|prognose|vorschau", Stage.FORECAST),
    (r"\bplan\b|planwert|plan ?\d", Stage.ESTIMATE),
    (
        r"\bist\b|istwert|ist ?\d|\bergebnis|rechnungsergebnis|jahresergebnis|jahresrechnung|\brechnung|\bre\b"
        r"|\bjr\b|actual|executed|adjusted",
        Stage.ACTUAL,
    ),
)


def stage_of_word(text: str) -> Stage | None:
    """The stage a word names: "Fortgeschriebener Ansatz" → ESTIMATE, "VE 2018" → COMMITMENT."""
    folded = fold(text)
    return next((stage for pattern, stage in _STAGES if re.search(pattern, folded)), None)


_OPEN_PLAN = re.compile(r"\bplan\b|planwert|plan ?\d")
_NO_OPEN_PLAN = re.compile(_STAGES[3][0] + "|" + _STAGES[4][0])


def is_open_plan(text: str) -> bool:
    """Whether a word says "Plan" and nothing that tells Ansatz from medium-term planning."""
    folded = fold(text)
    return bool(_OPEN_PLAN.search(folded)) and not _NO_OPEN_PLAN.search(folded)


_SUBTOTAL = re.compile(
    r"^(summen?|zwischensumme|gesamtsumme|teilsumme|endsumme|zwischenergebnis|insgesamt|total|subtotal|grand total)\b"
    r"|^gesamt(ergebnis|betrag|aufwendungen|aufwand|ertrag|ertraege|saldo|einnahmen|ausgaben)?$"
    r"|^gesamtbetrag der |^saldo\b|^gesamtergebnis\b"
    r"|^(ordentliche (ertraege|aufwendungen)$)|^ordentliches ergebnis\b|^ausserordentliches ergebnis\b"
    r"|^(jahres|verwaltungs|finanz)ergebnis\b|^ergebnis (der|vor|nach|des|aus)\b|^(zuschussbedarf|ueberschuss)\b"
    r"|\bsumme$"
)


def is_subtotal(text: str) -> bool:
    """Whether a label says that its row is a sum of other rows: "= Erträge", "Summe", "Gesamt"."""
    stripped = text.lstrip(" \u00a0*")
    if stripped.startswith(("=", "Σ", "∑")):
        return True
    return bool(_SUBTOTAL.search(fold(stripped)))


_DIFFERENCE = re.compile(
    r"saldo|abweich|differenz|vergleich|veraender|uebertragene|ermaechtigung|prozent|einwohner|deckungsgrad"
    r"|verfuegbar|mehr weniger|zuschuss$|\bergebnis vor\b|kumul"
)


def is_derived_amount(header: str) -> bool:
    """A column of amounts that follow from others (Saldo, Abweichung) or are no amount of the year."""
    folded = fold(header)
    return (bool(_DIFFERENCE.search(folded)) and stage_of_word(header) is not Stage.COMMITMENT) or "%" in header


_YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20[0-6]\d)(?!\d)")
_SHORT_YEAR = re.compile(r"^(?:[a-z]{1,6}|hj|gj|jahr)[ _]?'?(\d\d)$")


def year_in(text: str) -> int | None:
    """The one year in a text ("Plan 2017" → 2017, "b23" → 2023); None if there is none or several."""
    years = years_in(text)
    if len(years) == 1:
        return years.pop()
    short = _SHORT_YEAR.match(fold(text.rpartition(".")[2]))
    return 2000 + int(short[1]) if short and not years and 0 <= int(short[1]) <= 60 else None


def years_in(text: str) -> set[int]:
    """All years that a text names with four digits."""
    return {int(year) for year in _YEAR.findall(text)}


def without_years(text: str) -> str:
    """A header name in which every year is a placeholder, so that next year's file is recognised."""
    head, dot, tail = text.rpartition(".")
    short = _SHORT_YEAR.match(fold(tail))
    return _YEAR.sub("#", fold(head + dot + tail[:-2] + "#" if short else text).replace("?", "#"))


_VERWALTUNG = re.compile(r"verwaltungshaushalt|^vwhh?$|^vwh$|^vw$|ergebnis(haushalt|plan|rechnung)")
_VERMOEGEN = re.compile(r"vermoegenshaushalt|^vmhh?$|^vmh$|^vm$|finanz(haushalt|plan|rechnung)|investit")


def is_cash_plan(text: str) -> bool | None:
    """True for Vermögenshaushalt or Finanzplan, False for Verwaltungshaushalt or Ergebnisplan, None for other words."""
    folded = fold(text)
    if _VERMOEGEN.search(folded):
        return True
    return False if _VERWALTUNG.search(folded) else None


_TASK = re.compile(r"freiwillig|pflicht|uebertragen|auftragsangelegenheit|weisung")


def is_task_kind(text: str) -> bool:
    folded = fold(text)
    return len(folded) < 60 and bool(_TASK.search(folded))
