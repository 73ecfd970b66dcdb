"""The command `gemeinwerk`: what it refuses, and what it says then."""

import os
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from gemeinwerk.config import checks, command, serving, settings


@pytest.fixture(autouse=True)
def own_environment():
    """Whatever a command does to the environment ends with the test."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def data(settings, tmp_path) -> Path:
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return tmp_path


def texts(found) -> str:
    return "\n".join(f"{finding.mark}: {finding.text}" for finding in found)


# ---------------------------------------------------------------- check
def test_check_is_content_with_a_sound_installation(db, data, capsys):
    assert command.main(["check"]) == 0
    told = capsys.readouterr().out
    assert "FEHLER" not in told and "auf dem Stand des Programms" in told and str(data) in told


def test_check_fails_with_a_sentence_that_says_what_to_do(db, data, settings, capsys):
    settings.SECRET_KEY = "kurz"
    assert command.main(["check"]) == 1
    assert "GEMEINWERK_SECRET_KEY auf mindestens 40" in capsys.readouterr().out


def test_hints_are_no_reason_to_refuse(settings):
    settings.DEBUG, settings.SECRET_KEY = True, "kurz"
    assert all(finding.is_warning for finding in checks._secret())
    settings.ALLOWED_HOSTS = ["werk.example"]
    assert "Hinweis: Der Dienst ist unter werk.example ohne Verschlüsselung" in texts(checks._hosts())
    settings.BEHIND_TLS = True
    assert "in Ordnung" in texts(checks._hosts())
    settings.ALLOWED_HOSTS = ["*"]
    assert "FEHLER: GEMEINWERK_HOSTS erlaubt jeden Namen" in texts(checks._hosts())


def test_a_folder_that_cannot_be_written_is_found(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.DATA_DIR = settings.MEDIA_ROOT = tmp_path / "file" / "below"
    told = texts(checks._folders())
    assert told.count("ist nicht beschreibbar") == 2 and "GEMEINWERK_DATA_DIR" in told


def test_a_database_out_of_reach_is_found(monkeypatch):
    def away():
        raise DatabaseError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", away)
    assert "nicht erreichbar: connection refused Bitte prüfen Sie DATABASE_URL" in texts(checks._database())


def test_missing_migrations_are_counted(db, monkeypatch):
    assert checks.has_tables() and checks.pending_migrations() == []
    monkeypatch.setattr(checks, "pending_migrations", lambda: ["runs.0002_more"])
    assert "(1 Schritte fehlen)" in texts(checks._database()) and "gemeinwerk migrate" in texts(checks._database())


def test_contradicting_settings_are_told(monkeypatch):
    from django.core.checks import Error

    monkeypatch.setattr(checks, "run_checks", lambda: [Error("Two apps, one label.", id="x.E1")])
    assert "Two apps, one label. (x.E1)" in texts(checks._system())


def test_a_wrong_setting_ends_in_a_sentence(monkeypatch, capsys):
    from django.core.exceptions import ImproperlyConfigured

    def wrong(options):
        raise ImproperlyConfigured("GEMEINWERK_WORKERS muss eine ganze Zahl sein.")

    monkeypatch.setattr(command, "run_check", wrong)
    assert command.main(["check"]) == 1
    assert "muss eine ganze Zahl sein" in capsys.readouterr().err


# ---------------------------------------------------------------- the rest of the command
def test_help_is_german_and_names_every_command(capsys):
    with pytest.raises(SystemExit):
        command.main(["--help"])
    told = capsys.readouterr().out
    assert "Befehle" in told and all(name in told for name in command.COMMANDS)


def test_everything_behind_the_name_goes_to_the_command_of_the_room(db, capsys):
    arguments = ["eva@example.org", "--key", "99009009", "--name", "Eva", "--body", "Neustadt"]
    assert command.main(["create-admin", *arguments]) == 0
    assert "/einladung/" in capsys.readouterr().out


def test_a_command_that_is_not_there_yet_is_said_to_be_so(monkeypatch, capsys):
    monkeypatch.setitem(command.PASSED_ON, "export", ("no_such_command", ""))
    assert command.main(["export"]) == 1
    assert "noch nicht" in capsys.readouterr().err


@pytest.mark.parametrize("act", ["serve", "demo"])
def test_a_taken_port_is_told_with_a_way_out(db, data, monkeypatch, capsys, act):
    monkeypatch.setattr(serving, "is_free", lambda host, port: False)
    monkeypatch.setenv("GEMEINWERK_DATA_DIR", str(data))
    assert command.main([act, "--port", "8123"]) == 1
    assert f"gemeinwerk {act} --port 8124" in capsys.readouterr().err


def test_serve_does_not_start_with_errors(db, data, settings, monkeypatch, capsys):
    monkeypatch.setattr(serving, "is_free", lambda host, port: True)
    monkeypatch.setattr(command, "_serve", lambda *args, **options: pytest.fail("started"))
    settings.SECRET_KEY = "kurz"
    assert command.main(["serve"]) == 1
    assert "startet nicht" in capsys.readouterr().err


def test_a_port_in_use_is_noticed():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not serving.is_free("127.0.0.1", taken.getsockname()[1])
    assert serving.is_free("127.0.0.1", 0)


# ---------------------------------------------------------------- the demo keeps to itself
def test_the_demo_has_its_own_folder_and_forgets_the_real_database(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "GEMEINWERK_TLS"):
        monkeypatch.setenv(name, "something real")
    monkeypatch.setenv("GEMEINWERK_DATA_DIR", str(tmp_path / "demo"))
    assert command.prepare_demo() == ""
    assert os.environ["GEMEINWERK_DEMO"] == "1" and (tmp_path / "demo" / "demo").exists()
    assert "DATABASE_URL" not in os.environ and "GEMEINWERK_TLS" not in os.environ
    assert command.prepare_demo() == ""


def test_the_demo_never_writes_into_a_folder_of_real_data(tmp_path, monkeypatch, capsys):
    (tmp_path / "gemeinwerk.sqlite3").touch()
    monkeypatch.setenv("GEMEINWERK_DATA_DIR", str(tmp_path))
    assert command.main(["demo"]) == 1
    assert "nicht zur Demo gehört" in capsys.readouterr().err
    assert os.environ.get("GEMEINWERK_DEMO") != "1"


# ---------------------------------------------------------------- settings
def test_a_secret_may_stand_in_a_file(tmp_path, monkeypatch):
    (tmp_path / "url").write_text("postgres://a:b%2Fc@db:5433/werk\n", encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    database = settings.database(settings.env("DATABASE_URL"))
    facts = [database[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")]
    assert facts == ["werk", "a", "b/c", "db", "5433"]


def test_wrong_settings_are_refused(monkeypatch):
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured, match="postgres://"):
        settings.database("mysql://a@b/c")
    monkeypatch.setenv("GEMEINWERK_WORKERS", "zwei")
    with pytest.raises(ImproperlyConfigured, match="ganze Zahl"):
        settings.env_number("GEMEINWERK_WORKERS", 2)
    monkeypatch.setenv("GEMEINWERK_DEMO", "Ja")
    assert settings.env_flag("GEMEINWERK_DEMO") and not settings.env_flag("GEMEINWERK_NOTHING")
