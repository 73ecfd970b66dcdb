"""What every page promises: one heading, German, labelled fields, no inline style, no script that the CSP forbids."""

import re
from html.parser import HTMLParser

import pytest

from . import world
from .test_access_matrix import GET, HEAD_ONLY, READ

MOST_QUERIES = 30
ENGLISH = r"\b\d{1,3}(?:,\d{3})+\.\d{2}\b|\bNone\b|\bnan\b"
HTML_NAMES = sorted(set(GET) - {"import-file", "import-companion", "import-rejected", "demo-file"})


class Page(HTMLParser):
    """Counts what the promises are about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.h1 = 0
        self.lang = ""
        self.fields: list[dict[str, str | None]] = []
        self.labels: set[str] = set()
        self.inline: list[str] = []
        self.ids: list[str] = []
        self._in_label = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.h1 += tag == "h1"
        if tag == "html":
            self.lang = given.get("lang", "")
        if tag == "label":
            self._in_label += 1
            self.labels.add(given.get("for", ""))
        if tag in {"input", "select", "textarea"} and given.get("type") not in {"hidden", "submit", "button"}:
            self.fields.append(given | ({"wrapped": "yes"} if self._in_label else {}))
        if "style" in given or tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(f"<{tag}>")
        self.inline += [name for name in given if name.startswith("on")]
        if given.get("id"):
            self.ids.append(given["id"])

    def handle_endtag(self, tag):
        if tag == "label":
            self._in_label -= 1

    def unlabelled(self) -> list[str | None]:
        return [
            field.get("name")
            for field in self.fields
            if not (
                field.get("id") in self.labels or "wrapped" in field or {"aria-label", "aria-labelledby"} & set(field)
            )
        ]


@pytest.fixture
def pages(cast, client, django_assert_max_num_queries):
    """Every page that the head of the body may see, as (name, response, text)."""
    placed = world.build(cast)
    client.force_login(cast.doris)
    found = []
    for name in HTML_NAMES:
        if GET[name][4] == 200:
            with django_assert_max_num_queries(MOST_QUERIES, info=name):
                response = client.get(world.address(placed, name))
            found.append((name, response, response.content.decode()))
    assert len(found) > 40
    return found


def test_every_page_keeps_its_promises(pages):
    broken = []
    for name, response, text in pages:
        page = Page(text)
        repeated = {one for one in page.ids if page.ids.count(one) > 1}
        for promise, holds in {
            "one h1": page.h1 == 1,
            "German": page.lang == "de",
            f"labels {page.unlabelled()}": not page.unlabelled(),
            f"nothing inline {page.inline}": not page.inline,
            f"each id once {repeated}": not repeated,
            "a strict policy": "default-src 'none'" in response.headers["Content-Security-Policy"],
            "no unsafe source": "unsafe" not in response.headers["Content-Security-Policy"],
            "no other host": not re.search(r"(?:src|action)=\"https?://", text),
        }.items():
            if not holds:
                broken.append(f"{name}: {promise}")
    assert not broken, "\n".join(broken)


def test_no_number_is_shown_in_english(pages):
    """1,234.56 on a German page is a mistake of a filter that was left out."""
    wrong = []
    for name, _, text in pages:
        visible = re.sub(r"<[^>]+>", " ", text)
        wrong += [f"{name}: {found}" for found in re.findall(ENGLISH, visible)]
    assert not wrong, "\n".join(wrong)


def test_every_page_of_a_body_names_it_in_its_title(pages):
    for name, _, text in pages:
        if GET[name] in (READ, HEAD_ONLY):
            assert re.search(r"<title>[^<]*Altendorf", text), name
