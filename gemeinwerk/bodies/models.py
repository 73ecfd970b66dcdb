"""The public bodies that can hold a seat, their inhabitants, boundaries, neighbours and mergers."""

from __future__ import annotations

from functools import reduce

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Replace

TERRITORIAL_KINDS = frozenset({"municipality", "town", "district_free_town", "district", "association"})
"""Kinds of body that carry official keys, an area and inhabitants."""

MUNICIPAL_KINDS = frozenset({"municipality", "town", "district_free_town"})
"""What the directory calls a Gemeinde."""

DISTRICT_KINDS = frozenset({"district", "district_free_town"})
"""The level of the Kreise: a kreisfreie Stadt stands on both levels."""

STATES = {
    "01": "Schleswig-Holstein",
    "02": "Hamburg",
    "03": "Niedersachsen",
    "04": "Bremen",
    "05": "Nordrhein-Westfalen",
    "06": "Hessen",
    "07": "Rheinland-Pfalz",
    "08": "Baden-Württemberg",
    "09": "Bayern",
    "10": "Saarland",
    "11": "Berlin",
    "12": "Brandenburg",
    "13": "Mecklenburg-Vorpommern",
    "14": "Sachsen",
    "15": "Sachsen-Anhalt",
    "16": "Thüringen",
}

FOLDS = {
    "Ä": "ae", "ä": "ae", "Ö": "oe", "ö": "oe", "Ü": "ue", "ü": "ue", "ß": "ss",
    "é": "e", "è": "e", "-": " ", "/": " ", ".": " ",
}  # fmt: skip
"""How names are made alike for search and order; databases differ in what they know of umlauts."""


def folded(text: str) -> str:
    """A search word in the form of `Body.search_name`."""
    for letter, plain in FOLDS.items():
        text = text.replace(letter, plain)
    return " ".join(text.lower().split())


class Level(models.TextChoices):
    """A kreisfreie Stadt stands on two levels: among municipalities and among Kreise."""

    MUNICIPALITY = "municipality", "Gemeinden"
    ASSOCIATION = "association", "Gemeindeverbände"
    DISTRICT = "district", "Kreise"


class Body(models.Model):
    """A Körperschaft: whoever can hold a seat. `key` stands in addresses and never changes."""

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", "Gemeinde"
        TOWN = "town", "Stadt"
        DISTRICT_FREE_TOWN = "district_free_town", "Kreisfreie Stadt"
        DISTRICT = "district", "Landkreis"
        ASSOCIATION = "association", "Verbandsgemeinde, Samtgemeinde oder Amt"
        SPECIAL_PURPOSE = "special_purpose", "Zweckverband"
        SERVICE_OFFICE = "service_office", "Servicestelle"

    class AccountingStyle(models.TextChoices):
        DOPPIK = "doppik", "Doppik"
        KAMERAL = "kameral", "Kameralistik"

    key = models.SlugField("Schlüssel in der Adresse", max_length=20, unique=True)
    kind = models.CharField("Art", max_length=20, choices=Kind.choices)
    name = models.CharField("Name", max_length=200)
    official_name = models.CharField("Amtliche Bezeichnung", max_length=200, blank=True)
    ags = models.CharField("Amtlicher Gemeindeschlüssel (AGS)", max_length=8, blank=True)
    ars = models.CharField("Regionalschlüssel (ARS)", max_length=12, blank=True)
    register_mark = models.CharField("Textkennzeichen des Gemeindeverzeichnisses", max_length=2, blank=True)
    register_type = models.CharField("Bezeichnung im Gemeindeverzeichnis", max_length=60, blank=True)
    state = models.CharField("Land (Schlüssel)", max_length=2, blank=True)
    district = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="municipalities", verbose_name="Kreis"
    )
    association = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="members", verbose_name="Gemeindeverband"
    )
    area_ha = models.PositiveIntegerField("Fläche in Hektar", null=True, blank=True)
    longitude = models.FloatField("Geografische Länge", null=True, blank=True)
    latitude = models.FloatField("Geografische Breite", null=True, blank=True)
    postcode = models.CharField("Postleitzahl des Verwaltungssitzes", max_length=5, blank=True)
    unincorporated = models.BooleanField("Gemeindefreies Gebiet", default=False)
    accounting = models.CharField(
        "Rechnungsstil", max_length=10, choices=AccountingStyle.choices, default=AccountingStyle.DOPPIK
    )
    as_of = models.DateField("Gebietsstand", null=True, blank=True)
    source = models.CharField("Quelle", max_length=200, blank=True)
    dissolved_on = models.DateField("Aufgelöst am", null=True, blank=True)
    is_active = models.BooleanField("Führt einen Sitz auf dieser Plattform", default=False)
    search_name = models.GeneratedField(
        expression=Lower(
            reduce(lambda inner, fold: Replace(inner, Value(fold[0]), Value(fold[1])), FOLDS.items(), F("name"))
        ),
        output_field=models.CharField(max_length=400),
        db_persist=True,
        verbose_name="Name für Suche und Sortierung",
    )

    class Meta:
        verbose_name = "Körperschaft"
        verbose_name_plural = "Körperschaften"
        ordering = ["search_name", "key"]
        constraints = [
            models.UniqueConstraint(fields=["ars"], condition=~Q(ars=""), name="body_ars_once"),
        ]
        indexes = [
            models.Index(fields=["ags"], name="body_ags"),
            models.Index(fields=["search_name", "key"], name="body_search_name"),
            models.Index(fields=["state", "kind"], name="body_state_kind"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_territorial(self) -> bool:
        return self.kind in TERRITORIAL_KINDS

    @property
    def is_municipal(self) -> bool:
        return self.kind in MUNICIPAL_KINDS

    @property
    def state_name(self) -> str:
        return STATES.get(self.state, "")

    @property
    def type_name(self) -> str:
        """„Markt“, „Samtgemeinde“ … as the register says, otherwise the kind."""
        return self.register_type or self.get_kind_display()


class Population(models.Model):
    """Einwohnerzahl: never without its Stichtag, the census it is carried forward from, and the territory it counts.

    The same Stichtag can stand twice: as counted then, and on the territory after a merger (`is_carried`, or as a later
    edition of the directory gives it).
    """

    class CensusBasis(models.TextChoices):
        CENSUS_1987 = "1987", "Volkszählung 1987"
        CENSUS_2011 = "2011", "Zensus 2011"
        CENSUS_2022 = "2022", "Zensus 2022"
        REGISTER = "register", "Melderegister"

    body = models.ForeignKey(Body, models.CASCADE, related_name="populations", verbose_name="Körperschaft")
    inhabitants = models.PositiveIntegerField("Einwohnerinnen und Einwohner")
    male = models.PositiveIntegerField("männlich", null=True, blank=True)
    female = models.PositiveIntegerField("weiblich", null=True, blank=True)
    reference_date = models.DateField("Stichtag")
    census_basis = models.CharField("Grundlage", max_length=10, choices=CensusBasis.choices)
    territory_date = models.DateField("Gebietsstand")
    is_carried = models.BooleanField("Auf den Gebietsstand umgerechnet", default=False)
    source = models.CharField("Quelle", max_length=400)

    class Meta:
        verbose_name = "Einwohnerzahl"
        verbose_name_plural = "Einwohnerzahlen"
        ordering = ["body", "-reference_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "reference_date", "census_basis", "territory_date"], name="population_once"
            ),
        ]
        indexes = [models.Index(fields=["reference_date", "census_basis"], name="population_edition")]

    def __str__(self) -> str:
        return f"{self.body}: {self.inhabitants} ({self.reference_date})"


class Boundary(models.Model):
    """Gebietsgrenze in WGS 84 as GeoJSON geometry, simplified for display."""

    body = models.OneToOneField(Body, models.CASCADE, related_name="boundary", verbose_name="Körperschaft")
    geometry = models.JSONField("Geometrie")
    as_of = models.DateField("Gebietsstand", null=True, blank=True)
    source = models.CharField("Quelle", max_length=200)

    class Meta:
        verbose_name = "Gebietsgrenze"
        verbose_name_plural = "Gebietsgrenzen"

    def __str__(self) -> str:
        return f"Grenze {self.body_id}"


class Neighborhood(models.Model):
    """Two bodies of the same level that share a border; stored once per level, the lower id first."""

    level = models.CharField("Ebene", max_length=20, choices=Level.choices, default=Level.MUNICIPALITY)
    first = models.ForeignKey(Body, models.CASCADE, related_name="+", verbose_name="erste Körperschaft")
    second = models.ForeignKey(Body, models.CASCADE, related_name="+", verbose_name="zweite Körperschaft")
    border_m = models.PositiveIntegerField("Länge der gemeinsamen Grenze in Metern")

    class Meta:
        verbose_name = "Nachbarschaft"
        verbose_name_plural = "Nachbarschaften"
        constraints = [
            models.UniqueConstraint(fields=["level", "first", "second"], name="neighborhood_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="neighborhood_lower_id_first"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}"


class TerritorialChange(models.Model):
    """Gebietsänderung: which share of an old key went to which new key."""

    class Kind(models.TextChoices):
        DISSOLUTION = "dissolution", "Auflösung"
        PARTIAL = "partial", "Teilausgliederung"
        KEY = "key", "Schlüsseländerung"
        NAME = "name", "Namensänderung"

    kind = models.CharField("Art", max_length=20, choices=Kind.choices)
    level = models.CharField("Ebene", max_length=20, choices=Level.choices, default=Level.MUNICIPALITY)
    reference = models.CharField("Kennziffer", max_length=40, blank=True)
    old_ars = models.CharField("Bisheriger Regionalschlüssel", max_length=12)
    old_ags = models.CharField("Bisheriger Gemeindeschlüssel", max_length=8, blank=True)
    old_name = models.CharField("Bisheriger Name", max_length=200)
    new_ars = models.CharField("Neuer Regionalschlüssel", max_length=12)
    new_ags = models.CharField("Neuer Gemeindeschlüssel", max_length=8, blank=True)
    new_name = models.CharField("Neuer Name", max_length=200)
    area_m2 = models.PositiveBigIntegerField("Übergegangene Fläche in Quadratmetern", null=True, blank=True)
    inhabitants = models.PositiveIntegerField("Übergegangene Einwohner", null=True, blank=True)
    legal_on = models.DateField("Juristisch wirksam am", null=True, blank=True)
    effective_on = models.DateField("Statistisch wirksam am")
    source = models.CharField("Quelle", max_length=200)

    class Meta:
        verbose_name = "Gebietsänderung"
        verbose_name_plural = "Gebietsänderungen"
        ordering = ["effective_on", "old_ars"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "old_ars", "new_ars", "effective_on", "new_name"], name="territorial_change_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_name} → {self.new_name} ({self.effective_on})"

    @property
    def area_ha(self) -> float | None:
        return None if self.area_m2 is None else self.area_m2 / 10_000
