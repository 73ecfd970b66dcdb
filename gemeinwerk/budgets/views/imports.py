"""The way of a budget file: upload, mapping, check, preview, adoption."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Right, Seat, seat
from gemeinwerk.runs.models import Run
from gemeinwerk.ui import lists

from ..actions import imports as actions
from ..actions.adoption import start_adopting
from ..actions.conflicts import ConflictError
from ..actions.files import ImportRefusedError
from ..actions.reading import start_reading
from ..forms.imports import AdoptForm, ExpectedForm, MappingNameForm, UploadForm, VersionForm
from ..forms.mappings import MappingForm
from ..models import BudgetImport
from ..queries import imports as queries
from ..queries import mappings as words
from ..queries.positions import unplaced_line_count
from ..queries.previews import preview
from .room import show

HELP = "haushalt-einlesen"
State = BudgetImport.State
STATE_BADGES = {
    State.RECEIVED: "info",
    State.CHECKED: "warning",
    State.UNREADABLE: "danger",
    State.ADOPTED: "success",
    State.DISCARDED: "info",
}
STEPS = (
    ("import-mapping", "Zuordnung"),
    ("import-check", "Prüfung"),
    ("import-preview", "Vorschau"),
    ("import-detail", "Übernahme"),
)


class ImportList(lists.List):
    caption = "Eingelesene Haushaltsdateien"
    columns = (
        lists.Column("file_name", "Datei", filter="text", header=True, url=lambda row: detail_url(row)),
        lists.Column(
            "state",
            "Stand",
            kind="badge",
            filter="choice",
            choices=State.choices,
            value=lambda row: row.get_state_display(),
            badge=lambda row: STATE_BADGES[row.state],
        ),
        lists.Column("received_at", "Hochgeladen am", kind="datetime", filter="range"),
        lists.Column(
            "received_by",
            "von",
            field="received_by__name",
            value=lambda row: row.received_by.name if row.received_by else "System",
        ),
        lists.Column("rows_read", "Zeilen", kind="number"),
        lists.Column("rows_rejected", "abgelehnt", kind="number"),
        lists.Column("version_count", "Fassungen", kind="number"),
        lists.Column("adopted_at", "Übernommen am", kind="datetime"),
    )
    order = "-received_at"
    empty = "Hier ist noch keine Haushaltsdatei eingelesen. Beginnen Sie mit „Datei hochladen“."


def detail_url(import_: BudgetImport) -> str:
    return reverse("import-detail", args=[import_.body.key, import_.pk])


@require_safe
def import_list(request: HttpRequest, key: str) -> HttpResponse:
    taken = seat(request, key)
    listing = ImportList(queries.budget_imports(taken).select_related("body"), request.GET)
    if listing.wants_export:
        return listing.export("haushaltsimporte", facts={"Kommune": taken.body.name})
    return show(
        request,
        taken,
        "import_list",
        title="Haushalt einlesen",
        help=HELP,
        listing=listing,
        unplaced=unplaced_line_count(taken),
    )


def import_new(request: HttpRequest, key: str) -> HttpResponse:
    """Upload; a small file is read at once, so that the next page shows the result."""
    taken = seat(request, key, need=Right.IMPORT)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            import_ = actions.receive_file(
                taken,
                form.cleaned_data["files"],
                budget_year=form.cleaned_data["budget_year"],
                at=timezone.now(),
            )
            return _read(request, taken, import_)
        except ImportRefusedError as error:
            form.add_error("files", str(error))
    return show(
        request,
        taken,
        "import_new",
        title="Haushaltsdatei hochladen",
        help=HELP,
        crumbs=_crumbs(key),
        form=form,
        steps=_steps(None, ""),
    )


def _read(request: HttpRequest, taken: Seat, import_: BudgetImport, *, then: str = "") -> HttpResponse:
    """Start reading and go where the person can see what came of it."""
    run = start_reading(taken, import_, at=timezone.now(), return_to=detail_url(import_))
    if not run.is_over:
        return redirect("run-detail", key=taken.body.key, pk=run.pk)
    if run.state == Run.State.FAILED:
        messages.error(request, run.error)
        return redirect("import-detail", key=taken.body.key, pk=import_.pk)
    if import_.state == State.UNREADABLE:
        return redirect("import-mapping", key=taken.body.key, pk=import_.pk)
    return redirect(then or "import-mapping", key=taken.body.key, pk=import_.pk)


@require_safe
def import_detail(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Where the import stands, what it brought, and its log."""
    taken = seat(request, key)
    import_ = queries.budget_import(taken, pk)
    return _show(
        request,
        taken,
        import_,
        "import_detail",
        title=import_.file_name,
        versions=import_.versions.all() if import_.state == State.ADOPTED else (),
        entries=activity.entries(taken, import_),
        badge=STATE_BADGES[import_.state],
        saved=queries.saved_mapping(taken, import_),
        name_form=MappingNameForm(initial={"name": import_.mapping_name}),
    )


def import_mapping(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """What was detected, and every column of the file with its role; on submit the file is read again."""
    taken = seat(request, key, need=Right.IMPORT)
    import_ = queries.budget_import(taken, pk)
    if import_.state not in (State.CHECKED, State.UNREADABLE):
        return redirect("import-detail", key=key, pk=pk)
    form = MappingForm(request.POST or None, import_=import_)
    differences: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        mapping = form.mapping()
        if form.changes_layout:
            mapping["columns"] = []
        try:
            import_ = actions.change_mapping(
                taken, import_, mapping, version=form.cleaned_data["version"], at=timezone.now()
            )
            return _read(request, taken, import_, then="import-mapping" if form.changes_layout else "import-check")
        except ConflictError as error:
            form.add_error(None, str(error))
            form.data = _with_version(form.data, import_)
            differences = actions.mapping_changes(import_.mapping, mapping)
        except ImportRefusedError as error:
            form.add_error(None, str(error))
    return _show(
        request,
        taken,
        import_,
        "import_mapping",
        title="Zuordnung prüfen",
        current="import-mapping",
        form=form,
        detected=words.detected(import_),
        groups=queries.problem_groups(import_),
        differences=[(name, old, new) for name, (old, new) in differences.items() if old != new],
    )


@require_POST
def import_reset(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Forget the corrections and read the file with a fresh proposal."""
    taken = seat(request, key, need=Right.IMPORT)
    import_ = queries.budget_import(taken, pk)
    form = VersionForm(request.POST)
    try:
        import_ = actions.change_mapping(
            taken, import_, {}, version=form.cleaned_data["version"] if form.is_valid() else 0, at=timezone.now()
        )
        return _read(request, taken, import_)
    except (ConflictError, ImportRefusedError) as error:
        messages.error(request, str(error))
        return redirect("import-detail", key=key, pk=pk)


def import_check(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Sums beside the expected ones, and what was noticed."""
    taken = seat(request, key, need=Right.IMPORT)
    import_ = queries.budget_import(taken, pk)
    if import_.state != State.CHECKED:
        return redirect("import-detail", key=key, pk=pk)
    form = ExpectedForm(request.POST or None, version=import_.version, totals=queries.slice_totals(import_))
    if request.method == "POST" and form.is_valid():
        try:
            actions.expect_totals(
                taken, import_, form.expected(), version=form.cleaned_data["version"], at=timezone.now()
            )
            messages.success(request, "Die erwarteten Summen sind gespeichert und mit der Datei verglichen.")
            return redirect("import-check", key=key, pk=pk)
        except ConflictError as error:
            form.add_error(None, str(error))
            form.data = _with_version(form.data, import_)
    return _show(
        request,
        taken,
        import_,
        "import_check",
        title="Summen und Auffälligkeiten prüfen",
        current="import-check",
        form=form,
        groups=queries.problem_groups(import_),
        name_form=MappingNameForm(initial={"name": import_.mapping_name}),
        saved=queries.saved_mapping(taken, import_),
    )


@require_POST
def import_save_mapping(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    taken = seat(request, key, need=Right.IMPORT)
    import_ = queries.budget_import(taken, pk)
    form = MappingNameForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Bitte geben Sie der Zuordnung einen Namen mit höchstens 150 Zeichen.")
    else:
        try:
            actions.save_mapping(taken, import_, name=form.cleaned_data["name"], at=timezone.now())
            messages.success(request, "Die Zuordnung ist gespeichert und wird beim nächsten Mal von selbst verwendet.")
        except ImportRefusedError as error:
            messages.error(request, str(error))
    return redirect("import-check" if import_.state == State.CHECKED else "import-detail", key=key, pk=pk)


@require_safe
def import_preview(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """What adopting would change."""
    taken = seat(request, key, need=Right.IMPORT)
    import_ = queries.budget_import(taken, pk)
    if import_.state != State.CHECKED:
        return redirect("import-detail", key=key, pk=pk)
    unmet = [total for total in queries.slice_totals(import_) if total.is_met is False]
    return _show(
        request,
        taken,
        import_,
        "import_preview",
        title="Vorschau: was sich ändert",
        current="import-preview",
        preview=preview(taken, import_),
        unmet=unmet,
        earlier=queries.earlier_adoption(taken, import_),
    )


@require_POST
def import_adopt(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    taken = seat(request, key, need=Right.IMPORT)
    import_ = queries.budget_import(taken, pk)
    form = AdoptForm(request.POST, slots=[(part["year"], part["stage"]) for part in import_.slices])
    if not form.is_valid() or not form.chosen():
        messages.error(request, "Bitte wählen Sie mindestens ein Jahr aus, das übernommen werden soll.")
        return redirect("import-preview", key=key, pk=pk)
    try:
        run = start_adopting(
            taken,
            import_,
            slots=form.chosen(),
            version=form.cleaned_data["version"],
            at=timezone.now(),
            return_to=detail_url(import_),
        )
    except (ConflictError, ImportRefusedError) as error:
        messages.error(request, str(error))
        return redirect("import-detail", key=key, pk=pk)
    if not run.is_over:
        return redirect("run-detail", key=key, pk=run.pk)
    if run.state == Run.State.DONE:
        messages.success(request, _adopted(run))
    elif run.error:
        messages.error(request, run.error)
    return redirect("import-detail", key=key, pk=pk)


def _adopted(run: Run) -> str:
    if not run.result.get("versions"):
        return "Die Datei ist übernommen. Keine Zahl hat sich geändert, es gibt keine neue Fassung."
    lines = f"{run.result['lines']:,}".replace(",", ".")
    count = len(run.result["versions"])
    versions = "einer neuen Fassung" if count == 1 else f"{count} neuen Fassungen"
    return f"Die Datei ist übernommen: {lines} Zeilen in {versions}."


@require_POST
def import_discard(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    taken = seat(request, key, need=Right.IMPORT)
    import_ = queries.budget_import(taken, pk)
    try:
        actions.discard_import(taken, import_, at=timezone.now())
        messages.success(request, f"Der Import von „{import_.file_name}“ ist verworfen.")
    except ImportRefusedError as error:
        messages.error(request, str(error))
        return redirect("import-detail", key=key, pk=pk)
    return redirect("import-list", key=key)


# ---------------------------------------------------------------- what the pages share
def _with_version(data: Any, import_: BudgetImport) -> Any:
    """What was typed, on top of the stored state: sending it again overrides what the other person did."""
    typed = data.copy()
    typed["version"] = import_.version
    return typed


def _crumbs(key: str) -> list[tuple[str, str | None]]:
    return [("Haushalt einlesen", reverse("import-list", args=[key]))]


def _show(
    request: HttpRequest,
    taken: Seat,
    import_: BudgetImport,
    template: str,
    *,
    title: str,
    current: str = "import-detail",
    **context: Any,
) -> HttpResponse:
    crumbs = _crumbs(taken.body.key)
    if current != "import-detail":
        crumbs.append((import_.file_name, detail_url(import_)))
    return show(
        request,
        taken,
        template,
        title=title,
        help=HELP,
        crumbs=crumbs,
        import_=import_,
        steps=_steps(import_, current, may_go=taken.may(Right.IMPORT)),
        run=import_.run,
        **context,
    )


def _steps(import_: BudgetImport | None, current: str, *, may_go: bool = True) -> list[dict[str, Any]]:
    """The five steps, with an address where the person may go there."""
    if import_ is None:
        return [{"title": "Datei", "is_current": True}, *({"title": title} for _, title in STEPS)]
    open_ = {State.CHECKED: 3, State.UNREADABLE: 1}.get(State(import_.state), 0) if may_go else 0
    names = [name for name, _ in STEPS]
    at = names.index(current) if current in names else 0
    adopted = import_.state == State.ADOPTED
    steps = [{"title": "Datei", "is_done": True, "is_current": False}]
    for number, (name, title) in enumerate(STEPS):
        url = reverse(name, args=[import_.body.key, import_.pk]) if number < open_ and name != current else ""
        is_current = name == current and name != "import-detail"
        steps.append({"title": title, "url": url, "is_current": is_current, "is_done": adopted or (number < at < 3)})
    return steps
