"""What `gemeinwerk check` finds out about an installation, as German sentences that say what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]"}
SECRET_LENGTH = 40
POSTGRESQL = 15


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. What is not fine, but no reason to refuse, is a warning."""

    fine: bool
    text: str
    is_warning: bool = False

    @property
    def mark(self) -> str:
        if self.fine:
            return "in Ordnung"
        return "Hinweis" if self.is_warning else "FEHLER"


def findings() -> Iterator[Finding]:
    yield from _secret()
    yield from _hosts()
    yield from _folders()
    yield from _database()
    yield from _system()


def pending_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def has_tables() -> bool:
    return "django_migrations" in connection.introspection.table_names()


def _secret() -> Iterator[Finding]:
    if len(settings.SECRET_KEY) >= SECRET_LENGTH:
        yield Finding(True, "Der geheime Schlüssel ist gesetzt.")
    else:
        yield Finding(
            False,
            f"Der geheime Schlüssel ist zu kurz. Bitte setzen Sie GEMEINWERK_SECRET_KEY auf mindestens {SECRET_LENGTH} "
            "zufällige Zeichen, oder lassen Sie die Variable weg: dann wird ein Schlüssel im Datenordner angelegt.",
            is_warning=settings.DEBUG,
        )
    if settings.DEBUG:
        yield Finding(False, "GEMEINWERK_DEBUG ist an. Bitte schalten Sie es im Betrieb aus.", is_warning=True)


def _hosts() -> Iterator[Finding]:
    others = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL_HOSTS]
    if "*" in others:
        yield Finding(
            False, "GEMEINWERK_HOSTS erlaubt jeden Namen. Bitte nennen Sie die Namen, unter denen der Dienst läuft."
        )
    elif others and not settings.BEHIND_TLS:
        yield Finding(
            False,
            f"Der Dienst ist unter {', '.join(others)} ohne Verschlüsselung erreichbar. Bitte stellen Sie einen Proxy "
            "mit TLS davor und setzen Sie GEMEINWERK_TLS=1.",
            is_warning=True,
        )
    else:
        yield Finding(True, f"Der Dienst antwortet auf: {', '.join(settings.ALLOWED_HOSTS)}.")


def _folders() -> Iterator[Finding]:
    for name, folder in (("Datenordner", settings.DATA_DIR), ("Ordner der Dateien", settings.MEDIA_ROOT)):
        reason = _not_writable(Path(folder))
        if reason:
            yield Finding(
                False,
                f"Der {name} {folder} ist nicht beschreibbar ({reason}). Bitte geben Sie dem Dienst Schreibrechte "
                "oder setzen Sie GEMEINWERK_DATA_DIR auf einen anderen Ordner.",
            )
        else:
            yield Finding(True, f"Der {name} {folder} ist beschreibbar.")


def _not_writable(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield Finding(
            False,
            f"Die Datenbank ist nicht erreichbar: {str(error).strip()} Bitte prüfen Sie DATABASE_URL, und ob der "
            "Datenbankdienst läuft.",
        )
        return
    yield Finding(True, f"Die Datenbank ({connection.display_name}) ist erreichbar.")
    if connection.vendor == "postgresql" and connection.pg_version < POSTGRESQL * 10_000:  # type: ignore[attr-defined]
        yield Finding(False, f"PostgreSQL ist zu alt. Bitte nehmen Sie PostgreSQL {POSTGRESQL} oder neuer.")
    if pending := pending_migrations():
        yield Finding(
            False,
            f"Die Datenbank ist nicht auf dem Stand des Programms ({len(pending)} Schritte fehlen). Bitte sichern Sie "
            "sie und rufen Sie dann „gemeinwerk migrate“ auf.",
        )
    else:
        yield Finding(True, "Die Datenbank ist auf dem Stand des Programms.")


def _system() -> Iterator[Finding]:
    """Django's own checks; they speak English, but only to those who changed the settings file."""
    errors = [message for message in run_checks() if message.level >= ERROR]
    for message in errors:
        yield Finding(False, f"Die Einstellungen widersprechen sich: {message.msg} ({message.id})")
    if not errors:
        yield Finding(True, "Die Einstellungen sind in sich stimmig.")
