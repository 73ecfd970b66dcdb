"""One row of a source: the same as its obvious twin, which reads everything from the top."""

from __future__ import annotations

import csv
import io
import json

import pytest

from gemeinwerk.engine.budget_files import Mapping, read
from gemeinwerk.engine.budget_files import rows as module
from gemeinwerk.engine.budget_files.rows import row_at

PLAIN = "Produkt;Konto;Betrag\r\n010101;5000000;1,00\r\n\r\n010102;5000001;2,00\r\n010103;Ähnlich;3,00"
QUOTED = 'Produkt;Konto;Betrag\n"0101\n01";5000000;1,00\n010102;5000001;2,00\n'


@pytest.mark.parametrize("chunk", [5, 64, 1 << 20])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", [PLAIN, QUOTED, PLAIN.replace("\r\n", "\r"), PLAIN + "\r\n"])
def test_every_row_is_the_one_a_plain_reader_gives(tmp_path, monkeypatch, chunk, encoding, text):
    monkeypatch.setattr(module, "CHUNK", chunk)
    path = tmp_path / "plan.csv"
    path.write_bytes(text.encode(encoding))
    expected = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    mapping = Mapping(encoding=encoding, separator=";")
    for number, cells in enumerate(expected, start=1):
        found = row_at("plan.csv", path, mapping, table="", row=number)
        assert found == tuple(cell.strip() for cell in cells), number
    assert row_at("plan.csv", path, mapping, table="", row=len(expected) + 1) is None


def test_rows_of_json_and_of_bytes():
    source = json.dumps([{"Produkt": "010101", "Betrag 2026": 5}, {"Produkt": "010102", "Betrag 2026": 6}]).encode()
    table = read("plan.json", source).sheets[0]
    assert row_at("plan.json", source, Mapping(), table=table, row=2) == ("010102", "6")
    assert row_at("plan.json", source, Mapping(), table="anderes", row=1) is None
    assert row_at("plan.csv", PLAIN.encode(), Mapping(), table="", row=2) == ("010101", "5000000", "1,00")
    assert row_at("leer.csv", b"", Mapping(), table="", row=1) is None
