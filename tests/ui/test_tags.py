"""Tags and filters, as templates use them."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template

NB = "\u00a0"


def show(text: str, **context) -> str:
    return Template(text).render(Context(context))


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("{{ v|euro }}", -123456, f"−1.234,56{NB}€"),
        ("{{ v|euro0 }}", 123456, f"1.235{NB}€"),
        ("{{ v|teuro:1 }}", 123456789, f"1.234,6{NB}T€"),
        ("{{ v|mio }}", 123456789, f"1,2{NB}Mio.{NB}€"),
        ("{{ v|number:2 }}", 1234.5, "1.234,50"),
        ("{{ v|percent }}", 0.123, f"12,3{NB}%"),
        ("{{ v|signed:'teuro' }}", 100000000, f"+1.000{NB}T€"),
        ("{{ v|date_de }}", date(2026, 12, 31), "31.12.2026"),
        ("{{ v|date_de }}", datetime(2026, 7, 1, 10, 0, tzinfo=UTC), f"01.07.2026, 12:00{NB}Uhr"),
    ],
)
def test_filters(source, value, expected):
    assert show(source, v=value) == expected


@pytest.mark.parametrize("name", ["euro", "euro0", "teuro", "mio", "number", "percent", "signed", "date_de"])
def test_missing_says_so_to_the_ear_too(name):
    assert "keine Angabe" in show("{{ v|" + name + " }}", v=None)


def test_amount_cells_mark_negatives_by_sign_and_class():
    assert show("{% amount_cell -100 %}") == f'<td class="num num--negative ">−1{NB}€</td>'
    assert show("{% amount_cell -100 bare=True %}") == '<td class="num num--negative ">−1</td>'
    assert "keine Angabe" in show("{% amount_cell None %}")
    assert "amount--negative" in show("{% amount -1 %}")


def test_block_tags_escape_what_is_given_and_keep_what_is_inside():
    evil = "<script>"
    html = show("{% panel title=evil %}<p>{{ evil }}</p>{% endpanel %}", evil=evil)
    assert "<script>" not in html
    assert "<p>&lt;script&gt;</p>" in html
    assert "<script>" not in show("{% card title=evil url=evil preline=evil %}{{ evil }}{% endcard %}", evil=evil)
    assert "<script>" not in show("{% table caption=evil %}{{ evil }}{% endtable %}", evil=evil)
    assert "<script>" not in show('{% dialog id="d" title=evil button=evil %}{{ evil }}{% enddialog %}', evil=evil)
    assert "<script>" not in show("{% field_group legend=evil hint=evil %}{{ evil }}{% endfield_group %}", evil=evil)


def test_notices_tell_their_kind_in_words():
    assert 'aria-label="Achtung"' in show('{% notice kind="warning" %}x{% endnotice %}')
    assert "notice--info" in show('{% notice kind="nonsense" %}x{% endnotice %}')
