"""Needs of products, subplans, the way down to the rows, and what people say about products."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from gemeinwerk.accounts import activity
from gemeinwerk.budgets.actions.conflicts import ConflictError
from gemeinwerk.budgets.actions.products import describe_product, set_task_kinds
from gemeinwerk.budgets.models import Account, BudgetLine, PlanSum, Product, ProductSum
from gemeinwerk.budgets.queries import products, tasks

from . import figures


def cents(euros):
    return euros * 100


def node(cast, code, lens=None):
    tree = products.tree(cast.anke_seat, lens=lens or products.Lens())
    return next(one for one in tree.walk() if one.code == code), tree.lead


@pytest.mark.parametrize(
    ("internal", "depreciation", "need"),
    [(True, True, 1_950_000), (False, True, 1_900_000), (True, False, 1_850_000), (False, False, 1_800_000)],
)
def test_need_with_and_without_allocation_and_depreciation(cast, internal, depreciation, need):
    figures.adopt(cast.altendorf, 2026)
    found, lead = node(cast, "0601", products.Lens(internal, depreciation))
    assert found.need(lead) == cents(need)


def test_need_of_an_area_is_the_sum_of_its_products(cast):
    figures.adopt(cast.altendorf, 2026)
    area, lead = node(cast, "06")
    product, _ = node(cast, "0601")
    assert area.need(lead) == product.need(lead)
    assert [child.code for child in area.children] == ["0601"]


def test_coverage_is_not_defined_without_expense(cast):
    figures.adopt(cast.altendorf, 2026, lines={("1601", "taxes"): 10})
    found, lead = node(cast, "1601")
    assert products.Lens().coverage(found.needs[lead.id]) is None


def test_subplan_and_cash_subplan(cast):
    figures.adopt(cast.altendorf, 2026)
    pk = Product.objects.get(code="0801").pk
    found = products.product_picture(cast.anke_seat, pk)
    assert found.plan.cells(found.plan.role("annual_result")) == (cents(-180_000),)
    cash = products.product_picture(cast.anke_seat, pk, kind="cash")
    assert cash.plan.cells(cash.plan.role("investment_balance")) == (cents(-900_000),)


def test_accounts_add_up_to_the_need(cast):
    figures.years(cast.altendorf)
    found = products.product_picture(cast.anke_seat, Product.objects.get(code="0601").pk)
    grid = products.account_grid(cast.anke_seat, found, lambda account: "")
    place = found.plan.columns.index(found.lead)
    amounts = [row.cells[place].value for row in grid.rows if row.cells]
    assert -sum(amounts) == found.node.need(found.lead)


def test_way_down_to_the_row_of_the_file(cast, as_person):
    figures.adopt(cast.altendorf, 2026)
    product, account = Product.objects.get(code="0601"), Account.objects.get(key="staff")
    client = as_person(cast.bernd)
    key = cast.altendorf.key
    position = client.get(reverse("budget-position", args=[key, "operating", "11"])).content.decode()
    assert reverse("budget-product", args=[key, product.pk]) in position
    page = client.get(reverse("budget-product", args=[key, product.pk])).content.decode()
    way = reverse("budget-account", args=[key, product.pk, account.pk])
    assert way in page
    rows = client.get(way).content.decode()
    line = account_line(product, account)
    assert reverse("budget-line", args=[key, line.pk]) in rows
    assert "haushalt.csv" in rows


def account_line(product, account):
    return BudgetLine.objects.get(product=product, account=account)


# ---------------------------------------------------------------- what people say
def describe(cast, seat, *, was=("", ""), kind="voluntary", basis="Ratsbeschluss"):
    product = Product.objects.get(code="0801")
    return describe_product(seat, product, task_kind=kind, legal_basis=basis, was=was, at=figures.AT)


def test_describing_leaves_old_and_new_in_the_log(cast):
    figures.adopt(cast.altendorf, 2026)
    assert describe(cast, cast.anke_seat) is True
    product = Product.objects.get(code="0801")
    assert (product.task_kind, product.legal_basis) == ("voluntary", "Ratsbeschluss")
    entry = activity.entries(cast.anke_seat, product)[0]
    assert {(c.field, c.old, c.new) for c in entry.changes} == {
        ("Aufgabenart", "", "freiwillig"),
        ("Rechtsgrundlage", "", "Ratsbeschluss"),
    }
    assert describe(cast, cast.anke_seat, was=("voluntary", "Ratsbeschluss")) is False


def test_second_editor_learns_of_the_first(cast):
    figures.adopt(cast.altendorf, 2026)
    describe(cast, cast.anke_seat)
    with pytest.raises(ConflictError, match="Freibad"):
        describe(cast, cast.doris_seat, kind="mandatory")
    assert Product.objects.get(code="0801").task_kind == "voluntary"


def test_reader_may_not_describe(cast):
    figures.adopt(cast.altendorf, 2026)
    with pytest.raises(PermissionDenied):
        describe(cast, cast.bernd_seat)
    with pytest.raises(PermissionDenied):
        set_task_kinds(cast.bernd_seat, {}, at=figures.AT)


def test_conflict_in_the_page_keeps_what_was_typed(cast, as_person):
    figures.adopt(cast.altendorf, 2026)
    product = Product.objects.get(code="0801")
    describe(cast, cast.doris_seat)
    address = reverse("budget-product-edit", args=[cast.altendorf.key, product.pk])
    given = {"task_kind": "mandatory", "legal_basis": "§ 5 GO", "was_kind": "", "was_basis": ""}
    response = as_person(cast.anke).post(address, given)
    text = response.content.decode()
    assert response.status_code == 200
    assert "inzwischen von einer anderen Person geändert" in text
    assert "§ 5 GO" in text
    again = {**given, "was_kind": "voluntary", "was_basis": "Ratsbeschluss"}
    assert as_person(cast.anke).post(address, again).status_code == 302
    assert Product.objects.get(pk=product.pk).task_kind == "mandatory"


# ---------------------------------------------------------------- tasks
def test_kinds_are_answered_in_the_list(cast, as_person):
    figures.adopt(cast.altendorf, 2026)
    pool, kita = Product.objects.get(code="0801"), Product.objects.get(code="0601")
    given = {f"kind_{pool.pk}": "voluntary", f"was_{pool.pk}": "", f"kind_{kita.pk}": "", f"was_{kita.pk}": ""}
    response = as_person(cast.anke).post(reverse("budget-tasks", args=[cast.altendorf.key]), given, follow=True)
    assert "1 Produkt hat jetzt eine andere Aufgabenart" in response.content.decode()
    assert Product.objects.get(pk=pool.pk).task_kind == "voluntary"
    assert Product.objects.get(pk=kita.pk).task_kind == ""


def test_reader_may_not_answer_the_list(cast, as_person):
    figures.adopt(cast.altendorf, 2026)
    assert as_person(cast.bernd).post(reverse("budget-tasks", args=[cast.altendorf.key]), {}).status_code == 403


def test_products_of_another_body_stay_as_they_are(cast):
    figures.adopt(cast.altendorf, 2026)
    pool = Product.objects.get(code="0801")
    assert set_task_kinds(cast.clara_seat, {pool.pk: ("", "voluntary")}, at=figures.AT) == 0
    assert Product.objects.get(pk=pool.pk).task_kind == ""


def test_voluntary_ratio(cast):
    figures.adopt(cast.altendorf, 2026)
    found = tasks.task_picture(cast.anke_seat)
    assert found.open_count == 3
    assert found.ratio.rows[0].cells[0].value is None
    pool = Product.objects.get(code="0801")
    set_task_kinds(cast.anke_seat, {pool.pk: ("", "voluntary")}, at=figures.AT)
    found = tasks.task_picture(cast.anke_seat)
    assert found.open_count == 2
    assert float(found.ratio.rows[0].cells[0].value) == pytest.approx(180_000 / 5_000_000 * 100)
    assert found.grid.rows[0].cells[0].value == cents(180_000)
    assert found.grid.rows[-1].cells[0].value == cents(260_000)


def test_kept_needs_follow_sums_that_are_written_anew(cast):
    """Placing an account anew rewrites the sums of a version; what is kept of it must not survive."""
    version = figures.adopt(cast.altendorf, 2026)
    before, lead = node(cast, "0801")
    assert before.need(lead) == cents(180_000)
    rows = list(ProductSum.objects.filter(version=version, product=Product.objects.get(code="0801")))
    PlanSum.objects.filter(version=version, position="private_fees").delete()
    PlanSum.objects.create(version=version, position="other_income", side="income", amount_cents=1, line_count=1)
    for row in rows:
        ProductSum.objects.filter(pk=row.pk).update(amount_cents=row.amount_cents * 2)
    after, lead = node(cast, "0801")
    assert after.need(lead) == cents(360_000)
