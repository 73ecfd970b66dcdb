"""A calculation or import as a record: who asked, from which inputs, how far, with what result."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gemeinwerk.bodies.models import Body


class Run(models.Model):
    """Rechenlauf. The job itself is carried by the task queue; this row is what people and pages look at."""

    class State(models.TextChoices):
        WAITING = "waiting", "wartet"
        RUNNING = "running", "läuft"
        DONE = "done", "fertig"
        FAILED = "failed", "fehlgeschlagen"
        CANCELED = "canceled", "abgebrochen"

    class Kind(models.TextChoices):
        BUDGET_READ = "budget_read", "Haushaltsdatei lesen und prüfen"
        BUDGET_ADOPT = "budget_adopt", "Haushaltsdatei übernehmen"
        DIRECTORY = "directory", "Gemeindeverzeichnis einlesen"

    body = models.ForeignKey(
        Body, models.CASCADE, null=True, blank=True, related_name="runs", verbose_name="Körperschaft"
    )
    kind = models.CharField("Art", max_length=30, choices=Kind.choices)
    state = models.CharField("Stand", max_length=10, choices=State.choices, default=State.WAITING)
    progress = models.PositiveSmallIntegerField("Fortschritt in Prozent", default=0)
    message = models.CharField("Was gerade geschieht", max_length=300, blank=True)
    subject_type = models.CharField("Art des Gegenstands", max_length=80, blank=True)
    subject_id = models.CharField("Nummer des Gegenstands", max_length=40, blank=True)
    return_to = models.CharField("Seite des Ergebnisses", max_length=300, blank=True)
    inputs_digest = models.CharField("Prüfsumme der Eingaben", max_length=64, blank=True)
    task_id = models.UUIDField("Nummer in der Warteschlange", null=True, blank=True, editable=False)
    engine_version = models.CharField("Stand des Rechenkerns", max_length=20, blank=True)
    result = models.JSONField("Ergebnis", default=dict, blank=True)
    error = models.TextField("Was schiefging", blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Veranlasst von",
    )
    created_at = models.DateTimeField("Veranlasst am")
    started_at = models.DateTimeField("Begonnen am", null=True, blank=True)
    heartbeat_at = models.DateTimeField("Letztes Lebenszeichen", null=True, blank=True)
    finished_at = models.DateTimeField("Beendet am", null=True, blank=True)
    cancel_requested_at = models.DateTimeField("Abbruch gewünscht am", null=True, blank=True)

    class Meta:
        verbose_name = "Rechenlauf"
        verbose_name_plural = "Rechenläufe"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(progress__lte=100), name="run_progress_percent"),
        ]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="run_state_heartbeat")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_state_display()})"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELED}

    @property
    def is_canceling(self) -> bool:
        return self.cancel_requested_at is not None and not self.is_over
