"""The way of a file through the pages, as the Kämmerin goes it, and who may not go it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gemeinwerk.budgets.models import BudgetImport, BudgetLine, BudgetVersion

from .import_files import upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR = tmp_path


def post_file(client, key, **data):
    return client.post(reverse("import-new", args=[key]), {"files": [upload()]} | data)


def url(name, import_, *more):
    return reverse(name, args=[import_.body.key, import_.pk, *more])


def adopted(client, key="99001001"):
    post_file(client, key)
    import_ = BudgetImport.objects.latest("pk")
    client.post(url("import-adopt", import_), {"version": import_.version})
    import_.refresh_from_db()
    return import_


def test_from_upload_to_the_row_of_the_file(cast, as_person):
    client = as_person(cast.anke)
    answer = post_file(client, "99001001")
    import_ = BudgetImport.objects.get()
    assert answer.url == url("import-mapping", import_)
    page = client.get(answer.url).content.decode()
    assert "Windows-1252" in page and "Grundsteuer B" in page and "Produkt: Nummer" in page
    page = client.get(url("import-check", import_)).content.decode()
    assert "132.200,50" in page and "62.511,43" in page
    page = client.get(url("import-preview", import_)).content.decode()
    assert "Ansatz 2026" in page and "Jetzt übernehmen" in page
    answer = client.post(url("import-adopt", import_), {"version": import_.version}, follow=True)
    assert "übernommen" in answer.content.decode()
    assert BudgetVersion.objects.count() == 3 and BudgetLine.objects.count() == 15
    line = BudgetLine.objects.get(row=5, column=9)
    page = client.get(reverse("budget-line", args=["99001001", line.pk])).content.decode()
    assert "haushalt-2026.csv" in page and "<mark>8.511,43</mark>" in page
