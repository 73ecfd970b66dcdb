"""Kameral files: the Haushaltsstelle in one column, or Gliederung and Gruppierung in columns of their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.engine import budget
from gemeinwerk.engine.budget_files import BudgetFile, Hints, Mapping, read
from gemeinwerk.engine.budget_files.kameral import Item, item, items, levels_of

from . import budget_cases as cases
from .budget_cases import codes, sums, text

ROWS = (
    ("0000", "1000", "Verwaltungsgebühren", 50),
    ("0200", "4140", "Vergütungen tariflich Beschäftigte", 40),
    ("0200", "8600", "Zuführung zum Vermögenshaushalt", 10),
    ("9000", "0000", "Grundsteuer A", 30),
    ("9000", "8100", "Gewerbesteuerumlage", 30),
    ("9100", "3000", "Zuführung vom Verwaltungshaushalt", 10),
    ("9100", "3770", "Kredite vom Kreditmarkt", 60),
    ("6300", "9500", "Tiefbaumaßnahmen", 70),
)
NAMES = {"0000": "Gemeindeorgane", "0200": "Hauptverwaltung", "9000": "Steuern", "9100": "Finanzen", "6300": "Straßen"}
WANTED = {"income": 80, "expense": -80, "cash_in": 70, "cash_out": -70}


def is_capital(group: str) -> bool:
    return group[0] in "39"


def assert_budget(book: BudgetFile, factor: int = 100) -> None:
    """Both parts balance, and every row has its position by the Gruppierungsplan."""
    wanted = {(2018, "estimate", side): euros * factor for side, euros in WANTED.items()}
    assert {key: cents for key, cents in sums(book).items() if key[0] == 2018} == wanted
    assert (book.facts.accounting, book.facts.scheme) == ("kameral", "grouping")
    assert (book.lines.category("position").codes >= 0).all()
    checked = budget.check(book.lines, scheme=book.facts.scheme, accounting=book.facts.accounting)
    assert {problem.code for problem in checked} & {"administration_unbalanced", "capital_unbalanced"} == set()


def assert_products(book: BudgetFile) -> None:
    paths = {
        (node.level, node.code, "" if node.parent is None else book.products[node.parent].code)
        for node in book.products
    }
    assert {(1, "0", ""), (2, "02", "0"), (3, "0200", "02"), (1, "9", ""), (3, "9100", "91")} <= paths
    assert {key.code for key in book.lines.category("product").values} == set(NAMES)


FORMS = {
    "0 and 1": lambda g, a: f"{int(is_capital(a))}.{g}.{a}",
    "1 and 2": lambda g, a: f"{1 + is_capital(a)}.{g}.{a}",
    "always 9": lambda g, a: f"9.{g}.{a}",
    "without plan": lambda g, a: f"{g}.{a}",
    "V before it": lambda g, a: f"V {g}/{a}",
    "words before it": lambda g, a: f"{'VmHH' if is_capital(a) else 'VwHH'}.{g}.{a}",
    "slashes and number": lambda g, a: f"{1 + is_capital(a)}/{g}/{a}-01",
    "number in points": lambda g, a: f"{int(is_capital(a))}.{g}.{a}.0000",
    "blanks between": lambda g, a: f"0 {g} {a}",
    "glued digit": lambda g, a: f"{int(is_capital(a))}{g}.{a}",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("blank", ["", "    "])
def test_every_form_of_the_haushaltsstelle(form, blank):
    rows = [f"{FORMS[form](g, a)};{name};{euros}.50;{euros},00".replace(";", blank + ";") for g, a, name, euros in ROWS]
    data = text("Haushaltsstelle;Bezeichnung;Rechnungsergebnis 2016;Ansatz 2018", *rows, encoding="cp1252")
    book = read("haushalt.csv", data)
    assert_budget(book)
    assert_products(book)
    assert sums(book)[2016, "actual", "cash_in"] == 7100
    assert "item_unreadable" not in codes(book)


def test_five_and_six_digits():
    rows = [f"{g}0.{a}00;{name};{euros}" for g, a, name, euros in ROWS]
    book = read("haushalt2018.csv", text("HHSt.;Text;Ansatz", *rows))
    assert_budget(book)
    assert [node.code for node in book.products][:3] == ["0", "00", "00000"]


@pytest.mark.parametrize(("cell", "wanted"), [
    ("1.0200.4000", Item("0200", "4000")), ("02000.410000", Item("02000", "410000")),
    ("0200.4000", Item("0200", "4000")), ("V 0200/4000", Item("0200", "4000")),
    ("1/0200/4140-01", Item("0200", "4140-01")), ("9.9100.3770", Item("9100", "3770")),
    ("0.020.400", Item("020", "400")), ("0.02.40", Item("02", "40")),
    ("E 0.0000.1000 Gebühren", Item("0000", "1000", "Gebühren")),
    ("0.0200.6500.001 - Büro\nbedarf", Item("0200", "6500-001", "Büro\nbedarf")),
    ("0.0200.6500.000", Item("0200", "6500")),
    ("02.40", None), ("4140", None), ("", None), ("Summe Einzelplan 0", None), ("0.0200", None), ("1,50", None),
    ("0.02000000.4000", None), ("٠.٠٢٠٠.٤٠٠٠", None), ("..//--", None), ("1.2.3.4.5.6.7.8", None),
])  # fmt: skip
def test_one_haushaltsstelle(cell, wanted):
    assert item(cell) == wanted


def test_the_digit_of_the_plan_is_only_taken_off_where_all_rows_have_it():
    glued = items(["10200.4000", "29100.3770"])
    assert [part and part.product for part in glued] == ["0200", "9100"]
    own = items(["10200.4000", "19100.3770"])
    assert [part and part.product for part in own] == ["10200", "19100"]


part = st.one_of(
    st.text("0123456789", max_size=9), st.sampled_from(["V", "VwHH", "E", "-", "\u0663", "²", "\x00", "x" * 500])
)


@given(st.lists(st.tuples(st.sampled_from(["", ".", "/", "-", " ", "..", "\t"]), part), max_size=8))
def test_no_haushaltsstelle_raises(pieces):
    cell = "".join(separator + digits for separator, digits in pieces)
    found = item(cell)
    assert found is None or levels_of(found.product)[-1] == found.product
    assert len(items([cell, "0.0200.4000", cell])) == 3


def test_names_beside_the_haushaltsstelle():
    rows = [
        f"0.{g}.{a};{'Verwaltung' if g[0] == '0' else 'Übriges' + g[0]};{NAMES[g]};{name};{euros}"
        for g, a, name, euros in ROWS
    ]
    book = read("hh2018.csv", text("HHSt;Einzelplan;Unterabschnitt;Bezeichnung;Ansatz", *rows))
    assert_budget(book)
    assert_products(book)
    named = {node.code: node.name for node in book.products}
    assert (named["0"], named["0200"], named["6300"]) == ("Verwaltung", "Hauptverwaltung", "Straßen")
    alone = read("hh2018.csv", text("HHSt;Ansatz", *[f"0.{g}.{a};{euros}" for g, a, _, euros in ROWS]))
    assert {node.code: node.name for node in alone.products}["9"] == "Allgemeine Finanzwirtschaft"


def test_a_column_that_says_something_else_is_known_by_its_cells():
    rows = [f"0.{g}.{a};{name};{euros}" for g, a, name, euros in ROWS]
    assert_products(read("hh2018.csv", text("Konto;Bezeichnung;Ansatz", *rows)))


def test_what_is_no_haushaltsstelle_is_said():
    rows = [f"0.{g}.{a};{name};{euros}" for g, a, name, euros in ROWS]
    book = read("hh2018.csv", text("Haushaltsstelle;Bezeichnung;Ansatz", *rows, "0.99;Sonstiges;1", "Summe;;300"))
    (problem,) = [problem for problem in book.problems if problem.code == "item_unreadable"]
    assert problem.count == 1


def test_a_kameral_budget_that_does_not_balance_is_reported():
    rows = [f"0.{g}.{a};{name};{euros + 3 * (a == '3770') + 2 * (a == '4140')}" for g, a, name, euros in ROWS]
    book = read("hh2018.csv", text("Haushaltsstelle;Bezeichnung;Ansatz", *rows))
    texts = {
        problem.code: problem.text
        for problem in budget.check(book.lines, scheme=book.facts.scheme, accounting=book.facts.accounting)
    }
    assert "Ausgaben sind um 2,00 € höher" in texts["administration_unbalanced"]
    assert "Einnahmen sind um 3,00 € höher" in texts["capital_unbalanced"]


COLUMNS = {
    "levels": ("Einzelplan;Abschnitt;Unterabschnitt;Gruppierung;Bezeichnung;Haushalt",
               lambda g, a, name: (g[0], g[:2], g, a, name, "VmHH" if is_capital(a) else "VwHH")),
    "levels that count within each other": ("EP;Abschnitt;UA;Gruppierung;Untergruppe;Text",
                                            lambda g, a, name: (g[0], g[1], g[2:], a, "00", name)),
    "names": ("Budget;Einzelplan;EP Bez;Abschnitt;Abschnitt Bez;Unterabschnitt;UA Bez;Gruppierung;Gruppierung Bez",
              lambda g, a, name: ("Vermögenshaushalt" if is_capital(a) else "Verwaltungshaushalt", g[0],
                                  "E" + NAMES[g][0], g[:2], "A" + NAMES[g], g, NAMES[g], a, name)),
    "direction": ("Art;Gliederung;Gruppierung;Bezeichnung;Maßnahme",
                  lambda g, a, name: ("E" if a[0] in "0123" else "A", g, a, name, "0001")),
    "groups": ("Gliederung;Hauptgruppe;Gruppe;Untergruppe;Bezeichnung",
               lambda g, a, name: (g, a[0], a[:2], a[:3], name)),
    "digit of the plan": ("Haushalt;Gliederung;Gruppierung;Bezeichnung",
                          lambda g, a, name: (str(1 + is_capital(a)), g, a, name)),
    "no names": ("Gliederung;Gruppierung", lambda g, a, name: (g, a)),
}  # fmt: skip


@pytest.mark.parametrize("layout", COLUMNS)
@pytest.mark.parametrize(("amount", "factor"), [("{},00", 100), ("{}.50", 0), ("1.{:03},00", 0)])
def test_columns_of_their_own(layout, amount, factor):
    header, cells = COLUMNS[layout]
    rows = [";".join(f"{cell}  " for cell in (*cells(g, a, name), amount.format(euros))) for g, a, name, euros in ROWS]
    book = read("hh.csv", text(header + ";Ansatz 2018", *rows, encoding="cp1252"))
    if factor:
        assert_budget(book, factor)
    assert_products(book)
    assert len(book.lines.array("row")) == len(ROWS)
    assert sorted(abs(int(cents)) for cents in book.lines.array("amount_cents")) == sorted(
        int(amount.format(euros).replace(".", "").replace(",", "")) * (10 if amount == "{}.5" else 1)
        for *_, euros in ROWS
    )


def test_zeros_that_a_spreadsheet_took_come_back():
    rows = [(int(g), int(a), name, euros) for g, a, name, euros in ROWS]
    book = read("hh.xlsx", cases.xlsx({"HH": [("Gliederung", "Gruppierung", "Bezeichnung", "Ansatz 2018"), *rows]}))
    assert_budget(book)
    assert_products(book)
    assert "0000" in {key.code for key in book.lines.category("account").values}
    assert "zeros_restored" in codes(book)


def test_the_land_may_be_given():
    rows = [f"0.{g}.{a};{name};{euros}" for g, a, name, euros in ROWS]
    data = text("Haushaltsstelle;Bezeichnung;Ansatz 2018", *rows)
    for land in ("09", "16", "05", "xx"):
        assert_budget(read("hh.csv", data, hints=Hints(land=land, year=2018)))


def test_a_doppik_buchungsstelle_is_no_haushaltsstelle():
    rows = ["11100.501100;Bezüge Beamte;70", "11100.401100;Grundsteuer A;50", "54100.681100;Investitionszuwendungen;20"]
    book = read("hh2018.csv", text("Buchungsstelle;Bezeichnung;Ansatz", *rows))
    assert book.facts.accounting == "doppik"
    assert sums(book) == {
        (2018, "estimate", "income"): 5000, (2018, "estimate", "expense"): -7000, (2018, "estimate", "cash_in"): 2000,
    }  # fmt: skip
    assert {key.code for key in book.lines.category("product").values} == {"11100", "54100"}


def test_the_mapping_reads_the_same_again():
    rows = [f"0.{g}.{a};{NAMES[g]};{name};{euros}" for g, a, name, euros in ROWS]
    data = text("HHSt;Unterabschnitt;Bezeichnung;Ansatz 2018", *rows)
    first = read("hh.csv", data)
    mapping, said = Mapping.from_dict(first.mapping.as_dict())
    again = read("hh.csv", data, mapping)
    assert said == ()
    assert (again.mapping, again.products, sums(again)) == (first.mapping, first.products, sums(first))
