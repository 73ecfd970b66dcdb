"""Overview, operating and cash plan, what stands behind a line, plan against actual, two versions compared."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from gemeinwerk.accounts.access import seat

from ..frames.grids import capped
from ..queries import overview as overviews
from ..queries import plans, products, series
from . import charts
from .room import numbered, show, spreadsheet, wanted_columns, wants_spreadsheet

KINDS = {plans.OPERATING: ("Ergebnisplan", "budget-plan"), plans.CASH: ("Finanzplan", "budget-cash")}

MOST = 100
LINKS = (
    ("Ergebnisplan", "budget-plan", "Erträge und Aufwendungen in der Gliederung des Landes."),
    ("Teilpläne", "budget-products", "Was jedes Produkt kostet, bis zur Zeile der Datei."),
    ("Finanzplan", "budget-cash", "Ein- und Auszahlungen, Investitionen, Kredite."),
    ("Plan und Ergebnis", "budget-series", "Was geplant war und was daraus wurde."),
    ("Aufgaben", "budget-tasks", "Pflichtige und freiwillige Aufgaben, Freiwilligenquote."),
    ("Kennzahlen", "budget-indicators", "Was hinter den Zahlen steckt, mit Formel und Rechenweg."),
    ("Frühwarnung", "budget-warning", "Wie leistungsfähig der Haushalt ist, in Punkten von 0 bis 100."),
    ("Rücklagen und Schulden", "budget-balance", "Bestände am Jahresende, auch die liquiden Mittel; Bilanz."),
    ("Fassungen vergleichen", "budget-comparison", "Was sich von einem Entwurf zum nächsten ändert."),
    ("Fortschreibung", "budget-projection", "Welche Lücke ohne neue Entscheidungen in zehn Jahren entsteht."),
)
LEADING_LINES = {
    plans.OPERATING: ("annual_result", "Jahresergebnis"),
    plans.CASH: ("current_balance", "Saldo aus laufender Verwaltungstätigkeit"),
}


@require_safe
def plan_overview(request: HttpRequest, key: str) -> HttpResponse:
    """Where do we stand?"""
    taken = seat(request, key)
    found = overviews.overview(taken)
    largest = charts.need_chart(
        [node.name or node.code for node in found.largest], [node.need(found.lead) or 0 for node in found.largest]
    )
    return show(
        request,
        taken,
        "plan_overview",
        title="Wo stehen wir?",
        columns=found.columns,
        found=found,
        chart=charts.result_chart(found),
        largest_chart=largest,
        links=[{"title": t, "url": reverse(name, args=[key]), "text": text} for t, name, text in LINKS],
    )


@require_safe
def plan_page(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """A plan in the line order of the Land, every line a link to the products behind it."""
    taken = seat(request, key)
    wanted = wanted_columns(request)
    found = plans.plan(taken, kind, wanted)
    title, url_name = KINDS[kind]

    def link(line) -> str:
        return reverse("budget-position", args=[key, kind, line.number])

    grid = plans.plan_grid(found, link=link, caption=title)
    if wants_spreadsheet(request):
        return spreadsheet(grid, taken, found.columns, f"{title.lower()}-{key}")
    role, named = LEADING_LINES[kind]
    return show(
        request,
        taken,
        "plan_page",
        title=title,
        columns=found.columns,
        found=found,
        grid=grid,
        chart=charts.plan_chart(found, found.role(role), named),
        url_name=url_name,
        is_cash=kind == plans.CASH,
    )


@require_safe
def plan_position(request: HttpRequest, key: str, kind: str, number: str) -> HttpResponse:
    """The products behind one line of a plan."""
    taken = seat(request, key)
    found = plans.plan(taken, kind, wanted_columns(request)) if kind in KINDS else None
    line = found.line(number) if found else None
    if found is None or line is None or found.layout is None:
        raise Http404
    title, url_name = KINDS[kind]
    grid = products.contributions(
        taken, sorted(found.layout.reach(number)), found.columns, plans.unassigned_sides(found.layout, number)
    )
    if wants_spreadsheet(request):
        return spreadsheet(grid, taken, found.columns, f"{title.lower()}-zeile-{number}-{key}")
    address = numbered("budget-product", key)
    return show(
        request,
        taken,
        "plan_position",
        title=f"{number} {line.title}",
        crumbs=[(title, reverse(url_name, args=[key]))],
        columns=found.columns,
        found=found,
        line=line,
        grid=products.linked(capped(grid, MOST), lambda row: address(int(row.key)) if row.key else ""),
        total=plans.line_grid(found, number),
        chart=charts.plan_chart(found, number, line.title),
        parts=[found.line(part) for part in line.lines],
        kind=kind,
    )


@require_safe
def series_page(request: HttpRequest, key: str) -> HttpResponse:
    """Plan against actual."""
    taken = seat(request, key)
    year = request.GET.get("jahr", "")
    by_product = request.GET.get("nach") == "produkt"
    number = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None
    found = series.series_picture(taken, year=number, by_product=by_product)
    if wants_spreadsheet(request):
        return spreadsheet(found.grid, taken, found.columns, f"plan-ergebnis-{key}")
    return show(
        request,
        taken,
        "series_page",
        title="Plan und Ergebnis",
        section="plan-und-ergebnis",
        columns=found.columns,
        found=found,
        grid=capped(found.grid, MOST),
        by_product=by_product,
        chart=charts.series_chart(found),
    )


@require_safe
def comparison_page(request: HttpRequest, key: str) -> HttpResponse:
    """Two versions of a plan side by side."""
    taken = seat(request, key)
    only_changed = request.GET.get("nur") == "unterschiede"
    found = series.comparison(
        taken, old=_number(request, "alt"), new=_number(request, "neu"), only_changed=only_changed
    )
    if wants_spreadsheet(request) and not found.refusal:
        grid = found.products if request.GET.get("tabelle") == "produkte" else found.plan
        return spreadsheet(grid, taken, found.columns, f"vergleich-{key}")
    return show(
        request,
        taken,
        "comparison_page",
        title="Fassungen vergleichen",
        section="fassungen-vergleichen",
        columns=found.columns,
        found=found,
        products=capped(found.products, MOST),
        only_changed=only_changed,
    )


def _number(request: HttpRequest, name: str) -> int | None:
    """The number in the address; 0 for one that cannot be right, None where nothing was asked."""
    text = request.GET.get(name)
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
