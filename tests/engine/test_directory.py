from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gemeinwerk.engine.directory import ChangeKind, Level, read_changes, read_directory
from gemeinwerk.engine.directory.headings import proposed_census
from gemeinwerk.engine.directory.names import spoken
from gemeinwerk.engine.problems import Severity, worst
from tests.engine import directory_files as files


def codes(result):
    return {problem.code for problem in result.problems}


def by_ags(directory):
    return {unit.ags: unit for unit in directory.of(Level.MUNICIPALITY)}


def test_the_auszug_gives_its_sums_and_says_what_it_counts():
    directory = read_directory(files.auszug())
    sums = directory.sums
    assert (sums.municipalities, sums.inhabitants, sums.area_ha) == (6, 314_000, 20_224)
    assert (sums.districts, sums.associations, sums.unincorporated) == (2, 1, 1)
    facts = directory.facts
    assert (facts.territory_date, facts.population_date) == (date(2024, 12, 31), date(2023, 12, 31))
    assert (facts.census_basis, facts.assumed) == ("2011", ())
    assert directory.problems == ()


def test_a_municipality_carries_keys_places_and_counts():
    unit = by_ags(read_directory(files.auszug()))["99001003"]
    assert (unit.ars, unit.district, unit.association) == ("990015401003", "99001", "990015401")
    assert (unit.inhabitants, unit.male, unit.female, unit.area_ha) == (500, 250, 250, 1000)
    assert (unit.postcode, unit.longitude, unit.latitude) == ("01234", 9.7, 50.6)


def test_missing_is_not_zero():
    forest = by_ags(read_directory(files.auszug()))["99001999"]
    assert (forest.inhabitants, forest.postcode, forest.longitude) == (0, "", None)
    table = files.rows()
    table[3][9] = ""
    assert by_ags(read_directory(files.auszug(table)))["99001001"].inhabitants is None


def test_the_census_of_the_heading_is_taken_and_a_silent_heading_gets_a_proposal():
    assert read_directory(files.auszug(census="auf Grundlage des Zensus 2022")).facts.census_basis == "2022"
    silent = read_directory(files.auszug(census="")).facts
    assert (silent.census_basis, silent.assumed) == ("2011", ("census_basis",))
    without_day = read_directory(files.auszug(counted=""))
    assert without_day.facts.population_date is None
    assert "directory_population_date" in codes(without_day)


@pytest.mark.parametrize(
    ("on", "basis"),
    [
        (date(1980, 1, 1), ""),
        (date(2010, 12, 31), "1987"),
        (date(2011, 12, 31), "2011"),
        (date(2023, 12, 31), "2011"),
        (date(2024, 12, 31), "2022"),
        (None, ""),
    ],
)
def test_the_proposed_census_follows_the_day(on, basis):
    assert proposed_census(on) == basis


@pytest.mark.parametrize(
    ("level", "mark", "official", "name"),
    [
        (60, "63", "Altendorf, Stadt", "Altendorf"),
        (60, "63", "Zschopau, Stadt, Motorradstadt", "Zschopau"),
        (60, "66", "Sachsenwald (Forstgutsbez.),gemfr.Geb.", "Sachsenwald (Forstgutsbez.)"),
        (40, "44", "Gifhorn", "Landkreis Gifhorn"),
        (40, "43", "Rhein-Kreis Neuss", "Rhein-Kreis Neuss"),
        (40, "44", "Landkreis Rostock", "Landkreis Rostock"),
        (40, "43", "Städteregion Aachen", "Städteregion Aachen"),
        (40, "45", "Regionalverband Saarbrücken", "Regionalverband Saarbrücken"),
        (50, "51", "Lindow (Mark)", "Amt Lindow (Mark)"),
        (50, "52", "Rethem (Aller), Stadt", "Samtgemeinde Rethem (Aller)"),
        (50, "54", "Fuchstal (VGem)", "Verwaltungsgemeinschaft Fuchstal"),
        (50, "54", "VVG der Stadt Aalen", "Vereinbarte Verwaltungsgemeinschaft der Stadt Aalen"),
        (50, "56", "GVV Gammertingen", "Gemeindeverwaltungsverband Gammertingen"),
        (50, "58", "EG Uder", "Erfüllende Gemeinde Uder"),
        (
            50,
            "56",
            "Oelsnitz/Vogtl., Bösenbrunn, Eichigt und Triebel/Vogtl.",
            "Verwaltungsverband Oelsnitz/Vogtl., Bösenbrunn, Eichigt und Triebel/Vogtl.",
        ),
    ],
)
def test_names_are_those_a_person_uses(level, mark, official, name):
    assert spoken(Level(level), mark, official) == name


def test_the_fixed_width_format_is_cut_by_characters_in_either_encoding():
    one, other = read_directory(files.gv100ad()), read_directory(files.gv100ad("cp1252"))
    assert one.units == other.units
    assert (one.sums.municipalities, one.sums.inhabitants, one.sums.area_ha) == (7, 312_961, 20_224)
    unit = by_ags(one)["99001004"]
    assert (unit.name, unit.ars, unit.female, unit.longitude) == ("Übersee", "990015401004", 365, None)
    assert next(unit for unit in one.of(Level.ASSOCIATION) if unit.mark == "52").seat == "Bachheim"


def test_the_fixed_width_format_says_what_was_assumed():
    directory = read_directory(files.gv100ad())
    facts = directory.facts
    assert (facts.territory_date, facts.population_date) == (date(2023, 11, 30), date(2022, 12, 31))
    assert facts.assumed == ("population_date", "census_basis")
    assert worst(directory.problems) == Severity.NOTE


def test_a_repeated_key_becomes_one_unit_and_the_sums_stay():
    table = files.rows()
    table.insert(10, list(table[9]))
    directory = read_directory(files.auszug(table))
    assert codes(directory) == {"directory_repeated"}
    assert (directory.sums.municipalities, directory.sums.area_ha) == (6, 20_724)


def test_a_broken_row_is_left_out_with_its_place():
    table = files.rows()
    table[3][6], table[5][8] = "x", "viel"
    directory = read_directory(files.auszug(table))
    found = {problem.code: problem for problem in directory.problems}
    assert found["directory_key"].place.row == 10
    assert (found["directory_number"].place.row, found["directory_number"].place.column) == (12, "Fläche")
    assert by_ags(directory)["99001002"].area_ha is None


def _workbook(write):
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    write(book.add_worksheet("Blatt"))
    book.close()
    return memory.getvalue()


def _bomb():
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    return memory.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "directory_format"),
        (b"Name;Wert\nA;1\n", "directory_format"),
        (b"PK\x03\x04 but no zip", "workbook_broken"),
        (files.auszug()[:5000], "workbook_broken"),
        (_workbook(lambda sheet: sheet.write(0, 0, "Hallo")), "directory_empty"),
        (_workbook(lambda sheet: sheet.write(1_000_000, 16_000, "weit draußen")), "workbook_extent"),
        (_bomb(), "archive_bomb"),
    ],
)
def test_bad_files_end_in_a_sentence(data, code):
    directory = read_directory(data)
    assert code in codes(directory)
    assert worst(directory.problems) == Severity.ERROR
    assert directory.units == ()
    assert all(problem.text.endswith(".") for problem in directory.problems)


SOURCES = [files.gv100ad(), files.auszug(), files.changes()]
"""Made once: a workbook carries the second in which it was written."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damaged_files_never_raise(data):
    source = data.draw(st.sampled_from(SOURCES))
    start = data.draw(st.integers(0, len(source)))
    damaged = source[:start] + data.draw(st.binary(max_size=40)) + source[start + data.draw(st.integers(0, 40)) :]
    for problem in (*read_directory(damaged).problems, *read_changes(damaged).problems):
        assert problem.text


def test_changes_are_read_with_kinds_shares_and_days():
    read = read_changes(files.changes())
    assert [change.kind for change in read.changes] == [
        ChangeKind.DISSOLUTION,
        ChangeKind.DISSOLUTION,
        ChangeKind.PARTIAL,
        ChangeKind.PARTIAL,
        ChangeKind.DISSOLUTION,
        ChangeKind.NAME,
    ]
    first, association, renamed = read.changes[0], read.changes[4], read.changes[5]
    assert (first.old_ags, first.new_ags, first.inhabitants, first.area_m2) == ("99001005", "99001001", 40, 3_000_000)
    assert (association.level, association.old_ags, association.inhabitants) == ("association", "", None)
    assert (renamed.legal_on, renamed.effective_on) == (date(2024, 3, 1), date(2024, 4, 1))
    assert read.problems == ()


def test_a_change_without_key_or_day_is_left_out():
    table = files.rows("gebietsaenderungen.csv")[:2]
    table[0][2], table[1][11], table[1][12] = "12", "bald", "bald"
    read = read_changes(files.changes(table))
    assert (read.changes, codes(read)) == ((), {"change_unclear"})
    assert codes(read_changes(files.changes([]))) == {"changes_empty"}
    assert codes(read_changes(b"nothing")) == {"workbook_kind"}


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "municipalities", "inhabitants", "area_ha"),
    [
        ("destatis_auszug_gv/AuszugGV4QAktuell_2024.xlsx", 10_959, 84_669_326, 35_768_387),
        ("gv100ad/GV100AD_301123.txt", 10_981, 84_358_845, 35_759_570),
    ],
)
def test_the_official_files_give_their_sums(shared_data, name, municipalities, inhabitants, area_ha):
    directory = read_directory((shared_data / "directory" / name).read_bytes())
    sums = directory.sums
    assert (sums.municipalities, sums.inhabitants, sums.area_ha) == (municipalities, inhabitants, area_ha)
    assert sums.districts == 400
    assert len({unit.ags for unit in directory.of(Level.MUNICIPALITY)}) == municipalities
    assert worst(directory.problems) in (None, Severity.NOTE)


@pytest.mark.real_data
def test_the_associations_are_those_of_the_derived_list(shared_data):
    directory = read_directory((shared_data / "directory/destatis_auszug_gv/AuszugGV4QAktuell_2024.xlsx").read_bytes())
    lines = (shared_data / "cooperation/gemeindeverbaende_gv2024/verbaende.csv").read_text("utf-8").splitlines()[1:]
    listed = {line.partition(";")[0] for line in lines}
    assert {unit.ars for unit in directory.of(Level.ASSOCIATION) if unit.mark != "50"} == listed


@pytest.mark.real_data
def test_the_changes_of_a_year_are_read(shared_data):
    read = read_changes((shared_data / "directory/gebietsaenderungen/2024.xlsx").read_bytes())
    assert (len(read.changes), read.problems) == (82, ())
    rodeberg = {change.new_name: change.inhabitants for change in read.changes if change.old_name == "Rodeberg"}
    assert rodeberg == {"Dingelstädt, Stadt": 1552, "Mühlhausen/Thüringen, Stadt": 481}


def _lines(change):
    return "\n".join(change(files.gv100ad().decode().splitlines())).encode()


@pytest.mark.parametrize(
    ("change", "code", "row"),
    [
        (lambda lines: [*lines, "99" + lines[0][2:], ""], "directory_kind", 15),
        (lambda lines: [*lines, lines[3][:22] + " " * 198], "directory_key", 15),
        (lambda lines: [lines[0], lines[3][:139] + "     viele" + lines[3][149:]], "directory_number", 2),
        (lambda lines: [*lines[1:], lines[0].replace("20231130", "20220101")], "directory_dates", None),
    ],
)
def test_a_broken_line_is_left_out_with_its_place(change, code, row):
    directory = read_directory(_lines(change))
    found = {problem.code: problem for problem in directory.problems}
    assert (found[code].place.row, directory.facts.territory_date) == (row, date(2023, 11, 30))


def test_a_line_without_any_record_is_no_directory():
    head = files.gv100ad().decode().splitlines()[0]
    assert "directory_empty" in codes(read_directory((head[:22] + " " * 198).encode()))


def test_a_gebietsstand_that_is_no_day_is_unknown():
    later = _lines(lambda lines: [lines[0], *(line[:2] + "20239999" + line[10:] for line in lines[1:])])
    facts = read_directory(later).facts
    assert (facts.territory_date, facts.population_date, facts.census_basis) == (None, None, "")


def test_a_unit_knows_its_land():
    assert {unit.state for unit in read_directory(files.auszug()).units} == {"99"}


def test_bytes_that_no_encoding_knows_are_still_read():
    directory = read_directory(files.gv100ad("cp1252").replace(b"\xdc", b"\x81"))
    assert directory.sums.municipalities == 7


def test_a_head_without_the_word_gebietsstand_gives_its_first_day():
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    sheet = book.add_worksheet("Gemeinden")
    sheet.write(0, 0, "Gemeinden in Deutschland am 99.99.2024 und 31.12.2024")
    for number, row in enumerate(files.rows(), start=6):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    book.close()
    directory = read_directory(memory.getvalue())
    assert directory.facts.territory_date == date(2024, 12, 31)
    assert directory.sums.inhabitants == 314_000


def test_changes_with_real_dates_and_numbers_are_read():
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    sheet = book.add_worksheet("Gebietsaenderungen")
    for column, value in enumerate(files.rows("gebietsaenderungen.csv")[0]):
        sheet.write(4, column, value)
    for column in (11, 12):
        sheet.write_datetime(4, column, datetime(2024, 1, 1), book.add_format({"num_format": "dd.mm.yyyy"}))  # noqa: DTZ001
    book.close()
    assert [change.effective_on for change in read_changes(memory.getvalue()).changes] == [date(2024, 1, 1)]


def test_empty_number_fields_of_a_line_are_missing():
    directory = read_directory(_lines(lambda lines: [lines[0], lines[3][:128] + " " * 92]))
    unit = directory.of(Level.MUNICIPALITY)[0]
    assert (unit.area_ha, unit.inhabitants, unit.male, unit.female) == (None, None, None, None)
