"""`gemeinwerk create-admin`: the first head of a body. There is no default password anywhere."""

from __future__ import annotations

from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gemeinwerk.accounts import actions, queries
from gemeinwerk.accounts.forms import NewPasswordForm
from gemeinwerk.bodies.models import Body


class Command(BaseCommand):
    help = "Legt die Leitung einer Körperschaft an, auf Wunsch auch die Körperschaft."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="E-Mail-Adresse der Person")
        parser.add_argument("--name", default="", help="Name der Person, wenn sie noch kein Konto hat")
        parser.add_argument("--key", required=True, help="Schlüssel der Körperschaft, zum Beispiel der AGS")
        parser.add_argument("--body", default="", help="Name der Körperschaft, wenn es sie noch nicht gibt")
        parser.add_argument("--kind", default=Body.Kind.MUNICIPALITY, choices=Body.Kind.values, help="Art")
        parser.add_argument("--password", action="store_true", help="das Passwort hier eingeben statt eines Links")
        parser.add_argument("--url", default="http://localhost:8000", help="Adresse des Dienstes für den Link")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = actions.open_seat(
                options["key"],
                body_name=options["body"],
                kind=options["kind"],
                email=options["email"],
                name=options["name"],
                at=timezone.now(),
            )
        except (actions.MembershipError, ValidationError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"„{user.name}“ leitet jetzt die Körperschaft {options['key']}.")
        if not options["password"]:
            self.stdout.write(f"Einmal-Link, gilt drei Tage: {queries.invitation_link(user, options['url'])}")
            return
        form = NewPasswordForm(user, {"new_password": getpass("Passwort: "), "repeated": getpass("Noch einmal: ")})
        if not form.is_valid():
            raise CommandError(" ".join(str(text) for texts in form.errors.values() for text in texts))
        actions.set_password(user, form.cleaned_data["new_password"])
        self.stdout.write("Das Passwort ist gespeichert.")
