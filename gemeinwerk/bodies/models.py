"""The public bodies that can hold a seat, their inhabitants, boundaries, neighbours and mergers."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

TERRITORIAL_KINDS = frozenset({"municipality", "town", "district_free_town", "district", "association"})
"""Kinds of body that carry official keys, an area and inhabitants."""

MUNICIPAL_KINDS = frozenset({"municipality", "town", "district_free_town"})
"""What the directory calls a Gemeinde."""


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

    class Meta:
        verbose_name = "Körperschaft"
        verbose_name_plural = "Körperschaften"
        ordering = ["name", "key"]
        constraints = [
            models.UniqueConstraint(fields=["ars", "kind"], condition=~Q(ars=""), name="body_ars_once_per_kind"),
        ]
        indexes = [
            models.Index(fields=["ags"], name="body_ags"),
            models.Index(fields=["state", "kind"], name="body_state_kind"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_territorial(self) -> bool:
        return self.kind in TERRITORIAL_KINDS


class Population(models.Model):
    """Einwohnerzahl: never without its Stichtag and the census it is carried forward from."""

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
    source = models.CharField("Quelle", max_length=200)

    class Meta:
        verbose_name = "Einwohnerzahl"
        verbose_name_plural = "Einwohnerzahlen"
        ordering = ["body", "-reference_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "reference_date", "census_basis"], name="population_once_per_date_and_basis"
            ),
        ]

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
    """Two bodies of the same level that share a border; stored once, the lower id first."""

    first = models.ForeignKey(Body, models.CASCADE, related_name="+", verbose_name="erste Körperschaft")
    second = models.ForeignKey(Body, models.CASCADE, related_name="+", verbose_name="zweite Körperschaft")
    border_m = models.PositiveIntegerField("Länge der gemeinsamen Grenze in Metern")

    class Meta:
        verbose_name = "Nachbarschaft"
        verbose_name_plural = "Nachbarschaften"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="neighborhood_once"),
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
    old_ars = models.CharField("Bisheriger Regionalschlüssel", max_length=12)
    old_ags = models.CharField("Bisheriger Gemeindeschlüssel", max_length=8, blank=True)
    old_name = models.CharField("Bisheriger Name", max_length=200)
    new_ars = models.CharField("Neuer Regionalschlüssel", max_length=12)
    new_ags = models.CharField("Neuer Gemeindeschlüssel", max_length=8, blank=True)
    new_name = models.CharField("Neuer Name", max_length=200)
    area_ha = models.FloatField("Übergegangene Fläche in Hektar", null=True, blank=True)
    inhabitants = models.PositiveIntegerField("Übergegangene Einwohner", null=True, blank=True)
    effective_on = models.DateField("Wirksam am")
    source = models.CharField("Quelle", max_length=200)

    class Meta:
        verbose_name = "Gebietsänderung"
        verbose_name_plural = "Gebietsänderungen"
        ordering = ["effective_on", "old_ars"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "old_ars", "new_ars", "effective_on"], name="territorial_change_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_name} → {self.new_name} ({self.effective_on})"
