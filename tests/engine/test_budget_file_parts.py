"""The parts of the reader against their slow twins: numbers, the way by the bytes, mappings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemeinwerk.engine.budget_files import ColumnRole, Mapping, Role, Sign, header_digest, read
from gemeinwerk.engine.budget_files.numbers import AmountReader, Unreadable, cents
from gemeinwerk.engine.tables import SIDES, Side, Stage

from . import twins_budget_files as twins
from .budget_cases import sums, text

amounts = st.integers(-(10**12), 10**12)


def german(value: int) -> str:
    whole, rest = divmod(abs(value), 100)
    return ("-" if value < 0 else "") + f"{whole:,}".replace(",", ".") + f",{rest:02d}"


@given(amounts)
def test_an_amount_is_read_in_every_way_it_is_written(value):
    whole = german(value)
    plain = whole.replace(".", "")
    point = plain.replace(",", ".")
    ways = [whole, plain, f" {whole} €", f"{whole} EUR", whole.replace(".", "\u00a0"), whole.replace(".", "'")]
    if value < 0:
        ways += [whole[1:] + "-", f"({whole[1:]})", "−" + whole[1:]]
    assert {cents(way, ",") for way in ways} == {value}
    assert cents(point, ".") == value
    assert twins.cents_of_german(whole) == value
    assert cents(value / 100 if abs(value) < 10**11 else value // 100) in (value, value // 100 * 100)


@pytest.mark.parametrize(
    "cell", ["abc", "1.2.3", "1,2,3", "12..3", "-1-", "12%", "1 Mio", "0x10", True, "٣", "²", "1e99", "--5"]
)
def test_what_is_no_amount_is_refused(cell):
    with pytest.raises((Unreadable, ArithmeticError, ValueError)):
        cents(cell)


@pytest.mark.parametrize(("cell", "wanted"), [
    ("-", 0), ("–", 0), ("-   \ufffd", 0), ("- €", 0), ("", None), ("nan", None),
    ("n.v.", None), ("x", None), (".", None),
    (None, None), (float("nan"), None), ("8.000", 800_000), ("29.026.000", 2_902_600_000), ("0.500", 50),
    ("1.5E+06", 150_000_000),
    ("5 T€", 500_000), ("TEUR 12,5", 1_250_000), (12.345, 1235), (7, 700), ("1,234.50", 123_450),
])  # fmt: skip
def test_cells(cell, wanted):
    assert cents(cell) == wanted


@given(
    st.lists(
        st.one_of(amounts.map(german), st.sampled_from(["-", "", "x", "8.000", "5,5-", "7 €", "12.34"])), max_size=30
    )
)
def test_in_bulk_as_one_by_one(cells):
    values, missing, bad = AmountReader(",").read(cells)
    singles = [cents(cell, ",") for cell in cells]
    assert bad == []
    assert values.tolist() == [single or 0 for single in singles]
    assert (missing.tolist() if missing is not None else [False] * len(cells)) == [single is None for single in singles]


cell = st.text(
    st.characters(codec="cp1252", exclude_characters=';"\r\n\x00', exclude_categories=["Cc", "Zs"]),
    min_size=1,
    max_size=20,
)
row = st.tuples(
    st.sampled_from(["010101", "010102", "020301"]),
    st.sampled_from(["40110000", "52410000"]),
    st.sampled_from(["Ertrag", "Aufwand"]),
    st.one_of(amounts.map(german), amounts.map(lambda value: german(abs(value)) + "-"), st.just("")),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(row, min_size=4, max_size=40),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_file_by_its_bytes_as_by_the_csv_module(rows, encoding, end):
    data = text("Produkt;Konto;Art;Betrag", *[";".join(cells) for cells in rows], encoding=encoding, end=end)
    book = read("2024.csv", data, Mapping(sign=Sign.NATURAL, decimal=",", columns=COLUMNS, header_row=1, separator=";"))
    product, account = book.lines.category("product"), book.lines.category("account")
    found = [
        (int(r), product.key(i).code, account.key(i).code, "Ertrag" if SIDES[s] is Side.INCOME else "Aufwand", int(c))
        for i, (r, s, c) in enumerate(
            zip(book.lines.array("row"), book.lines.array("side"), book.lines.array("amount_cents"), strict=True)
        )
    ]
    assert found == twins.lines(data, encoding)


COLUMNS = (
    ColumnRole(0, "Produkt", Role.PRODUCT_CODE, level=1),
    ColumnRole(1, "Konto", Role.ACCOUNT_CODE),
    ColumnRole(2, "Art", Role.SIDE),
    ColumnRole(3, "Betrag", Role.AMOUNT),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cell, cell), min_size=1, max_size=30, unique_by=lambda pair: pair[0].strip()))
def test_every_name_survives_the_way_by_the_bytes(pairs):
    lines = [f"{code};{name};Ertrag;1,00" for code, name in pairs]
    columns = (ColumnRole(0, "a", Role.UNIT_NAME, level=1), ColumnRole(1, "b", Role.ACCOUNT_NAME), *COLUMNS[2:])
    mapping = Mapping(columns=columns, header_row=0, separator=";", encoding="cp1252", decimal=",", default_year=2024)
    book = read("a.csv", text(*lines, encoding="cp1252"), mapping)
    unit = book.lines.category("unit")
    if book.lines.length == len(pairs):
        assert [unit.key(i).name for i in range(len(pairs))] == [code.strip() for code, _ in pairs]


def test_a_large_file_is_read_the_same_with_and_without_quotes():
    rows = [
        f"{2020 + i % 5};{i % 97:06d};Straße {i % 97};{i:,}".replace(",", ".") + f",{i % 100:02d};Aufwand"
        for i in range(30_000)
    ]
    plain = text("Jahr;Produkt;Name;Betrag;Art", *rows, encoding="cp1252")
    quoted = text(
        "Jahr;Produkt;Name;Betrag;Art",
        *rows[:-1],
        rows[-1].replace("Straße", '"Straße').replace(";29.", '";29.'),
        encoding="cp1252",
    )
    one, other = read("a.csv", plain), read("a.csv", quoted)
    assert sums(one) == sums(other)
    assert one.lines.length == 30_000
    for name in ("row", "year", "amount_cents", "side"):
        assert np.array_equal(one.lines.array(name), other.lines.array(name))


def test_a_path_is_streamed_and_progress_grows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(text("Jahr;Produkt;Betrag;Art", *[f"2024;{i % 90:04d};{i},00;Ertrag" for i in range(60_000)]))
    shares: list[float] = []
    book = read(path.name, path, progress=shares.append)
    assert book.lines.length == 60_000
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


class TestMapping:
    def test_round_trip(self):
        mapping = Mapping(
            format="delimited", encoding="cp1252", separator=";", tables=("",), header_row=1, header_rows=1,
            decimal=",", unit=1000,
            columns=(ColumnRole(2, "Plan 2017", Role.AMOUNT, 0, 2017, 0, Stage.ESTIMATE, Side.INCOME),),
            default_year=2017,
            default_stage=Stage.ACTUAL, stage_by_year=((2018, Stage.FORECAST),), side_words=(("Plus", Side.INCOME),),
            stage_words=(("X", Stage.ACTUAL),), sign=Sign.NATURAL, scheme="imk4",
        )  # fmt: skip
        assert Mapping.from_dict(mapping.as_dict()) == (mapping, ())

    def test_next_years_file_finds_the_mapping(self):
        this, following = ("Produkt", "Konto", "Ist 2015", "Plan 2017"), ("Produkt", "Konto", "Ist 2016", "Plan 2018")
        assert header_digest(this) == header_digest(following)
        assert header_digest(this) != header_digest(("Produkt", "Konto", "Plan 2017", "Ist 2015"))
        assert header_digest(("konten.b23", "konten.b24")) == header_digest(("konten.b24", "konten.b25"))

    def test_years_move_on_with_the_header(self):
        old = text(
            "Produkt;Konto;Bezeichnung;Ist 2015;Plan 2017", "01;4011;Grundsteuer A;1;2", "01;5012;Vergütungen;3;4"
        )
        mapping = read("a.csv", old).mapping.reusable()
        new = text(
            "Produkt;Konto;Bezeichnung;Ist 2016;Plan 2018", "01;4011;Grundsteuer A;5;6", "01;5012;Vergütungen;7;8"
        )
        assert {(year, stage) for year, stage, _ in sums(read("b.csv", new, mapping))} == {
            (2016, "actual"), (2018, "estimate")
        }  # fmt: skip

    def test_moved_columns_are_found_by_name(self):
        mapping = read("a.csv", text("Produkt;Art;Betrag;Jahr", "01;Ertrag;5;2024", "02;Aufwand;6;2024")).mapping
        book = read("b.csv", text("Jahr;Betrag;Art;Produkt", "2024;5;Ertrag;01", "2024;6;Aufwand;02"), mapping)
        assert sums(book) == {(2024, "estimate", "income"): 500, (2024, "estimate", "expense"): -600}

    def test_a_part_of_a_mapping_overrides_only_that_part(self):
        data = text("Jahr;Produkt;Art;Betrag", "2024;01;Ertrag;5", "2024;02;Aufwand;6")
        book = read("a.csv", data, Mapping(default_stage=Stage.ACTUAL))
        assert sums(book) == {(2024, "actual", "income"): 500, (2024, "actual", "expense"): -600}
        assert book.mapping.columns == read("a.csv", data).mapping.columns
