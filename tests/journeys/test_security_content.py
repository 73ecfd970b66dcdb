"""Hostile words in a budget file stay words: on every page, in every spreadsheet, in every file that goes out."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from gemeinwerk.budgets.models import Account, BudgetImport, BudgetLine, BudgetUnit, BudgetVersion, Product
from gemeinwerk.runs.models import Run
from tests.architecture import world

pytestmark = pytest.mark.django_db

KEY = "99001001"
NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "'><svg onload=alert(3)>",
    "{{ 7*7 }}{% debug %}",
    '=HYPERLINK("http://x.example","Klick")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-2+3+cmd",
    "\tTab",
    "\u202egnp.exe",
    "\u200bverborgen",
    "😀 Emoji",
    "x" * 3000,
    "null\x00byte",
    "%0d%0aSet-Cookie: a=b",
    "../../../etc/passwd",
    "javascript:alert(4)",
    "&lt;b&gt;",
    "a{0}{name}b",
)
FORMULA = ("=", "+", "@", "\t", "\r")
FILE_NAME = '../../<script>alert(9)</script>"; x=";\u202e=1+1.csv'


def hostile_csv() -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    head = ["Produktbereich", "Bezeichnung Produktbereich", "Produkt", "Bezeichnung Produkt", "Organisationseinheit"]
    writer.writerow([*head, "Art", "Sachkonto", "Bezeichnung Sachkonto", "Ergebnis 2024", "Ansatz 2025", "Ansatz 2026"])
    for number, name in enumerate(NAMES, start=1):
        where = ["01", NAMES[0], f"01.01.{number:02d}", name, name]
        writer.writerow([*where, "Aufwand", f"62{number:02d}000", name, f"1.0{number:02d},00", "1.100,00", "1.200,00"])
        writer.writerow([*where, "Aufwand", f"62{number:02d}100", name, name, "=1+1", f"@{name}"])
    writer.writerow(
        ["16", "Finanzen", "16.01.01", "Steuern", "", "Ertrag", "5553000", "Steuer", "9,00", "9,00", "9,00"]
    )
    return stream.getvalue().encode()


class Tags(HTMLParser):
    """Which tags and attributes a browser would see that no template of ours writes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if (tag == "script" and "src" not in given) or tag in {"iframe", "object", "embed", "base"}:
            self.bad.append(tag)
        if tag == "img" and given.get("src") == "x":
            self.bad.append("img")
        self.bad += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction"):
            if (given.get(name) or "").strip().lower().startswith(("javascript:", "data:", "vbscript:")):
                self.bad.append(f"{tag} {name}")


@pytest.fixture
def brought_in(cast, as_person, settings, tmp_path):
    """The hostile file, uploaded and adopted through the pages; every page on the way, by name."""
    settings.MEDIA_ROOT = tmp_path / "files"
    client = as_person(cast.anke)
    seen = {}
    file = SimpleUploadedFile("x.csv", hostile_csv())
    file._name = FILE_NAME  # what a browser without manners would send
    seen["mapping"] = client.post(reverse("import-new", args=[KEY]), {"files": [file]}, follow=True)
    import_ = BudgetImport.objects.get()
    assert import_.state == "checked", import_.problems
    for step in ("import-mapping", "import-check", "import-preview", "import-detail", "import-list"):
        arguments = [KEY] if step == "import-list" else [KEY, import_.pk]
        seen[step] = client.get(reverse(step, args=arguments))
    name = {"name": NAMES[0]}
    seen["saved"] = client.post(reverse("import-save-mapping", args=[KEY, import_.pk]), name, follow=True)
    import_.refresh_from_db()
    slots = {"version": import_.version, "slots": [f"{part['year']}-{part['stage']}" for part in import_.slices]}
    seen["adopted"] = client.post(reverse("import-adopt", args=[KEY, import_.pk]), slots, follow=True)
    import_.refresh_from_db()
    assert import_.state == "adopted" and BudgetVersion.objects.count() == 3
    return client, import_, seen


def every_page(client, cast, import_) -> dict[str, str]:
    """The addresses of all pages of the body, over the hostile things."""
    from types import SimpleNamespace

    product = Product.objects.get(code="01.01.01")
    line = BudgetLine.objects.filter(product=product).first()
    nothing = SimpleNamespace(pk=0)
    placed = SimpleNamespace(
        cast=cast, body=cast.altendorf, adopted=import_, waiting=import_, companion=nothing, product=product,
        account=line.account, line=line, assumption=nothing, figure=nothing, run=Run.objects.first(),
        membership=cast.bernd.memberships.get(),
    )  # fmt: skip
    no_page = {"import-file", "import-companion", "import-rejected", "budget-assumption-edit", "member-invite"}
    return {
        name: world.address(placed, name)
        for name, route in world.names().items()
        if "<slug:key>/" in route and name not in no_page | {"budget-assumption-remove", "import-discard"}
    }


def test_every_page_shows_hostile_words_as_words(brought_in, cast):
    client, import_, seen = brought_in
    client.force_login(cast.doris)
    for name, address in every_page(client, cast, import_).items():
        seen[name] = client.get(address)
    seen["product 2"] = client.get(reverse("budget-product", args=[KEY, Product.objects.get(code="01.01.02").pk]))
    seen["search"] = client.get(reverse("search"), {"q": "<script>"})
    seen["filter"] = client.get(reverse("import-list", args=[KEY]), {"file_name": NAMES[1], "sort": NAMES[0]})
    wrong = []
    for name, answer in seen.items():
        text = answer.content.decode()
        if answer.status_code >= 500 or Tags(text).bad:
            wrong.append(f"{name}: {answer.status_code} {Tags(text).bad}")
        # An account is printed once and escaped once.
        if "&amp;lt;script" in text or "<script>alert" in text or "4949" in text:
            wrong.append(f"{name}: escaped wrongly")
    assert not wrong, wrong
    assert any("{{ 7*7 }}" in answer.content.decode() for answer in seen.values())


def test_no_control_marks_reach_the_database(brought_in):
    """PostgreSQL refuses NUL in any text; marks that turn the direction of reading hide what a name says."""
    _, import_, _ = brought_in
    texts = [import_.file_name, import_.mapping_name, repr(import_.facts), repr(import_.problems)]
    for model in (Product, Account, BudgetUnit):
        texts += [text for row in model.objects.values_list("key", "code", "name") for text in row]
    assert not any("\x00" in text for text in texts)
    assert not any("\\x00" in text for text in texts[2:4])
    assert "/" not in import_.file_name and "\u202e" not in import_.file_name


def test_the_storage_knows_no_name_of_the_visitor(brought_in, settings):
    names = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert names and all(re.fullmatch(r"[0-9a-f]{32}\.(bin|npz|csv)", path.name) for path in names), names
    assert all(path.stat().st_mode & 0o077 == 0 for path in names)


def test_files_go_out_under_a_safe_name_and_never_open_in_the_browser(brought_in):
    client, import_, _ = brought_in
    for name in ("import-file", "import-rejected"):
        answer = client.get(reverse(name, args=[KEY, import_.pk]))
        told = answer.headers["Content-Disposition"]
        list(answer)
        assert told.startswith("attachment;") and "\n" not in told and "/" not in told.replace("''", "")
        assert re.fullmatch(r'attachment; (filename="(?:[^"\\]|\\.)*"|filename\*=utf-8\'\'[^ ;"]+)', told), told
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]


def dangerous(cells) -> list[str]:
    """Cells that a spreadsheet would run; a negative number is none."""
    number = re.compile(r"-?[\d.,]+")
    return [cell for cell in cells if cell.startswith((*FORMULA, "-")) and not number.fullmatch(cell)]


def test_rejected_rows_hold_no_formula(brought_in):
    client, import_, _ = brought_in
    text = b"".join(client.get(reverse("import-rejected", args=[KEY, import_.pk]))).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) > len(NAMES)
    assert not dangerous(cell for row in rows for cell in row)


def test_the_export_of_a_body_holds_no_formula(brought_in, tmp_path):
    for kind in ("csv", "xlsx"):
        target = tmp_path / f"aus.{kind}.zip"
        call_command("export_body", KEY, to=target, format=kind)
        with zipfile.ZipFile(target) as archive:
            for member in archive.namelist():
                content = archive.read(member)
                if kind == "csv":
                    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
                    assert not dangerous(cell for row in rows for cell in row), member
                else:
                    assert_no_formula(content)


def assert_no_formula(content: bytes) -> int:
    """No formula in any sheet; every text that looks like one is written as text under a quoting style."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        styles = book.read("xl/styles.xml").decode()
        cells = re.findall(r"<xf [^>]*/?>", styles.split("<cellXfs")[1].split("</cellXfs>")[0])
        quoted = {number for number, xf in enumerate(cells) if 'quotePrefix="1"' in xf}
        looks = 0
        for member in book.namelist():
            text = book.read(member).decode("utf-8", "replace")
            if member.startswith("xl/worksheets/"):
                assert "<f>" not in text and "<f " not in text and "<hyperlink" not in text
                for style, inner in re.findall(r'<c r="\w+"(?: s="(\d+)")? t="inlineStr"><is><t[^>]*>(.*?)</t>', text):
                    if inner.startswith(("=", "+", "@", "-")):
                        looks += 1
                        assert int(style or 0) in quoted, inner
        return looks


def test_spreadsheets_of_pages_hold_no_formula(brought_in, cast):
    client, import_, _ = brought_in
    client.force_login(cast.doris)
    books = looks = 0
    several = {"budget-product", "budget-comparison", "budget-series", "budget-projection", "budget-balance"}
    for name, address in every_page(client, cast, import_).items():
        others = [{"tabelle": "konten"}, {"tabelle": "produkte", "nach": "produkt"}] if name in several else []
        for more in ({}, *others):
            answer = client.get(address, {"format": "xlsx"} | more)
            if "spreadsheetml" in answer.headers.get("Content-Type", ""):
                books += 1
                looks += assert_no_formula(answer.content)
                told = answer.headers["Content-Disposition"]
                assert told.startswith('attachment; filename="') and ".xlsx" in told
    assert books > 15 and looks > 5


def test_people_with_hostile_names_stay_words(cast, as_person):
    client = as_person(cast.doris)
    new = {"email": "x@example.org", "name": NAMES[0], "role": "reader", "position": NAMES[4]}
    pages = [client.post(reverse("member-add", args=[KEY]), new)]
    pages += [client.get(reverse(name, args=[KEY])) for name in ("member-list", "activity-list", "body-home")]
    for answer in pages:
        text = answer.content.decode()
        assert not Tags(text).bad and "<script>alert" not in text
    assert assert_no_formula(client.get(reverse("member-list", args=[KEY]), {"format": "xlsx"}).content) == 1


def test_a_package_never_takes_a_file_of_the_storage_for_its_own(cast, as_person, settings, tmp_path):
    """A datapackage.json that names a stored file of somebody else gets a sentence, not the file."""
    settings.MEDIA_ROOT = tmp_path / "files"
    client = as_person(cast.anke)
    address = reverse("import-new", args=[KEY])
    client.post(address, {"files": [SimpleUploadedFile("fremd.csv", world.BUDGET.encode())]})
    foreign = BudgetImport.objects.get().file.name.rpartition("/")[2]
    package = json.dumps({"model": {}, "resources": [{"path": foreign}]}).encode()
    client.post(address, {"files": [SimpleUploadedFile("datapackage.json", package)]})
    import_ = BudgetImport.objects.order_by("pk").last()
    assert import_.state == "unreadable" and import_.rows_read == 0
    assert [problem["code"] for problem in import_.problems] == ["package_incomplete"]
