"""The handbook: pages written in Markdown under docs/handbuch, shown as help inside the application."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
INDEX = "index"


@dataclass(frozen=True, slots=True)
class Page:
    slug: str
    title: str
    html: SafeString


def pages() -> list[Page]:
    """All pages but the index, by title."""
    found = (page(path.stem) for path in Path(settings.HANDBOOK_DIR).glob("*.md") if path.stem != INDEX)
    return sorted((one for one in found if one is not None), key=lambda one: one.title.casefold())


def page(slug: str) -> Page | None:
    """The page of that name, None if there is none."""
    if not SLUG.fullmatch(slug):
        return None
    path = Path(settings.HANDBOOK_DIR) / f"{slug}.md"
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _read(path, changed)


@lru_cache(maxsize=200)
def _read(path: Path, changed: int) -> Page:
    """`changed` is part of the key, so that an edited page is read again."""
    title, _, body = path.read_text(encoding="utf-8").partition("\n")
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(body)
    for place, token in enumerate(tokens):
        _point_to_pages(token)
        if token.type == "heading_open":
            token.attrSet("id", section_id(tokens[place + 1].content))
    html = reader.renderer.render(tokens, reader.options, {})
    return Page(path.stem, title.removeprefix("#").strip(), mark_safe(html))  # noqa: S308 — html is off in the reader


def section_id(heading: str) -> str:
    """The anchor of a section: „3. Prüfung“ → „3-pruefung“."""
    plain = heading.lower().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _point_to_pages(token: Token) -> None:
    """`[…](haushalt.md)` in the source is a link to that page of the handbook."""
    for child in token.children or []:
        target = str(child.attrGet("href") or "") if child.type == "link_open" else ""
        slug, dot_md, anchor = target.partition(".md")
        if dot_md and SLUG.fullmatch(slug):
            address = reverse("help") if slug == INDEX else reverse("help-page", args=[slug])
            child.attrSet("href", address + anchor)
