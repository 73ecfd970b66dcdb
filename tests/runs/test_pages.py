"""The pages of runs: seen by members, polled while under way, canceled by a button that needs no script."""

import pytest
from django.urls import reverse
from django.utils import timezone

from gemeinwerk.runs import actions, signs
from gemeinwerk.runs.models import Run

from . import jobs

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def run(cast) -> Run:
    return actions.start(
        cast.anke_seat, Run.Kind.BUDGET_READ, jobs.silent, at=timezone.now(), return_to="/k/99001001/haushalt/"
    )


def detail(run: Run) -> str:
    return reverse("run-detail", args=["99001001", run.pk])


def test_members_see_the_runs_strangers_nothing(as_person, cast, run):
    for url in (reverse("run-list", args=["99001001"]), detail(run)):
        assert "Haushaltsdatei lesen und prüfen" in as_person(cast.bernd).get(url).content.decode()
        assert as_person(cast.clara).get(url).status_code == 404
    assert as_person(cast.clara).get(reverse("run-detail", args=["99001002", run.pk])).status_code == 404
    assert as_person(cast.clara).post(reverse("run-cancel", args=["99001001", run.pk])).status_code == 404


def test_the_list_goes_out_as_a_spreadsheet(as_person, cast, run):
    answer = as_person(cast.bernd).get(reverse("run-list", args=["99001001"]), {"format": "xlsx"})
    assert answer.content.startswith(b"PK")


def test_the_page_asks_for_its_middle_until_the_run_is_over(as_person, cast, run):
    client = as_person(cast.anke)
    Run.objects.update(state=Run.State.RUNNING)
    signs.write(run.pk, 42, "Zeile 420 von 1.000")
    fragment = client.get(detail(run), headers=HTMX).content.decode()
    assert "<html" not in fragment and "hx-get" in fragment
    assert "Zeile 420 von 1.000" in fragment and 'value="42"' in fragment
    assert "<html" in client.get(detail(run)).content.decode()


def test_a_finished_run_leads_to_its_result(as_person, cast, run):
    client = as_person(cast.anke)
    Run.objects.update(state=Run.State.DONE)
    answer = client.get(detail(run), headers=HTMX)
    assert answer["HX-Redirect"] == "/k/99001001/haushalt/" and "hx-get" not in answer.content.decode()
    plain = client.get(detail(run))
    assert "HX-Redirect" not in plain and 'href="/k/99001001/haushalt/"' in plain.content.decode()


@pytest.mark.parametrize(
    ("state", "words"),
    [(Run.State.FAILED, "Bitte prüfen Sie den Export."), (Run.State.CANCELED, "Es wurde nichts übernommen.")],
)
def test_a_run_that_came_to_nothing_says_so(as_person, cast, run, state, words):
    Run.objects.update(state=state, error="Bitte prüfen Sie den Export.")
    page = as_person(cast.anke).get(detail(run)).content.decode()
    assert words in page and "hx-get" not in page.split("<main")[1]


def test_the_button_cancels_and_a_late_click_is_harmless(as_person, cast, run):
    client = as_person(cast.anke)
    url = reverse("run-cancel", args=["99001001", run.pk])
    assert url in client.get(detail(run)).content.decode()
    assert client.get(url).status_code == 405
    assert client.post(url).url == detail(run)
    run.refresh_from_db()
    assert run.state == Run.State.CANCELED
    client.post(url)
    assert "schon beendet" in client.get(detail(run)).content.decode()


def test_readers_see_no_button_and_cannot_cancel(as_person, cast, run):
    client, url = as_person(cast.bernd), reverse("run-cancel", args=["99001001", run.pk])
    assert url not in client.get(detail(run)).content.decode()
    assert client.post(url).status_code == 403
    run.refresh_from_db()
    assert run.state == Run.State.WAITING


def test_a_second_click_while_canceling_changes_nothing(as_person, cast, run):
    Run.objects.update(state=Run.State.RUNNING, cancel_requested_at=timezone.now())
    assert as_person(cast.anke).post(reverse("run-cancel", args=["99001001", run.pk])).status_code == 302
