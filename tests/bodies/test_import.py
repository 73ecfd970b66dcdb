from __future__ import annotations

from datetime import date

import pytest

from gemeinwerk.accounts.models import Membership
from gemeinwerk.bodies import actions, queries
from gemeinwerk.bodies.models import Body, Boundary, Level, Neighborhood, Population
from tests.engine import directory_files as files

pytestmark = pytest.mark.django_db


def test_all_levels_are_stored_and_linked():
    report = actions.import_directory(files.auszug())
    assert (report.created, report.populations_created, report.is_refused) == (8, 8, False)
    bachheim = queries.body("99001003")
    assert (bachheim.district.name, bachheim.association.name) == ("Landkreis Wiesental", "Samtgemeinde Auental")
    assert (bachheim.association.district, bachheim.association.area_ha) == (bachheim.district, 2050)
    kinds = dict(Body.objects.values_list("key", "kind"))
    assert kinds == {
        "99001": "district",
        "990015401": "association",
        "99001001": "town",
        "99001002": "municipality",
        "99001003": "municipality",
        "99001004": "municipality",
        "99001999": "municipality",
        "99002000": "district_free_town",
    }
    assert queries.body("99001004").type_name == "Markt"
    assert [body.unincorporated for body in Body.objects.filter(key="99001999")] == [True]


def test_counts_of_a_kreis_and_an_association_are_the_sums_of_their_members():
    actions.import_directory(files.auszug())
    district, association = queries.body("99001"), queries.body("990015401")
    assert queries.population(district, date(2024, 1, 1)).count == 14_000
    assert queries.population(association, date(2024, 1, 1)).count == 1_200
    assert district.populations.get().male == 6_880


def test_a_sum_with_a_missing_part_is_missing():
    table = files.rows()
    table[3][9] = ""
    actions.import_directory(files.auszug(table))
    figure = queries.population(queries.body("99001"), date(2024, 1, 1))
    assert figure.count is None
    assert "keine Einwohnerzahl" in figure.reason


def test_the_second_run_changes_nothing(django_assert_max_num_queries):
    actions.import_directory(files.auszug())
    before = list(Body.objects.order_by("pk").values()), list(Population.objects.order_by("pk").values())
    with django_assert_max_num_queries(30):
        report = actions.import_directory(files.auszug())
    assert (report.changes, report.unchanged) == (0, 8)
    assert before == (list(Body.objects.order_by("pk").values()), list(Population.objects.order_by("pk").values()))


def test_the_number_of_queries_does_not_grow_with_the_file(django_assert_max_num_queries):
    table = files.rows()
    for number in range(100, 400):
        table.append(
            ["60", "64", "99", "0", "01", "5401", str(number), f"Dorf {number}", "1", "10", "5", "5", *[""] * 4]
        )
    with django_assert_max_num_queries(35):
        assert actions.import_directory(files.auszug(table)).created == 308


def test_a_body_that_holds_a_seat_keeps_it_and_learns_its_facts(cast):
    report = actions.import_directory(files.auszug())
    assert (report.created, report.updated) == (6, 2)
    altendorf = Body.objects.get(pk=cast.altendorf.pk)
    assert (altendorf.key, altendorf.is_active, altendorf.official_name) == ("99001001", True, "Altendorf, Stadt")
    assert (altendorf.state, altendorf.area_ha, altendorf.as_of) == ("99", 5673, date(2024, 12, 31))
    assert Membership.objects.filter(body=altendorf).count() == 3


def test_the_sums_are_compared_and_a_difference_shows(monkeypatch):
    monkeypatch.setattr("gemeinwerk.bodies.actions.directory.STATES", {"99": "Beispielland"})
    row = {"territory_date": "2024-12-31", "population_date": "2023-12-31", "municipalities": "6", "area_ha": ""}
    monkeypatch.setattr("gemeinwerk.bodies.actions.directory.csv_rows", lambda name: [row | {"inhabitants": "314001"}])
    towns, inhabitants, area = actions.import_directory(files.auszug()).comparisons
    assert (towns.in_file, towns.stored, towns.expected, towns.is_met) == (6, 6, 6, True)
    assert (inhabitants.stored, inhabitants.expected, inhabitants.is_met) == (314_000, 314_001, False)
    assert (area.stored, area.expected, area.is_met) == (20_224, None, True)


def test_stichtag_and_census_of_the_caller_win():
    report = actions.import_directory(files.gv100ad(), population_date=date(2022, 6, 30), census_basis="2022")
    assert (report.facts.population_date, report.facts.census_basis) == (date(2022, 6, 30), "2022")
    assert set(Population.objects.values_list("reference_date", "census_basis")) == {(date(2022, 6, 30), "2022")}


@pytest.mark.parametrize(
    ("data", "options", "code"),
    [
        (b"nothing", {}, "directory_format"),
        (files.auszug(counted=""), {}, "directory_stichtag"),
        (files.auszug(), {"census_basis": "1999"}, "directory_basis"),
    ],
)
def test_a_file_with_an_error_changes_nothing(data, options, code):
    report = actions.import_directory(data, **options)
    assert report.is_refused
    assert code in {problem.code for problem in report.problems}
    assert (Body.objects.count(), report.changes) == (0, 0)


@pytest.mark.parametrize("first", ["newer", "older"])
def test_two_editions_give_the_same_in_either_order(first):
    newer, older = files.auszug(), files.gv100ad()
    for data in (newer, older) if first == "newer" else (older, newer):
        actions.import_directory(data)
    altbach, altendorf = queries.body("99001005"), queries.body("99001001")
    assert (altbach.dissolved_on, altendorf.dissolved_on) == (date(2024, 12, 31), None)
    assert (altendorf.area_ha, altendorf.longitude, altendorf.as_of) == (5673, 9.5, date(2024, 12, 31))
    assert [point.count for point in queries.population_series(altendorf).points] == [11_900, 12_000]
    assert queries.edition().municipalities == 6


def test_a_newer_edition_without_coordinates_forgets_none():
    actions.import_directory(files.auszug(territory="30.09.2023"))
    actions.import_directory(files.gv100ad())
    assert queries.body("99001001").longitude == 9.5
    assert queries.body("99001001").as_of == date(2023, 11, 30)


def test_a_body_that_is_listed_again_exists_again():
    actions.import_directory(files.gv100ad())
    actions.import_directory(files.auszug())
    table = [*files.rows(), ["60", "64", "99", "0", "01", "0005", "005", "Altbach", "4", "61", "30", "31", *[""] * 4]]
    actions.import_directory(files.auszug(table, territory="31.03.2025"))
    assert queries.body("99001005").dissolved_on is None


def test_one_stichtag_is_stored_once_until_a_merger_changes_it():
    actions.import_directory(files.auszug())
    table = files.rows()
    table[3][9] = "12040"
    report = actions.import_directory(files.auszug(table, territory="31.03.2025"))
    altendorf = queries.body("99001001")
    rows = list(altendorf.populations.order_by("territory_date").values_list("inhabitants", "territory_date"))
    assert rows == [(12_000, date(2024, 12, 31)), (12_040, date(2025, 3, 31))]
    assert queries.population(altendorf, date(2024, 1, 1)).count == 12_040
    assert queries.population(altendorf, date(2024, 1, 1), territory=date(2024, 12, 31)).count == 12_000
    assert queries.body("99001002").populations.get().territory_date == date(2025, 3, 31)
    assert report.populations_created == 2
    corrected = files.rows()
    corrected[3][9] = "12041"
    assert actions.import_directory(files.auszug(corrected, territory="31.03.2025")).populations_updated == 2
    assert queries.population(altendorf, date(2024, 1, 1)).count == 12_041


# ------------------------------------------------------------------ boundaries
def test_boundaries_find_their_bodies_and_their_neighbors():
    actions.import_directory(files.gv100ad())
    report = actions.import_boundaries(files.geojson(), source="Probe")
    assert (report.read, report.left_out, report.stored, report.unmatched) == (5, 1, 4, ["990099999999"])
    around = queries.neighbors(queries.body("99001001"))
    assert [neighbor.body.name for neighbor in around] == ["Neudorf", "Altbach"]
    assert [round(neighbor.border_km) for neighbor in around] == [11, 7]
    assert Boundary.objects.get(body__key="99001001").geometry["type"] == "Polygon"


def test_the_same_boundaries_again_change_nothing_and_others_replace_them():
    actions.import_directory(files.gv100ad())
    actions.import_boundaries(files.geojson())
    again = actions.import_boundaries(files.geojson())
    assert (again.stored, again.unchanged, again.neighborhoods_changed) == (0, 4, 0)
    moved = files.geojson().replace(b"9.5,", b"9.4,").replace(b"50.6]", b"50.55]")
    changed = actions.import_boundaries(moved)
    assert changed.stored > 0
    assert changed.neighborhoods_changed > 0


def test_a_dissolved_municipality_becomes_part_of_its_successor():
    actions.import_directory(files.gv100ad())
    table = [row for row in files.rows("gebietsaenderungen.csv") if row[10] != "Neudorf"][:1]
    actions.import_changes(files.changes(table))
    actions.apply_mergers()
    report = actions.import_boundaries(files.geojson())
    assert report.united == ["990010005005"]
    assert Boundary.objects.filter(body__key="99001005").count() == 0
    assert [neighbor.body.name for neighbor in queries.neighbors(queries.body("99001001"))] == ["Neudorf"]


def test_kreise_and_kreisfreie_staedte_are_neighbors_on_their_own_level():
    actions.import_directory(files.auszug())
    square = [(500_000, 5_600_000), (500_000, 5_610_000), (510_000, 5_610_000), (510_000, 5_600_000)]
    east = [(x + 10_000, y) for x, y in square]
    zipped = files.shapefile_zip({"99001": [*square, square[0]], "99002": [*east, east[0]]})
    report = actions.import_boundaries(zipped)
    assert (report.stored, report.neighborhoods) == (2, 1)
    assert Neighborhood.objects.get().level == Level.DISTRICT
    town = queries.body("99002000")
    assert queries.neighbors(town) == []
    assert [found.body.name for found in queries.neighbors(town, Level.DISTRICT)] == ["Landkreis Wiesental"]
    assert [found.body.name for found in queries.neighbors(queries.body("99001"))] == ["Großstadt"]
    assert actions.import_boundaries(zipped).unchanged == 2


def test_broken_boundaries_change_nothing():
    report = actions.import_boundaries(b"nothing")
    assert (report.stored, [problem.code for problem in report.problems]) == (0, ["geometry_format"])


@pytest.mark.real_data
def test_the_official_directory_is_stored_with_its_sums_and_mergers_lose_nobody(shared_data):
    folder = shared_data / "directory"
    older = actions.import_directory((folder / "gv100ad/GV100AD_301123.txt").read_bytes())
    newer = actions.import_directory((folder / "destatis_auszug_gv/AuszugGV4QAktuell_2024.xlsx").read_bytes())
    for report in (older, newer):
        assert all(row.is_met and row.expected is not None for row in report.comparisons)
    assert [row.stored for row in newer.comparisons] == [10_959, 84_669_326, 35_768_387]
    assert (newer.created, len(newer.dissolved)) == (3, 27)
    actions.import_changes((folder / "gebietsaenderungen/2024.xlsx").read_bytes())
    merged = actions.apply_mergers()
    assert (len(merged.moved), merged.incomplete) == (24, [])
    current = Body.objects.filter(kind__in=["municipality", "town", "district_free_town"], dissolved_on=None)
    figures = [queries.population(body, date(2022, 12, 31)) for body in current.prefetch_related("populations")]
    assert len(figures) == 10_959
    assert sum(figure.count for figure in figures) == 84_358_845
