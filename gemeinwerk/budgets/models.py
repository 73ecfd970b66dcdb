"""The budget of a body: product tree, accounts, imported files, versions of the plan and their lines.

A file brings slices (year × stage). Each slice becomes a `BudgetVersion`; a later import of the same slice becomes the
next version and is current from then on, the older one stays readable. Lines are never changed after adoption.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gemeinwerk.bodies.models import Body
from gemeinwerk.runs.models import Run


class Side(models.TextChoices):
    """The same values as engine.tables.Side."""

    INCOME = "income", "Ertrag"
    EXPENSE = "expense", "Aufwand"
    CASH_IN = "cash_in", "Einzahlung"
    CASH_OUT = "cash_out", "Auszahlung"
    INTERNAL_IN = "internal_in", "Erlös aus interner Leistungsverrechnung"
    INTERNAL_OUT = "internal_out", "Kosten aus interner Leistungsverrechnung"


class Stage(models.TextChoices):
    """The same values as engine.tables.Stage."""

    FORECAST = "forecast", "Mittelfristige Planung"
    ESTIMATE = "estimate", "Ansatz"
    SUPPLEMENT = "supplement", "Nachtrag"
    PROVISIONAL = "provisional", "Vorläufiges Ist"
    ACTUAL = "actual", "Ergebnis"
    COMMITMENT = "commitment", "Verpflichtungsermächtigung"


class Product(models.Model):
    """A service of the administration as the budget names it: Produktbereich, Produktgruppe or Produkt."""

    class Level(models.TextChoices):
        AREA = "area", "Produktbereich"
        GROUP = "group", "Produktgruppe"
        PRODUCT = "product", "Produkt"

    class TaskKind(models.TextChoices):
        VOLUNTARY = "voluntary", "freiwillig"
        MANDATORY = "mandatory", "pflichtige Selbstverwaltungsaufgabe"
        DIRECTED = "directed", "Pflichtaufgabe zur Erfüllung nach Weisung"
        DELEGATED = "delegated", "Auftragsangelegenheit / übertragener Wirkungskreis"

    body = models.ForeignKey(Body, models.CASCADE, related_name="products", verbose_name="Körperschaft")
    key = models.CharField("Schlüssel", max_length=300)  # the code, or the path of names where there is none
    code = models.CharField("Produktnummer", max_length=60, blank=True)
    name = models.CharField("Bezeichnung", max_length=250)
    level = models.CharField("Ebene", max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="Übergeordnet"
    )
    area = models.CharField("Produktbereich (Kennziffer)", max_length=3, blank=True)
    task_kind = models.CharField("Aufgabenart", max_length=12, choices=TaskKind.choices, blank=True)
    legal_basis = models.CharField("Rechtsgrundlage", max_length=300, blank=True)

    class Meta:
        verbose_name = "Produkt"
        verbose_name_plural = "Produkte"
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["body", "level", "key"], name="product_once_per_level")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class Account(models.Model):
    """Konto of one body. `position` says where it stands in the operating or cash plan."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="accounts", verbose_name="Körperschaft")
    key = models.CharField("Schlüssel", max_length=300)  # the code, or the name where there is none
    code = models.CharField("Kontonummer", max_length=60, blank=True)
    name = models.CharField("Bezeichnung", max_length=250, blank=True)
    position = models.CharField("Position im Plan", max_length=40, blank=True)
    is_position_own = models.BooleanField("Position von Hand zugeordnet", default=False)

    class Meta:
        verbose_name = "Konto"
        verbose_name_plural = "Konten"
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["body", "key"], name="account_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class BudgetUnit(models.Model):
    """Organisationseinheit as the budget file names it (Budget, Teilhaushalt, Profitcenter)."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="budget_units", verbose_name="Körperschaft")
    key = models.CharField("Schlüssel", max_length=300)
    code = models.CharField("Kennziffer", max_length=60, blank=True)
    name = models.CharField("Bezeichnung", max_length=250, blank=True)

    class Meta:
        verbose_name = "Organisationseinheit laut Haushalt"
        verbose_name_plural = "Organisationseinheiten laut Haushalt"
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["body", "key"], name="budget_unit_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class ImportMapping(models.Model):
    """A mapping of columns that a person has confirmed; proposed for the next file with the same head."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="import_mappings", verbose_name="Körperschaft")
    name = models.CharField("Name", max_length=150)
    header_digest = models.CharField("Prüfsumme der Kopfzeile", max_length=64)
    mapping = models.JSONField("Zuordnung")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="Gespeichert von"
    )
    saved_at = models.DateTimeField("Gespeichert am")

    class Meta:
        verbose_name = "Gespeicherte Zuordnung"
        verbose_name_plural = "Gespeicherte Zuordnungen"
        ordering = ["-saved_at"]
        constraints = [models.UniqueConstraint(fields=["body", "header_digest"], name="import_mapping_once_per_header")]

    def __str__(self) -> str:
        return self.name


IMPORT_STEPS: dict[str, frozenset[str]] = {
    "received": frozenset({"checked", "unreadable", "discarded"}),
    "unreadable": frozenset({"checked", "discarded"}),
    "checked": frozenset({"checked", "unreadable", "adopted", "discarded"}),
    "adopted": frozenset(),
    "discarded": frozenset(),
}
"""Which state of an import may follow which; read by actions, drawn into docs/architecture.md."""


class BudgetImport(models.Model):
    """Haushaltsimport: one file on its way from upload to adoption, and the proof of it afterwards."""

    class State(models.TextChoices):
        RECEIVED = "received", "hochgeladen"
        CHECKED = "checked", "geprüft"
        UNREADABLE = "unreadable", "nicht lesbar"
        ADOPTED = "adopted", "übernommen"
        DISCARDED = "discarded", "verworfen"

    body = models.ForeignKey(Body, models.CASCADE, related_name="budget_imports", verbose_name="Körperschaft")
    state = models.CharField("Stand", max_length=12, choices=State.choices, default=State.RECEIVED)
    file = models.FileField("Datei", upload_to="haushalt/%Y/%m/", max_length=300)
    file_name = models.CharField("Dateiname", max_length=255)
    sha256 = models.CharField("Prüfsumme (SHA-256)", max_length=64)
    size = models.PositiveBigIntegerField("Größe in Byte")
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="Hochgeladen von"
    )
    received_at = models.DateTimeField("Hochgeladen am")
    budget_year = models.PositiveSmallIntegerField("Haushaltsjahr", null=True, blank=True)
    mapping = models.JSONField("Zuordnung", default=dict)
    mapping_name = models.CharField("Übernommene Zuordnung", max_length=150, blank=True)
    expected = models.JSONField("Erwartete Summen", default=list)
    facts = models.JSONField("Erkannt", default=dict)
    slices = models.JSONField("Gelesene Jahre und Stände", default=list)
    totals = models.JSONField("Gelesene Summen", default=list)
    problems = models.JSONField("Auffälligkeiten", default=list)
    rows_read = models.PositiveIntegerField("Gelesene Zeilen", default=0)
    rows_rejected = models.PositiveIntegerField("Abgelehnte Zeilen", default=0)
    lines_file = models.CharField("Gelesene Zeilen (Zwischenstand)", max_length=300, blank=True)
    rejected_file = models.CharField("Abgelehnte Zeilen (Datei)", max_length=300, blank=True)
    version = models.PositiveIntegerField("Bearbeitungsstand", default=1)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="Rechenlauf")
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="Übernommen von"
    )
    adopted_at = models.DateTimeField("Übernommen am", null=True, blank=True)

    class Meta:
        verbose_name = "Haushaltsimport"
        verbose_name_plural = "Haushaltsimporte"
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="adopted", adopted_at__isnull=False)
                | (~Q(state="adopted") & Q(adopted_at__isnull=True)),
                name="budget_import_adopted_at_with_state",
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class CompanionFile(models.Model):
    """Begleitdatei: what came with the budget file and is needed to read it (datapackage.json, a list of products)."""

    budget_import = models.ForeignKey(
        BudgetImport, models.CASCADE, related_name="companions", verbose_name="Haushaltsimport"
    )
    file = models.FileField("Datei", upload_to="haushalt/%Y/%m/", max_length=300)
    file_name = models.CharField("Dateiname", max_length=255)
    sha256 = models.CharField("Prüfsumme (SHA-256)", max_length=64)
    size = models.PositiveBigIntegerField("Größe in Byte")

    class Meta:
        verbose_name = "Begleitdatei"
        verbose_name_plural = "Begleitdateien"
        ordering = ["file_name", "id"]

    def __str__(self) -> str:
        return self.file_name


class BudgetVersion(models.Model):
    """One slice of the budget, a year in one stage, as one import brought it. At most one per slice is current."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="budget_versions", verbose_name="Körperschaft")
    budget_import = models.ForeignKey(
        BudgetImport, models.PROTECT, related_name="versions", verbose_name="Haushaltsimport"
    )
    year = models.PositiveSmallIntegerField("Haushaltsjahr")
    stage = models.CharField("Stand der Planung", max_length=12, choices=Stage.choices)
    number = models.PositiveSmallIntegerField("Fassung")
    is_current = models.BooleanField("Gilt", default=True)
    line_count = models.PositiveIntegerField("Zahl der Zeilen")
    digest = models.CharField("Prüfsumme der Zahlen", max_length=64)
    adopted_at = models.DateTimeField("Übernommen am")

    class Meta:
        verbose_name = "Haushaltsfassung"
        verbose_name_plural = "Haushaltsfassungen"
        ordering = ["-year", "stage", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["body", "year", "stage", "number"], name="budget_version_once"),
            models.UniqueConstraint(
                fields=["body", "year", "stage"],
                condition=Q(is_current=True),
                name="budget_version_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.year} (Fassung {self.number})"


class BudgetLine(models.Model):
    """Haushaltsansatz or result: one amount as it stands in one cell of the file.

    A million of them arrive in one statement, so the database is spared what adoption itself guarantees: the foreign
    keys carry no constraint and no index of their own (four look-ups per row cost more than the row), and the one index
    serves the way pages go: version → product → account. Lines are written by `actions.adopt_import` and never changed.
    """

    version = models.ForeignKey(
        BudgetVersion,
        models.CASCADE,
        related_name="lines",
        db_constraint=False,
        db_index=False,
        verbose_name="Haushaltsfassung",
    )
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name="Produkt",
    )
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name="Konto",
    )
    unit = models.ForeignKey(
        BudgetUnit,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name="Organisationseinheit",
    )
    position = models.CharField("Position im Plan laut Datei", max_length=40, blank=True)
    """As read. Where `account.is_position_own`, the account's position takes precedence."""
    side = models.CharField("Seite", max_length=12, choices=Side.choices)
    amount_cents = models.BigIntegerField("Betrag in Cent")
    sheet = models.PositiveSmallIntegerField("Blatt")
    row = models.PositiveIntegerField("Zeile der Datei")
    column = models.PositiveSmallIntegerField("Spalte der Datei")

    class Meta:
        verbose_name = "Haushaltsansatz"
        verbose_name_plural = "Haushaltsansätze"
        indexes = [models.Index(fields=["version", "product", "account"], name="budget_line_drill_down")]

    def __str__(self) -> str:
        return f"Zeile {self.row}"


class PlanSum(models.Model):
    """Sum of a version per position of the plan, written at adoption so that no page adds up a million lines."""

    version = models.ForeignKey(
        BudgetVersion, models.CASCADE, related_name="plan_sums", verbose_name="Haushaltsfassung"
    )
    position = models.CharField("Position im Plan", max_length=40, blank=True)
    side = models.CharField("Seite", max_length=12, choices=Side.choices)
    amount_cents = models.BigIntegerField("Betrag in Cent")
    line_count = models.PositiveIntegerField("Zahl der Zeilen")

    class Meta:
        verbose_name = "Summe im Plan"
        verbose_name_plural = "Summen im Plan"
        constraints = [models.UniqueConstraint(fields=["version", "position", "side"], name="plan_sum_once")]

    def __str__(self) -> str:
        return f"{self.position} {self.side}"


class ProductSum(models.Model):
    """Sum of a version per product and position of the plan, written at adoption."""

    version = models.ForeignKey(
        BudgetVersion, models.CASCADE, related_name="product_sums", verbose_name="Haushaltsfassung"
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="Produkt"
    )
    position = models.CharField("Position im Plan", max_length=40, blank=True)
    side = models.CharField("Seite", max_length=12, choices=Side.choices)
    amount_cents = models.BigIntegerField("Betrag in Cent")
    line_count = models.PositiveIntegerField("Zahl der Zeilen")

    class Meta:
        verbose_name = "Summe je Produkt"
        verbose_name_plural = "Summen je Produkt"
        indexes = [
            models.Index(fields=["version", "product"], name="product_sum_version_product"),
            models.Index(fields=["version", "position"], name="product_sum_version_position"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.position}"


class BalanceFigure(models.Model):
    """Bilanzwert at the end of a year, or another figure the budget file does not hold (reserves, debt, liquidity)."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="balance_figures", verbose_name="Körperschaft")
    year = models.PositiveSmallIntegerField("Jahr (31.12.)")
    item = models.CharField("Posten", max_length=40)
    amount_cents = models.BigIntegerField("Betrag in Cent")
    is_plan = models.BooleanField("Planwert", default=False)
    source = models.CharField("Quelle", max_length=200)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="Erfasst von"
    )
    entered_at = models.DateTimeField("Erfasst am")
    version = models.PositiveIntegerField("Bearbeitungsstand", default=1)

    class Meta:
        verbose_name = "Bilanzwert"
        verbose_name_plural = "Bilanzwerte"
        ordering = ["item", "year"]
        constraints = [models.UniqueConstraint(fields=["body", "year", "item"], name="balance_figure_once")]

    def __str__(self) -> str:
        return f"{self.item} {self.year}"


class ProjectionAssumption(models.Model):
    """Annahme of the status-quo projection for one position of the plan: visible, sourced, dated."""

    class Kind(models.TextChoices):
        INDEX = "index", "Steigerung je Jahr in Prozent"
        STEP = "step", "Dauerhafte Änderung ab dem Jahr in Euro"
        ONE_OFF = "one_off", "Einmaliger Betrag im Jahr in Euro"

    body = models.ForeignKey(Body, models.CASCADE, related_name="projection_assumptions", verbose_name="Körperschaft")
    position = models.CharField("Position im Plan", max_length=40)
    kind = models.CharField("Art", max_length=10, choices=Kind.choices)
    from_year = models.PositiveSmallIntegerField("Ab Jahr")
    to_year = models.PositiveSmallIntegerField("Bis Jahr", null=True, blank=True)
    percent = models.DecimalField("Prozent je Jahr", max_digits=7, decimal_places=3, null=True, blank=True)
    amount_cents = models.BigIntegerField("Betrag in Cent", null=True, blank=True)
    source = models.CharField("Quelle oder Begründung", max_length=300)
    as_of = models.DateField("Stand der Annahme")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="Erfasst von"
    )
    entered_at = models.DateTimeField("Erfasst am")
    version = models.PositiveIntegerField("Bearbeitungsstand", default=1)

    class Meta:
        verbose_name = "Annahme der Fortschreibung"
        verbose_name_plural = "Annahmen der Fortschreibung"
        ordering = ["position", "from_year", "kind"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="index", percent__isnull=False, amount_cents__isnull=True)
                | (~Q(kind="index") & Q(percent__isnull=True, amount_cents__isnull=False)),
                name="projection_assumption_percent_or_amount",
            ),
            models.UniqueConstraint(
                fields=["body", "position", "kind", "from_year"], name="projection_assumption_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} ab {self.from_year}"


class BudgetSettings(models.Model):
    """How this body keeps its budget: scheme of accounts, order of the plan, thresholds of the check."""

    class PopulationRule(models.TextChoices):
        YEAR_BEFORE_END = "year_before_end", "31.12. des Vorjahres"
        YEAR_BEFORE_MIDDLE = "year_before_middle", "30.06. des Vorjahres"
        SAME_YEAR_MIDDLE = "same_year_middle", "30.06. des Haushaltsjahres"
        SAME_YEAR_END = "same_year_end", "31.12. des Haushaltsjahres"

    body = models.OneToOneField(Body, models.CASCADE, related_name="budget_settings", verbose_name="Körperschaft")
    account_scheme = models.CharField("Kontenrahmen", max_length=20, blank=True)
    plan_layout = models.CharField("Gliederung des Ergebnisplans", max_length=20, blank=True)
    jump_percent = models.PositiveSmallIntegerField("Auffällig ab einer Änderung von … Prozent", default=25)
    jump_cents = models.BigIntegerField("… und von mindestens … Cent", default=5_000_000)
    population_rule = models.CharField(
        "Stichtag der Einwohnerzahl",
        max_length=20,
        choices=PopulationRule.choices,
        default=PopulationRule.YEAR_BEFORE_END,
    )
    version = models.PositiveIntegerField("Bearbeitungsstand", default=1)

    class Meta:
        verbose_name = "Einstellung des Haushalts"
        verbose_name_plural = "Einstellungen des Haushalts"

    def __str__(self) -> str:
        return f"Einstellungen {self.body_id}"
