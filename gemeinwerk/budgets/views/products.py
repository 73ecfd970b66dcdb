"""The product tree, one product, its accounts and rows, its kind of task; mandatory and voluntary tasks."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Right, seat

from ..actions.conflicts import ConflictError
from ..actions.products import describe_product, set_task_kinds
from ..forms.products import KINDS, ProductForm, TaskKindsForm
from ..frames.grids import Cell
from ..queries import plans, products, slices, tasks
from . import charts
from .lists import line_list, product_list
from .room import numbered, show, spreadsheet, wanted_columns, wants_spreadsheet

TITLE = "Teilpläne"


def _lens(request: HttpRequest) -> products.Lens:
    return products.Lens(request.GET.get("ilv") != "ohne", request.GET.get("afa") != "ohne")


def _lens_query(lens: products.Lens) -> str:
    kept = {"ilv": lens.with_internal, "afa": lens.with_depreciation}
    return urlencode({name: "ohne" for name, is_with in kept.items() if not is_with})


@require_safe
def product_tree(request: HttpRequest, key: str) -> HttpResponse:
    """Areas, groups, products with their need per year, sorted and filtered by the list of the house."""
    taken = seat(request, key)
    lens = _lens(request)
    found = products.tree(taken, lens=lens, wanted=wanted_columns(request))
    listing = product_list(found, request.GET, key)
    if listing.wants_export:
        facts = {"Kommune": taken.body.name, "Abgrenzung": lens.sentence}
        return listing.export(f"teilplaene-{key}", facts=facts)
    return show(
        request,
        taken,
        "product_tree",
        title=TITLE,
        columns=found.columns,
        found=found,
        listing=listing,
        lens=lens,
        lens_query=_lens_query(lens),
        people_label=found.people[found.lead.year].label if found.lead else "",
    )


@require_safe
def product_page(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """One product: subplan, need, coverage, course, accounts."""
    taken = seat(request, key)
    lens = _lens(request)
    kind = plans.CASH if request.GET.get("plan") == "finanzplan" else plans.OPERATING
    found = products.product_picture(taken, pk, kind=kind, lens=lens, wanted=wanted_columns(request))
    caption = "Teilfinanzplan" if kind == plans.CASH else "Teilergebnisplan"
    grid = products.subplan_grid(found, caption)
    accounts = None
    if not found.node.children:
        accounts = products.account_grid(taken, found, numbered("budget-account", key, pk))
    if wants_spreadsheet(request):
        table = accounts if accounts and request.GET.get("tabelle") == "konten" else grid
        return spreadsheet(table, taken, found.plan.columns, f"teilplan-{pk}-{key}")
    tree = reverse("budget-products", args=[key])
    above = [(node.title, reverse("budget-product", args=[key, node.pk])) for node in found.trail]
    return show(
        request,
        taken,
        "product_page",
        title=str(found.product),
        crumbs=[(TITLE, tree), *above],
        columns=found.plan.columns,
        found=found,
        product=found.product,
        grid=grid,
        facts=products.facts_grid(found),
        accounts=accounts,
        lens=lens,
        lens_query=_lens_query(lens),
        is_cash=kind == plans.CASH,
        chart=charts.product_chart(found),
        history=activity.entries(taken, found.product),
    )


@require_safe
def product_account(request: HttpRequest, key: str, pk: int, account: int) -> HttpResponse:
    """The rows of the files behind one account of one product."""
    taken = seat(request, key)
    of, konto = products.product(taken, pk), products.account(taken, account)
    columns = slices.chosen(slices.slices(taken), "alle")
    rows = products.account_lines(taken, of, konto, columns)
    listing = line_list(rows, request.GET, key)
    if listing.wants_export:
        return listing.export(f"zeilen-{pk}-{account}-{key}", facts={"Produkt": str(of), "Konto": str(konto)})
    crumbs = [(TITLE, reverse("budget-products", args=[key])), (str(of), reverse("budget-product", args=[key, pk]))]
    return show(
        request,
        taken,
        "product_account",
        title=f"Konto {konto}",
        crumbs=crumbs,
        columns=columns,
        product=of,
        account=konto,
        position=plans.position_title(konto.position),
        listing=listing,
    )


def product_edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Kind of task and legal basis of a product."""
    taken = seat(request, key, need=Right.EDIT)
    of = products.product(taken, pk)
    form = ProductForm(request.POST) if request.method == "POST" else ProductForm.of(of)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            describe_product(
                taken,
                of,
                task_kind=given["task_kind"],
                legal_basis=given["legal_basis"],
                was=(given["was_kind"], given["was_basis"]),
                at=timezone.now(),
            )
        except ConflictError as error:
            form = form.with_current(of)
            form.add_error(None, f"{error} Jetzt gilt: {of.get_task_kind_display() or 'ohne Aufgabenart'}.")
        else:
            messages.success(request, f"„{of}“ ist gespeichert.")
            return redirect("budget-product", key=key, pk=pk)
    crumbs = [(TITLE, reverse("budget-products", args=[key])), (str(of), reverse("budget-product", args=[key, pk]))]
    return show(
        request,
        taken,
        "product_edit",
        title="Aufgabenart und Rechtsgrundlage",
        crumbs=crumbs,
        product=of,
        form=form,
        history=activity.entries(taken, of),
    )


PER_PAGE = 60


def _page(request: HttpRequest, count: int) -> tuple[int, int]:
    """The page asked for, within the pages there are."""
    pages = max(1, -(-count // PER_PAGE))
    text = request.GET.get("seite", "")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return min(max(wanted, 1), pages), pages


def task_page(request: HttpRequest, key: str) -> HttpResponse:
    """Mandatory and voluntary tasks; the kind of each product is answered in the list."""
    taken = seat(request, key, need=Right.EDIT if request.method == "POST" else Right.READ)
    found = tasks.task_picture(taken)
    page, pages = _page(request, len(found.products))
    nodes = found.products[(page - 1) * PER_PAGE : page * PER_PAGE]
    form = TaskKindsForm(request.POST or None, products=[node.pk for node in nodes])
    if request.method == "POST" and form.is_valid():
        try:
            count = set_task_kinds(taken, form.answers(), at=timezone.now())
        except ConflictError as error:
            form.add_error(None, str(error))
        else:
            word = "1 Produkt hat" if count == 1 else f"{count} Produkte haben"
            messages.success(request, f"{word} jetzt eine andere Aufgabenart.")
            return redirect(request.get_full_path())
    if wants_spreadsheet(request):
        return spreadsheet(found.grid, taken, found.tree.columns, f"aufgabenarten-{key}")
    address = numbered("budget-product", key)
    lines = [
        {
            "node": node,
            "url": address(node.pk),
            "ident": str(node.pk),
            "need": Cell(node.need(found.tree.lead)).text,
            "kind": form.data.get(f"kind_{node.pk}", node.task_kind) if form.is_bound else node.task_kind,
        }
        for node in nodes
    ]
    return show(
        request,
        taken,
        "task_page",
        title="Pflichtige und freiwillige Aufgaben",
        section="pflichtige-und-freiwillige-aufgaben",
        columns=found.tree.columns,
        found=found,
        form=form,
        lines=lines,
        kinds=KINDS,
        page=page,
        pages=range(1, pages + 1),
    )
