"""Forms and addresses filled with nonsense: refused at the field, never an error page; two editors lose nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gemeinwerk.accounts.models import Activity, Membership
from gemeinwerk.budgets import models
from gemeinwerk.ui import formats
from tests.architecture import world
from tests.architecture.test_access_matrix import GET, POST

pytestmark = pytest.mark.django_db

KEY = "99001001"
LONG = "9" * 5000
NONSENSE = (
    "", " ", "0", "-1", "1.5", "1e999", "NaN", "inf", "9" * 30, LONG, "٣", "１２", "²", "½", "true", "null",
    "[]", "{}", "' OR 1=1 --", "'; DROP TABLE x; --", "%", "_", "%s", "{0}", "<script>alert(1)</script>", "\x00",
    "\ud800", "\u202e", "../../x", "a" * 10_000, "2026-13-45", "31.02.2026", "0001-01-01", "9999-12-31", "-x", "--",
    "pk", "__", "user__password", "body__key", "=1+1", "1,2,3", "\r\nX: 1",
)  # fmt: skip


@pytest.fixture
def placed(cast):
    return world.build(cast)


def sent(data: dict) -> dict:
    """As a browser can send it: a lone half of a character becomes a question mark."""
    return {key: str(value).encode("utf-8", "replace").decode() for key, value in data.items()}


def fields(answer) -> dict[str, str]:
    """Every field of the forms of a page, with its value."""
    found = {}
    for form in (answer.context.get("form"), answer.context.get("name_form"), answer.context.get("year_form")):
        for name in getattr(form, "fields", ()):
            value = form[name].value()
            found[name] = "" if value is None else value
    return found


def test_every_field_of_every_form_takes_nonsense(placed, client):
    """One form after the other, all its fields full of the same nonsense, then each number of things odd."""
    client.force_login(placed.cast.doris)
    harmless = set(POST) - {"import-discard", "import-adopt", "member-remove", "run-cancel", "budget-assumption-remove"}
    wrong = []
    for number, name in enumerate(sorted(harmless)):
        address = world.address(placed, name)
        page = client.get(address)
        known = fields(page) if page.status_code == 200 and page.context else {"name": "", "version": ""}
        for text in NONSENSE[number % 6 :: 6]:
            answer = client.post(address, sent(dict.fromkeys(known, text)))
            if answer.status_code >= 400:
                wrong.append(f"{name} {text[:20]!r}: {answer.status_code}")
            elif b"<script>alert" in answer.content:
                wrong.append(f"{name} {text[:20]!r}: unescaped")
    assert not wrong, wrong
    assert Membership.objects.filter(body=placed.body).count() == 3


@pytest.mark.parametrize("name", ["import-adopt", "import-discard", "budget-assumption-remove", "run-cancel"])
def test_deciding_steps_take_nonsense(placed, client, name):
    client.force_login(placed.cast.doris)
    versions = models.BudgetVersion.objects.count()
    for text in NONSENSE:
        answer = client.post(world.address(placed, name), sent({"version": text, "slots": text}))
        assert answer.status_code in {200, 302, 404}, (name, text[:20], answer.status_code)
    assert models.BudgetVersion.objects.count() == versions


def test_every_address_takes_nonsense(placed, client):
    """Sorting, filtering, paging and choosing: what is not understood is left out."""
    client.force_login(placed.cast.doris)
    wrong = []
    keys = ("sort", "seite", "format", "stand", "jahr", "alt", "neu", "nach", "tabelle", "nur", "plan", "ilv", "afa")
    keys += ("position", "q", "suche", "next", "key", "year", "at-von", "at-bis", "received_at-von", "inhabitants-bis")
    keys += ("file_name", "state", "kind", "sentence", "title", "requested_by", "created_at-bis", "aufgeloest", "email")
    for name, statuses in GET.items():
        if statuses[4] != 200 or name in {"import-file", "import-companion", "import-rejected"}:
            continue
        address = world.address(placed, name)
        for text in NONSENSE[:: 5 if "list" in name else 13]:
            answer = client.get(address, sent(dict.fromkeys(keys, text)))
            if answer.status_code not in {200, 302, 404} or b"<script>alert" in answer.content:
                wrong.append(f"{name} {text[:20]!r}: {answer.status_code}")
    assert not wrong, wrong


def test_a_list_cannot_be_sorted_or_filtered_by_what_it_does_not_show(placed, client):
    """A sort by `user__password` would tell the hashes letter by letter."""
    client.force_login(placed.cast.doris)
    for name in ("member-list", "activity-list", "run-list", "import-list"):
        for key in ("user__password", "-user__password", "actor__password", "body__memberships__user__email", "?"):
            listing = client.get(reverse(name, args=[KEY]), {"sort": key, key: "x"}).context["listing"]
            assert listing.sort == listing.order, (name, key)
            assert not listing.is_filtered


@pytest.mark.parametrize(
    "text",
    ["١٢٣", "１２３", "²", "1²", "½", "Ⅷ", "1e5", "0x10", "1_000", "--5", "+-5", "5--", "1.2.3", "1,2,3", "€", "-", "−",
     "NaN", "Infinity", "1\x00", "9" * 41, "1" + "0" * 16, "1,234", "12.34", "1.23,4", "1 T€ T€", "১২", "𝟙𝟚",
     "1 Pfund"],
)  # fmt: skip
def test_odd_amounts_are_no_amounts(text):
    with pytest.raises(formats.AmountError) as refusal:
        formats.parse_cents(text)
    assert str(refusal.value).endswith(".")


def mapping_data(client, import_) -> dict:
    form = client.get(reverse("import-mapping", args=[KEY, import_.pk])).context["form"]
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}


@pytest.mark.parametrize(
    "change",
    [
        {"role_0": "kaiser"}, {"role_0": ["amount", "year"]}, {"role_99": "amount"}, {"role_-1": "amount"},
        {"level_0": "-1"}, {"level_0": "10"}, {"year_0": "99999"}, {"year_0": "9" * 400}, {"header_row": "10001"},
        {"header_rows": "9"}, {"encoding": "rot13"}, {"encoding": "punycode"}, {"separator": "xx"}, {"unit": "0"},
        {"unit": "-1"}, {"decimal": "x"}, {"sign": "__class__"}, {"scheme": "../../x"}, {"default_stage": "gibtsnicht"},
        {"default_year": "0"}, {"side_words": "=\n" * 500}, {"side_words": "x = Ertrag\n" * 5000},
        {"stage_words": "\x00 = Ansatz"}, {"version": "9" * 100}, {"version": "-1"}, {"version": "x"},
        {"header_row": "0"}, {"header_row": "9999"}, {"header_rows": "3"}, {"columns": "[]"}, {"mapping": "{}"},
        dict.fromkeys([f"role_{number}" for number in range(11)], "amount"),
        dict.fromkeys([f"role_{number}" for number in range(11)], "year"),
        dict.fromkeys([f"stage_{number}" for number in range(11)], "actual"),
    ],
)  # fmt: skip
def test_a_forged_mapping_ends_in_a_page(placed, client, change):
    client.force_login(placed.cast.anke)
    data = mapping_data(client, placed.waiting) | change
    answer = client.post(reverse("import-mapping", args=[KEY, placed.waiting.pk]), data, follow=True)
    assert answer.status_code == 200
    placed.waiting.refresh_from_db()
    assert placed.waiting.state in {"checked", "unreadable"}
    assert "Fehler im Programm" not in answer.content.decode()
    assert client.get(reverse("import-mapping", args=[KEY, placed.waiting.pk])).status_code == 200


def test_five_thousand_fields_are_a_refusal_and_no_fault(placed, client):
    client.force_login(placed.cast.anke)
    data = {f"role_{number}": "amount" for number in range(5_001)}
    answer = client.post(reverse("import-mapping", args=[KEY, placed.waiting.pk]), data)
    assert answer.status_code == 400 and 'lang="de"' in answer.content.decode()
    long = {"side_words": "x" * 6_000_000}
    assert client.post(reverse("import-mapping", args=[KEY, placed.waiting.pk]), long).status_code == 400


# ---------------------------------------------------------------- two editors
def conflict(client, address: str, change: dict, meanwhile) -> tuple[str, dict]:
    """The person opens the page, somebody else saves, the person saves: the answer, and the form it brings."""
    data = fields(client.get(address)) | change
    data = {
        name: formats.cents_input(v) if isinstance(v, int) and name.startswith("amount") else v
        for name, v in data.items()
    }
    meanwhile()
    answer = client.post(address, data)
    assert answer.status_code == 200, "was saved over the other person's work"
    return answer.content.decode(), fields(answer)


def again(client, address: str, data: dict) -> int:
    return client.post(address, {name: "" if value is None else value for name, value in data.items()}).status_code


def of_settings(placed):
    row, _ = models.BudgetSettings.objects.get_or_create(body=placed.body)
    models.BudgetSettings.objects.filter(pk=row.pk).update(version=row.version + 1, jump_percent=77)


CASES = {
    "budget-settings": ({"jump_percent": "33"}, of_settings),
    "budget-product-edit": (
        {"legal_basis": "§ 1 Meins"},
        lambda placed: models.Product.objects.filter(pk=placed.product.pk).update(legal_basis="§ 2 Anderes"),
    ),
    "budget-assumption-edit": (
        {"source": "Meine Quelle", "percent": "4"},
        lambda placed: models.ProjectionAssumption.objects.filter(pk=placed.assumption.pk).update(version=9, percent=8),
    ),
    "budget-balance-edit": (
        {"amount_cash": "5,00", "source": "Meine Quelle"},
        lambda placed: models.BalanceFigure.objects.filter(pk=placed.figure.pk).update(amount_cents=777),
    ),
    "import-mapping": (
        {"default_year": "2031"},
        lambda placed: models.BudgetImport.objects.filter(pk=placed.waiting.pk).update(version=50),
    ),
    "import-check": (
        {"sum_2026_estimate_expense": "5,00"},
        lambda placed: models.BudgetImport.objects.filter(pk=placed.waiting.pk).update(version=50),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_second_editor_is_told_and_can_save_what_was_typed(placed, client, name):
    change, meanwhile = CASES[name]
    client.force_login(placed.cast.anke)
    if name == "budget-settings":
        models.BudgetSettings.objects.get_or_create(body=placed.body)
    address = world.address(placed, name)
    acts = Activity.objects.count()
    text, form = conflict(client, address, change, lambda: meanwhile(placed))
    assert "inzwischen von einer anderen Person geändert" in text
    assert Activity.objects.count() == acts
    for field, value in change.items():
        assert str(form[field]) == value, field
    assert again(client, address, form) == 302
    assert Activity.objects.count() > acts


def test_the_second_editor_of_positions_is_told_and_can_save(placed, client):
    client.force_login(placed.cast.anke)
    account = placed.account
    models.Account.objects.filter(pk=account.pk).update(position="", is_position_own=True)
    address = reverse("account-positions", args=[KEY])
    _, form = conflict(
        client,
        address,
        {f"position_{account.pk}": "staff"},
        lambda: models.Account.objects.filter(pk=account.pk).update(position="material"),
    )
    assert form[f"position_{account.pk}"] == "staff"
    assert again(client, address, form) == 302
    assert models.Account.objects.get(pk=account.pk).position == "staff"


def test_the_second_editor_of_tasks_is_told_and_can_save(placed, client):
    client.force_login(placed.cast.anke)
    pk, address = placed.product.pk, reverse("budget-tasks", args=[KEY])
    data = {f"kind_{pk}": "voluntary", f"was_{pk}": ""}
    models.Product.objects.filter(pk=pk).update(task_kind="mandatory")
    answer = client.post(address, data)
    text = answer.content.decode()
    assert answer.status_code == 200 and "inzwischen von einer anderen Person" in text
    import re

    shown = re.search(rf'name="was_{pk}" value="(\w*)"', text)
    assert shown
    assert client.post(address, data | {f"was_{pk}": shown[1]}).status_code == 302
    assert models.Product.objects.get(pk=pk).task_kind == "voluntary"
