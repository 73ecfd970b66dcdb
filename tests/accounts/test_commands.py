"""The operator's commands: no default password, one link, clear refusals."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from gemeinwerk.accounts.management.commands import create_admin
from gemeinwerk.accounts.models import User


def admin(*more: str) -> None:
    call_command("create_admin", "eva@example.org", "--key=99009009", "--name=Eva", "--body=Neustadt", *more)


def test_the_first_head_gets_a_link_that_opens_the_account(db, capsys, client):
    admin("--url=http://testserver/")
    link = capsys.readouterr().out.split("http://testserver")[1].strip()
    assert "Willkommen, Eva" in client.get(link).content.decode()
    assert not User.objects.get().has_usable_password()


def test_or_the_password_is_typed(db, capsys, monkeypatch):
    monkeypatch.setattr(create_admin, "getpass", lambda prompt: "noch ein gutes Wort")
    admin("--password")
    assert "gespeichert" in capsys.readouterr().out
    assert User.objects.get().check_password("noch ein gutes Wort")


def test_a_poor_password_is_refused(db, monkeypatch):
    monkeypatch.setattr(create_admin, "getpass", lambda prompt: "123")
    with pytest.raises(CommandError, match="12 Zeichen"):
        admin("--password")


def test_an_unknown_body_needs_a_name(db):
    with pytest.raises(CommandError, match="Namen"):
        call_command("create_admin", "eva@example.org", "--key=99009009", "--name=Eva")


def test_whoever_forgot_the_password_gets_a_link(cast, capsys, client):
    call_command("one_time_link", "Anke@example.org", "--url=http://testserver")
    assert client.get(capsys.readouterr().out.strip().removeprefix("http://testserver")).status_code == 200


def test_nobody_gets_a_link_for_nobody(db):
    with pytest.raises(CommandError, match="kein Konto"):
        call_command("one_time_link", "niemand@example.org")
