"""A body with something behind every address, for the tests that walk over all pages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BUDGET = (Path(__file__).parent.parent / "data/budgets/altendorf-2026.csv").read_text(encoding="utf-8")


def build(cast: SimpleNamespace) -> SimpleNamespace:
    """Everything in Altendorf, through the actions that people use too."""
    from gemeinwerk.bodies.models import Population
    from gemeinwerk.budgets import models
    from gemeinwerk.budgets.actions.adoption import adopt_import
    from gemeinwerk.budgets.actions.imports import receive_file
    from gemeinwerk.budgets.actions.reading import read_import
    from gemeinwerk.runs.models import Run

    seat = cast.anke_seat
    Population.objects.create(
        body=cast.altendorf,
        inhabitants=4321,
        reference_date=date(2025, 12, 31),
        territory_date=date(2025, 12, 31),
        census_basis="2022",
        source="Test",
    )

    def bring_in(text: str) -> models.BudgetImport:
        companion = ContentFile(b"Begleittext", "hinweis.txt")
        import_ = receive_file(seat, [ContentFile(text.encode("cp1252"), "haushalt.csv"), companion], at=AT)
        read_import(seat, import_, at=AT)
        import_.refresh_from_db()
        return import_

    adopted = bring_in(BUDGET)
    adopt_import(seat, adopted, at=AT)
    waiting = bring_in(BUDGET.replace("115.000,00", "118.000,00"))
    assumption = models.ProjectionAssumption.objects.create(
        body=cast.altendorf, position="staff", kind="index", from_year=2028, percent=3, source="Test", as_of=AT.date(),
        entered_at=AT,
    )  # fmt: skip
    figure = models.BalanceFigure.objects.create(
        body=cast.altendorf, year=2024, item="cash", amount_cents=100, source="Test", entered_at=AT
    )
    run = Run.objects.create(body=cast.altendorf, kind=Run.Kind.BUDGET_READ, created_at=AT, requested_by=cast.anke)
    return SimpleNamespace(
        cast=cast,
        body=cast.altendorf,
        adopted=adopted,
        waiting=waiting,
        companion=waiting.companions.first(),
        product=models.Product.objects.get(body=cast.altendorf, code="01.01.01"),
        account=models.Account.objects.get(body=cast.altendorf, code="6201000"),
        line=models.BudgetLine.objects.filter(version__body=cast.altendorf).first(),
        assumption=assumption,
        figure=figure,
        run=run,
        membership=cast.bernd.memberships.get(),
    )


def names() -> dict[str, str]:
    """Every name the resolver knows, with its route."""
    found: dict[str, str] = {}

    def walk(patterns: list, before: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, before + str(pattern.pattern))
            elif isinstance(pattern, URLPattern):
                found[pattern.name] = before + str(pattern.pattern)

    walk(get_resolver().url_patterns, "")
    return found


def address(world: SimpleNamespace, name: str) -> str:
    """The address `name` in this world."""
    arguments = {"key": world.body.key} if "<slug:key>" in names()[name] else {}
    return reverse(name, kwargs=arguments | _arguments(world).get(name, {}))


OF_IMPORT = (
    "import-detail", "import-mapping", "import-reset", "import-save-mapping", "import-check", "import-preview",
    "import-adopt", "import-discard", "import-file", "import-rejected",
)  # fmt: skip


def _arguments(world: SimpleNamespace) -> dict[str, dict[str, object]]:
    things = (
        (world.waiting, OF_IMPORT),
        (world.membership, ("member-change", "member-remove", "member-invite")),
        (world.assumption, ("budget-assumption-edit", "budget-assumption-remove")),
        (world.product, ("budget-product", "budget-product-edit")),
        (world.run, ("run-detail", "run-cancel")),
        (world.line, ("budget-line",)),
        (world.cast.anke, ("demo-login",)),
    )
    return {name: {"pk": thing.pk} for thing, those in things for name in those} | {
        "import-companion": {"pk": world.waiting.pk, "companion": world.companion.pk},
        "budget-position": {"kind": "operating", "number": "11"},
        "budget-account": {"pk": world.product.pk, "account": world.account.pk},
        "budget-indicator": {"ident": "expense_coverage"},
        "budget-balance-edit": {"year": 2024},
        "directory-detail": {"key": world.body.key},
        "invitation": {"coded": "MQ", "token": "used-long-ago"},
        "help-page": {"slug": "haushalt-einlesen"},
    }
