"""What every page promises, seen in its HTML alone; the browser tests (tests/browser/promises.py) see the rest.

problems = page_problems(response.content.decode())
assert problems == []
"""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LABELLED = {"input", "select", "textarea"}
UNSEEN_INPUTS = {"hidden", "submit", "button", "reset", "image"}
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "popovertarget", "list", "headers")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.elements: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.texts: dict[str, str] = {}
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}, tuple(self.stack)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}, tuple(self.stack)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag in self.stack:
            while self.stack.pop() != tag:
                pass
        else:
            self.problems.append(f"</{tag}> schließt nichts")

    def handle_data(self, data: str) -> None:
        if self.stack:
            self.texts[self.stack[-1]] = self.texts.get(self.stack[-1], "") + data


def page_problems(html: str) -> list[str]:
    """Every broken promise of the page, in words; an empty list is a good page."""
    reader = _Reader()
    reader.feed(html)
    elements = reader.elements
    return [
        *reader.problems,
        *_frame(elements, reader.texts),
        *_ids(elements),
        *_labels(elements),
        *_policy(elements),
    ]


Elements = list[tuple[str, dict[str, str], tuple[str, ...]]]


def _frame(elements: Elements, texts: dict[str, str]) -> list[str]:
    problems = []
    headings = [tag for tag, _, _ in elements if tag == "h1"]
    if len(headings) != 1:
        problems.append(f"{len(headings)} h1 statt einer")
    if not any(tag == "html" and attrs.get("lang") == "de" for tag, attrs, _ in elements):
        problems.append('html ohne lang="de"')
    if not any(tag == "main" for tag, _, _ in elements):
        problems.append("kein main")
    if not texts.get("title", "").strip():
        problems.append("kein Titel")
    levels = [
        int(tag[1])
        for tag, _, stack in elements
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"} and "dialog" not in stack
    ]
    problems += [f"h{a} springt auf h{b}" for a, b in pairwise(levels) if b > a + 1]
    return problems


def _ids(elements: Elements) -> list[str]:
    ids = [attrs["id"] for _, attrs, _ in elements if "id" in attrs]
    problems = [f"id „{ident}“ steht mehrfach" for ident in sorted({i for i in ids if ids.count(i) > 1})]
    for tag, attrs, _ in elements:
        for key in REFERENCES:
            wanted = attrs.get(key, "").split() if key in attrs else []
            problems += [
                f"<{tag} {key}> zeigt auf „{ident}“, das es nicht gibt" for ident in wanted if ident not in ids
            ]
    return problems


def _labels(elements: Elements) -> list[str]:
    named = {attrs["for"] for tag, attrs, _ in elements if tag == "label" and "for" in attrs}
    problems = []
    for tag, attrs, stack in elements:
        if tag not in LABELLED or attrs.get("type", "text") in UNSEEN_INPUTS:
            continue
        if not (
            "label" in stack or attrs.get("id") in named or attrs.get("aria-label") or attrs.get("aria-labelledby")
        ):
            problems.append(f"<{tag} name={attrs.get('name')!r}> ohne Beschriftung")
    problems += [
        f"img ohne alt: {attrs.get('src')}" for tag, attrs, _ in elements if tag == "img" and "alt" not in attrs
    ]
    return problems


def _policy(elements: Elements) -> list[str]:
    """What the Content-Security-Policy would refuse, and what would leave the house."""
    problems = []
    for tag, attrs, _ in elements:
        problems += [f"<{tag} {key}> im Seitentext" for key in attrs if key == "style" or key.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in attrs):
            problems.append(f"<{tag}> im Seitentext")
        address = attrs.get("src", "") or (attrs.get("href", "") if tag == "link" else "")
        if address.startswith(("http:", "https:", "//")):
            problems.append(f"<{tag}> lädt von {address}")
        if attrs.get("href", "").lower().startswith("javascript:"):
            problems.append(f"<{tag}> mit javascript:")
    return problems
