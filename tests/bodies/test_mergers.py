from __future__ import annotations

from datetime import date

import pytest

from gemeinwerk.bodies import actions, queries
from gemeinwerk.bodies.models import Body, Population, TerritorialChange
from tests.engine import directory_files as files

pytestmark = pytest.mark.django_db
DAY = date(2022, 12, 31)


@pytest.fixture
def merged():
    actions.import_directory(files.gv100ad())
    actions.import_directory(files.auszug())
    actions.import_changes(files.changes())
    return actions.apply_mergers()


def test_changes_are_stored_once():
    report = actions.import_changes(files.changes())
    assert (report.read, report.created) == (6, 6)
    assert actions.import_changes(files.changes()).created == 0
    assert TerritorialChange.objects.count() == 6


def test_a_dissolved_body_learns_the_exact_day_and_who_took_over(merged):
    altbach = queries.body("99001005")
    assert altbach.dissolved_on == date(2024, 1, 1)
    assert [body.name for body in queries.successors(altbach)] == ["Altendorf", "Neudorf"]
    assert [change.new_name for change in queries.changes(altbach)] == ["Altendorf, Stadt", "Neudorf"]
    assert "99001005" in merged.dissolved


def test_the_rooms_above_learn_what_went_where(merged):
    shares = {part.key: round(part.share, 4) for part in merged.moved["99001005"]}
    assert shares == {"99001001": 0.6667, "99001002": 0.3333}
    assert merged.main == {"99001005": "99001001"}


def test_former_counts_are_added_under_the_new_key_and_the_old_ones_stay(merged):
    altendorf, neudorf = queries.body("99001001"), queries.body("99001002")
    carried = queries.population(altendorf, DAY)
    assert (carried.count, carried.is_carried, carried.territory_date) == (11_941, True, date(2024, 1, 1))
    assert "aus Altendorf, Altbach (Destatis" in carried.source
    assert queries.population(altendorf, DAY, territory=DAY).count == 11_900
    assert queries.population(neudorf, DAY).count == 810
    assert queries.population(queries.body("99001005"), DAY).count == 61


def test_a_count_on_the_later_territory_is_left_alone(merged):
    now = queries.population(queries.body("99001001"), date(2023, 12, 31))
    assert (now.count, now.is_carried) == (12_000, False)


def test_applying_again_changes_nothing_and_importing_again_neither(merged):
    before = list(Population.objects.order_by("pk").values())
    again = actions.apply_mergers()
    assert (again.dissolved, again.renamed, again.carried_changed, again.moved) == ([], [], 0, merged.moved)
    assert actions.import_directory(files.gv100ad()).changes == 0
    assert actions.import_directory(files.auszug()).changes == 0
    assert list(Population.objects.order_by("pk").values()) == before
    assert queries.body("99001005").dissolved_on == date(2024, 1, 1)


def test_a_carried_count_gives_way_when_its_source_is_corrected(merged):
    Population.objects.filter(body__key="99001005", reference_date=DAY).update(inhabitants=64)
    assert actions.apply_mergers().carried_changed == 2
    assert queries.population(queries.body("99001001"), DAY).count == 11_943
    TerritorialChange.objects.all().delete()
    assert actions.apply_mergers().carried_changed == 2
    assert not Population.objects.filter(is_carried=True).exists()


def test_only_changes_up_to_a_day_are_applied():
    actions.import_directory(files.gv100ad())
    actions.import_changes(files.changes())
    assert actions.apply_mergers(until=date(2023, 12, 31)).moved == {}
    assert queries.body("99001005").dissolved_on is None


def test_a_missing_part_is_reported_and_nothing_invented():
    actions.import_directory(files.gv100ad())
    actions.import_changes(files.changes())
    Population.objects.filter(body__key="99001005").delete()
    report = actions.apply_mergers()
    assert report.incomplete == [("99001001", DAY, "2011"), ("99001002", DAY, "2011")]
    assert not Population.objects.filter(is_carried=True).exists()


def change(kind, old, new, **facts):
    defaults = {"old_name": "Alt", "new_name": "Neu, Stadt", "effective_on": date(2024, 1, 1), "source": "Probe"}
    ags = {"old_ags": old[:5] + old[9:], "new_ags": new[:5] + new[9:]}
    return TerritorialChange.objects.create(kind=kind, old_ars=old, new_ars=new, **(defaults | ags | facts))


def test_a_new_name_or_key_reaches_master_data_that_are_older():
    actions.import_directory(files.gv100ad())
    change("name", "990010002002", "990010002002")
    change("key", "990015401003", "990015403003", new_name="Bachheim")
    change("key", "990015401004", "990015403044", new_name="Übersee, M")
    report = actions.apply_mergers()
    assert sorted(report.renamed) == ["99001002", "99001003", "99001004"]
    assert (queries.body("99001002").name, queries.body("99001003").ars) == ("Neu", "990015403003")
    renumbered = queries.body("99001004")
    assert (renumbered.ags, renumbered.key) == ("99001044", "99001004")
    assert actions.apply_mergers().renamed == []


def test_a_renumbered_body_that_stands_twice_is_carried_like_a_merger():
    actions.import_directory(files.gv100ad())
    new = actions.create_body(
        "99001044", "municipality", name="Übersee", ags="99001044", ars="990015403044", as_of=date(2024, 12, 31)
    )
    change("key", "990015401004", "990015403044", new_name="Übersee, M")
    report = actions.apply_mergers()
    assert report.main == {"99001004": "99001044"}
    assert queries.population(new, DAY).count == 710


def test_a_newer_name_is_not_overwritten():
    actions.import_directory(files.auszug())
    change("name", "990010002002", "990010002002")
    assert actions.apply_mergers().renamed == []
    assert Body.objects.get(key="99001002").name == "Neudorf"
