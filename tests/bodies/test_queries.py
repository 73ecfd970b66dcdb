from __future__ import annotations

from datetime import date

import pytest
from django.http import Http404

from gemeinwerk.bodies import actions, queries
from gemeinwerk.bodies.actions.creation import BodyError
from gemeinwerk.bodies.models import Body, Level
from tests.engine import directory_files as files

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return actions.create_body("99009001", "town", name="Öhringen-Süd", ags="99009001", ars="990090001001")


def counted(body, *rows):
    for day, basis, count in rows:
        actions.set_population(
            body, count, reference_date=date.fromisoformat(day), census_basis=basis, source="Statistisches Landesamt"
        )
    return Body.objects.get(pk=body.pk)


# ------------------------------------------------------------------ inhabitants
def test_the_last_stichtag_up_to_the_day_counts(town):
    town = counted(town, ("2022-12-31", "2011", 100), ("2023-06-30", "2011", 110), ("2023-12-31", "2011", 120))
    figure = queries.population(town, date(2023, 12, 30))
    assert (figure.count, figure.reference_date, figure.basis_name) == (110, date(2023, 6, 30), "Zensus 2011")
    assert figure.source == "Statistisches Landesamt"
    assert queries.population(town, date(2023, 12, 31)).count == 120


def test_without_a_count_there_is_a_reason(town):
    nothing = queries.population(town, date(2023, 1, 1))
    assert (nothing.count, nothing.reference_date) == (None, None)
    assert nothing.reason == "Für Öhringen-Süd ist keine Einwohnerzahl bis zum 01.01.2023 hinterlegt."
    town = counted(town, ("2022-12-31", "2011", 100))
    assert "zum Stichtag 30.06.2023" in queries.population(town, date(2023, 6, 30), exactly=True).reason
    assert "Zensus 2022" in queries.population(town, date(2023, 6, 30), "2022").reason


def test_the_newest_census_of_a_stichtag_is_taken_unless_another_is_asked_for(town):
    town = counted(town, ("2022-12-31", "2011", 100), ("2022-12-31", "2022", 98), ("2022-12-31", "register", 105))
    assert queries.population(town, date(2023, 1, 1)).count == 98
    assert queries.population(town, date(2023, 1, 1), "2011").count == 100
    assert queries.population(town, date(2023, 1, 1), "register").count == 105


def test_a_series_never_mixes_censuses_unless_asked(town):
    town = counted(
        town,
        ("2021-12-31", "2011", 101),
        ("2022-12-31", "2011", 100),
        ("2022-12-31", "2022", 97),
        ("2023-12-31", "2022", 96),
    )
    series = queries.population_series(town)
    assert ([point.count for point in series.points], series.basis, series.left_out) == ([97, 96], "2022", 1)
    assert series.note == ""
    assert [point.count for point in queries.population_series(town, "2011").points] == [101, 100]
    mixed = queries.population_series(town, mixed=True)
    assert [point.count for point in mixed.points] == [101, 97, 96]
    assert "31.12.2022" in mixed.note
    empty = queries.population_series(actions.create_body("zv", "special_purpose", name="ZV"))
    assert (empty.points, empty.left_out) == ((), 0)


def test_a_count_set_twice_is_one_count(town):
    counted(town, ("2022-12-31", "2011", 100))
    assert [row.inhabitants for row in counted(town, ("2022-12-31", "2011", 90)).populations.all()] == [90]


# ------------------------------------------------------------------ size classes
@pytest.mark.parametrize(
    ("inhabitants", "scheme", "number"),
    [
        (400_000, "kgst", "1"),
        (399_999, "kgst", "2"),
        (25_000, "kgst", "5"),
        (24_999, "kgst", "6"),
        (10_000, "kgst", "6"),
        (9_999, "kgst", "7"),
        (0, "kgst", "7"),
        (8_000, "fine", "7a"),
        (1_999, "fine", "7d"),
    ],
)
def test_the_lower_bound_belongs_to_the_class(town, inhabitants, scheme, number):
    assert queries.size_class(town, inhabitants, date(2024, 1, 1), scheme=scheme).number == number


def test_size_classes_are_dated_and_differ_for_landkreise(town):
    district = actions.create_body("99009", "district", name="Landkreis Öde", ars="99009")
    assert queries.size_class(district, 250_000, date(2024, 1, 1)).number == "8"
    assert queries.size_class(district, 149_999, date(2024, 1, 1)).number == "10"
    assert queries.size_class(town, 5_000, date(2012, 12, 31)) is None
    assert queries.size_class(town, 10_000, date(2024, 1, 1), scheme="fine") is None
    assert queries.size_class(town, None, date(2024, 1, 1)) is None
    office = actions.create_body("stelle", "service_office", name="Servicestelle")
    assert queries.size_class(office, 10, date(2024, 1, 1)) is None


# ------------------------------------------------------------------ directory
def names(search, **options):
    return [body.name for body in queries.directory(search, **options)]


def test_names_are_found_with_and_without_umlauts_hyphens_and_capitals(town):
    actions.import_directory(files.auszug())
    for search in ("Öhringen", "oehringen", "ÖHRINGEN SÜD", "süd öhringen", " oehringen-sued "):
        assert names(search) == ["Öhringen-Süd"]
    assert names("übers") == ["Übersee"]
    assert names("gibt es nicht") == names("%") == names("\x00x") == []


def test_keys_and_postcodes_are_found_by_their_beginning():
    actions.import_directory(files.auszug())
    assert names("99002") == ["Großstadt"]
    assert names("9900154") == ["Bachheim", "Samtgemeinde Auental", "Übersee"]
    assert names("0123") == ["Bachheim", "Übersee"]


def test_the_order_is_the_german_one():
    for key, name in (("1", "Zell"), ("2", "Ähren"), ("3", "Aach"), ("4", "aalen")):
        actions.create_body(key, "special_purpose", name=name)
    assert names("") == ["Aach", "aalen", "Ähren", "Zell"]


def test_the_directory_is_narrowed_and_carries_the_newest_count(town):
    actions.import_directory(files.gv100ad())
    actions.import_directory(files.auszug())
    assert names("altb") == []
    assert names("altb", with_dissolved=True) == ["Altbach"]
    assert names("", kinds=frozenset({"district"})) == ["Landkreis Wiesental"]
    assert len(names("", state="99")) == 9
    altendorf = queries.directory("altendorf").get()
    assert (altendorf.inhabitants, altendorf.counted_on, altendorf.counted_basis) == (
        12_000,
        date(2023, 12, 31),
        "2011",
    )


def test_members_of_a_kreis_and_of_an_association():
    actions.import_directory(files.auszug())
    assert [body.name for body in queries.members(queries.body("990015401"))] == ["Bachheim", "Übersee"]
    assert len(queries.members(queries.body("99001"))) == 5
    assert [body.name for body in queries.associations(queries.body("99001"))] == ["Samtgemeinde Auental"]
    assert [body.name for body in queries.kreis_level()] == ["Großstadt", "Landkreis Wiesental"]


def test_a_body_is_found_by_key_and_by_official_key(town):
    assert queries.body("99009001") == queries.body_by_ags("99009001") == queries.body_by_ags("990090001001") == town
    assert queries.body_by_ags("") is queries.body_by_ags("123") is None
    with pytest.raises(Http404):
        queries.body("123")


# ------------------------------------------------------------------ neighbors and maps
def test_neighbors_and_maps_of_bodies_made_by_hand(town):
    other = actions.create_body("99009002", "municipality", name="Aach", ags="99009002", ars="990090002002")
    actions.link_neighbors([(other, town, 1500)])
    actions.link_neighbors([(town, other, 1600)])
    square = {"type": "Polygon", "coordinates": [[[9, 50], [9.1, 50], [9.1, 50.1], [9, 50]]]}
    for body in (town, other):
        actions.set_boundary(body, square, source="Probe")
    assert [(found.body, found.border_m) for found in queries.neighbors(town)] == [(other, 1600)]
    assert queries.neighbor_pairs(Body.objects.all()) == [("99009001", "99009002", 1600)]
    assert [feature.name for feature in queries.map_around(town)] == ["Aach", "Öhringen-Süd"]
    assert queries.neighbor_pairs(Body.objects.all(), Level.DISTRICT) == []


def test_the_map_of_a_member_shows_its_kreis():
    actions.import_directory(files.gv100ad())
    actions.import_boundaries(files.geojson())
    assert len(queries.map_around(queries.body("99001001"))) == 4
    assert [feature.name for feature in queries.map_around(queries.body("990015401"))] == ["Bachheim"]


# ------------------------------------------------------------------ by hand
@pytest.mark.parametrize(
    ("key", "kind", "facts", "sentence"),
    [
        ("neu", "kingdom", {}, "keine Art"),
        ("99009001", "service_office", {}, "schon vergeben"),
        ("neu", "town", {}, "Regionalschlüssel"),
    ],
)
def test_a_wrong_body_is_refused_with_a_sentence(town, key, kind, facts, sentence):
    with pytest.raises(BodyError, match=sentence):
        actions.create_body(key, kind, name="Neu", **facts)
    assert Body.objects.count() == 1


def test_a_seat_is_opened_unless_the_body_is_dissolved(town):
    assert town.state == "99"
    assert actions.open_seat(town).is_active
    assert Body.objects.get(pk=town.pk).is_active
    town.dissolved_on = date(2024, 1, 1)
    with pytest.raises(BodyError, match=r"01\.01\.2024 aufgelöst"):
        actions.open_seat(town)
