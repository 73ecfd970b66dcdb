"""The reader of budget files on small files of every kind that municipalities publish."""

from __future__ import annotations

import pytest

from gemeinwerk.engine.budget_files import Hints, Mapping, read
from gemeinwerk.engine.budget_files.mapping import Sign
from gemeinwerk.engine.tables import Key, Side, Stage

from . import budget_cases as cases
from .budget_cases import codes, sums, text

ACCOUNTS_NRW = (
    ("40110000", "Grundsteuer A", 1000),
    ("41410000", "Zuweisungen vom Land für laufende Zwecke", 2000),
    ("43210000", "Benutzungsgebühren und ähnliche Entgelte", 300),
    ("50120000", "Vergütungen tariflich Beschäftigte", -1500),
    ("52410000", "Bewirtschaftung der Grundstücke", -800),
    ("57110000", "Abschreibungen auf Sachanlagen", -400),
)


def signed(factor: int = 1, product: str = "010101") -> list[str]:
    return [f"{product};Rathaus;{code};{name};{amount * factor},00" for code, name, amount in ACCOUNTS_NRW]


class TestNumbersInContext:
    def test_thousands_and_decimals_are_mixed_in_one_column(self):
        book = read(
            "h2024.csv", text("Produkt;Konto;Art;Betrag", "0101;4011;Ertrag;8.000", "0101;4012;Ertrag;8.511,43")
        )
        assert sums(book) == {(2024, "estimate", "income"): 1_651_143}

    def test_trailing_minus_parentheses_dash_and_missing(self):
        rows = ["628.929,54-", "(10,00)", "-", "", "nan", "n.v.", "x", "5 €", "-   \ufffd"]
        data = text("Jahr;Produkt;Art;Betrag", *[f"2024;0{i};Aufwand;{cell}" for i, cell in enumerate(rows)])
        book = read("a.csv", data)
        assert sums(book)[2024, "estimate", "expense"] == -62_892_954 - 1000 + 500
        assert book.lines.length == 5  # two dashes are explicit zeros, four cells are missing
        assert book.facts.rows_without_amount == 4
        assert book.mapping.sign is Sign.INCOME_POSITIVE

    def test_thousand_euros(self):
        book = read("a.csv", text("Jahr;Produkt;Art;Betrag in T€", "2024;0101;Ertrag;12,5", "2024;0102;Aufwand;3"))
        assert sums(book) == {(2024, "estimate", "income"): 1_250_000, (2024, "estimate", "expense"): -300_000}
        assert "unit_thousands" in codes(book)

    def test_point_decimals_decided_by_the_column(self):
        book = read("a.csv", text("Jahr;Produkt;Art;Betrag", "2024;1;Ertrag;1234.5", "2024;2;Ertrag;8.000"))
        assert sums(book)[2024, "estimate", "income"] == 123_450 + 800

    def test_the_whole_column_corrects_the_sample(self):
        rows = ["2024;0101;Ertrag;8.000"] * 2000 + ["2024;0101;Ertrag;1.5"]
        book = read("a.csv", text("Jahr;Produkt;Art;Betrag", *rows))
        assert book.mapping.decimal == "."
        assert sums(book)[2024, "estimate", "income"] == 2000 * 800 + 150

    def test_text_in_the_amount_column_is_rejected_with_its_place(self):
        book = read("a.csv", text("Jahr;Produkt;Art;Betrag", "2024;01;Ertrag;5", "2024;02;Ertrag;siehe unten"))
        (row,) = book.rejected
        assert (row.row, row.column, row.cells[3]) == (3, 4, "siehe unten")
        assert "siehe unten" in row.reason
        assert "amount_unreadable" in codes(book)


class TestSidesAndSigns:
    def test_sap_sign_by_account_names(self):
        rows = signed(-1)
        book = read("2024.csv", text("Profitcenter;Name;Kostenart;Bezeichnung Kostenart;Plan 2024", *rows))
        assert book.mapping.sign is Sign.INCOME_NEGATIVE
        assert sums(book) == {(2024, "estimate", "income"): 330_000, (2024, "estimate", "expense"): -270_000}

    def test_all_positive_by_account_scheme(self):
        rows = [row.replace(";-", ";") for row in signed()]
        book = read("2024.csv", text("Produkt;Name;Konto;Kontobezeichnung;Ansatz", *rows))
        assert book.mapping.sign is Sign.NATURAL
        assert sums(book) == {(2024, "estimate", "income"): 330_000, (2024, "estimate", "expense"): -270_000}

    def test_hessian_accounts_are_not_told_by_their_first_digit(self):
        rows = [
            "010101;5511000;Grundsteuer A;1000,00",
            "010101;5110000;Verwaltungsgebühren;500,00",
            "010101;6201000;Entgelte Arbeitnehmer;700,00",
            "010101;6600000;Abschreibungen auf Sachanlagen;50,00",
            "010101;7710000;Zinsaufwendungen;20,00",
        ]
        book = read("2024.csv", text("Produkt;Konto;Kontobezeichnung;Ansatz", *rows), hints=Hints(land="06"))
        assert book.facts.scheme == "kvkr"
        assert sums(book) == {(2024, "estimate", "income"): 150_000, (2024, "estimate", "expense"): -77_000}

    def test_two_columns_for_the_sides_and_a_balance_that_is_ignored(self):
        header = (
            "Produkt;Bezeichnung;Erträge 2023;Aufwendungen 2023;Saldo 2023;Erträge 2024;Aufwendungen 2024;Saldo 2024"
        )
        book = read("a.csv", text(header, "0101;Rat;10;30;-20;11;31;-20", "0102;Amt;5;7;-2;6;8;-2"))
        assert sums(book) == {
            (2023, "estimate", "income"): 1500,
            (2023, "estimate", "expense"): -3700,
            (2024, "estimate", "income"): 1700,
            (2024, "estimate", "expense"): -3900,
        }
        assert book.facts.ignored == ("Saldo 2023", "Saldo 2024")

    def test_payment_accounts_are_cash_and_class_nine_is_internal(self):
        rows = [*signed(-1), "010101;Rathaus;78310000;Auszahlungen für bewegliches Vermögen;250,00",
                "010101;Rathaus;98110000;Kalkulatorische Zinsen;40,00"]  # fmt: skip
        book = read("2024.csv", text("Profitcenter;Name;Kostenart;Bezeichnung Kostenart;Plan 2024", *rows))
        found = sums(book)
        assert found[2024, "estimate", "cash_out"] == -25_000
        assert found[2024, "estimate", "internal_out"] == -4_000
        assert found[2024, "estimate", "expense"] == -270_000

    def test_without_any_hint_the_sign_decides_and_it_is_said(self):
        book = read("a.csv", text("Jahr;Bereich;Betrag", "2024;Schulen;100", "2024;Straßen;-40"))
        assert sums(book) == {(2024, "estimate", "income"): 10_000, (2024, "estimate", "expense"): -4_000}
        assert "side_by_sign" in codes(book)

    def test_own_words_for_the_side(self):
        mapping = Mapping(side_words=(("Plus", Side.INCOME), ("Minus", Side.EXPENSE)))
        data = text("Jahr;Produkt;Richtung;Betrag", "2024;01;Plus;5", "2024;02;Minus;7")
        columns = read("a.csv", data).mapping.columns
        from dataclasses import replace

        from gemeinwerk.engine.budget_files import Role

        columns = tuple(replace(c, role=Role.SIDE) if c.name == "Richtung" else c for c in columns)
        book = read("a.csv", data, replace(mapping, columns=columns))
        assert sums(book) == {(2024, "estimate", "income"): 500, (2024, "estimate", "expense"): -700}


class TestYearsAndStages:
    def test_wide_file_with_plan_and_actual(self):
        header = "Produkt;Konto;Kontobezeichnung;Ist 2022;Ansatz 2023;Plan 2024;VE 2025;Finanzplanung 2025"
        rows = [f"0101;{c};{n};{a};{a + 1};{a + 2};7;{a + 3}" for c, n, a in ACCOUNTS_NRW if a > 0]
        book = read("a.csv", text(header, *rows))
        found = sums(book)
        assert found[2022, "actual", "income"] == 330_000
        assert found[2023, "estimate", "income"] == 330_300
        assert found[2025, "forecast", "income"] == 330_900
        assert found[2025, "commitment", "income"] == 2_100
        assert "commitments" in codes(book)

    def test_updated_estimate_beside_the_estimate(self):
        header = "Konto;Bezeichnung;Ansatz 2024;Fortgeschriebener Ansatz 2024;Ergebnis 2024;Abweichung 2024"
        book = read("a.csv", text(header, "4011;Grundsteuer A;1;2;3;1", "4012;Grundsteuer B;1;2;3;1"))
        assert set(book.facts.stages) == {Stage.ESTIMATE, Stage.SUPPLEMENT, Stage.ACTUAL}
        assert book.lines.length == 6

    def test_years_as_dates_and_codes(self):
        book = read("a.csv", text("Datum;Produkt;Art;Betrag", "01.01.2017;01;Ertrag;5", "2018-01-01;01;Ertrag;6"))
        assert sums(book) == {(2017, "estimate", "income"): 500, (2018, "estimate", "income"): 600}

    def test_stages_follow_the_budget_year_that_the_caller_knows(self):
        rows = [f"{year};0101;Ertrag;1" for year in range(2020, 2027)]
        book = read("a.csv", text("Jahr;Produkt;Art;Betrag", *rows), hints=Hints(year=2023))
        stages = {year: stage for year, stage, _ in sums(book)}
        assert stages == {2020: "actual", 2021: "actual", 2022: "estimate", 2023: "estimate", 2024: "forecast",
                          2025: "forecast", 2026: "forecast"}  # fmt: skip

    def test_a_missing_year_is_said(self):
        book = read("haushalt.csv", text("Produkt;Art;Betrag", "01;Ertrag;5", "02;Aufwand;6"))
        assert "year_missing" in codes(book)
        assert book.lines.array("year").tolist() == [0, 0]
        assert sums(read("haushalt.csv", text("Produkt;Art;Betrag", "01;Ertrag;5"), Mapping(default_year=2024)))


class TestRows:
    def test_subtotals_are_kept_apart_and_compared(self):
        data = text(
            "Produkt;Konto;Bezeichnung;Art;Ansatz 2024",
            "0101;4011;Grundsteuer A;Ertrag;10",
            "0101;4012;Grundsteuer B;Ertrag;20",
            ";;Summe Erträge;Ertrag;30",
            "0101;5011;Bezüge;Aufwand;7",
            ";;Summe Aufwendungen;Aufwand;9",
            ";;;;",
        )
        book = read("a.csv", data)
        assert sums(book) == {(2024, "estimate", "income"): 3000, (2024, "estimate", "expense"): -700}
        assert [(row.row, row.cents, row.lines_cents) for row in book.subtotals] == [(4, 3000, 3000), (6, 900, 700)]
        assert {"subtotals", "subtotal_differs"} <= codes(book)
        assert book.facts.rows_blank == 1

    def test_a_coarser_account_that_is_the_sum_of_the_finer_ones(self):
        data = text(
            "Produkt;Konto;Bezeichnung;Ansatz 2024",
            "0101;50;Personalaufwendungen;30",
            "0101;5012;Vergütungen tariflich Beschäftigte;10",
            "0101;5022;Beiträge Versorgungskassen;20",
            "0101;40;Steuern und ähnliche Abgaben;5",
        )
        book = read("a.csv", data)
        assert sums(book)[2024, "estimate", "expense"] == -3000
        assert book.facts.rows_subtotal == 1

    def test_preamble_blank_rows_and_repeated_header(self):
        data = text(
            "Stadt Musterhausen;;;", "Haushaltsplan 2025;;;", ";;;", "Produkt;Konto;Art;Ansatz", "0101;4011;Ertrag;5",
            ";;;", "Produkt;Konto;Art;Ansatz", "0101;5011;Aufwand;6",
        )  # fmt: skip
        book = read("a.csv", data)
        assert sums(book) == {(2025, "estimate", "income"): 500, (2025, "estimate", "expense"): -600}
        assert book.mapping.header_row == 4
        assert book.lines.array("row").tolist() == [5, 8]
        assert book.rejected == ()

    def test_no_header(self):
        rows = [f"2024;{p:06d};Produkt {p};4011{p:04d};Grundsteuer;Ertrag;{p},50" for p in range(10101, 10111)]
        book = read("a.csv", text(*rows))
        assert book.mapping.header_row == 0
        assert book.lines.length == 10
        assert book.lines.array("row")[0] == 1

    def test_repeated_keys_all_count(self):
        book = read("a.csv", text("Jahr;Produkt;Konto;Art;Betrag", *["2024;0101;4011;Ertrag;5"] * 3))
        assert sums(book) == {(2024, "estimate", "income"): 1500}
        assert book.lines.length == 3

    def test_quoted_newlines_keep_the_rows_together(self):
        data = text("Jahr;Produkt;Bezeichnung;Art;Betrag", '2024;01;"Rat\nund Amt";Ertrag;5', "2024;02;Bad;Ertrag;6")
        book = read("a.csv", data)
        assert book.lines.length == 2
        assert book.lines.category("product").values[0] == Key("01", "Rat\nund Amt")


class TestKeys:
    def test_lost_leading_zeros(self):
        rows = ["2018;1;Innere Verwaltung;101;Politik;Ertrag;5", "2018;11;Versorgung;1101;Gas;Ertrag;6",
                "2018;16;Finanzen;1601;Steuern;Ertrag;7"]  # fmt: skip
        book = read("a.csv", text("Jahr;Produktbereich;PB Name;Produktgruppe;PG Name;Richtung;Betrag", *rows))
        assert [key.code for key in book.lines.category("product").values] == ["0101", "1101", "1601"]
        assert "zeros_restored" in codes(book)

    def test_codes_split_over_columns(self):
        rows = ["2018;01;Verwaltung;01;Politik;01;Rat;Ertrag;5", "2018;01;Verwaltung;02;Amt;01;Presse;Ertrag;6",
                "2018;02;Ordnung;01;Wahl;01;Wahlen;Ertrag;7",
                "2018;02;Ordnung;01;Wahl;02;Statistik;Ertrag;7"]  # fmt: skip
        header = "Jahr;Produktbereich;Name PB;Produktgruppe;Name PG;Produkt;Name Produkt;Art;Betrag"
        book = read("a.csv", text(header, *rows))
        found = [key.code for key in book.lines.category("product").values]
        assert found == ["01.01.01", "01.02.01", "02.01.01", "02.01.02"]
        assert [node.level for node in book.products].count(1) == 2

    def test_combined_code_and_name(self):
        rows = ["2024;010001 - Organe;01 - Verwaltung;6131000 - Aufwand Ehrenamt;5,00",
                "2024;020001 - Ordnung;02 - Sicherheit;5110000 - Gebühren;-6,00"]  # fmt: skip
        book = read("a.csv", text("Jahr;gruppe;gruppe1;sachkonto;betrag", *rows))
        assert book.lines.category("product").values[0] == Key("010001", "Organe")
        assert book.lines.category("account").values[0] == Key("6131000", "Aufwand Ehrenamt")
        assert book.products[0].name == "Verwaltung"

    def test_names_only(self):
        rows = ["Schulen;Grundschule;Ertrag;5;2018", "Schulen;Zentrale Dienste;Aufwand;6;2018",
                "Kultur;Zentrale Dienste;Aufwand;7;2018"]  # fmt: skip
        book = read("a.csv", text("Produktbereich;Produkt;Richtung;Betrag;Jahr", *rows))
        names = {key.name for key in book.lines.category("product").values}
        assert names == {"Grundschule", "Schulen / Zentrale Dienste", "Kultur / Zentrale Dienste"}

    def test_product_numbers_that_became_dates(self):
        rows = ["2018;16.01.2001;Steuern;Ertrag;29.026.000", "2018;01.01.2001;Rat;Ertrag;1.000.500"]
        book = read("a.csv", text("Jahr;Produkt;Bezeichnung;Ertragsart;Betrag", *rows))
        assert {key.code for key in book.lines.category("product").values} == {"16.01.01", "01.01.01"}
        assert "codes_were_dates" in codes(book)
        assert sum(book.lines.array("amount_cents").tolist()) == 3_002_650_000

    def test_organisational_unit_and_task_kind(self):
        header = "Jahr;Produkt;Produktname;Amt;Aufgabenart;Richtung;Betrag"
        rows = ["2018;0101;Rat;10 Hauptamt;freiwillig;Ertrag;5", "2018;0201;Wahlen;32 Ordnungsamt;pflichtig;Ertrag;6"]
        book = read("a.csv", text(header, *rows))
        assert book.lines.category("unit").values[0] == Key("10", "Hauptamt")
        assert [node.task_kind for node in book.products] == ["freiwillig", "pflichtig"]


class TestKameral:
    HEADER = "Haushalt;Einzelplan;Gliederung;Gliederung Bez;Gruppierung;Gruppierung Bez;Ansatz 2018;Rechnung 2016"
    ROWS = (
        "VwHH;0;0000;Gemeindeorgane;1000;Verwaltungsgebühren;67800,00;5,00",
        "VwHH;0;0000;Gemeindeorgane;4000;Aufwendungen Ehrenamt;67800,00;5,00",
        "VmHH;9;9100;Finanzen;3600;Zuweisungen für Investitionen;100,00;7,00",
        "VmHH;9;9100;Finanzen;9400;Tiefbaumaßnahmen;100,00;7,00",
    )

    def test_both_plans_balance(self):
        book = read("a.csv", text(self.HEADER, *self.ROWS, encoding="cp1252"))
        assert sums(book) == {
            (2018, "estimate", "income"): 6_780_000,
            (2018, "estimate", "expense"): -6_780_000,
            (2018, "estimate", "cash_in"): 10_000,
            (2018, "estimate", "cash_out"): -10_000,
            (2016, "actual", "income"): 500,
            (2016, "actual", "expense"): -500,
            (2016, "actual", "cash_in"): 700,
            (2016, "actual", "cash_out"): -700,
        }
        assert book.facts.accounting == "kameral"

    def test_the_groups_alone_tell_the_plan(self):
        rows = [row.partition(";")[2] for row in self.ROWS]
        book = read("a.csv", text(self.HEADER.partition(";")[2], *rows))
        assert sums(book)[2018, "estimate", "cash_out"] == -10_000

    def test_budget_item_in_one_column(self):
        rows = ["0.0000.1000;Verwaltungsgebühren;50,00;2018", "0.0000.4000;Aufwendungen Ehrenamt;50,00;2018",
                "1.9100.9400;Tiefbaumaßnahmen;70,00;2018"]  # fmt: skip
        book = read("a.csv", text("Haushaltsstelle;Bezeichnung;Ansatz;Jahr", *rows))
        assert sums(book) == {
            (2018, "estimate", "income"): 5_000,
            (2018, "estimate", "expense"): -5_000,
            (2018, "estimate", "cash_out"): -7_000,
        }

    def test_trailing_blanks_everywhere(self):
        rows = [row.replace(";", "   ;") for row in self.ROWS]
        book = read("a.csv", text(self.HEADER, *rows))
        assert sums(book)[2018, "estimate", "income"] == 6_780_000


class TestFormats:
    ROWS = (("Jahr", "Produkt", "Bezeichnung", "Art", "Betrag"), (2024, "0101", "Rat", "Ertrag", 12.5),
            (2024, "0102", "Straßen", "Aufwand", 1234567.89))  # fmt: skip
    WANTED = {(2024, "estimate", "income"): 1250, (2024, "estimate", "expense"): -123_456_789}

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850"])
    @pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
    def test_encodings_and_separators(self, encoding, separator):
        rows = [separator.join(str(cell) for cell in row) for row in self.ROWS]
        rows += [separator.join(("2024", "0103", "Müllabfuhr für Bürger äöü", "Ertrag", "0"))] * 3
        book = read("x.bin", text(*rows, encoding=encoding, end="\r\n"))
        assert sums(book) == self.WANTED
        assert book.facts.separator == separator
        assert "Müllabfuhr für Bürger äöü" in {key.name for key in book.lines.category("product").values}

    def test_xlsx_xls_ods_and_json_say_the_same(self):
        records = [dict(zip(self.ROWS[0], row, strict=True)) for row in self.ROWS[1:]]
        for name, data in (
            ("xlsx", cases.xlsx({"Haushalt": self.ROWS})),
            ("xls", cases.xls(self.ROWS)),
            ("ods", cases.ods(self.ROWS)),
            ("json", cases.as_json(records)),
            ("json", cases.as_json({"meta": {"stand": 1}, "zeilen": records})),
            ("json", cases.as_json([list(row) for row in self.ROWS])),
        ):
            book = read("datei.bin", data)
            assert (book.facts.format, sums(book)) == (name, self.WANTED)

    def test_sheets_of_the_same_build_are_read_together(self):
        header = ("Produkt", "Art", "Betrag")
        sheets = {
            "Deckblatt": [("Haushalt",)],
            "2023": [header, ("01", "Ertrag", 5)],
            "2024": [header, ("01", "Ertrag", 6)],
        }
        book = read("a.xlsx", cases.xlsx(sheets))
        assert sums(book) == {(2023, "estimate", "income"): 500, (2024, "estimate", "income"): 600}
        assert book.sheets == ("2023", "2024")
        assert book.lines.array("sheet").tolist() == [0, 1]

    def test_header_in_two_rows(self):
        rows = [("Produkt", "Bezeichnung", "Ergebnis", "Ansatz", None), (None, None, 2022, 2023, 2024),
                ("0101", "Grundsteuer", 1, 2, 3)]  # fmt: skip
        book = read("a.xlsx", cases.xlsx({"Plan": rows}))
        assert {(year, stage) for year, stage, _ in sums(book)} == {
            (2022, "actual"), (2023, "estimate"), (2024, "estimate")
        }  # fmt: skip

    def test_dates_and_numbers_as_product_codes_in_a_spreadsheet(self):
        import datetime

        rows = [("Jahr", "Produkt", "Art", "Betrag"), (2018, datetime.date(2001, 1, 16), "Ertrag", 5),
                (2018, datetime.date(2001, 1, 1), "Ertrag", "8.511,43")]  # fmt: skip
        book = read("a.xlsx", cases.xlsx({"Plan": rows}))
        assert sorted(key.code for key in book.lines.category("product").values) == ["01.01.01", "16.01.01"]
        assert sums(book)[2018, "estimate", "income"] == 851_643

    def test_nested_json_brings_the_parents_along(self):
        data = {
            "teile": {
                "01": {"tp_name": "Leitung", "produkte": [
                    {"pnr": "111100", "name": "Rat", "sk": "FREIWILLIG", "konten": [
                        {"knr": "4419000", "bez": "Privatrechtliche Leistungsentgelte", "b23": 1.0, "b24": 2.5},
                        {"knr": "5022000", "bez": "Dienstbezüge Arbeitnehmer", "b23": 3.0, "b24": 4.0}]}]},
                "02": {"tp_name": "Kultur", "produkte": [
                    {"pnr": "252110", "name": "Museum", "sk": "PFLICHT_STRIKT", "konten": [
                        {"knr": "5411000", "bez": "Sonstige Personalaufwendungen", "b23": 1.0, "b24": None}]}]},
            }
        }  # fmt: skip
        book = read("a.json", cases.as_json(data))
        assert sums(book) == {
            (2023, "estimate", "income"): 100,
            (2023, "estimate", "expense"): -400,
            (2024, "estimate", "income"): 250,
            (2024, "estimate", "expense"): -400,
        }
        assert [node.name for node in book.products] == ["Leitung", "Rat", "Kultur", "Museum"]
        assert book.products[1].task_kind == "FREIWILLIG"

    def test_fiscal_data_package_beside_companion_and_zip(self, tmp_path):
        wanted = {(2019, "estimate", "expense"): -50_050, (2019, "estimate", "income"): 90_000}
        package = cases.as_json(cases.package())
        (tmp_path / "datapackage.json").write_bytes(package)
        (tmp_path / "haushalt.csv").write_bytes(cases.PACKAGE_TABLE)
        books = [
            read("datapackage.json", tmp_path / "datapackage.json"),
            read("datapackage.json", package, companions={"haushalt.csv": cases.PACKAGE_TABLE}),
            read("haushalt.csv", cases.PACKAGE_TABLE, companions={"datapackage.json": package}),
            read("p.zip", cases.zipped({"p/datapackage.json": package, "p/haushalt.csv": cases.PACKAGE_TABLE})),
        ]
        assert [sums(book) for book in books] == [wanted] * 4
        assert {book.facts.format for book in books} == {"datapackage"}

    @pytest.mark.parametrize(
        "path", ["../geheim.csv", "/etc/passwd", "https://example.org/a.csv", "..\\a.csv", "C:\\a.csv"]
    )
    def test_a_package_cannot_reach_out_of_its_folder(self, tmp_path, path):
        (tmp_path / "geheim.csv").write_bytes(cases.PACKAGE_TABLE)
        folder = tmp_path / "paket"
        folder.mkdir()
        (folder / "datapackage.json").write_bytes(cases.as_json(cases.package(path)))
        book = read("datapackage.json", folder / "datapackage.json")
        assert not book.is_usable
        assert codes(book) == {"package_path"}
