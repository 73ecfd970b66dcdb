"""The one list: over rows at hand and over the database, with hostile addresses, and as a spreadsheet."""

from datetime import date

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.bodies.models import Body
from gemeinwerk.ui import formats, lists
from gemeinwerk.ui.gallery import GalleryList
from gemeinwerk.ui.lists import Column
from tests.page_promises import page_problems

ROWS = [
    {"name": "Öffentliche Ordnung", "cents": -500, "day": date(2026, 1, 5), "kind": "a", "is_on": True},
    {"name": "Zentrale", "cents": 1_000_00, "day": None, "kind": "b", "is_on": False},
    {"name": "Abfall", "cents": None, "day": date(2025, 12, 31), "kind": "a", "is_on": True},
    {"name": "oben", "cents": 0, "day": date(2026, 6, 1), "kind": "b", "is_on": False},
]


class Sample(lists.List):
    caption = "Produkte"
    columns = (
        Column("name", "Name", filter="text"),
        Column("cents", "Betrag", kind="euro", filter="range", total=True),
        Column("day", "Tag", kind="date", filter="range"),
        Column("kind", "Art", filter="choice", choices=(("a", "Art A"), ("b", "Art B"))),
        Column("is_on", "Aktiv", kind="yes_no", filter="choice", choices=(("1", "ja"), ("0", "nein"))),
    )
    order = "name"
    per_page = 3


def names(query: str, rows=ROWS) -> list[str]:
    return [row["name"] for row in Sample(rows, QueryDict(query)).source.all()]


def test_sorts_as_a_german_index_does_with_missing_last():
    assert names("") == ["Abfall", "oben", "Öffentliche Ordnung", "Zentrale"]
    assert names("sort=cents") == ["Öffentliche Ordnung", "oben", "Zentrale", "Abfall"]
    assert names("sort=-cents") == ["Zentrale", "oben", "Öffentliche Ordnung", "Abfall"]
    assert names("sort=-day")[-1] == "Zentrale"


def test_filters_work_together():
    assert names("name=ÖFF") == ["Öffentliche Ordnung"]
    assert names("cents-von=0") == ["oben", "Zentrale"]
    assert names("cents-bis=0") == ["oben", "Öffentliche Ordnung"]
    assert names("day-von=2026-01-01&day-bis=31.01.2026") == ["Öffentliche Ordnung"]
    assert names("kind=a&is_on=1") == ["Abfall", "Öffentliche Ordnung"]
    assert names("is_on=0") == ["oben", "Zentrale"]


def test_what_is_not_understood_is_left_out_and_said():
    listing = Sample(ROWS, QueryDict("cents-von=viel&kind=zzz&sort=nope&seite=-3"))
    assert listing.count == 4
    assert listing.notes == ["Der Filter „Betrag von“ wurde nicht verstanden („viel“) und bleibt außer Acht."]
    assert listing.sort == "name"
    assert listing.page == 1


def test_pages_and_addresses():
    listing = Sample(ROWS, QueryDict("seite=2&name=e"), ansicht="x")
    assert (listing.count, listing.pages, listing.page) == (3, 1, 1)
    full = Sample(ROWS, QueryDict("seite=99"))
    assert (full.page, full.pages) == (2, 2)
    assert full.previous_address == "?"
    assert listing.address(sort="-cents") == "?ansicht=x&sort=-cents&name=e"
    assert listing.reset_address == "?ansicht=x"
    assert [chip["text"] for chip in listing.chips] == ["Name enthält „e“"]


def test_sums_run_over_all_pages_and_leave_out_what_is_missing():
    assert "995,00" in Sample(ROWS, QueryDict("")).totals[1]
    assert Sample([ROWS[2]], QueryDict("")).totals[1].count("keine Angabe") == 1
    assert Sample([], QueryDict("")).totals == []


@given(
    st.dictionaries(st.sampled_from(["sort", "seite", "name", "cents-von", "cents-bis", "day-von", "kind"]), st.text())
)
def test_no_address_raises(params):
    listing = Sample(ROWS, params)
    assert listing.count <= 4
    assert render_to_string("ui/_list.html", {"listing": listing})


def test_the_page_of_a_list_keeps_its_promises():
    html = render_to_string(
        "ui/_list.html", {"listing": GalleryList(ROWS_OF_GALLERY, QueryDict("title=<b>&effect-von=x"))}
    )
    frame = f'<html lang="de"><head><title>T</title></head><body><main><h1>T</h1>{html}</main></body></html>'
    assert page_problems(frame) == []
    assert "<b>" not in html


ROWS_OF_GALLERY = [
    {
        "number": 1,
        "title": "<b>fett</b>",
        "office": "60 Bauamt",
        "effect": -5,
        "share": 0.1,
        "decided": None,
        "state": "Idee",
    }
]


# ------------------------------------------------------------------ over the database
class Bodies(lists.List):
    caption = "Kommunen"
    columns = (
        Column("name", "Name", filter="text"),
        Column("state", "Land", filter="choice", choices=(("06", "Hessen"), ("05", "NRW"))),
        Column("pk", "Nummer", kind="number", filter="range", total=True),
        Column("is_active", "Aktiv", kind="yes_no", filter="choice", choices=(("1", "ja"), ("0", "nein"))),
    )
    order = "name"
    per_page = 2


@pytest.mark.usefixtures("cast")
class TestOverTheDatabase:
    def test_filters_sorts_and_adds_up(self):
        assert Bodies(Body.objects.all(), QueryDict("name=neu")).count == 1
        assert Bodies(Body.objects.all(), QueryDict("state=05")).count == 0
        assert Bodies(Body.objects.all(), QueryDict("is_active=1")).count == 2
        found = [body.name for body in Bodies(Body.objects.all(), QueryDict("sort=-name")).source.all()]
        assert found == ["Neudorf", "Altendorf"]
        total = sum(Body.objects.values_list("pk", flat=True))
        assert f">{formats.number(total)}<" in Bodies(Body.objects.all(), QueryDict("")).totals[2]

    def test_needs_three_queries_however_long_it_is(self, django_assert_num_queries):
        for number in range(30):
            Body.objects.create(key=f"9909{number:04d}", kind=Body.Kind.MUNICIPALITY, name=f"Ort {number}", state="06")
        for query in ("", "seite=3&sort=-name"):
            with django_assert_num_queries(3):
                render_to_string("ui/_list.html", {"listing": Bodies(Body.objects.all(), QueryDict(query))})

    @pytest.mark.parametrize(
        "query",
        [
            "seite=99999999999999999999",
            "seite=%00",
            "name=%00%FF%ED%A0%80",
            "pk-von=99999999999999999999999999",
            "pk-von=0,5&pk-bis=1e999",
            "pk-von=-9223372036854775809",
            "sort=--name",
            "sort=name__password",
            "sort=?",
            "name=" + "a" * 5000,
            "state=06'%20OR%201=1",
            "is_active=maybe",
        ],
    )
    def test_hostile_addresses_do_not_raise(self, query):
        listing = Bodies(Body.objects.all(), QueryDict(query))
        assert render_to_string("ui/_list.html", {"listing": listing})
        assert listing.export("x").status_code == 200
