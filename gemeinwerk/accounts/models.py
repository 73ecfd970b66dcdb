"""People, their roles in public bodies, and what they did."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from gemeinwerk.bodies.models import Body


class Role(models.TextChoices):
    """What a person is in a body. What a role may do stands in access.ROLE_RIGHTS, and only there."""

    HEAD = "head", "Leitung"
    TREASURY = "treasury", "Kämmerei"
    DEPARTMENT = "department", "Fachbereich"
    ORGANIZATION = "organization", "Organisation/Personal"
    PROJECT_LEAD = "project_lead", "Projektleitung"
    COUNCIL = "council", "Rat"
    SUPERVISION = "supervision", "Aufsicht"
    ADVISER = "adviser", "Beratung"
    READER = "reader", "Lesend"


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **facts: object) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can log in, by e-mail address."""

    email = models.EmailField("E-Mail-Adresse", unique=True)
    name = models.CharField("Name", max_length=150)
    is_active = models.BooleanField("Darf sich anmelden", default=True)
    is_staff = models.BooleanField("Betreibt die Plattform", default=False)
    joined_at = models.DateTimeField("Angelegt am", auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = "Person"
        verbose_name_plural = "Personen"
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person, one body, one role."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name="Person")
    body = models.ForeignKey(Body, models.CASCADE, related_name="memberships", verbose_name="Körperschaft")
    role = models.CharField("Rolle", max_length=20, choices=Role.choices)
    position = models.CharField("Funktion", max_length=150, blank=True)
    since = models.DateField("Seit", auto_now_add=True)

    class Meta:
        verbose_name = "Mitgliedschaft"
        verbose_name_plural = "Mitgliedschaften"
        ordering = ["body__name", "user__name"]
        constraints = [models.UniqueConstraint(fields=["user", "body"], name="membership_once_per_body")]

    def __str__(self) -> str:
        return f"{self.user} · {self.body} · {self.get_role_display()}"


class Activity(models.Model):
    """One act as a sentence that can be read in ten years. No foreign key to the thing, so that it can be deleted."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="activities", verbose_name="Körperschaft")
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="Person")
    actor_name = models.CharField("Name der Person", max_length=150)
    at = models.DateTimeField("Zeitpunkt")
    verb = models.CharField("Vorgang", max_length=60)
    sentence = models.TextField("Was geschah")
    subject_type = models.CharField("Art des Gegenstands", max_length=80)
    subject_word = models.CharField("Art des Gegenstands in Worten", max_length=80)
    subject_id = models.CharField("Nummer des Gegenstands", max_length=40)
    changes = models.JSONField("Alte und neue Werte", default=list)

    class Meta:
        verbose_name = "Vorgang im Verlauf"
        verbose_name_plural = "Verlauf"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["body", "subject_type", "subject_id", "-at"], name="activity_subject"),
            models.Index(fields=["body", "-at"], name="activity_body"),
        ]

    def __str__(self) -> str:
        return self.sentence


class LoginFailure(models.Model):
    """How often logging in failed for one pair of e-mail address and network address.

    Only a keyed digest of the pair is kept, so that the table tells nothing about people (queries.failure_fingerprint).
    """

    fingerprint = models.CharField("Fingerabdruck", max_length=64, unique=True)
    count = models.PositiveIntegerField("Zahl der Fehlversuche", default=0)
    last_at = models.DateTimeField("Letzter Fehlversuch", db_index=True)

    class Meta:
        verbose_name = "Gescheiterte Anmeldung"
        verbose_name_plural = "Gescheiterte Anmeldungen"

    def __str__(self) -> str:
        return f"{self.count} bis {self.last_at}"
