"""Broken and hostile files through the upload page: a German sentence, no error page, nothing left behind."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gemeinwerk.budgets.actions.imports import SHORT_BYTES
from gemeinwerk.budgets.models import BudgetImport, BudgetLine, BudgetVersion, Product
from gemeinwerk.runs.execution import BROKEN
from gemeinwerk.runs.models import Run
from gemeinwerk.ui.uploads import CappedUpload
from tests.architecture import world

from .hostile import zipped

pytestmark = pytest.mark.django_db

KEY = "99001001"
GOOD = world.BUDGET.encode()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</worksheet>'
ONE = b'<sheetData><row r="%s"><c %s>%s</c></row></sheetData>'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(sheet: bytes, more: dict[str, bytes] | None = None) -> bytes:
    """A workbook of one sheet, written by hand so that it can lie."""
    book = (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        f'xmlns:r="{REL}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>'
    ).encode()
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ).encode()
    members = {"[Content_Types].xml": TYPES, "xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": rels}
    return zipped(members | {"xl/worksheets/sheet1.xml": sheet} | (more or {}))


def cells(rows: list[list[object]]) -> bytes:
    told = b""
    for number, row in enumerate(rows, start=1):
        inner = "".join(
            f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
            for place, value in enumerate(row)
        )
        told += f'<row r="{number}">{inner}</row>'.encode()
    return SHEET % (b"<sheetData>" + told + b"</sheetData>")


HEAD = ["Produkt", "Bezeichnung Produkt", "Art", "Sachkonto", "Ansatz 2026"]
ROW = ["01.01.01", "Rat", "Aufwand", "6201000", "100,00"]


def link_in_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("haushalt.csv")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


def lying_zip(size: int) -> bytes:
    """A zip whose head declares another size than the content has."""
    content = bytearray(zipped({"haushalt.csv": GOOD}))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.find(mark)
        content[at + place : at + place + 4] = size.to_bytes(4, "little")
    return bytes(content)


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return zipped([("haushalt.csv", GOOD), ("haushalt.csv", b"anders")])


def package(path: object) -> bytes:
    return json.dumps({"model": {}, "resources": [{"path": path}]}).encode()


def rows_json(amount: str, name: str = "Rat") -> bytes:
    one = f'{{"Produkt": "01.01.01", "Bezeichnung": {json.dumps(name)}, "Konto": "6201000", "Ansatz 2026": {amount}}}'
    return f"[{one}, {one}]".encode()


def hostile() -> dict[str, bytes]:
    wide = ";".join(f"S{number}" for number in range(10_000))
    head = "Produkt;Art;Sachkonto;Ansatz 2026\n"
    files: dict[str, bytes] = {
        "leer.csv": b"",
        "marke.csv": b"\xef\xbb\xbf",
        "marke16.csv": b"\xff\xfe",
        "leerzeilen.csv": b"\n\r\n \n;;;\n",
        "ein-byte.csv": b"\x80",
        "utf16.csv": world.BUDGET.encode("utf-16"),
        "utf16be.csv": world.BUDGET.encode("utf-16-be"),
        "utf32.csv": world.BUDGET.encode("utf-32"),
        "nur-kopf.csv": head.encode(),
        "seite.csv": b"\n <!DOCTYPE html><html><body onload=alert(1)></body></html>",
        "bild.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        "muell.xlsx": b"PK\x03\x04" + bytes(range(256)) * 8,
        "muell.csv": bytes(range(256)) * 16,
        "breit.csv": f"{wide}\n{wide}\n".encode(),
        "anfuehrung.csv": (head + '"01;Aufwand;6;1,00\n' * 50).encode(),
        "lange-zelle.csv": (head + f"01;Aufwand;{'6' * 200_000};1,00\n").encode(),
        "viele-ziffern.csv": (head + f"01;Aufwand;620;{'9' * 4000},00\n" * 3).encode(),
        "zu-gross.csv": (head + "01;Aufwand;620;90.000.000.000.000.000,00\n" * 5).encode(),
        "ueberlauf.csv": (head + "01;Aufwand;620;9.000.000.000.000,00\n" * 20_000).encode(),
        "hochzahl.csv": (head + "01;Aufwand;620;1e999\n01;Aufwand;621;NaN\n01;Aufwand;622;Infinity\n").encode(),
        "andere-ziffern.csv": (head + "01;Aufwand;620;١٢٣,٤٥\n01;Aufwand;621;１２３,００\n").encode(),
        "jahre.csv": b"Produkt;Sachkonto;Ansatz 99999;Ansatz -5;Ansatz 0\n01;620;1,00;2,00;3,00\n",
        "null.csv": (head + "01\x00;Aufwand;620;1,00\n").encode(),
        "tief.json": b"[" * 20_000 + b"]" * 20_000,
        "tief2.json": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        "nan.json": rows_json("NaN"),
        "unendlich.json": rows_json("-Infinity"),
        "hoch.json": rows_json("1e999"),
        "ziffern.json": rows_json("9" * 5000),
        "wahr.json": rows_json("true"),
        "liste.json": rows_json("[[1]]"),
        "nullbyte.json": rows_json("5.5", "Rat\x00haus"),
        "halbes-zeichen.json": rows_json("5.5", "Rat\ud800haus"),
        "schluessel.json": b'[{"\\u0000\\ud800": 1, "Ansatz 2026": 2}, {"\\u0000\\ud800": 1, "Ansatz 2026": 3}]',
        "zahl.json": b"1",
        "datapackage.json": package("/etc/passwd"),
        "mappe.xlsm": xlsx(cells([HEAD, ROW, ROW]), {"xl/vbaProject.bin": b"\x00macro"}),
        "gross-erklaert.xlsx": xlsx(SHEET % b'<dimension ref="A1:XFD1048576"/><sheetData/>'),
        "weit-draussen.xlsx": xlsx(SHEET % (ONE % (b"1048576", b'r="XFD1048576"', b"<v>1</v>"))),
        "kaputte-zelle.xlsx": xlsx(SHEET % (ONE % (b"-1", b'r="??" t="s"', b"<v>99999999999</v>"))),
        "fremde-teile.xlsx": xlsx(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'),
        "lachen.xlsx": xlsx(b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'),
        "ohne-blatt.xlsx": zipped({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<workbook/>"}),
        "formel.xlsx": xlsx(SHEET % (ONE % (b"1", b'r="A1"', b'<f>WEBSERVICE("http://x")</f>'))),
        "kennwort.xlsx": OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600,
        "ole.xls": OLE + bytes(range(256)) * 20,
        "ole-kurz.xls": OLE,
        "mappe.ods": zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x"}),
        "bombe.zip": zipped({"haushalt.csv": b"0" * 20_000_000}),
        "bombe.xlsx": xlsx(SHEET % (b" " * 20_000_000)),
        "innen.zip": zipped({"innen.zip": zipped({"haushalt.csv": GOOD})}),
        "innen2.zip": zipped({"a.xlsx": zipped({"b.xlsx": zipped({"c.csv": GOOD})})}),
        "weg.zip": zipped({"../../../tmp/weg.csv": GOOD}),
        "absolut.zip": zipped({"/etc/weg.csv": GOOD}),
        "windows.zip": zipped({"..\\..\\weg.csv": GOOD}),
        "verknuepfung.zip": link_in_zip(),
        "doppelt.zip": twice(),
        "luegt-klein.zip": lying_zip(10),
        "luegt-gross.zip": lying_zip(2**32 - 2),
        "viele.zip": zipped({f"{number}.csv": b"a;b\n" for number in range(6000)}),
        "ordner.zip": zipped({"ordner/": b""}),
        "halb.zip": zipped({"haushalt.csv": GOOD})[:-30],
    }  # fmt: skip
    paths = [
        "../../etc/passwd",
        "http://127.0.0.1/x.csv",
        "file:///etc/passwd",
        "C:\\x.csv",
        "//host/x.csv",
        "",
        "\x00",
    ]
    paths += [".", "a" * 5000, None, 5, ["../x.csv"], {"x": 1}]
    files |= {f"datapackage.json#{number}": package(path) for number, path in enumerate(paths)}
    files |= {
        f"paket{number}.zip": zipped({"datapackage.json": package(path), "a.csv": GOOD})
        for number, path in enumerate(paths[:4])
    }
    return files


SENTENCE_ENDS = (".", "?", "!")


def stored(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


def complaints(client, import_: BudgetImport) -> list[str]:
    """What is wrong with how the reading of a file ended."""
    run = Run.objects.order_by("pk").last()
    told = []
    if run.state != "done" or run.error or import_.state not in {"checked", "unreadable"}:
        told.append(f"{import_.state}, {run.state}, {run.error[:80]}")
    texts = [problem["text"] for problem in import_.problems if problem["severity"] == "error"]
    if import_.state == "unreadable" and not texts:
        told.append("unreadable without a reason")
    told += [f"no sentence: {text[:90]}" for text in texts if not text.endswith(SENTENCE_ENDS)]
    for page in ("import-check", "import-preview"):
        status = client.get(reverse(page, args=[KEY, import_.pk])).status_code
        if status not in {200, 302}:
            told.append(f"{page} {status}")
    return told


def refused_well(answer) -> bool:
    errors = [str(error) for error in answer.context["form"].errors.get("files", [])]
    return bool(errors) and all(error.endswith(SENTENCE_ENDS) for error in errors)


def test_every_broken_file_ends_in_a_sentence_and_leaves_nothing(
    cast, as_person, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path / "files"
    client = as_person(cast.anke)
    files = hostile()
    assert len(files) >= 75
    wrong = []
    for name, content in files.items():
        BudgetImport.objects.all().delete()
        upload = SimpleUploadedFile(name.partition("#")[0], content)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse("import-new", args=[KEY]), {"files": [upload]}, follow=True)
        if answer.status_code != 200 or "Traceback" in answer.content.decode():
            wrong.append(f"{name}: {answer.status_code}")
        import_ = BudgetImport.objects.first()
        if import_ is None:
            wrong += [] if refused_well(answer) else [f"{name}: refused without a sentence"]
            continue
        wrong += [f"{name}: {told}" for told in complaints(client, import_)]
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("import-discard", args=[KEY, import_.pk]))
        if left := stored(tmp_path):
            wrong.append(f"{name}: left {left}")
            for path in left:
                path.unlink()
    assert not wrong, "\n".join(wrong)
    assert not BudgetVersion.objects.exists() and not BudgetLine.objects.exists() and not Product.objects.exists()
    assert not Run.objects.filter(error__startswith=BROKEN[:40]).exists()


def test_what_can_be_read_of_hostile_files_can_be_adopted_or_is_refused(cast, as_person, settings, tmp_path):
    """Sums beyond every number of the database end in a sentence, not in half an import."""
    settings.MEDIA_ROOT = tmp_path / "files"
    client = as_person(cast.anke)
    files = hostile()
    for name in ("ueberlauf.csv", "zu-gross.csv", "mappe.xlsm", "nullbyte.json", "halbes-zeichen.json", "jahre.csv"):
        upload = SimpleUploadedFile(name, files[name])
        client.post(reverse("import-new", args=[KEY]), {"files": [upload]})
        import_ = BudgetImport.objects.order_by("pk").last()
        if import_.state != "checked":
            continue
        slots = [f"{part['year']}-{part['stage']}" for part in import_.slices]
        data = {"version": import_.version, "slots": slots}
        answer = client.post(reverse("import-adopt", args=[KEY, import_.pk]), data, follow=True)
        run = Run.objects.order_by("pk").last()
        assert answer.status_code == 200 and not run.error.startswith(BROKEN[:40]), (name, run.error)
        for page in ("budget-overview", "budget-plan", "budget-products", "budget-projection", "budget-tasks"):
            assert client.get(reverse(page, args=[KEY])).status_code == 200, (name, page)


def test_too_many_and_too_large_files_are_refused_before_they_are_stored(cast, as_person, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    client = as_person(cast.anke)
    many = [SimpleUploadedFile(f"{number}.csv", b"a;b") for number in range(21)]
    answer = client.post(reverse("import-new", args=[KEY]), {"files": many})
    assert "höchstens 20 Dateien" in answer.content.decode()
    settings.UPLOAD_MAX_MB = 1
    large = SimpleUploadedFile("gross.csv", b"a;b\n" * 300_000)
    answer = client.post(reverse("import-new", args=[KEY]), {"files": [large]})
    assert "zu groß" in answer.content.decode()
    assert not BudgetImport.objects.exists() and not stored(tmp_path)


def test_what_goes_beyond_the_limit_is_counted_and_not_kept(cast, as_person, settings):
    """The files of a request are taken in before anybody asks who sends it: the disk must not be the limit."""
    settings.UPLOAD_MAX_MB = 1
    handler = CappedUpload()
    for name in ("eins.csv", "zwei.csv"):
        handler.new_file("files", name, "text/csv", None)
        for start in range(0, 4_000_000, 50_000):
            handler.receive_data_chunk(b"x" * 50_000, start)
        file = handler.file_complete(4_000_000)
        assert file.size == 4_000_000 and Path(file.temporary_file_path()).stat().st_size <= 1_000_000
        file.close()
    large = SimpleUploadedFile("gross.csv", b"a;b\n" * 1_000_000)
    answer = as_person(cast.anke).post(reverse("import-new", args=[KEY]), {"files": [large]})
    assert "mit 4 MB zu groß" in answer.content.decode()


def test_a_small_file_that_unpacks_to_a_large_one_is_left_to_the_worker(cast, as_person, settings, tmp_path):
    """What packs well would hold a thread of the web server for long."""
    settings.MEDIA_ROOT = tmp_path / "files"
    rows = b"".join(b'<row r="%d">%s</row>' % (number, b"<c><v>1</v></c>" * 20) for number in range(1, 100_000))
    upload = SimpleUploadedFile("klein.xlsx", xlsx(SHEET % (b"<sheetData>" + rows + b"</sheetData>")))
    assert upload.size < SHORT_BYTES < len(rows) // 8
    answer = as_person(cast.anke).post(reverse("import-new", args=[KEY]), {"files": [upload]})
    assert Run.objects.get().state == "waiting" and "/laeufe/" in answer.headers["Location"]


def test_a_damaged_balance_file_ends_in_a_sentence(cast, as_person):
    client = as_person(cast.anke)
    for name, content in hostile().items():
        if len(content) > 4_000_000:
            continue
        upload = SimpleUploadedFile(name.partition("#")[0], content)
        answer = client.post(reverse("budget-balance-import", args=[KEY]), {"file": upload})
        assert answer.status_code == 200, name
        errors = [str(error) for error in answer.context["form"].errors.get("file", [])]
        assert errors and all(error.endswith(SENTENCE_ENDS) for error in errors), (name, errors)
