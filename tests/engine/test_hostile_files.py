"""Two thousand broken files: each ends in a BudgetFile and a German sentence, none in an exception."""

from __future__ import annotations

import io
import json
import random
import re
import struct
import time
import zipfile
from collections.abc import Iterator

import pytest

from gemeinwerk.engine.budget_files import Hints, Limits, Mapping, Role, read, rejected_csv
from gemeinwerk.engine.tables import LINES

from . import budget_cases as cases
from .budget_cases import codes, text

LIMITS = Limits(
    max_bytes=3_000_000,
    max_unpacked_bytes=3_000_000,
    max_rows=20_000,
    max_columns=200,
    max_json_bytes=2_000_000,
    max_spreadsheet_cells=300_000,
)
CSV = text(
    "Jahr;Produkt;Produktname;Konto;Kontoname;Art;Betrag",
    *[f"2024;01010{i};Straßen und Plätze {i};5241{i}00;Bewirtschaftung;Aufwand;{i}.234,5{i}" for i in range(9)],
    *[f"2024;01010{i};Straßen und Plätze {i};4011{i}00;Grundsteuer;Ertrag;{i}.234,5{i}" for i in range(9)],
    encoding="cp1252",
)
ROWS = [line.split(";") for line in CSV.decode("cp1252").splitlines()]
JSON = cases.as_json([dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]])
NASTY = ["", "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "-", "--", "1e999", "1e-9", "9" * 40, "NaN", "∞",
         "٣٤", "\x00", "\ufeff",
         "1.2.3,4,5", "(5", "x" * 5000, '"', '""', "\r", "\u2028", "31.12.2024", "-1-", "+", "1;2", "\x1b[31m",
         "²", "½"]  # fmt: skip


def random_bytes(rng: random.Random) -> bytes:
    head = rng.choice(
        [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{", b"[", b"\xef\xbb\xbf", b"\xff\xfe", b"a;b\n"]
    )
    return head + rng.randbytes(rng.randrange(0, 1500))


def mutated(rng: random.Random, data: bytes) -> bytes:
    result = bytearray(data)
    for _ in range(rng.randrange(1, 30)):
        place = rng.randrange(len(result))
        match rng.randrange(4):
            case 0:
                result[place] = rng.randrange(256)
            case 1:
                del result[place : place + rng.randrange(1, 40)]
            case 2:
                result[place:place] = rng.choice(NASTY).encode("utf-8", "replace")
            case _:
                result[place:place] = result[: rng.randrange(60)]
        if not result:
            return b"x"
    return bytes(result)


def nasty_table(rng: random.Random) -> bytes:
    header = rng.sample(
        ["Jahr", "Produkt", "Konto", "Name", "Art", "Betrag", "Plan 2024", "Ist 2023", "", "=x"], rng.randrange(1, 9)
    )
    lines = [";".join(header)]
    for _ in range(rng.randrange(0, 25)):
        lines.append(
            ";".join(
                rng.choice([*NASTY, "2024", "0101", "4011", "Ertrag", "5,50"]) for _ in range(rng.randrange(0, 11))
            )
        )
    return "\n".join(lines).encode(rng.choice(["utf-8", "utf-16", "cp1252", "latin-1"]), "replace")


ITEMS = ["1.0200.4000", "0.0000.1000", "02000.410000", "0200.4000", "V 0200/4000", "1/0200/4140-01", "9.9100.3770",
         "E 0.9100.3000 Zuführung", "0", "200", "VwHH", "VmHH", "E", "A"]  # fmt: skip


def nasty_kameral(rng: random.Random) -> bytes:
    """Haushaltsstellen torn and glued, beside years of a plan."""
    header = ["Haushaltsstelle", "Gliederung", "Gruppierung", "Unterabschnitt", "HHSt.", "Budget", "Maßnahme", "Konto",
              "Ansatz 2024", "Plan 2025", "Plan 2026", "Plan 2027", "Ist 2023", "VE 2026", "Jahr", "Plan"]  # fmt: skip
    header = rng.sample(header, rng.randrange(2, 9))
    lines = [";".join(header)]
    for _ in range(rng.randrange(2, 25)):
        cells = []
        for _ in header:
            cell = rng.choice([*ITEMS, "5,50", "2024", rng.choice(NASTY)])
            place = rng.randrange(len(cell) + 1)
            torn = cell[:place] + rng.choice(["", ".", "/", "-", " ", "0", "x"]) + cell[place:]
            cells.append(rng.choice([cell, cell, torn, cell[:place]]))
        lines.append(";".join(cells))
    return "\n".join(lines).encode("cp1252", "replace")


def nasty_json(rng: random.Random, depth: int = 0) -> object:
    kind = rng.randrange(7 if depth < 5 else 4)
    if kind < 2:
        return rng.choice(NASTY)
    if kind == 2:
        return rng.choice([None, True, False, 0, -1.5, 1e308, 10**30])
    if kind == 3:
        return rng.choice(["Ertrag", "2024", 2024, "0101"])
    if kind == 4:
        return [nasty_json(rng, depth + 1) for _ in range(rng.randrange(6))]
    return {
        rng.choice(["Jahr", "betrag", "konto", "a.b", "", "produkte", "*"]): nasty_json(rng, depth + 1)
        for _ in range(rng.randrange(6))
    }


def hostile(seed: int) -> Iterator[tuple[str, bytes]]:
    rng = random.Random(seed)
    workbook, sheet, table = cases.xlsx({"Haushalt": ROWS}), cases.xls(ROWS), cases.ods(ROWS)
    package = cases.zipped({"datapackage.json": cases.as_json(cases.package()), "haushalt.csv": cases.PACKAGE_TABLE})
    whole = {"csv": CSV, "json": JSON, "xlsx": workbook, "xls": sheet, "ods": table, "zip": package}
    for _ in range(500):
        yield "random", random_bytes(rng)
    for name, data in whole.items():
        for _ in range(60):
            yield f"truncated {name}", data[: rng.randrange(1, len(data))]
        for _ in range(110):
            yield f"mutated {name}", mutated(rng, data)
    for _ in range(350):
        yield "nasty table", nasty_table(rng)
    for _ in range(250):
        yield "nasty kameral", nasty_kameral(rng)
    for _ in range(250):
        yield "nasty json", json.dumps(nasty_json(rng)).encode()


def is_german_sentence(sentence: str) -> bool:
    return bool(re.search(r"[.!]( |$)", sentence)) and bool(
        re.search(r"\b(die|der|das|ist|sind|in|und|wurde|Bitte)\b", sentence, re.I)
    )


def check(name: str, data: bytes, **options):
    book = read(f"{name}.csv", data, limits=LIMITS, **options)
    assert book.lines.schema is LINES
    if not book.is_usable:
        assert any(problem.severity == "error" for problem in book.problems), name
    assert all(is_german_sentence(problem.text) for problem in book.problems), name
    assert rejected_csv(book)
    json.dumps(book.facts.as_dict() | {"mapping": book.mapping.as_dict()}, allow_nan=False)
    return book


def test_two_thousand_broken_files():
    count = 0
    for name, data in hostile(20_240_229):
        try:
            check(name, data)
        except Exception as error:
            raise AssertionError(f"file {count}, {name}: {data[:200]!r}") from error
        count += 1
    assert count >= 2_000


def bomb(member: str = "xl/worksheets/sheet1.xml", size: int = 60_000_000) -> bytes:
    return cases.zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>", member: bytes(size)})


def lying_bomb() -> bytes:
    """Declares one byte for a member that unpacks to many."""
    data = bytearray(bomb(size=20_000_000))
    for magic, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = 0
        while (place := data.find(magic, place)) >= 0:
            struct.pack_into("<I", data, place + offset, 1)
            place += 4
    return bytes(data)


def edited_xlsx(member: str, old: bytes, new: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(cases.xlsx({"Haushalt": ROWS}))) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(old, new) if name == member else data)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty", b"", "empty"),
        ("blank", b" \n\n\n", None),
        ("bomb", bomb(), "zip_bomb"),
        ("lying bomb", lying_bomb(), None),
        ("wandering path", cases.zipped({"../../etc/passwd": b"x", "a.csv": CSV}), "zip_path"),
        ("far cell", edited_xlsx(SHEET, b'r="A2"', b'r="XFD1048576"'), "too_many_rows"),
        ("wide cell", edited_xlsx(SHEET, b'r="A2"', b'r="XFD2"'), "too_many_columns"),
        (
            "entities",
            edited_xlsx(SHEET, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'),
            "xml_entities",
        ),
        ("10,000 columns", text(";".join(map(str, range(10_000))), ";".join("1" * 10_000)), "too_many_columns"),
        ("10,000 columns in json", cases.as_json([{f"c{i}": i for i in range(10_000)}]), "too_many_columns"),
        ("too many rows", text("Jahr;Betrag", *["2024;1"] * 21_000), "too_many_rows"),
        ("huge cell", text("Jahr;Produkt;Betrag", "2024;" + "x" * 300_000 + ";1"), None),
        ("huge json cell", cases.as_json([{"Jahr": 2024, "Produkt": "x" * 300_000, "Betrag": 1}]), None),
        ("deep json", b"[" * 100_000 + b"]" * 100_000, "json_deep"),
        ("deep objects", b'{"a":' * 50_000, "json_deep"),
        ("huge number", b'[{"Jahr": 2024, "Produkt": "1", "Betrag": ' + b"9" * 1_000_000 + b"}]", None),
        ("pdf", b"%PDF-1.7 ...", "unknown_format"),
        ("html", b"<!DOCTYPE html><html><table></table></html>", "unknown_format"),
        ("png", b"\x89PNG\r\n\x1a\n" + bytes(50), "unknown_format"),
        ("open quote", text("Jahr;Produkt;Betrag", '2024;"offen;1', *["2024;01;1"] * 3000), None),
        ("one long line", b"x" * 2_000_000, None),
        ("only newlines", b"\n" * 100_000, None),
        ("encrypted office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + bytes(600),
         "encrypted"),
        ("too large", bytes(3_000_001), "too_large"),
    ],
)  # fmt: skip
def test_named_attacks(name, data, code):
    start = time.perf_counter()
    book = check(name, data)
    assert time.perf_counter() - start < 5
    if code:
        assert code in codes(book)
        assert not book.is_usable or code.startswith("too_many")


def test_encrypted_zip_member_is_refused():
    data = bytearray(cases.xlsx({"Haushalt": ROWS}))
    for magic, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = 0
        while (place := data.find(magic, place)) >= 0:
            data[place + offset] |= 1
            place += 4
    assert "encrypted" in codes(check("locked", bytes(data)))


def test_macros_are_named_and_not_run():
    stream = io.BytesIO(cases.xlsx({"Haushalt": ROWS}))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    book = check("makro", stream.getvalue())
    assert book.lines.length == 18
    assert "macros" in codes(book)


def test_formulas_stay_text_and_rejected_rows_are_neutral():
    rows = [*ROWS, ["2024", "=HYPERLINK(1)", "@x", "+1", "-x", "Ertrag", "=2+3"]]
    book = check("formel", text(*[";".join(row) for row in rows]))
    assert [row.cells[6] for row in book.rejected] == ["=2+3"]
    cells = rejected_csv(book).decode("utf-8-sig").splitlines()[1].split(";")
    assert not any(cell.startswith(("=", "@", "+")) for cell in cells)
    assert "'=HYPERLINK(1)" in cells


@pytest.mark.parametrize("data", [None, 5, "x", [], {"columns": 7},
    {"columns": [{"index": -1}, {"index": 10**9, "role": "amount"}, 3]},
    {"separator": "abc", "encoding": "rot13", "sign": "x", "unit": True, "stage_by_year": {"x": "actual", "2024": "y"}},
    {"tables": [1, 2], "header_row": 10**9, "side_words": [1], "decimal": ["."], "böse": 1, "format": {}},
])  # fmt: skip
def test_hostile_mappings_are_answered_in_sentences(data):
    mapping, said = Mapping.from_dict(data)
    assert said or data == {}
    assert all(is_german_sentence(sentence) for sentence in said)
    check("mapping", CSV, mapping=mapping)


def test_any_mapping_can_be_put_on_any_file():
    rng = random.Random(4)
    roles = [role.value for role in Role]
    for _ in range(150):
        columns = [
            {
                "index": i,
                "name": "",
                "role": rng.choice(roles),
                "level": rng.randrange(4),
                "year": rng.choice([None, 2020]),
            }
            for i in rng.sample(range(12), rng.randrange(1, 10))
        ]
        data = {
            "columns": columns,
            "header_row": rng.randrange(5),
            "decimal": rng.choice([None, ".", ","]),
            "unit": rng.choice([1, 1000]),
        }
        mapping, _ = Mapping.from_dict(data)
        check(
            "zuordnung",
            CSV,
            mapping=mapping,
            hints=Hints(land=rng.choice([None, "06", "99", ""]), year=rng.choice([None, 2024])),
        )


def test_progress_may_cancel():
    class CancelledError(Exception):
        pass

    def stop(share: float) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        read("a.csv", CSV, progress=stop)


def ods_with(rows: bytes) -> bytes:
    names = {"office": b"office:1.0", "table": b"table:1.0", "text": b"text:1.0"}
    head = b"<office:document-content"
    for prefix, name in names.items():
        head += b' xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s"' % (prefix.encode(), name)
    body = b'><office:body><office:spreadsheet><table:table table:name="A">' + rows
    body += b"</table:table></office:spreadsheet></office:body></office:document-content>"
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    return cases.zipped({"mimetype": mimetype, "content.xml": head + body, "META-INF/manifest.xml": b"<x/>"})


CELL = b'<table:table-cell office:value-type="float" office:value="1"%s><text:p>1</text:p></table:table-cell>'
MANY_ROWS = b' table:number-rows-repeated="1048570"'
MANY_COLUMNS = b' table:number-columns-repeated="16384"'


def ods_row(cells: bytes, attributes: bytes = b"") -> bytes:
    return b"<table:table-row" + attributes + b">" + cells + b"</table:table-row>"


@pytest.mark.parametrize(
    "rows",
    [
        ods_row(CELL % b"", MANY_ROWS),
        ods_row(CELL % MANY_COLUMNS),
        ods_row(CELL % MANY_COLUMNS, MANY_ROWS),
        ods_row(b"<table:table-cell" + MANY_COLUMNS + b"/>", MANY_ROWS) + ods_row(CELL % b""),
    ],
)
def test_repeated_rows_and_cells_of_an_ods_are_no_bomb(rows):
    start = time.perf_counter()
    book = check("ods", ods_with(rows))
    assert time.perf_counter() - start < 5
    assert not book.is_usable


def test_a_declared_extent_is_not_believed():
    data = edited_xlsx(SHEET, b'<dimension ref="A1:G19"', b'<dimension ref="A1:XFD1048576"')
    start = time.perf_counter()
    assert check("dimension", data).lines.length == 18
    assert time.perf_counter() - start < 5


def test_a_row_with_several_unreadable_amounts_is_one_rejected_row():
    rows = ["01;500;Aufwand;offen;unklar", "02;501;Aufwand;1,00;offen", "03;502;Aufwand;2,00;3,00"]
    book = read("plan.csv", text("Produkt;Konto;Art;Ansatz 2025;Ansatz 2026", *rows, "04;503;Ertrag;5,00;6,00"))
    assert (book.facts.rows_rejected, len(book.rejected)) == (2, 3)
    given_back = rejected_csv(book).decode("utf-8-sig").splitlines()[1:]
    assert [row.split(";")[1:3] for row in given_back] == [["2", "4, 5"], ["3", "5"]]
    (said,) = [problem.text for problem in book.problems if problem.code == "amount_unreadable"]
    assert said.startswith("2 Zeilen enthalten zusammen 3 Beträge, die nicht lesbar sind")


def test_an_archive_that_holds_archives_is_refused_and_not_followed():
    inner = b"".join([b"Produkt;Betrag\n1;2\n"])
    for _ in range(3):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("haushalt.ods" if inner.startswith(b"PK") else "haushalt.csv", inner)
        inner = out.getvalue()
    book = read("haushalt.zip", inner)
    assert not book.is_usable
    assert any(problem.code == "unknown_format" for problem in book.problems)
