"""The body of a grid as HTML, written here: a template takes ten times as long for thousands of cells."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from ..frames.grids import Cell, Grid, Row

register = template.Library()


@register.simple_tag
def grid_body(grid: Grid) -> SafeString:
    """All rows of the table; every text in it goes through escape()."""
    width = len(grid.heads)
    return mark_safe("\n".join(_row(row, has_numbers=grid.has_numbers, width=width) for row in grid.rows))  # noqa: S308


@register.simple_tag
def year_sentences(sentences: Sequence[tuple[int, str]]) -> SafeString:
    """One sentence per year as entries of a list; a projection has hundreds."""
    return mark_safe("".join(f"<li>{year}: {escape(text)}</li>" for year, text in sentences))  # noqa: S308


def _row(row: Row, *, has_numbers: bool, width: int) -> str:
    if row.kind == "head":
        span = 2 if has_numbers else 1
        return (
            f'<tr class="head"><th scope="rowgroup" colspan="{span}">{escape(row.title)}</th>{"<td></td>" * width}</tr>'
        )
    css = f' class="{row.kind}"' if row.kind in ("total", "subtotal") else ""
    number = f'<td class="fit">{escape(row.number)}</td>' if has_numbers else ""
    indent = f' class="indent-{row.indent}"' if row.indent else ""
    note = f' <span class="unit">{escape(row.note)}</span>' if row.note else ""
    cells = "".join(_cell(cell, is_total=row.kind == "total") for cell in row.cells)
    return f'<tr{css}>{number}<th scope="row"{indent}>{_linked(row.title, row.url)}{note}</th>{cells}</tr>'


def _cell(cell: Cell, *, is_total: bool) -> str:
    if cell.is_text:
        return f"<td>{_linked(cell.text, cell.url)}</td>"
    if cell.value is None:
        return _missing(cell.reason)
    css = "num num--negative" if is_total and cell.is_negative else "num"
    mark = f' <span class="unit">{escape(cell.mark)}</span>' if cell.mark else ""
    title = f' title="{escape(cell.reason)}"' if cell.reason else ""
    return f'<td class="{css}"{title}>{_linked(cell.text, cell.url)}{mark}</td>'


def _missing(reason: str) -> str:
    title = f' title="{escape(reason)}"' if reason else ""
    told = f"keine Angabe: {escape(reason)}" if reason else "keine Angabe"
    return f'<td class="num"{title}><span aria-hidden="true">–</span><span class="kern-sr-only">{told}</span></td>'


def _linked(text: str, url: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>' if url else escape(text)
