"""Reading and adopting through the actions: exact, all or nothing, and slow obvious twins of the fast ways."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from gemeinwerk.accounts.models import Activity
from gemeinwerk.budgets.actions import adoption, imports, positions, reading, rows
from gemeinwerk.budgets.actions.conflicts import ConflictError
from gemeinwerk.budgets.actions.files import ImportRefusedError
from gemeinwerk.budgets.frames import lines as frames
from gemeinwerk.budgets.frames import packing, products
from gemeinwerk.budgets.models import (
    Account,
    BudgetImport,
    BudgetLine,
    BudgetVersion,
    PlanSum,
    Product,
    ProductSum,
)
from gemeinwerk.engine.budget_files import ProductNode
from gemeinwerk.engine.tables import LINES, Category, Frame, Key
from gemeinwerk.runs.actions import Canceled
from gemeinwerk.runs.models import Run

from .import_files import changed, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def received(cast, content=None):
    return imports.receive_file(cast.anke_seat, [upload(content)], at=timezone.now())


def checked(cast, content=None):
    return reading.read_import(cast.anke_seat, received(cast, content), at=timezone.now())


def adopted(cast, content=None):
    import_ = checked(cast, content)
    return import_, adoption.adopt_import(cast.anke_seat, import_, at=timezone.now())


# ---------------------------------------------------------------- adoption
def test_who_is_told_how_far_it_is_may_ask_the_database(cast):
    counts = []
    adoption.adopt_import(
        cast.anke_seat,
        checked(cast),
        at=timezone.now(),
        report=lambda percent, text: counts.append((percent, BudgetLine.objects.count())),
    )
    assert counts[0][1] == 0
    assert [count for percent, count in counts if percent >= 90] == [BudgetLine.objects.count()] * 3


def test_lines_sums_and_tree_after_adoption(cast):
    import_, result = adopted(cast)
    assert result.line_count == 15 and not result.unchanged
    assert BudgetLine.objects.filter(version__year=2026).count() == 5
    line = BudgetLine.objects.select_related("product__parent", "account").get(row=5, column=9)
    assert (line.product.code, line.account.code, line.amount_cents) == ("020101", "6000000", -851_143)
    assert line.product.parent.code == "02" and line.product.parent.level == Product.Level.AREA
    assert line.product.area == "02"
    assert import_.state == "adopted" and import_.lines_file == ""


def test_stored_sums_are_the_sums_of_the_stored_lines(cast):
    adopted(cast)
    plan, product = defaultdict(int), defaultdict(int)
    for line in BudgetLine.objects.all():
        plan[line.version_id, line.position, line.side] += line.amount_cents
        product[line.version_id, line.product_id, line.position, line.side] += line.amount_cents
    assert plan == {(s.version_id, s.position, s.side): s.amount_cents for s in PlanSum.objects.all()}
    stored = {(s.version_id, s.product_id, s.position, s.side): s.amount_cents for s in ProductSum.objects.all()}
    assert product == stored


def test_adding_up_again_gives_what_adoption_wrote(cast):
    adopted(cast)
    before = sorted(ProductSum.objects.values_list("version_id", "product_id", "position", "side", "amount_cents"))
    positions.add_up_again(cast.anke_seat, list(Account.objects.all()))
    assert before == sorted(
        ProductSum.objects.values_list("version_id", "product_id", "position", "side", "amount_cents")
    )


def test_a_position_given_by_hand_survives_the_next_import_and_can_be_taken_back(cast):
    adopted(cast)
    account = Account.objects.get(code="6000000")
    was = account.position
    positions.place_accounts(cast.anke_seat, {account.pk: (was, "other_expense")}, at=timezone.now())
    adopted(cast, changed(3, 8, "9.000,00"))
    current = PlanSum.objects.filter(version__is_current=True, version__year=2026)
    assert current.get(position="other_expense").amount_cents == -900_000
    account.refresh_from_db()
    assert account.is_position_own
    positions.place_accounts(cast.anke_seat, {account.pk: ("other_expense", "")}, at=timezone.now())
    account.refresh_from_db()
    assert (account.position, account.is_position_own) == (was, False)
    assert not PlanSum.objects.filter(version__is_current=True, position="other_expense").exists()


def test_the_order_of_rows_makes_no_new_version(cast):
    from .import_files import ROWS, plan_csv

    adopted(cast)
    _, again = adopted(cast, plan_csv(ROWS[::-1]))
    assert again.is_nothing_new and len(again.unchanged) == 3


def test_a_file_changed_on_disk_is_refused(cast):
    import_ = checked(cast)
    with Path(import_.file.path).open("ab") as handle:
        handle.write(b"x")
    with pytest.raises(ImportRefusedError, match="stimmt nicht mehr"):
        adoption.adopt_import(cast.anke_seat, import_, at=timezone.now())
    assert not BudgetVersion.objects.exists()


@pytest.mark.parametrize("content", [b"nothing", b"PK\x05\x06" + bytes(18)])
def test_a_broken_interim_file_is_refused(cast, content):
    import_ = checked(cast)
    from django.core.files.storage import default_storage

    default_storage.delete(import_.lines_file)
    default_storage.save(import_.lines_file, ContentFile(content))
    with pytest.raises(ImportRefusedError, match="Zwischenstand"):
        adoption.adopt_import(cast.anke_seat, import_, at=timezone.now())


@pytest.mark.parametrize("at_percent", [3, 6, 50, 92, 99])
def test_whoever_cancels_leaves_nothing_behind(cast, at_percent):
    import_ = checked(cast)

    def report(percent, message):
        if percent >= at_percent:
            raise Canceled

    with pytest.raises(Canceled):
        adoption.adopt_import(cast.anke_seat, import_, at=timezone.now(), report=report)
    import_.refresh_from_db()
    assert import_.state == "checked"
    counts = [model.objects.count() for model in (BudgetVersion, BudgetLine, PlanSum, ProductSum, Product, Account)]
    assert counts == [0] * 6
    assert adoption.adopt_import(cast.anke_seat, import_, at=timezone.now()).line_count == 15


def test_a_kill_in_the_middle_leaves_nothing_behind(cast, monkeypatch):
    import_ = checked(cast)
    monkeypatch.setattr(adoption, "write_sums", lambda *_: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        adoption.adopt_import(cast.anke_seat, import_, at=timezone.now())
    assert not BudgetLine.objects.exists() and not BudgetVersion.objects.exists()


def test_large_files_wait_for_the_worker_and_cannot_be_started_twice(cast, monkeypatch):
    monkeypatch.setattr(imports, "SHORT_BYTES", 1)
    import_ = received(cast)
    run = reading.start_reading(cast.anke_seat, import_, at=timezone.now())
    assert run.state == Run.State.WAITING and import_.state == "received"
    with pytest.raises(ImportRefusedError, match="gerade gearbeitet"):
        reading.start_reading(cast.anke_seat, import_, at=timezone.now())
    from gemeinwerk.runs.actions import execute

    execute(run.pk, "gemeinwerk.budgets.jobs.read_import", {"import_id": import_.pk})
    import_ = BudgetImport.objects.get()
    run = adoption.start_adopting(cast.anke_seat, import_, at=timezone.now())
    execute(run.pk, "gemeinwerk.budgets.jobs.adopt_import", {"import_id": import_.pk, "slots": [[2026, "estimate"]]})
    run.refresh_from_db()
    assert run.state == Run.State.DONE and run.result["lines"] == 5


def test_an_adopted_import_stays_as_it_is(cast):
    import_, _ = adopted(cast)
    for act in (
        lambda: adoption.adopt_import(cast.anke_seat, import_, at=timezone.now()),
        lambda: reading.read_import(cast.anke_seat, import_, at=timezone.now()),
        lambda: imports.discard_import(cast.anke_seat, import_, at=timezone.now()),
        lambda: imports.change_mapping(cast.anke_seat, import_, {}, version=import_.version, at=timezone.now()),
    ):
        with pytest.raises(ImportRefusedError, match="bereits übernommen"):
            act()


def test_readers_may_not_act(cast):
    import_ = checked(cast)
    seat = cast.bernd_seat
    for act in (
        lambda: imports.receive_file(seat, [upload()], at=timezone.now()),
        lambda: reading.read_import(seat, import_, at=timezone.now()),
        lambda: adoption.adopt_import(seat, import_, at=timezone.now()),
        lambda: imports.save_mapping(seat, import_, name="x", at=timezone.now()),
        lambda: imports.expect_totals(seat, import_, [], version=1, at=timezone.now()),
        lambda: imports.discard_import(seat, import_, at=timezone.now()),
        lambda: positions.place_accounts(seat, {}, at=timezone.now()),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_stale_page_does_not_adopt(cast):
    import_ = checked(cast)
    with pytest.raises(ConflictError):
        adoption.start_adopting(cast.anke_seat, import_, version=import_.version - 1, at=timezone.now())


@pytest.mark.parametrize(
    ("uploads", "sentence"),
    [([], "wählen Sie"), ([upload(b"")], "ist leer"), ([upload(b"a;b\n1;2")] * 21, "höchstens 20")],
)
def test_unfit_uploads_are_refused_with_a_sentence(cast, uploads, sentence):
    with pytest.raises(ImportRefusedError, match=sentence):
        imports.receive_file(cast.anke_seat, uploads, at=timezone.now())
    assert not BudgetImport.objects.exists()


def test_too_large_uploads_are_refused(cast, settings):
    settings.UPLOAD_MAX_MB = 0
    with pytest.raises(ImportRefusedError, match="zu groß"):
        received(cast)


def test_every_act_is_written_down(cast):
    import_, _ = adopted(cast)
    verbs = list(Activity.objects.filter(subject_id=str(import_.pk)).order_by("pk").values_list("verb", flat=True))
    assert [verb for verb in verbs if verb != "STARTED"] == ["RECEIVED", "READ", "ADOPTED"]


def test_two_bodies_do_not_see_each_other(cast):
    adopted(cast)
    import_ = imports.receive_file(cast.clara_seat, [upload()], at=timezone.now())
    reading.read_import(cast.clara_seat, import_, at=timezone.now())
    result = adoption.adopt_import(cast.clara_seat, import_, at=timezone.now())
    assert len(result.versions) == 3 and {version.number for version in result.versions} == {1}


# ---------------------------------------------------------------- the fast ways and their obvious twins
def random_lines(seed, count=200):
    rng = np.random.default_rng(seed)

    def category(prefix, size):
        values = tuple(Key(f"{prefix}{i}", f"Name {i}") for i in range(size))
        return Category(rng.integers(-1, size, count).astype(np.int32), values)

    return Frame(
        LINES,
        {
            "sheet": np.zeros(count, np.int16),
            "row": np.arange(2, count + 2, dtype=np.int32),
            "column": rng.integers(1, 9, count).astype(np.int16),
            "year": rng.integers(2024, 2027, count).astype(np.int16),
            "stage": rng.integers(0, 3, count).astype(np.int8),
            "side": rng.integers(0, 4, count).astype(np.int8),
            "product": category("P", 5),
            "unit": category("U", 3),
            "account": category("K", 6),
            "position": category("pos", 4),
            "amount_cents": rng.integers(-(10**12), 10**12, count),
        },
    )


@pytest.mark.parametrize("seed", range(5))
def test_packed_lines_come_back_as_they_were(seed):
    lines = random_lines(seed)
    tree = products.tree([ProductNode("01", "Verwaltung", 1, None), ProductNode("0101", "Rat", 2, 0, Key("P1", "x"))])
    again, tree_again = packing.unpack(packing.pack(lines, tree))
    assert tree_again == tree
    for name in lines:
        one, other = lines[name], again[name]
        if isinstance(one, Category):
            assert one.values == other.values and np.array_equal(one.codes, other.codes)
        else:
            assert np.array_equal(one, other)


@pytest.mark.parametrize("seed", range(5))
def test_digests_depend_on_content_and_not_on_order(seed):
    lines = random_lines(seed)
    order = np.random.default_rng(seed).permutation(lines.length)
    assert frames.slices(lines) == frames.slices(lines.take(order))
    columns = dict(lines.items())
    columns["amount_cents"] = lines.array("amount_cents").copy()
    columns["amount_cents"][7] += 1
    other = frames.slices(Frame(LINES, columns))
    assert sum(a.digest != b.digest for a, b in zip(frames.slices(lines), other, strict=True)) == 1
    swapped = dict(lines.items()) | {"amount_cents": lines.array("amount_cents")[::-1].copy()}
    assert frames.slices(Frame(LINES, swapped)) != frames.slices(lines)


@pytest.mark.parametrize("seed", range(3))
def test_rows_of_lines_are_what_a_plain_loop_gives(seed):
    lines = random_lines(seed)
    versions = {(part.year, part.stage): number + 10 for number, part in enumerate(frames.slices(lines)[1:])}
    ids = {
        name: {key: 100 + i for i, key in enumerate(lines.category(name).values)}
        for name in ("product", "account", "unit")
    }
    expected = []
    from gemeinwerk.engine.tables import SIDES, STAGES

    for i in range(lines.length):
        slot = (int(lines.array("year")[i]), STAGES[lines.array("stage")[i]].value)
        if slot not in versions:
            continue
        keys = [lines.category(name).key(i) for name in ("product", "account", "unit")]
        found = [None if key is None else ids[name][key] for key, name in zip(keys, ids, strict=True)]
        position = lines.category("position").key(i)
        expected.append(
            (
                versions[slot],
                *found,
                position.code if position else "",
                SIDES[lines.array("side")[i]].value,
                *(int(lines.array(name)[i]) for name in ("amount_cents", "sheet", "row", "column")),
            )
        )
    portions = frames.portions(lines, versions=versions, ids=ids, size=37)
    got = [row for columns in portions for row in zip(*columns, strict=True)]
    assert got == expected


def test_the_text_of_copy_marks_what_is_missing():
    assert rows.copy_text(rows.portion([(1, None, "a"), (2, 3, "")])) == "1\t\\N\ta\n2\t3\t\n"
    assert rows.copy_text([]) == rows.copy_text([[], []]) == ""


def test_main_position_is_the_most_frequent_one():
    lines = random_lines(1)
    counts = defaultdict(lambda: defaultdict(int))
    for i in range(lines.length):
        account, position = lines.category("account").key(i), lines.category("position").key(i)
        if account and position:
            counts[account][position.code] += 1
    found = frames.main_positions(lines)
    assert set(found) == set(counts)
    for account, position in found.items():
        assert counts[account][position] == max(counts[account].values())


# ---------------------------------------------------------------- the product tree
def test_areas_come_from_the_scheme_where_a_file_has_products_only():
    nodes = [ProductNode(code, f"Produkt {code}", 1, None, Key(code, "")) for code in ("010101", "020101", "160101")]
    tree = products.tree(nodes, "HE")
    areas = {node.code: node.name for node in tree.nodes if node.level == "area"}
    assert set(areas) == {"01", "02", "16"} and "Innere Verwaltung" in areas["01"]
    assert {root.code for root in tree.roots().values()} == {"01", "02", "16"}


def test_names_without_codes_are_told_apart_by_their_way():
    nodes = [
        ProductNode("", "Schulen", 1, None),
        ProductNode("", "Kultur", 1, None),
        ProductNode("", "Verwaltung", 2, 0, Key("", "Schulen / Verwaltung")),
        ProductNode("", "Verwaltung", 2, 1, Key("", "Kultur / Verwaltung")),
    ]
    tree = products.tree(nodes)
    assert [node.key for node in tree.nodes if node.level == "product"] == [
        "Schulen / Verwaltung",
        "Kultur / Verwaltung",
    ]


def test_very_long_names_keep_their_difference():
    one, other = (frames.row_key(Key("", "x" * 400 + end)) for end in "ab")
    assert one != other and len(one) <= 300


def test_savepoints_are_not_needed_by_callers(cast):
    """Adoption inside a larger transaction rolls back with it."""
    import_ = checked(cast)
    with pytest.raises(RuntimeError), transaction.atomic():
        adoption.adopt_import(cast.anke_seat, import_, at=timezone.now())
        raise RuntimeError
    assert not BudgetLine.objects.exists()
