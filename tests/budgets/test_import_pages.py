"""The way of a file through the pages, as the Kämmerin goes it, and who may not go it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.urls import reverse

from gemeinwerk.budgets.models import Account, BudgetImport, BudgetLine, BudgetVersion, ImportMapping, PlanSum
from tests.page_promises import page_problems

from .import_files import changed, plan_csv, upload

pytestmark = pytest.mark.django_db

ALTENDORF = "99001001"
SLOTS = ["2024-actual", "2025-estimate", "2026-estimate"]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def post_file(client, content=None, key=ALTENDORF, **data):
    answer = client.post(reverse("import-new", args=[key]), {"files": [upload(content)]} | data)
    assert answer.status_code == 302, answer.content.decode()
    return BudgetImport.objects.latest("pk")


def url(name, import_, *more):
    return reverse(name, args=[import_.body.key, import_.pk, *more])


def adopt(client, import_, slots=SLOTS, **data):
    answer = client.post(url("import-adopt", import_), {"version": import_.version, "slots": slots} | data, follow=True)
    import_.refresh_from_db()
    return answer.content.decode()


def mapping_data(client, import_):
    """What the browser would send back from the untouched mapping page."""
    form = client.get(url("import-mapping", import_)).context["form"]
    data = {}
    for name in form.fields:
        value = form[name].value()
        data[name] = "" if value is None else value
    return data


# ---------------------------------------------------------------- the whole way
def test_from_upload_to_the_row_of_the_file(cast, as_person):
    client = as_person(cast.anke)
    import_ = post_file(client)
    page = client.get(url("import-mapping", import_)).content.decode()
    assert "Windows-1252" in page and "Grundsteuer B" in page and "Produkt: Nummer" in page
    page = client.get(url("import-check", import_)).content.decode()
    assert "132.200,50" in page and "62.511,43" in page
    page = client.get(url("import-preview", import_)).content.decode()
    assert "Ansatz 2026" in page and "Jetzt übernehmen" in page
    assert "15 Zeilen in 3 neuen Fassungen" in adopt(client, import_)
    assert BudgetVersion.objects.count() == 3 and BudgetLine.objects.count() == 15
    line = BudgetLine.objects.get(row=5, column=9)
    page = client.get(reverse("budget-line", args=[ALTENDORF, line.pk])).content.decode()
    assert "haushalt-2026.csv" in page and "<mark>8.511,43</mark>" in page


def test_every_page_keeps_its_promises(cast, as_person):
    client = as_person(cast.anke)
    import_ = post_file(client)
    names = ("import-detail", "import-mapping", "import-check", "import-preview")
    addresses = [url(name, import_) for name in names] + [
        reverse(name, args=[ALTENDORF]) for name in ("import-list", "import-new", "account-positions")
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert page_problems(answer.content.decode()) == [], address
    adopt(client, import_)
    for address in (
        url("import-detail", import_),
        reverse("budget-line", args=[ALTENDORF, BudgetLine.objects.earliest("pk").pk]),
    ):
        assert page_problems(client.get(address).content.decode()) == []


def test_a_second_import_of_the_same_file_changes_nothing_and_says_so(cast, as_person):
    client = as_person(cast.anke)
    adopt(client, post_file(client))
    again = post_file(client)
    assert "Keine Zahl würde sich ändern" in client.get(url("import-preview", again)).content.decode()
    assert "Keine Zahl hat sich geändert" in adopt(client, again)
    assert BudgetVersion.objects.count() == 3 and BudgetLine.objects.count() == 15


def test_replacing_shows_the_change_and_keeps_the_old_version(cast, as_person):
    client = as_person(cast.anke)
    adopt(client, post_file(client))
    second = post_file(client, changed(4, 8, "100.000,00"))
    page = client.get(url("import-preview", second)).content.decode()
    assert "Fassung 1 bleibt lesbar" in page and "+1.000,00" in page and "alle Zahlen sind gleich" in page
    adopt(client, second)
    versions = BudgetVersion.objects.filter(year=2026).order_by("number")
    assert [(v.number, v.is_current, v.lines.count()) for v in versions] == [(1, False, 5), (2, True, 5)]
    assert BudgetVersion.objects.filter(year=2025).count() == 1


def test_only_chosen_years_are_adopted(cast, as_person):
    client = as_person(cast.anke)
    import_ = post_file(client)
    assert "mindestens ein Jahr" in adopt(client, import_, slots=[])
    adopt(client, import_, slots=["2026-estimate"])
    assert [v.year for v in BudgetVersion.objects.all()] == [2026]


# ---------------------------------------------------------------- mapping
def test_a_corrected_mapping_is_read_again_and_written_down(cast, as_person):
    client = as_person(cast.anke)
    import_ = post_file(client)
    data = mapping_data(client, import_) | {"stage_8": "supplement"}
    answer = client.post(url("import-mapping", import_), data)
    assert answer.status_code == 302 and answer.url == url("import-check", import_)
    import_.refresh_from_db()
    assert {(part["year"], part["stage"]) for part in import_.slices} >= {(2026, "supplement")}
    page = client.get(url("import-detail", import_)).content.decode()
    assert "hat die Zuordnung" in page and "Nachtrag" in page


def test_nothing_typed_is_lost_where_the_mapping_is_refused(cast, as_person):
    client = as_person(cast.anke)
    import_ = post_file(client)
    data = mapping_data(client, import_) | {"default_year": "2", "side_words": "E = Quatsch"}
    page = client.post(url("import-mapping", import_), data).content.decode()
    assert "E = Quatsch" in page and 'value="2"' in page and "wurde nicht verstanden" in page
    no_amount = mapping_data(client, import_) | {f"role_{i}": "ignore" for i in range(9)}
    assert "Keine Spalte ist als Betrag" in client.post(url("import-mapping", import_), no_amount).content.decode()


def test_two_editors_of_a_mapping_see_both(cast, as_person):
    client = as_person(cast.anke)
    import_ = post_file(client)
    mine = mapping_data(client, import_)
    client.post(url("import-mapping", import_), mine | {"unit": "1000"})
    page = client.post(url("import-mapping", import_), mine | {"default_year": "2031"}).content.decode()
    assert "von einer anderen Person geändert" in page and "Was sich unterscheidet" in page
    assert "<td>Tausend Euro (T€)</td><td>Euro</td>" in page and "2031" in page
    import_.refresh_from_db()
    assert import_.mapping["unit"] == 1000


def test_a_saved_mapping_is_taken_for_the_next_file_of_the_same_build(cast, as_person):
    client = as_person(cast.anke)
    import_ = post_file(client)
    client.post(url("import-mapping", import_), mapping_data(client, import_) | {"role_5": "ignore"})
    client.post(url("import-save-mapping", import_), {"name": "Export H+H"})
    assert ImportMapping.objects.get().name == "Export H+H"
    other = post_file(client, changed(0, 8, "7,00"))
    page = client.get(url("import-mapping", other)).content.decode()
    assert other.mapping_name == "Export H+H" and "„Export H+H“ passt zur Kopfzeile" in page
    assert {c["index"]: c["role"] for c in other.mapping["columns"]}[5] == "ignore"


def test_starting_over_forgets_the_corrections(cast, as_person):
    client = as_person(cast.anke)
    import_ = post_file(client)
    client.post(url("import-mapping", import_), mapping_data(client, import_) | {"unit": "1000"})
    import_.refresh_from_db()
    client.post(url("import-reset", import_), {"version": import_.version})
    import_.refresh_from_db()
    assert import_.mapping["unit"] == 1


# ---------------------------------------------------------------- check
def test_expected_sums_stand_beside_the_read_ones_to_the_cent(cast, as_person):
    client = as_person(cast.anke)
    import_ = post_file(client)
    data = {"sum_2026_estimate_income": "132.200,50", "sum_2026_estimate_expense": "62.500"}
    answer = client.post(url("import-check", import_), data | {"version": import_.version}, follow=True)
    page = answer.content.decode()
    assert "stimmt" in page and "11,43\u00a0€" in page and "mehr als erwartet" in page
    import_.refresh_from_db()
    assert "nicht erreicht" in client.get(url("import-preview", import_)).content.decode()
    stale = client.post(url("import-check", import_), data | {"version": 1}).content.decode()
    assert "von einer anderen Person geändert" in stale
    wrong = client.post(url("import-check", import_), {"version": import_.version, "sum_2026_estimate_income": "zwölf"})
    assert "zwölf" in wrong.content.decode() and "ist kein Betrag" in wrong.content.decode()


def test_rejected_rows_come_back_as_a_file(cast, as_person):
    client = as_person(cast.anke)
    import_ = post_file(client, changed(1, 8, "keine Ahnung"))
    assert import_.rows_rejected == 1
    answer = client.get(url("import-rejected", import_))
    assert b"keine Ahnung" in b"".join(answer.streaming_content)
    assert "attachment" in answer["Content-Disposition"] and answer["X-Content-Type-Options"] == "nosniff"


# ---------------------------------------------------------------- files and people
def test_the_file_is_handed_out_by_the_gate_only(cast, as_person, client):
    import_ = post_file(as_person(cast.anke))
    answer = client.get(url("import-file", import_))
    assert b"".join(answer.streaming_content) == plan_csv()
    assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
    assert import_.file_name not in import_.file.name
    assert client.get(f"/media/{import_.file.name}").status_code == 404


def test_discarding_deletes_the_files_and_keeps_the_log(cast, as_person, django_capture_on_commit_callbacks):
    client = as_person(cast.anke)
    import_ = post_file(client)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("import-discard", import_))
    import_.refresh_from_db()
    assert import_.state == "discarded" and not Path(import_.file.path).exists()
    assert "hat den Import" in client.get(url("import-detail", import_)).content.decode()
    assert client.get(url("import-file", import_)).status_code == 404


GET_PAGES = ("import-detail", "import-mapping", "import-check", "import-preview", "import-file", "import-rejected")
POST_PAGES = ("import-adopt", "import-discard", "import-reset", "import-save-mapping", "import-mapping", "import-check")


def test_strangers_get_404_and_readers_may_only_look(cast, as_person, client):
    import_ = post_file(as_person(cast.anke))
    client.force_login(cast.clara)
    for name in GET_PAGES:
        assert client.get(url(name, import_)).status_code == 404, name
    for name in POST_PAGES:
        assert client.post(url(name, import_), {}).status_code == 404, name
    other = reverse("import-detail", args=["99001002", import_.pk])
    assert client.get(other).status_code == 404
    client.force_login(cast.bernd)
    assert client.get(url("import-detail", import_)).status_code == 200
    assert client.get(reverse("import-list", args=[ALTENDORF])).status_code == 200
    for name in ("import-mapping", "import-check", "import-preview"):
        assert client.get(url(name, import_)).status_code == 403, name
    for name in POST_PAGES:
        assert client.post(url(name, import_), {}).status_code == 403, name
    assert client.post(reverse("import-new", args=[ALTENDORF]), {"files": [upload()]}).status_code == 403
    assert client.get(reverse("account-positions", args=[ALTENDORF])).status_code == 403


def test_queries_stay_constant(cast, as_person, django_assert_max_num_queries):
    client = as_person(cast.anke)
    for value in ("1,00", "2,00", "3,00"):
        adopt(client, post_file(client, changed(0, 8, value)))
    import_ = post_file(client, changed(0, 8, "4,00"))
    for name in ("import-detail", "import-mapping", "import-check", "import-preview"):
        with django_assert_max_num_queries(16):
            client.get(url(name, import_))
    line = BudgetLine.objects.latest("pk")
    for address in (reverse("import-list", args=[ALTENDORF]), reverse("budget-line", args=[ALTENDORF, line.pk])):
        with django_assert_max_num_queries(12):
            client.get(address)


# ---------------------------------------------------------------- several files, positions
def test_a_package_of_several_files(cast, as_person):
    client = as_person(cast.anke)
    package = upload(json.dumps({"name": "haushalt", "resources": []}).encode(), "datapackage.json")
    client.post(reverse("import-new", args=[ALTENDORF]), {"files": [package, upload()]})
    import_ = BudgetImport.objects.get()
    assert import_.file_name == "haushalt-2026.csv"
    companion = import_.companions.get()
    answer = client.get(url("import-companion", import_, companion.pk))
    assert b"haushalt" in b"".join(answer.streaming_content)


def test_an_account_gets_its_position_by_hand_and_the_sums_follow(cast, as_person):
    client = as_person(cast.anke)
    adopt(client, post_file(client, changed(3, 4, "9999999").replace(b"Material", b"Sonstiges Dingsbums")))
    account = Account.objects.get(code="9999999")
    Account.objects.filter(pk=account.pk).update(position="")
    address = reverse("account-positions", args=[ALTENDORF])
    assert "Sonstiges Dingsbums" in client.get(address).content.decode()
    before = set(PlanSum.objects.values_list("version__year", "side", "position", "amount_cents"))
    data = {f"was_{account.pk}": "", f"position_{account.pk}": "goods_services"}
    assert "neu gebildet" in client.post(address, data, follow=True).content.decode()
    after = set(PlanSum.objects.values_list("version__year", "side", "position", "amount_cents"))
    assert any(position == "goods_services" for _, _, position, _ in after) and after != before
    assert sum(row[3] for row in before) == sum(row[3] for row in after)
    stale = client.post(address, data | {f"position_{account.pk}": "staff"}).content.decode()
    assert "von einer anderen Person geändert" in stale
