"""A million rows at once: amounts and keys from bytes, sums and repetitions in pieces, each against plain loops."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.engine import budget
from gemeinwerk.engine.budget import contents, groups
from gemeinwerk.engine.budget_files import bulk
from gemeinwerk.engine.budget_files.collect import Growing
from gemeinwerk.engine.budget_files.limits import Limits
from gemeinwerk.engine.budget_files.numbers import Unreadable, cents
from gemeinwerk.engine.tables import Category, Frame, Key, code_type
from tests.engine import twins_budget
from tests.engine.budget_lines import Line, frame, quick

DIGITS = st.text("0123456789", min_size=1, max_size=20)
GROUPED = st.integers(0, 10**17).map(lambda value: f"{value:,}".replace(",", "."))
CELLS = st.one_of(
    st.tuples(st.sampled_from(["", "-"]), st.one_of(DIGITS, GROUPED), st.sampled_from(["", ",5", ",07", ".07"])).map(
        "".join
    ),
    st.text("0123456789.,-", max_size=14),
    st.sampled_from(
        ["", "-", "x", "7 €", "1.234,5,6", "12.34,56", ".123,45", "999999999999999999", "12345678901234567"]
    ),
)


def piece(rows: list[tuple[str, ...]]) -> bulk.Piece:
    data = "".join(";".join(cells) + "\r\n" for cells in rows).encode()
    found = bulk._piece(1, data, "utf-8", ";", Limits())
    assert isinstance(found, bulk.Piece)
    return found


@quick
@given(st.lists(CELLS, min_size=1, max_size=30), st.integers(0, 3))
def test_amounts_read_from_bytes_are_those_read_one_by_one(cells, skip):
    rows = piece([("a", cell, "b") for cell in cells])
    values, open_ = rows.cents(1, min(skip, len(cells) - 1))
    places = set(range(len(values))) - set(open_.tolist())
    for place in places:
        assert int(values[place]) == cents(cells[place + min(skip, len(cells) - 1)], ",")
    for place in open_.tolist():
        assert int(values[place]) == 0


def test_plain_amounts_do_not_go_the_slow_way():
    cells = ["3.370.299,01", "17.793,67", "-5,00", "1234", "12.34", "-1.234.567.890,12", "0,00", "9" * 13]
    values, open_ = piece([("name", cell) for cell in cells]).cents(1, 0)
    assert not len(open_)
    assert values.tolist() == [337029901, 1779367, -500, 123400, 1234, -123456789012, 0, 9999999999999 * 100]


@pytest.mark.parametrize("cell", ["9" * 18, "99999999999999999", "184467440737095517", "1.000.000.000.000.001,00"])
def test_amounts_beyond_every_budget_are_refused_by_both_ways(cell):
    _values, open_ = piece([("name", cell)]).cents(1, 0)
    assert open_.tolist() == [0]
    with pytest.raises(Unreadable):
        cents(cell, ",")


TEXTS = st.text("ab\x00é1", max_size=30)


@quick
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=40))
@pytest.mark.parametrize("columns", [(0,), (0, 1), (0, 2), (0, 1, 2)])
def test_keys_have_one_hash_if_and_only_if_their_cells_are_equal(columns, rows):
    found = piece(rows).hashes(columns, 0)
    assert found is not None
    keys = [tuple(row[i] for i in columns) for row in rows]
    assert len(set(zip(keys, found.tolist(), strict=True))) == len(set(keys)) == len(set(found.tolist()))


def test_a_cell_that_ends_with_the_piece_is_hashed_like_any_other():
    rows = piece([("abcdefgh" * 5, "x" * n) for n in (1, 9, 17, 1)])
    found = rows.hashes((1,), 0)
    assert found is not None
    assert found[0] == found[3]
    assert len(set(found.tolist())) == 3


def test_the_order_of_words_in_a_cell_tells_cells_apart():
    parts = ("abcdefgh", "12345678", "ABCDEFGH", "abcdefgh", "--------")
    rows = list(dict.fromkeys(("".join(order),) for order in permutations(parts)))
    found = piece(rows).hashes((0,), 0)
    assert found is not None
    assert len(set(found.tolist())) == len(rows) == 60


@pytest.mark.parametrize("count", [100, 128, 40_000])
def test_keys_are_numbered_by_first_appearance_over_many_pieces(count):
    rng = np.random.default_rng(5)
    names = [f"{i:05d}" for i in rng.integers(0, count, 3 * count)]
    numbers: dict[tuple[str, ...], int] = {}
    hashes, codes = bulk.Hashes(), Growing(np.int8)
    for start in range(0, len(names), count):
        part = piece([(name, "rest") for name in names[start : start + count]])
        found = hashes.codes(part, (0, 1), 0, lambda cells: numbers.setdefault(cells, len(numbers)))
        codes.widen(len(numbers))
        codes.extend(found)
    first = {name: i for i, name in enumerate(dict.fromkeys(names))}
    done = codes.done()
    assert done.tolist() == [first[name] for name in names]
    assert done.dtype == code_type(len(first))


@pytest.mark.parametrize(
    ("size", "name"), [(0, "int8"), (128, "int8"), (129, "int16"), (32768, "int16"), (32769, "int32")]
)
def test_codes_take_as_few_bytes_as_their_values_need(size, name):
    kind = code_type(size)
    assert kind == np.dtype(name)
    assert np.iinfo(kind).max >= size - 1


def test_codes_without_a_sign_are_no_category():
    lines = frame([Line(5), Line(6, product="12")])
    broken = Category(np.zeros(lines.length, np.uint8), (Key("1", ""),))
    with pytest.raises(TypeError):
        Frame(lines.schema, {**lines, "unit": broken})


@quick
@given(st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 3), st.integers(-(10**15), 10**15)), max_size=40))
@pytest.mark.parametrize(("dense", "step"), [(4_000_000, 1 << 15), (4_000_000, 3), (1, 3)])
def test_sums_in_pieces_equal_a_plain_loop(dense, step, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "DENSE_LIMIT", dense)
        patch.setattr(groups, "PIECE", step)
        one, two, amounts = (np.array([row[i] for row in rows], np.int64) for i in range(3))
        found = groups.add_up([(one.astype(np.int8), 3), (two.astype(np.int16), 4)], amounts)
        wanted: Counter[tuple[int, int]] = Counter()
        for a, b, value in rows:
            wanted[a, b] += value
        number = Counter((a, b) for a, b, _value in rows)
        keys = [tuple(key) for key in found.keys.tolist()]
        assert keys == sorted(wanted)
        assert [int(value) for value in found.cents] == [wanted[key] for key in keys]
        assert found.number.tolist() == [number[key] for key in keys]
        first = {a: i for i, (a, _b, _value) in reversed(list(enumerate(rows)))}
        assert groups.first_rows(one, 3).tolist() == [first.get(a, -1) for a in range(3)]
        assert groups.counts(one, 3).tolist() == [one.tolist().count(a) for a in range(3)]


FEW_KEYS = st.tuples(st.sampled_from([5, 7, 0, -5]), st.integers(2025, 2026), st.sampled_from(["11", "12", None])).map(
    lambda key: Line(key[0], year=key[1], product=key[2])
)


@quick
@given(st.lists(FEW_KEYS, max_size=30))
@pytest.mark.parametrize("part", [1, 2, 7])
def test_repetitions_in_parts_are_those_of_the_whole(part, lines):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contents, "PART_LINES", part)
        patch.setattr(groups, "PIECE", 4)
        found = {problem.code: problem.count for problem in budget.check(frame(lines))}
    twins, repeated = twins_budget.duplicates(lines)
    assert found.get("duplicate_line", 0) == twins
    assert found.get("repeated_key", 0) == repeated


def test_reading_a_csv_loads_neither_spreadsheets_nor_yaml(tmp_path):
    path = tmp_path / "2026.csv"
    path.write_bytes("Produkt;Konto;Bezeichnung;Ansatz 2026\r\n111101;4011;Grundsteuer A;1.000,00\r\n".encode("cp1252"))
    code = (
        "import sys; from gemeinwerk.engine.__main__ import main; status = main(['check', sys.argv[1]]); "
        "assert not {'yaml', 'python_calamine', 'zipfile'} & set(sys.modules); sys.exit(status)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
