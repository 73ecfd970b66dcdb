"""Years after the budget year that a file only calls "Plan" are medium-term planning; the evidence in its order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gemeinwerk.engine.budget_files import BudgetFile, Hints, Mapping, read
from gemeinwerk.engine.tables import Stage

from .budget_cases import codes, sums, text

ROWS = ("0101;4011;Grundsteuer A", "0101;5012;Vergütungen")


def wide(*columns: str, name: str = "haushalt.csv", above: str = "", **options) -> BudgetFile:
    cells = ";".join(str(100 + place) for place in range(len(columns)))
    head = [above + ";" * (len(columns) + 2)] if above else []
    table = [";".join(("Produkt", "Konto", "Bezeichnung", *columns)), *(f"{row};{cells}" for row in ROWS)]
    return read(name, text(*head, *table), **options)


def planned(book: BudgetFile) -> dict[int, str]:
    """What the file says about each year of its plan."""
    kinds = {"estimate", "forecast"}
    return {year: stage for year, stage, side in sums(book) if stage in kinds and side == "income"}


def stages(estimate: list[int], forecast: list[int]) -> dict[int, str]:
    return dict.fromkeys(estimate, "estimate") | dict.fromkeys(forecast, "forecast")


PLANS = ("Plan 2022", "Plan 2023", "Plan 2024", "Plan 2025")


@pytest.mark.parametrize(
    ("columns", "options", "wanted"),
    [
        # what somebody said comes first
        (PLANS, {"hints": Hints(year=2023)}, stages([2022, 2023], [2024, 2025])),
        (PLANS, {"mapping": Mapping(default_year=2024), "hints": Hints(year=2022)}, stages([2022, 2023, 2024], [2025])),
        # commitments burden the years after the budget year, whatever the name says
        ((*PLANS, "VE 2024"), {"name": "plan2025.csv"}, stages([2022, 2023], [2024, 2025])),
        ((*PLANS, "VE 2025", "VE 2024"), {}, stages([2022, 2023], [2024, 2025])),
        ((*PLANS, "VE 2023"), {"name": "plan2023.csv"}, stages([2022, 2023], [2024, 2025])),
        # words
        (("Ansatz 2022", "Ansatz 2023", "Plan 2024", "Plan 2025"), {}, stages([2022, 2023], [2024, 2025])),
        (("Plan 2022", "Plan 2023", "Finanzplan 2024", "Plan 2025"), {}, stages([2022, 2023], [2024, 2025])),
        (("Ist 2021", "Ansatz 2022", "Plan 2023", "Plan 2024", "Plan 2025"), {"name": "hh2023.csv"},
         stages([2022, 2023], [2024, 2025])),
        # name and title
        (PLANS, {"name": "haushalt_2023.csv"}, stages([2022, 2023], [2024, 2025])),
        (PLANS, {"above": "Haushaltsplan der Stadt 2024"}, stages([2022, 2023, 2024], [2025])),
        (PLANS, {"name": "export_2022-11-05_haushalt_2023.csv"}, stages([2022, 2023], [2024, 2025])),
        (PLANS, {"name": "Doppelhaushalt 2023 2024.csv"}, stages([2022, 2023, 2024], [2025])),
        (PLANS, {"above": "Haushalt 2023/24"}, stages([2022, 2023, 2024], [2025])),
        (PLANS, {"hints": Hints(year=2023), "name": "2023-2024.csv"}, stages([2022, 2023, 2024], [2025])),
        # the latest Ergebnis
        (("Ist 2022", *PLANS), {}, stages([2022, 2023], [2024, 2025])),
        (("Ist 2021", *PLANS), {}, stages([2022, 2023], [2024, 2025])),
        (("Ist 2022", *PLANS), {"name": "bericht2020.csv"}, stages([2022, 2023], [2024, 2025])),
    ],
)  # fmt: skip
def test_planning_begins_after_the_budget_year(columns, options, wanted):
    book = wide(*columns, **options)
    assert planned(book) == wanted
    assert "plan_years" in codes(book)


@pytest.mark.parametrize(
    ("columns", "options", "is_said"),
    [
        (PLANS, {}, True),
        (PLANS, {"name": "stand_05.11.2023.csv"}, True),
        (PLANS, {"name": "vergleich 2022 2024.csv"}, True),
        (("Ist 2019", *PLANS), {}, True),
        (("Ist 2018", "Plan 2022", "Plan 2023"), {}, False),
        (("Ansatz 2022", "Ansatz 2023"), {"name": "haushalt2022.csv"}, False),
        (("Ansatz 2022", "Ansatz 2023"), {"hints": Hints(year=2022)}, False),
        (("Ist 2021", "Plan 2022", "Plan 2023"), {"name": "haushalt2023.csv"}, False),
    ],
)
def test_without_evidence_everything_stays_as_it_is(columns, options, is_said):
    book = wide(*columns, **options)
    assert set(planned(book).values()) == {"estimate"}
    assert "plan_years" not in codes(book)
    assert ("plan_years_unclear" in codes(book)) is is_said


def long(*kinds: tuple[int, str], name: str = "haushalt.csv") -> BudgetFile:
    rows = [f"{year};{kind};0101;{side};7" for year, kind in kinds for side in ("Ertrag", "Aufwand")]
    return read(name, text("Jahr;Betragsart;Produkt;Richtung;Betrag", *rows))


def test_a_long_file_is_decided_by_its_rows():
    book = long((2021, "Ist"), *((year, "Plan") for year in range(2022, 2027)))
    assert planned(book) == stages([2022, 2023], [2024, 2025, 2026])
    book = long((2023, "Ansatz"), (2024, "Ansatz"), (2025, "Plan"), (2026, "Plan"))
    assert planned(book) == stages([2023, 2024], [2025, 2026])
    book = long((2024, "Ansatz"), (2025, "Ansatz"), name="haushalt2024.csv")
    assert planned(book) == stages([2024, 2025], [])


def test_the_note_says_what_was_assumed_and_how_to_correct_it():
    (note,) = [problem for problem in wide(*PLANS, name="hh2023.csv").problems if problem.code == "plan_years"]
    assert "2023 angenommen" in note.text
    assert "2024 bis 2025 wurden als mittelfristige Planung" in note.text
    assert "Stand je Jahr" in note.text


def test_a_person_corrects_single_years_or_all_of_them():
    first = wide(*PLANS, name="hh2023.csv")
    assert first.mapping.stage_by_year == ((2024, Stage.FORECAST), (2025, Stage.FORECAST))
    one = wide(*PLANS, name="hh2023.csv", mapping=Mapping(stage_by_year=((2024, Stage.ESTIMATE),)))
    assert planned(one) == stages([2022, 2023, 2024], [2025])
    none = wide(*PLANS, name="hh2023.csv", mapping=replace(first.mapping, stage_by_year=()))
    assert planned(none) == stages([2022, 2023, 2024, 2025], [])
    assert planned(wide(*PLANS, name="hh2023.csv", mapping=first.mapping)) == planned(first)


def test_next_years_file_is_decided_anew():
    mapping = wide(*PLANS, name="hh2023.csv").mapping.reusable()
    following = tuple(f"Plan {year}" for year in range(2023, 2027))
    assert planned(wide(*following, name="hh2024.csv", mapping=mapping)) == stages([2023, 2024], [2025, 2026])


def test_sums_do_not_depend_on_the_stage():
    def by_year(book: BudgetFile) -> dict[tuple[int, str], int]:
        return {(year, side): cents for (year, _, side), cents in sums(book).items()}

    assert by_year(wide(*PLANS, name="hh2023.csv")) == by_year(wide(*PLANS))


@pytest.mark.real_data
def test_real_files(shared_data):
    def stages_of(pattern: str) -> dict[int, str]:
        (path,) = (shared_data / "budgets").glob(pattern)
        return planned(read(path.name, path))

    assert stages_of("offenerhaushalt-daten/wesel/hhplan2017.csv") == stages(
        [2016, 2017], [2018, 2019, 2020, 2021, 2022]
    )
    for source in ("*.csv", "datapackage.json"):
        found = stages_of(f"offenerhaushalt.de/NW/dusseldorf/{source}")
        assert found == stages([2017, 2018], [2019, 2020, 2021])
    assert stages_of("offenerhaushalt.de/NW/Ahaus/*.csv") == stages([2017, 2018], [2019, 2020, 2021])
    assert stages_of("offenerhaushalt.de/NW/stadt-krefeld/*.csv") == stages([2019], [])
    assert stages_of("offenerhaushalt.de/RP/Sitters/*.csv") == stages([2017, 2018], [])
    assert stages_of("jesberg/haushalt.json") == stages(list(range(2020, 2030)), [])
