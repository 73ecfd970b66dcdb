"""The same without the web: import_budget and export_body."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from gemeinwerk.budgets.models import BudgetImport, BudgetLine, BudgetVersion, Product

from .import_files import changed, plan_csv

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "haushalt-2026.csv"
    path.write_bytes(plan_csv())
    return path


def run(*arguments):
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


def test_what_was_detected_is_printed_and_the_file_adopted(cast, plan):
    told = run("import_budget", plan, "--body", "99001001", "--yes")
    assert "Windows-1252" in told and "Erträge: 132.200,50\u00a0€" in told
    assert "Ansatz 2026: wird Fassung 1" in told and "15 Zeilen in 3 neuen Fassungen" in told
    assert BudgetLine.objects.count() == 15
    again = run("import_budget", plan, "--body", "99001001", "--yes")
    assert "Keine Zahl hat sich geändert" in again and BudgetLine.objects.count() == 15


def test_a_dry_run_leaves_nothing_but_its_trace(cast, plan):
    told = run("import_budget", plan, "--body", "99001001", "--dry-run")
    assert "Es wurde nichts übernommen." in told
    assert BudgetImport.objects.get().state == "discarded" and not BudgetVersion.objects.exists()


def test_without_yes_a_person_is_asked(cast, plan, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert "Es wurde nichts übernommen." in run("import_budget", plan, "--body", "99001001")
    monkeypatch.setattr("builtins.input", lambda _: "j")
    assert "Übernommen" in run("import_budget", plan, "--body", "99001001")


def test_mapping_and_expected_sums_come_from_files(cast, plan, tmp_path):
    first = json.loads(run("import_budget", plan, "--body", "99001001", "--dry-run", "--json"))
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(first["mapping"] | {"unit": 1000}))
    expected = tmp_path / "expected.json"
    expected.write_text(json.dumps([{"year": 2026, "stage": "estimate", "side": "income", "cents": 13_220_050_000}]))
    options = ("--body", "99001001", "--mapping", mapping, "--expected", expected, "--yes")
    answer = json.loads(run("import_budget", plan, *options, "--json"))
    compared = [total for total in answer["totals"] if total["expected_cents"] is not None]
    assert [total["difference_cents"] for total in compared] == [0]
    assert answer["state"] == "adopted" and len(answer["versions"]) == 3


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        (None, ["--body", "nirgends"], "gibt es nicht"),
        (b"", ["--body", "99001001"], "ist leer"),
        (b"%PDF-1.7 nein", ["--body", "99001001"], "keine Haushaltszeile"),
    ],
)
def test_refusals_are_german_sentences(cast, plan, content, arguments, sentence):
    if content is not None:
        plan.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        run("import_budget", plan, *arguments, "--yes")
    with pytest.raises(CommandError, match="lässt sich nicht öffnen"):
        run("import_budget", plan.parent / "fehlt.csv", "--body", "99001001")


@pytest.mark.parametrize("text", ["[1", "{}", '[{"year": "x"}]'])
def test_broken_expected_sums_are_refused(cast, plan, tmp_path, text):
    broken = tmp_path / "e.json"
    broken.write_text(text)
    with pytest.raises(CommandError):
        run("import_budget", plan, "--body", "99001001", "--expected", broken)


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_what_came_in_goes_out(cast, plan, tmp_path, kind):
    plan.write_bytes(changed(0, 3, "@SUM(A1)"))
    run("import_budget", plan, "--body", "99001001", "--yes")
    target = tmp_path / "aus.zip"
    told = run("export_body", "99001001", "--to", target, "--format", kind)
    assert "15 Zeilen des Haushalts" in told
    with zipfile.ZipFile(target) as archive:
        assert sorted(archive.namelist()) == [f"{name}.{kind}" for name in ("produkte", "summen", "zeilen")]
        content = archive.read(f"zeilen.{kind}")
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        total = sum(int(row["Betrag"].replace(".", "").replace(",", "")) for row in rows)
        assert total == sum(BudgetLine.objects.values_list("amount_cents", flat=True))
        assert any(row["Produktbezeichnung"].startswith("'@") for row in rows)
    if kind == "json":
        rows = json.loads(content)["Zeilen"]
        assert len(rows) == 15 and {row["Haushaltsjahr"] for row in rows} == {2024, 2025, 2026}


def test_superseded_versions_go_out_only_on_demand(cast, plan, tmp_path):
    run("import_budget", plan, "--body", "99001001", "--yes")
    plan.write_bytes(changed(0, 8, "5,00"))
    run("import_budget", plan, "--body", "99001001", "--yes")
    target = tmp_path / "aus.zip"
    assert "5 Zeilen des Haushalts" in run("export_body", "99001001", "--to", target, "--year", "2026")
    told = run("export_body", "99001001", "--to", target, "--year", "2026", "--superseded")
    assert "10 Zeilen des Haushalts" in told
    with pytest.raises(CommandError, match="gibt es nicht"):
        run("export_body", "nirgends")
    assert Product.objects.exists()
