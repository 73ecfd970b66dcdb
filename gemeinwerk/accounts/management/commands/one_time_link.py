"""`gemeinwerk one-time-link`: for people who forgot their password, as long as no mail is sent."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gemeinwerk.accounts import queries
from gemeinwerk.accounts.models import User


class Command(BaseCommand):
    help = "Stellt einer Person einen Einmal-Link aus, mit dem sie ein neues Passwort wählt."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="E-Mail-Adresse der Person")
        parser.add_argument("--url", default="http://localhost:8000", help="Adresse des Dienstes für den Link")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"].strip(), is_active=True).first()
        if user is None:
            raise CommandError("Zu dieser E-Mail-Adresse gibt es kein Konto, das sich anmelden darf.")
        self.stdout.write(queries.invitation_link(user, options["url"]))
