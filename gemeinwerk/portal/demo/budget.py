"""The invented budgets of the demo region, as a finance system would export them.

Everything is drawn from per-head figures (products.csv, taxes.csv), a path of growth (growth.csv) and a seed; the
general grants are chosen so that the plan of the base year ends at the result that municipalities.csv asks for.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

BASE_YEAR = 2026
HERE = Path(__file__).resolve().parent
LEVELS = {"S": 0, "M": 1, "L": 2}
FINANCE = ("16", "16.01.01", "Steuern, allgemeine Zuweisungen und Umlagen", "20")
FINANCE_OTHER = ("16", "16.02.01", "Sonstige allgemeine Finanzwirtschaft", "20")
INVEST = ("invest", "Auszahlung", "Baumaßnahmen")
AREAS = {
    "01": "Innere Verwaltung",
    "02": "Sicherheit und Ordnung",
    "03": "Schulträgeraufgaben",
    "04": "Kultur und Wissenschaft",
    "05": "Soziale Leistungen",
    "06": "Kinder-, Jugend- und Familienhilfe",
    "08": "Sportförderung",
    "09": "Räumliche Planung und Entwicklung, Geoinformation",
    "10": "Bauen und Wohnen",
    "11": "Ver- und Entsorgung",
    "12": "Verkehrsflächen und -anlagen, ÖPNV",
    "13": "Natur- und Landschaftspflege",
    "14": "Umweltschutz",
    "15": "Wirtschaft und Tourismus",
    "16": "Allgemeine Finanzwirtschaft",
}
UNITS = {
    "10": "Haupt- und Personalamt",
    "14": "Rechnungsprüfungsamt",
    "20": "Kämmerei",
    "32": "Ordnungsamt",
    "37": "Brandschutz",
    "40": "Schulamt",
    "41": "Kulturamt",
    "50": "Sozialamt",
    "51": "Amt für Kinder und Jugend",
    "52": "Sportamt",
    "61": "Stadtplanung und Umwelt",
    "63": "Bauaufsicht",
    "65": "Gebäudemanagement",
    "66": "Tiefbauamt",
    "67": "Grünflächenamt",
    "70": "Betriebshof",
    "80": "Wirtschaftsförderung",
}


def table(name: str) -> list[dict[str, str]]:
    """One of the CSV tables beside this module."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the export: `amounts` per (year, stage) in euros, positive as finance systems print them."""

    area: str
    product: str
    product_name: str
    unit: str
    side: str
    account: str
    account_name: str
    base: float
    component: str


class Budget:
    """The budget of one municipality of the region."""

    def __init__(self, municipality: dict[str, str], seed: int, shifts: Mapping[tuple[str, int], float] = {}) -> None:
        """`shifts`: from a year on a component is planned higher by that share, as a new draft does."""
        self.shifts = shifts
        self.municipality = municipality
        self.inhabitants = int(municipality["inhabitants"])
        self.is_large = municipality["level"] == "L"
        self.random = random.Random(f"{seed}-{municipality['number']}")
        self.growth = {row["component"]: row for row in table("growth")}
        self.noise: dict[tuple[str, str, str, int], float] = {}
        self.lines = self._calibrated([*self._product_lines(), *self._finance_lines()])
        self.lines += [*self._cash_lines(), *self._investment_lines(), *self._internal_lines()]

    def _product_lines(self) -> Iterator[Line]:
        accounts = table("accounts")
        size = 1.12 if self.is_large else 0.92
        for product in table("products"):
            if LEVELS[product["level"]] > LEVELS[self.municipality["level"]]:
                continue
            own = self.random.uniform(0.86, 1.16)
            for account in accounts:
                per_head = float(product.get(account["component"]) or 0)
                if not per_head:
                    continue
                base = per_head * float(account["share"]) * self.inhabitants * size * own
                key = (product["area"], product["code"], product["name"], product["unit"])
                yield Line(*key, account["side"], account["account"], account["name"], base, account["component"])

    def _finance_lines(self) -> Iterator[Line]:
        accounts = {row["component"]: row for row in table("accounts")}
        for row in table("taxes"):
            per_head = float(row["per_head_large" if self.is_large else "per_head_small"])
            account = accounts[row["component"]]
            place = FINANCE if row["product"] == FINANCE[1] else FINANCE_OTHER
            base = per_head * self.inhabitants * self.random.uniform(0.93, 1.07)
            if base:
                yield Line(*place, account["side"], account["account"], account["name"], base, row["component"])
        debt = float(self.municipality["debt_per_head"]) + float(self.municipality["liquidity_loans_per_head"])
        account = accounts["interest_out"]
        yield Line(
            *FINANCE_OTHER,
            account["side"],
            account["account"],
            account["name"],
            debt * 0.024 * self.inhabitants,
            "interest_out",
        )

    def _calibrated(self, lines: list[Line]) -> list[Line]:
        """Adds the general grants that bring the base year to the wanted result."""
        sign = {"Ertrag": 1, "Aufwand": -1}
        result = sum(sign[line.side] * line.base for line in lines)
        wanted = float(self.municipality["result_per_head"]) * self.inhabitants
        account = next(row for row in table("accounts") if row["component"] == "key_grants")
        lines.append(
            Line(*FINANCE, "Ertrag", account["account"], account["name"], wanted - result, account["component"])
        )
        return lines

    def _cash_lines(self) -> Iterator[Line]:
        cash = {row["component"]: row for row in table("cash")}
        sums: dict[tuple[str, ...], tuple[float, str]] = {}
        for line in self.lines:
            row = cash.get(line.component)
            if row is None:
                continue
            key = (line.area, line.product, line.product_name, line.unit, row["side"], "", row["name"], line.component)
            sums[key] = (sums.get(key, (0.0, ""))[0] + line.base * float(row["share"]), line.component)
        for key, (base, component) in sums.items():
            yield Line(*key[:-1], base=base, component=component)

    def _investment_lines(self) -> Iterator[Line]:
        heads = self.inhabitants
        debt = float(self.municipality["debt_per_head"])
        places = {line.product: (line.area, line.product, line.product_name, line.unit) for line in self.lines}
        streets, daycare, fire, land = "12.01.01", "06.01.01", "02.03.01", "01.04.01"
        wanted = [
            (streets, "Auszahlung", "Baumaßnahmen", 96),
            (daycare, "Auszahlung", "Baumaßnahmen", 58),
            (fire, "Auszahlung", "Erwerb von beweglichem und immateriellem Anlagevermögen", 24),
            (land, "Auszahlung", "Erwerb von Grundstücken und Gebäuden", 19),
            (land, "Einzahlung", "Veräußerung von Grundstücken und Gebäuden", 16),
            (streets, "Einzahlung", "Zuwendungen für Investitionsmaßnahmen", 34),
            (daycare, "Einzahlung", "Zuwendungen für Investitionsmaßnahmen", 26),
            (streets, "Einzahlung", "Beiträge und ähnliche Entgelte", 8),
        ]
        for code, side, name, per_head in wanted:
            base = per_head * heads * self.random.uniform(0.8, 1.25)
            yield Line(*places[code], side, "", name, base, "depreciation")
        for side, name, per_head in (
            ("Einzahlung", "Aufnahme von Investitionskrediten", 88),
            ("Auszahlung", "Tilgung von Investitionskrediten", debt * 0.034),
        ):
            yield Line(*FINANCE_OTHER, side, "", name, per_head * heads, "depreciation")

    def _internal_lines(self) -> Iterator[Line]:
        """The Bauhof works for streets, green spaces and cemeteries: what it earns inside, they pay."""
        places = {line.product: (line.area, line.product, line.product_name, line.unit) for line in self.lines}
        parts = {"12.01.01": 21.0, "13.01.01": 13.5, "13.02.01": 6.5}
        for code, per_head in parts.items():
            base = per_head * self.inhabitants
            yield Line(*places[code], "Kosten ILV", "9200001", "Innere Verrechnung Bauhof, Kosten", base, "staff")
        total = sum(parts.values()) * self.inhabitants
        yield Line(*places["01.05.01"], "Erlöse ILV", "9100001", "Innere Verrechnung Bauhof, Erlöse", total, "staff")

    def amount(self, line: Line, year: int, stage: str) -> int:
        """Cents of a line in a year: plans are round, results are not and stray around their plan."""
        planned = line.base * self._index(line.component, year) * self._shift(line.component, year)
        if line.account[:1] == "9" or stage not in {"Ergebnis", "Vorläufiges Ist"}:
            return round(planned / 10) * 1000
        key = (line.product, line.account, line.account_name, year)
        spread = 0.06 if line.component == "trade_tax" else 0.025
        if key not in self.noise:
            drawn = random.Random(f"{self.municipality['number']}-{key}")
            self.noise[key] = 1 + drawn.gauss(0, spread)
        return round(planned * self.noise[key] * 100)

    def _shift(self, component: str, year: int) -> float:
        return 1 + sum(share for (name, start), share in self.shifts.items() if name == component and year >= start)

    def _index(self, component: str, year: int) -> float:
        row = self.growth[component]
        if str(year) in row:
            return float(row[str(year)])
        last = max(int(name) for name in row if name.isdigit())
        step = float(row[str(last)]) / float(row[str(last - 1)])
        return float(row[str(last)]) * step ** (year - last)


HEAD = ["Produktbereich", "Bezeichnung Produktbereich", "Produkt", "Bezeichnung Produkt", "Amt", "Bezeichnung Amt"]
HEAD += ["Art", "Sachkonto", "Bezeichnung Sachkonto"]


def key_cells(line: Line) -> list[str]:
    names = [line.area, AREAS[line.area], line.product, line.product_name, line.unit, UNITS[line.unit]]
    return [*names, line.side, line.account, line.account_name]


def german(cents: int) -> str:
    """1234567 → 12.345,67"""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d}"


def wide_file(budget: Budget, columns: list[tuple[int, str]], *, flaws: bool = False) -> bytes:
    """One row per product and account, one column per year; cp1252 and semicolons, as finance systems export."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([*HEAD, *(f"{stage} {year}" for year, stage in columns)])
    for line in budget.lines:
        amounts = [budget.amount(line, year, stage) for year, stage in columns]
        if any(amounts):
            writer.writerow([*key_cells(line), *(german(cents) for cents in amounts)])
    if flaws:
        _write_flaws(writer, budget, len(columns))
    return out.getvalue().encode("cp1252")


def _write_flaws(writer: object, budget: Budget, width: int) -> None:
    """Three rows as they happen in practice: an amount that is none, an account nobody knows, a sum below."""
    line = budget.lines[0]
    cells = key_cells(line)
    rows = [
        [*cells[:7], "6139900", "Klärung mit Amt 10 offen", *["siehe Vermerk"] * width],
        [*cells[:7], "4711000", "Verrechnungskonto Altverfahren", *["1.250,00"] * width],
        ["Summe", "", "", "", "", "", "", "", "", *["0,00"] * width],
    ]
    for row in rows:
        writer.writerow(row)  # type: ignore[attr-defined]


def long_file(budget: Budget, slices: list[tuple[int, str]]) -> bytes:
    """One row per amount with year and kind in columns of their own."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([*HEAD, "Haushaltsjahr", "Wertart", "Betrag"])
    for line in budget.lines:
        for year, stage in slices:
            cents = budget.amount(line, year, stage)
            if cents:
                writer.writerow([*key_cells(line), year, stage, german(cents)])
    return out.getvalue().encode("cp1252")
