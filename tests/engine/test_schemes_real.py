"""Our position per account against the line that real budgets state themselves: the share that agrees."""

import csv
import json
from collections import defaultdict

import pytest

from gemeinwerk.engine.layouts import LAYOUTS
from gemeinwerk.engine.products import detect_products
from gemeinwerk.engine.schemes import POSITIONS, SCHEMES, AccountEvidence, detect, position_by_name
from gemeinwerk.engine.tables import Side

pytestmark = pytest.mark.real_data


def table(path, encoding="cp1252"):
    with path.open(encoding=encoding, newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def agreement(pairs, scheme, layout):
    """Share of the rows whose account and whose stated line lead to the same line of the layout."""
    agreeing = 0
    for account, name, side in pairs:
        line = layout.line_of(scheme.position(account) or "")
        stated = layout.line_of(position_by_name(name, side) or "")
        agreeing += line is not None and line == stated
    return agreeing / len(pairs)


def test_kiel_states_the_same_line_for_every_account(shared_data):
    rows = table(shared_data / "budgets/offenerhaushalt-daten/Kiel/Haushalt-Kiel-2017.csv")
    sides = {"Ertrag": Side.INCOME, "Aufwand": Side.EXPENSE}
    pairs = [(row["Sachkonto"], row["Ergebnisgliederung-Bez"], sides[row["Aufwand/Ertrag"]]) for row in rows]
    assert len(pairs) == 6595
    assert agreement(pairs, SCHEMES["imk4"], LAYOUTS["nw_result"]) == 1
    evidence = {row["Sachkonto"]: AccountEvidence(row["Sachkonto"], row["Sachkonto-Bez"]) for row in rows}
    assert detect(evidence.values())[0].scheme == "imk4"
    assert detect_products(row["Produkt"] for row in rows)[0].scheme == "imk"


def test_jesberg_states_the_same_line_for_every_account(shared_data):
    rows = json.loads((shared_data / "budgets/jesberg/haushalt.json").read_text("utf-8"))
    pairs = [(row["sachkonto"], row["kontogruppe"], None) for row in rows]
    assert len(pairs) == 7698
    assert agreement(pairs, SCHEMES["kvkr"], LAYOUTS["he_result"]) == 1
    accounts = {row["sachkonto"].partition(" - ")[::2] for row in rows}
    assert detect((code, name, 0) for code, name in accounts)[0].scheme == "kvkr"
    assert {match.scheme for match in detect_products(row["gruppe"] for row in rows)[:2]} == {"nrw", "he"}


def test_wesels_own_table_of_accounts_leads_to_the_same_lines(shared_data):
    rows = table(shared_data / "budgets/offenerhaushalt-daten/wesel/kontenrahmen.csv")
    scheme, differing = SCHEMES["imk4"], []
    for row in rows:
        prefix, name = row["Konto beginnend mit"], row["Bezeichnung"]
        if not prefix:
            continue
        layout = LAYOUTS["nw_result" if row["Erg/Fin"] == "Ergebnisplan" else "nw_cash"]
        side = _wesel_side(row["Erg/Fin"], row["E/A"])
        line = layout.line_of(scheme.position(prefix) or "")
        stated = layout.line_of(position_by_name(name, side) or "")
        if line is None or line != stated:
            differing.append((prefix, name, line and line.title))
    # 448 stands twice in their table, once under a wrong line; they write 56 where the frame has 55 for interest
    assert {prefix for prefix, _name, _line in differing} <= {"448", "56"}, differing


def _wesel_side(plan, direction):
    comes_in = direction.startswith(("Ertr", "inv. Ein"))
    if plan == "Ergebnisplan":
        return Side.INCOME if comes_in else Side.EXPENSE
    return Side.CASH_IN if comes_in else Side.CASH_OUT


def test_all_accounts_of_wesel_have_a_position(shared_data):
    rows = table(shared_data / "budgets/offenerhaushalt-daten/wesel/hhplan2017.csv")
    accounts = {row["Kostenart"]: row["Kostenart Beschreibung"] for row in rows if row["Kostenart"]}
    unknown = [code for code in accounts if SCHEMES["imk4"].position(code) is None]
    assert unknown == []
    assert detect((code, name, 0) for code, name in accounts.items())[0].scheme == "imk4"


def test_suhl_in_thuringia_uses_the_frame_that_follows_industry(shared_data):
    content = json.loads((shared_data / "budgets/suhl/budget_data.json").read_text("utf-8"))
    accounts, sides = {}, defaultdict(set)
    for part in content["details_tp"].values():
        for product in part["produkte"]:
            for account in product["konten"]:
                accounts[str(account["knr"])] = account["bez"]
                sides[str(account["knr"])].add(account["kk"])
    scheme = SCHEMES["industry4"]
    assert len(accounts) > 300
    assert all(scheme.position(code) for code in accounts)
    ranking = detect((code, name, 0) for code, name in accounts.items())
    assert ranking[0].scheme == "industry4"
    assert ranking[0].score > 1.5 * ranking[1].score


def test_the_payment_accounts_of_the_statistics_have_a_position(shared_data):
    rows = table(shared_data / "codelists/nrw_finanzstatistik/finanzrechnungskonten.csv", "utf-8")
    scheme = SCHEMES["imk4"]
    sides = {"Einzahlung": Side.CASH_IN, "Auszahlung": Side.CASH_OUT}
    wrong = []
    for row in rows:
        position = scheme.position(row["konto"])
        if len(row["konto"]) > 1 and (position is None or POSITIONS[position].side is not sides[row["art"]]):
            wrong.append(row)
    assert len(rows) == 300
    assert wrong == []
