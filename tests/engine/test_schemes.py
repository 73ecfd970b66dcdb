"""Accounts and names lead to positions; the first digits do not tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.engine import products, schemes
from gemeinwerk.engine.layouts import LAYOUTS, layout_for
from gemeinwerk.engine.schemes import SCHEMES, AccountEvidence, position_by_name, scheme_for
from gemeinwerk.engine.tables import Accounting, Side
from tests.engine.budget_lines import quick


@pytest.mark.parametrize(
    ("land", "account", "position"),
    [
        ("NW", "4011000", "taxes"),
        ("NW", "41610000", "special_items_grants"),
        ("NW", "4485", "reimbursements"),
        ("NW", "5011", "staff"),
        ("NW", "5341", "trade_tax_levy"),
        ("NW", "5372", "levies_paid"),
        ("NW", "5711", "depreciation"),
        ("NW", "7851.000", "invest_construction"),
        ("NW", "6930", "liquidity_taken"),
        ("HE", "5011000", "private_fees"),
        ("HE", "6451000 - Versorgungskasse", "pensions"),
        ("HE", "6401000", "staff"),
        ("HE", "7380100", "trade_tax_levy"),
        ("HE", "8110", None),
        ("TH", "7851", "invest_payments_total"),
        ("TH", "5341000", "depreciation"),
        ("RP", "4425", "reimbursements"),
        ("RP", "5341", "depreciation"),
        ("RP", "5431", "trade_tax_levy"),
        ("NI", "4011", "staff"),
        ("NI", "3011", "taxes"),
        ("BW", "5011", "extraordinary_income"),
        ("SN", "5111", "extraordinary_expense"),
    ],
)
def test_the_same_digits_mean_different_things_in_different_laender(land, account, position):
    scheme = scheme_for(land, 2026, Accounting.DOPPIK)
    assert scheme.position(account) == position


@pytest.mark.parametrize(
    ("group", "position"),
    [("000", "taxes"), ("0410", "general_grants"), ("169", "internal_income"), ("679", "internal_expense"),
     ("680", "depreciation"), ("685", "imputed_interest"), ("86", "transfer_to_capital"), ("932", "invest_land"),
     ("9350", "invest_movable"), ("977", "loans_repaid"), ("300", "admin_transfer_in"), ("4140", "staff")],
)  # fmt: skip
def test_the_kameral_groups(group, position):
    assert scheme_for("BY", 2026).position(group) == position


def test_which_scheme_is_in_force_depends_on_land_year_and_accounting():
    assert scheme_for("NW", 2026).id == "imk4"
    assert scheme_for("NW", 2000).id == "grouping"
    assert scheme_for("BY", 2026).id == "grouping"
    assert scheme_for("BY", 2026, Accounting.DOPPIK).id == "imk4"
    assert scheme_for("HE", 2026, Accounting.KAMERAL) is None
    assert scheme_for("XX", 2026) is None
    assert scheme_for("05", 2026) is scheme_for("Nordrhein-Westfalen", 2026) is scheme_for("NW", 2026)
    assert "NW" in SCHEMES["imk4"].lands


def test_a_rule_says_why_and_heeds_its_years():
    rule = SCHEMES["kvkr"].rule("5589100")
    assert (rule.prefix, rule.position, rule.note) == ("558", "levies_received", "Zeile 5")
    assert SCHEMES["kvkr"].rule("5589100", year=2026) is rule
    dated = schemes.Scheme("x", "x", Accounting.DOPPIK, (), "", (schemes.AccountRule("40", "taxes", 2000, 2010, ""),))
    assert dated.position("4011", year=2010) == "taxes"
    assert dated.position("4011", year=2011) is None
    assert dated.position("kein Konto") is None


@quick
@given(st.text(max_size=20))
def test_any_text_as_an_account_is_answered_without_raising(text):
    for scheme in SCHEMES.values():
        position = scheme.position(text)
        assert position is None or position in schemes.POSITIONS


@pytest.mark.parametrize(
    ("name", "side", "position"),
    [
        ("Steuern und ähnliche Abgaben", None, "taxes"),
        ("5 - Steuern und steueraehnl. Ertraege", None, "taxes"),
        ("15 - Aufw. Zuweisungen und Zuschuesse", None, "grants_paid"),
        ("Aufw.f. Zuweisungen und Zuschuesse", None, "grants_paid"),
        ("7 - Ertr. Zuweisungen und Zusch.", None, "grants_and_levies"),
        ("Ertr.a.Zuweisgn.u.Zusch.f.lfd.Zwecke u.allg.Uml.", Side.INCOME, "grants_and_levies"),
        ("Zuweisungen und Zuschüsse für laufende Zwecke vom Land", Side.INCOME, "current_grants"),
        ("Ertr.a.Aufl.v.Sonderp.a.Inv.zuw.-zusch.u.-Beitr.", Side.INCOME, "special_items_release"),
        ("Auflösung von Sonderposten aus Zuwendungen", None, "special_items_grants"),
        ("Steueraufw.einschl.Aufw.a.ges.Uml.verpfl.", Side.EXPENSE, "levies_and_taxes"),
        ("+ / - Bestandveränderungen", None, "stock_changes"),
        ("+ sonstige Erträge", None, "other_income"),
        ("+ sonstige Aufwendungen", None, "other_expense"),
        ("8 - Aufloesung Sonderposten", None, "special_items_release"),
        ("Zuwendungen und allgemeine Umlagen", None, "grants_and_levies"),
        ("Zuwendungen und allgemeine Umlagen", Side.CASH_IN, "cash_grants"),
        ("Ord. Erträge", None, "ordinary_income_total"),
        ("Sonstige ordentliche Erträge", None, "other_income"),
        ("Ordentliche Aufwendungen", None, "ordinary_expense_total"),
        ("30 - Kosten der internen Leistungsbeziehungen", None, "internal_expense"),
        ("Außerordentliche Erträge", None, "extraordinary_income"),
        ("25 - Ausserordentliche Ertraege", None, "extraordinary_income"),
        ("Öffentlich-rechtliche Leistungsentgelte", None, "public_fees_all"),
        ("\ufffdffentlich-rechtliche Leistungsentgelte", None, "public_fees_all"),
        ("Privatrechtliche Leistungsentgelte", Side.INCOME, "private_fees"),
        ("Mieten und Pachten", Side.EXPENSE, "other_expense"),
        ("Mieten und Pachten", Side.INCOME, "private_fees"),
        ("Personalaufwendungen", Side.INCOME, None),
        ("Zinsen und ähnliche Aufwendungen", Side.INCOME, None),
        ("Zinsen und ähnliche Aufwendungen", Side.EXPENSE, "interest_expense"),
        ("Interne Leistungsverrechnung Personalkosten", None, None),
        ("Büroklammern", None, None),
        ("", None, None),
    ],
)
def test_names_in_many_spellings(name, side, position):
    assert position_by_name(name, side) == position


@quick
@given(st.text(max_size=40), st.sampled_from([None, *Side]))
def test_a_position_by_name_is_on_the_side_that_was_asked(name, side):
    position = position_by_name(name, side)
    assert position is None or side is None or schemes.POSITIONS[position].side is side


def test_allocation_accounts_serve_both_sides():
    assert schemes.on_side("allocation_out", Side.INTERNAL_IN) == "allocation_in"
    assert schemes.on_side("allocation_out", Side.INTERNAL_OUT) == "allocation_out"
    assert schemes.on_side("staff", Side.INCOME) == "staff"
    assert schemes.on_side("unknown", Side.INCOME) == "unknown"
    assert schemes.position_or_rest("", Side.CASH_OUT) == "current_payments_total"


def test_the_frame_of_accounts_is_detected_from_numbers_names_and_signs():
    nrw = [("4011000", "Grundsteuer A", -5), ("5011000", "Dienstbezüge Beamte", 7), ("5711000", "Abschreibungen", 3)]
    assert schemes.detect(nrw)[0].scheme == "imk4"
    hesse = [
        ("5551000", "Grundsteuer A", 5),
        ("6201000", "Personalaufwendungen", -7),
        ("6620000", "Abschreibungen", -3),
    ]
    assert schemes.detect(hesse)[0].scheme == "kvkr"
    rlp = [("5341000", "Abschreibungen", 3), ("5011000", "Dienstbezüge", 3), ("4425000", "Kostenerstattungen", -9)]
    assert schemes.detect(rlp)[0].scheme == "industry4"
    sided = [AccountEvidence("4011", "", 5, Side.EXPENSE), AccountEvidence("3011", "", 5, Side.INCOME)]
    assert schemes.detect(sided)[0].scheme == "imk3"
    assert all(match.score == 0 for match in schemes.detect([]))


@pytest.mark.parametrize(
    ("code", "hint", "area"),
    [
        ("011101", "nrw", "01"),
        ("1.100.01.01.01", "nrw", "01"),
        ("Produktgruppe 01.01", "nrw", "01"),
        ("010001 - Gemeindeorgane", "he", "01"),
        ("17.01", "nrw", "17"),
        ("17.01", "he", None),
        ("111101", "imk", "11"),
        ("1", "nrw", "01"),
        ("0201", "kameral", "0"),
        ("99", "imk", None),
        ("ohne", "imk", None),
        ("11", "unbekannt", None),
    ],
)
def test_product_areas(code, hint, area):
    assert products.product_area(code, hint) == area


def test_lost_leading_zeros_come_back_with_the_usual_width():
    codes = ["101", "102", "301", "1101", "1601", "1301"]
    best = products.detect_products(codes)[0]
    assert (best.scheme, best.width) == ("nrw", 4)
    assert [products.product_area(code, "nrw", width=best.width) for code in codes] == [
        "01",
        "01",
        "03",
        "11",
        "16",
        "13",
    ]


def test_product_schemes_are_detected():
    assert products.detect_products(["111101", "122101", "365101", "611101"])[0].scheme == "imk"
    assert products.detect_products(["01.01.01", "16.01.01", "17.01.01"])[0].scheme == "nrw"
    assert products.detect_products(["0000", "0201", "4640", "8811", "9000"])[0].scheme == "kameral"
    assert products.detect_products([])[0].score == 0
    assert products.detect_products(["11", "12", "57"])[0].scheme == "imk"


def test_the_crosswalk_goes_both_ways():
    assert products.imk_for("03") == ("21", "22", "23", "24")
    assert products.imk_for("17") == ()
    assert products.imk_for("01", "unbekannt") == ()
    assert products.area_for_imk("365", "he") == "06"
    assert products.area_for_imk("71") is None
    assert products.area_for_imk("11", "unbekannt") is None
    assert products.area_title("07", "nrw") == "Gesundheitsdienste"
    assert products.area_title("07", "unbekannt") is None
    assert products.area_by_name("Kinder-, Jugend- und Familienhilfe") == "06"
    assert products.area_by_name("Verkehrsflächen und -anlagen, ÖPNV") == "12"
    assert products.area_by_name("Unbekannt") is None
    assert products.area_by_name("Innere Verwaltung", "unbekannt") is None


def test_layouts_follow_the_land():
    assert layout_for("HE", 2026).id == layout_for("06", 2026).id == "he_result"
    assert layout_for("NW", 2026, "cash").id == "nw_cash"
    assert layout_for("BB", 2026).id == "general_result"
    assert layout_for("HE", 2000).id == "general_result"
    layout = LAYOUTS["he_result"]
    assert layout.line_of("levies_paid").number == "16"
    assert layout.line_of("cash_taxes") is None
    assert layout.by_role("annual_result").number == "30"
    assert layout.by_role("nothing") is None
    assert "staff" in layout.reach("26")
    assert "internal_income" not in layout.reach("30")


def test_the_title_of_a_position_means_at_least_that_position():
    for position in schemes.POSITIONS.values():
        found = schemes.position_by_name(position.title, position.side)
        assert found is not None, position.title
        assert schemes.POSITIONS[found].side is position.side
        assert found == position.code or schemes.related(found, position.code), (position.title, found)
