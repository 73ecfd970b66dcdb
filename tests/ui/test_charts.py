"""Charts: well-formed, exact in their table, no text on another text, the same in a document."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemeinwerk.ui import charts
from gemeinwerk.ui.charts.canvas import text_width
from gemeinwerk.ui.charts.scales import ticks
from gemeinwerk.ui.gallery import _charts as gallery_charts

SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.lists(st.none() | st.integers(-(10**13), 10**13), min_size=1, max_size=14)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)


def parsed(chart):
    wide, narrow = chart.svg.split("</svg>")[:2]
    return [ElementTree.fromstring(part + "</svg>") for part in (wide, narrow)]


def assert_readable(chart):
    """Texts stay inside the picture and never stand on each other; every shape is inside too."""
    for canvas in (chart.wide, chart.narrow):
        for number, box in enumerate(canvas.boxes):
            assert box.left >= -4 and box.right <= canvas.width + 4
            assert not any(box.meets(other) for other in canvas.boxes[:number])
    for picture in parsed(chart):
        width, height = map(float, picture.get("viewBox").split()[2:])
        for rect in picture.iter(f"{SVG}rect"):
            assert -1 <= float(rect.get("x", 0)) <= width
            assert float(rect.get("y", 0)) >= -1 and float(rect.get("y", 0)) + float(rect.get("height")) <= height + 1
    ElementTree.fromstring(chart.document_svg())


@settings(max_examples=40, deadline=None)
@given(VALUES, NAMES, st.booleans())
def test_bars_hold_for_any_figures(values, name, stacked):
    labels = [str(2020 + place) for place in range(len(values))]
    series = [charts.Series(name, values), charts.Series("B", values[::-1])]
    chart = charts.bars("Titel", labels, series, stacked=stacked)
    assert_readable(chart)
    assert len(chart.table.rows) == len(values)


@settings(max_examples=40, deadline=None)
@given(VALUES, NAMES)
def test_lines_hold_for_any_figures(values, name):
    labels = [str(2020 + place) for place in range(len(values))]
    assert_readable(charts.line(name, labels, [charts.Series(name, values)], planned_from=2))
    assert_readable(charts.line("T", labels, [charts.Series(f"{name}{n}", values) for n in range(4)]))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(NAMES, st.integers(-(10**12), 10**12), st.booleans()), max_size=9))
def test_waterfalls_hold_for_any_steps(steps):
    assert_readable(charts.waterfall("T", [charts.Step(*step) for step in steps]))


@settings(max_examples=40, deadline=None)
@given(VALUES, NAMES)
def test_strips_and_dots_hold_for_any_figures(values, name):
    labels = [f"{name} {place}" for place in range(len(values))]
    assert_readable(charts.strips("T", labels, [charts.Series("2025", values), charts.Series("2026", values)]))
    known = [value for value in values if value is not None]
    assert_readable(charts.dots("T", [charts.DotRow(label, known[0] if known else None, known) for label in labels]))


@pytest.mark.parametrize("chart", gallery_charts(), ids=lambda chart: chart.title)
def test_the_charts_of_the_gallery_are_readable(chart):
    assert_readable(chart)
    assert chart.description.endswith(".")


def test_the_table_shows_exact_figures_and_the_bars_are_as_long_as_they_say():
    chart = charts.bars(
        "T", ["2025", "2026"], [charts.Series("A", [100_000_000, -50_000_000]), charts.Series("B", [None, 1])]
    )
    assert chart.table.head == ("Jahr", "A", "B")
    assert chart.table.rows == (("2025", "1.000.000\u00a0€", "–"), ("2026", "−500.000\u00a0€", "0\u00a0€"))
    heights = [
        float(rect.get("height")) for rect in parsed(chart)[0].iter(f"{SVG}rect") if rect.get("class") == "c-fill-1"
    ]
    assert max(heights) / sorted(heights)[-2] == pytest.approx(2, rel=0.01)


def test_a_waterfall_ends_where_its_steps_lead():
    steps = [
        charts.Step("A", -100, is_total=True),
        charts.Step("B", 30),
        charts.Step("C", -5),
        charts.Step("D", -75, is_total=True),
    ]
    chart = charts.waterfall("T", steps, unit="number")
    lines = [line for line in parsed(chart)[0].iter(f"{SVG}line") if line.get("class") == "c-link"]
    last = [rect for rect in parsed(chart)[0].iter(f"{SVG}rect") if rect.get("class") == "c-fill-1"][-1]
    assert float(lines[-1].get("y1")) == pytest.approx(float(last.get("y")) + float(last.get("height")), abs=0.2)


def test_missing_is_a_gap_and_never_zero():
    chart = charts.line("T", list("abcd"), [charts.Series("A", [1, None, 3, 4])], unit="number")
    wide = parsed(chart)[0]
    assert len(list(wide.iter(f"{SVG}path"))) == 1
    assert len(list(wide.iter(f"{SVG}circle"))) == 3


def test_hostile_names_are_escaped_and_documents_need_no_style_sheet():
    evil = '</svg><script>alert("x")</script>\x00\x0b'
    chart = charts.bars(evil, [evil], [charts.Series(evil, [5]), charts.Series("b", [3])], note=evil)
    assert "<script" not in chart.svg
    document = chart.document_svg()
    assert "class=" not in document
    for text in ElementTree.fromstring(document).iter(f"{SVG}text"):
        assert text.get("fill") and text.get("font-size")
    assert "<script" not in charts.sparkline(evil, [1, 2])


def test_axes_that_do_not_begin_at_zero_say_so():
    near = charts.line("T", ["a", "b"], [charts.Series("A", [95, 100])], unit="number")
    assert near.note == "Die Achse beginnt nicht bei 0."
    assert charts.line("T", ["a", "b"], [charts.Series("A", [5, 100])], unit="number").note == ""


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_ticks_enclose_the_figures_in_round_steps(low, span):
    marks = ticks(low, low + span)
    hair = (marks[1] - marks[0]) * 1e-6
    assert marks[0] <= low + hair
    assert marks[-1] >= low + span - hair
    assert 2 <= len(marks) <= 12


def test_the_width_of_a_text_is_never_underestimated():
    assert text_width("1.234,5") >= 7 * 14 * 0.55


def test_empty_charts_do_not_raise():
    assert_readable(charts.bars("T", [], [charts.Series("A", [])]))
    assert_readable(charts.line("T", [], [charts.Series("A", [])]))
    assert_readable(charts.strips("T", [], [charts.Series("A", [])]))
    assert_readable(charts.dots("T", []))
    assert charts.sparkline("T", [])


def test_figures_never_stand_on_a_bar():
    names = [str(year) for year in range(2018, 2030)]
    plan = [value * 1_000_000_00 for value in (-1, 2, -12, -4, 5, -1, -11, -9, -13, -17, -18, -20)]
    chart = charts.bars("T", names, [charts.Series("Plan", plan), charts.Series("Ergebnis", plan[::-1])])
    for canvas in (chart.wide, chart.narrow):
        assert not [box for box in canvas.boxes for bar in canvas.solids if box.meets(bar)]


def test_series_that_never_meet_share_their_place():
    def widest(second):
        one = charts.bars(
            "T", ["a", "b"], [charts.Series("Plus", [5, None], "good"), charts.Series("Minus", second, "bad")]
        )
        fills = [rect for rect in parsed(one)[0].iter(f"{SVG}rect") if rect.get("class").startswith("c-fill")]
        return max(float(rect.get("width")) for rect in fills)

    assert widest([None, -3]) > 1.5 * widest([-1, -3])


def test_the_last_year_is_always_named():
    years = [str(year) for year in range(2018, 2030)]
    for make in (charts.bars, charts.line):
        for picture in parsed(make("T", years, [charts.Series("A", list(range(12)))], unit="number")):
            assert "2029" in [text.text for text in picture.iter(f"{SVG}text")]
