"""Hostile and mistaken uploads through the page: no error page, no half import, always a German sentence."""

from __future__ import annotations

import io
import json
import random
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gemeinwerk.budgets.models import BudgetImport, BudgetLine, BudgetVersion

from .import_files import plan_csv

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def hostile():
    """About fifty broken files: (name, content)."""
    rng = random.Random(7)
    good = plan_csv()
    files = [(f"zufall{i}.csv", rng.randbytes(rng.randrange(1, 3000))) for i in range(12)]
    files += [(f"abgeschnitten{i}.csv", good[: rng.randrange(1, len(good))]) for i in range(8)]
    files += [(f"verdreht{i}.csv", bytes(rng.choice(good) for _ in range(400))) for i in range(6)]
    sheet = zipped(_Content_Types__dot_xml="x", xl__workbook_dot_xml="<workbook/>")
    files += [(f"mappe{i}.xlsx", sheet[: rng.randrange(10, len(sheet))]) for i in range(4)]
    files += [
        ("bombe.zip", zipped(gross_dot_csv=b"0" * 30_000_000)),
        ("innen.zip", zipped(noch_dot_zip=zipped(eins_dot_csv=good))),
        ("weg.zip", zipped(**{"..__..__etc__passwd": b"x"})),
        ("leer.zip", zipped()),
        ("bild.csv", b"\x89PNG\r\n\x1a\n" + rng.randbytes(200)),
        ("brief.pdf", b"%PDF-1.7\n" + rng.randbytes(200)),
        ("alt.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rng.randbytes(2000)),
        ("seite.csv", b"<!doctype html><html><script>alert(1)</script></html>"),
        ("breit.csv", (";".join(["1"] * 10_000) + "\n").encode() * 3),
        ("tief.json", b"[" * 5000 + b"]" * 5000),
        ("kein.json", b'{"a": '),
        ("liste.json", json.dumps([{"x": None}, {"y": [1]}]).encode()),
        ("paket.json", json.dumps({"resources": [{"path": "../../etc/passwd"}], "model": {}}).encode()),
        ("zelle.csv", b'a;b\n"' + b"x" * 100_000 + b'";1\n'),
        ("offen.csv", b'Produkt;Konto;Betrag\n"010101;5000;1,00\n' * 5),
        ("nullen.csv", b"\x00" * 500),
        ("zeichen.csv", "Produkt;Betrag\n\ud7ff;1\n".encode("utf-16")),
        ("formel.csv", b"Produkt;Konto;Betrag 2026\n010101;5000;=cmd|' /C calc'!A0\n010101;5001;=1+1\n"),
        ("riesig.csv", b"Produkt;Konto;Ansatz 2026\n010101;5000;" + b"9" * 400 + b"\n"),
        ("<script>.csv", b"a;b\n1;2\n"),
        ("../../../weg.csv", good),
    ]
    return files


def test_no_upload_raises_an_error_page_or_leaves_half_an_import(cast, as_person):
    client = as_person(cast.anke)
    for name, content in hostile():
        file = SimpleUploadedFile(name, content)
        answer = client.post(reverse("import-new", args=["99001001"]), {"files": [file]}, follow=True)
        page = answer.content.decode()
        assert answer.status_code == 200, name
        assert "<script>alert" not in page and "<script>.csv" not in page, name
        import_ = BudgetImport.objects.order_by("pk").last()
        assert import_ is None or import_.state in {"checked", "unreadable"}, (name, import_.run.error)
        if import_ is not None and import_.state == "unreadable":
            errors = [problem["text"] for problem in import_.problems if problem["severity"] == "error"]
            assert errors and all(text.endswith(".") for text in errors), name
            assert errors[0][:30] in page.replace("&quot;", '"').replace("&#x27;", "'"), name
            assert import_.lines_file == "", name
        if import_ is not None:
            for other in ("import-check", "import-preview", "import-detail"):
                address = reverse(other, args=["99001001", import_.pk])
                assert client.get(address, follow=True).status_code == 200, (name, other)
    assert not BudgetVersion.objects.exists() and not BudgetLine.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("default_year", "9" * 5000),
        ("role_0", "<x>"),
        ("side_words", "=" * 9999),
        ("header_row", "-5"),
        ("version", ""),
    ],
)
def test_a_forged_mapping_is_refused_at_its_field(cast, as_person, name, value):
    client = as_person(cast.anke)
    client.post(reverse("import-new", args=["99001001"]), {"files": [SimpleUploadedFile("a.csv", plan_csv())]})
    import_ = BudgetImport.objects.get()
    address = reverse("import-mapping", args=["99001001", import_.pk])
    form = client.get(address).context["form"]
    data = {field: form[field].value() or "" for field in form.fields} | {name: value}
    answer = client.post(address, data)
    assert answer.status_code == 200 and answer.context["form"].errors
    import_.refresh_from_db()
    assert import_.version == 2


def test_addresses_with_nonsense_are_404(cast, as_person):
    client = as_person(cast.anke)
    for address in ("einlesen/0/", f"einlesen/{2**70}/", "einlesen/zeile/0/", f"einlesen/zeile/{2**70}/"):
        assert client.get(f"/k/99001001/haushalt/{address}").status_code == 404, address
