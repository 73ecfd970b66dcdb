"""Tags and filters of the look; builtin in every template, so no `{% load %}` is needed.

Block tags wrap a body (`{% panel title="…" %} … {% endpanel %}`), filters write numbers the German way.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from gemeinwerk.ui import formats

register = template.Library()

MISSING = mark_safe('<span aria-hidden="true">–</span><span class="kern-sr-only">keine Angabe</span>')
NOTICE_KINDS = {"info": "Hinweis", "success": "Erledigt", "warning": "Achtung", "danger": "Fehler"}
THEMES = ("light", "dark")


def _shown(text: str) -> str:
    return MISSING if text == formats.MISSING else text


# ---------------------------------------------------------------- numbers
@register.filter
def euro(cents: Any) -> str:
    return _shown(formats.euro(cents))


@register.filter
def euro0(cents: Any) -> str:
    return _shown(formats.euro0(cents))


@register.filter
def teuro(cents: Any, places: int = 0) -> str:
    return _shown(formats.teuro(cents, places))


@register.filter
def mio(cents: Any, places: int = 1) -> str:
    return _shown(formats.mio(cents, places))


@register.filter
def number(value: Any, places: int | None = None) -> str:
    return _shown(formats.number(value, places))


@register.filter
def percent(share: Any, places: int = 1) -> str:
    return _shown(formats.percent(share, places))


@register.filter
def signed(cents: Any, unit: str = "euro0") -> str:
    """A change, always with its sign: `+1.200 €`, `−300 €`. Units: euro, euro0, teuro, mio, number, percent."""
    writers = {name: getattr(formats, name) for name in ("euro", "euro0", "teuro", "mio", "number", "percent")}
    return _shown(writers[unit](cents, plus=True))


@register.filter
def date_de(value: date | datetime | None) -> str:
    """A date as 31.12.2026, a time as 31.12.2026, 14:05 Uhr (in the local zone)."""
    if isinstance(value, datetime):
        return formats.moment(timezone.localtime(value) if timezone.is_aware(value) else value)
    return _shown(formats.day(value if isinstance(value, date) else None))


@register.simple_tag
def amount(cents: int | None, unit: str = "euro", *, plus: bool = False) -> str:
    """An amount in running text; negative ones carry a true minus sign and a class, never color alone."""
    if cents is None:
        return MISSING
    css = "amount amount--negative" if cents < 0 else "amount"
    return format_html('<span class="{}">{}</span>', css, getattr(formats, unit)(cents, plus=plus))


@register.simple_tag
def amount_cell(
    cents: int | None, unit: str = "euro0", *, plus: bool = False, css: str = "", bare: bool = False
) -> str:
    """The same as a table cell: right-aligned, tabular figures; `bare` where the head of the column names the unit."""
    if cents is None:
        return format_html('<td class="num {}">{}</td>', css, MISSING)
    sign = " num--negative" if cents < 0 else ""
    text = getattr(formats, unit)(cents, plus=plus)
    return format_html('<td class="num{} {}">{}</td>', sign, css, text.partition(formats.NBSP)[0] if bare else text)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A KERN icon; silent beside a text, with `label` where it stands alone."""
    if label:
        return format_html('<span class="kern-icon kern-icon--{}" role="img" aria-label="{}"></span>', name, label)
    return format_html('<span class="kern-icon kern-icon--{}" aria-hidden="true"></span>', name)


@register.simple_tag
def badge(text: str, kind: str = "info") -> SafeString:
    return format_html(
        '<span class="kern-badge kern-badge--small kern-badge--{}"><span class="kern-label">{}</span></span>',
        kind,
        text,
    )


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The color scheme the visitor chose; empty: as the device says."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request is not None else ""
    return chosen if chosen in THEMES else ""


# ---------------------------------------------------------------- wrappers with a body
def _heading(level: int, text: str, css: str, ident: str = "") -> SafeString:
    if not text:
        return mark_safe("")
    number_of_level = min(max(int(level), 2), 6)
    attribute = format_html(' id="{}"', ident) if ident else ""
    return format_html('<h{0} class="{1}"{2}>{3}</h{0}>', number_of_level, css, attribute, text)


@register.simple_block_tag
def panel(content: str, title: str = "", level: int = 2, id: str = "", css: str = "", intro: str = "") -> SafeString:
    """A framed part of a page with its heading."""
    ident = format_html(' id="{}"', id) if id else ""
    lead = format_html('<p class="panel__intro">{}</p>', intro) if intro else ""
    return format_html(
        '<section class="panel kern-level-2 {}"{}>{}{}{}</section>',
        css,
        ident,
        _heading(level, title, "panel__title"),
        lead,
        conditional_escape(content),
    )


@register.simple_block_tag
def card(content: str, title: str = "", url: str = "", preline: str = "", level: int = 3, icon: str = "") -> SafeString:
    """A short thing to choose among others; with `url` the title is the link of the whole card."""
    heading: str = title
    if url:
        heading = format_html('<a class="card__link" href="{}">{}</a>', url, title)
    mark = format_html('<span class="kern-icon kern-icon--{}" aria-hidden="true"></span>', icon) if icon else ""
    pre = format_html('<p class="card__preline">{}</p>', preline) if preline else ""
    return format_html(
        '<article class="card kern-level-2">{}{}{}<div class="card__body">{}</div></article>',
        mark,
        pre,
        _heading(level, heading, "card__title"),
        conditional_escape(content),
    )


@register.simple_block_tag
def table(content: str, caption: str, css: str = "", show_caption: bool = True) -> SafeString:
    """A table that scrolls by itself where it is too wide; the body holds thead, tbody, tfoot."""
    return format_html(
        '<div class="table-scroll" role="region" tabindex="0" aria-label="{0}">'
        '<table class="data {1}"><caption{2}>{0}</caption>{3}</table></div>',
        caption,
        css,
        "" if show_caption else mark_safe(' class="kern-sr-only"'),
        conditional_escape(content),
    )


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "", live: bool = False) -> SafeString:
    """A message inside the page: info, success, warning or danger, told apart by icon and word, not by color alone."""
    kind = kind if kind in NOTICE_KINDS else "info"
    head = format_html('<p class="notice__title">{}</p>', title) if title else ""
    return format_html(
        '<div class="notice notice--{0}"{1}>'
        '<span class="kern-icon kern-icon--{0}" role="img" aria-label="{2}"></span>'
        '<div class="notice__body">{3}{4}</div></div>',
        kind,
        mark_safe(' role="status"') if live else "",
        NOTICE_KINDS[kind],
        head,
        conditional_escape(content),
    )


@register.simple_block_tag
def dialog(content: str, id: str, title: str, button: str, kind: str = "secondary", icon: str = "") -> SafeString:
    """A button and the dialog it opens; without script the browser's own popover, with script a modal dialog."""
    mark = format_html('<span class="kern-icon kern-icon--{}" aria-hidden="true"></span>', icon) if icon else ""
    return format_html(
        '<button type="button" class="kern-btn kern-btn--{0}" popovertarget="{1}" aria-haspopup="dialog">{2}'
        '<span class="kern-label">{3}</span></button>'
        '<dialog class="kern-dialog kern-level-2" id="{1}" popover aria-labelledby="{1}-title">'
        '<header class="kern-dialog__header"><h2 class="kern-title" id="{1}-title">{4}</h2>'
        '<button type="button" class="kern-btn kern-btn--tertiary" popovertarget="{1}" popovertargetaction="hide">'
        '<span class="kern-icon kern-icon--close" aria-hidden="true"></span>'
        '<span class="kern-label kern-sr-only">Schließen</span></button></header>'
        '<div class="kern-dialog__body">{5}</div></dialog>',
        kind,
        id,
        mark,
        button,
        title,
        conditional_escape(content),
    )


@register.simple_block_tag
def field_group(content: str, legend: str, hint: str = "") -> SafeString:
    """Fields that belong together under one legend."""
    help_text = format_html('<p class="kern-hint">{}</p>', hint) if hint else ""
    return format_html(
        '<fieldset class="kern-fieldset field-group"><legend class="kern-label">{}</legend>{}'
        '<div class="kern-fieldset__body">{}</div></fieldset>',
        legend,
        help_text,
        conditional_escape(content),
    )
