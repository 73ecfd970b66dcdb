"""The command `gemeinwerk`: for operators and for those who try it out. German, because they read it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured

PASSED_ON = {
    "import-directory": ("import_directory", "Gemeindeverzeichnis, Grenzen und Einwohnerzahlen einlesen"),
    "import-budget": ("import_budget", "eine Haushaltsdatei einlesen, prüfen und übernehmen"),
    "export": ("export_body", "die Daten einer Körperschaft ausgeben"),
    "create-admin": ("create_admin", "die erste Körperschaft und ihre Leitung anlegen"),
    "one-time-link": ("one_time_link", "einer Person einen Einmal-Link für ein neues Passwort ausstellen"),
    "migrate": ("migrate", "die Datenbank auf den Stand des Programms bringen"),
}
"""What is done by a management command of a room: all arguments go there, also --help."""

COMMANDS = ("demo", "serve", "worker", "check", *PASSED_ON)
"""Every command there is; docs/operations.md tells about each."""

DEMO_MARK = "demo"
"""An empty file in the data folder of a demo, so that the demo never writes into a folder of real data."""


def main(arguments: Sequence[str] | None = None) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gemeinwerk.config.settings")
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given and given[0] in PASSED_ON:
            return pass_on(PASSED_ON[given[0]][0], given[1:])
        options = parser().parse_args(given)
        return int(options.act(options) or 0)
    except ImproperlyConfigured as error:
        return refuse(f"Die Einstellungen stimmen nicht: {error}")


def parser() -> argparse.ArgumentParser:
    port = os.environ.get("PORT") or "8000"
    top = argparse.ArgumentParser(
        prog="gemeinwerk",
        description="Gemeinwerk: die offene Plattform, mit der sich Kommunen steuern.",
        epilog="Alle Einstellungen stehen in docs/operations.md.",
    )
    commands = top.add_subparsers(title="Befehle", metavar="BEFEHL", required=True)
    demo = commands.add_parser("demo", help="die Demoregion anlegen und auf diesem Rechner zeigen")
    demo.add_argument("--port", type=int, default=port, help="Port, voreingestellt PORT oder 8000")
    demo.set_defaults(act=run_demo)
    serve = commands.add_parser("serve", help="den Dienst starten, mit eingebettetem Worker")
    serve.add_argument("--port", type=int, default=port, help="Port, voreingestellt PORT oder 8000")
    serve.add_argument("--host", default=os.environ.get("GEMEINWERK_BIND") or "127.0.0.1", help="Adresse zum Lauschen")
    serve.set_defaults(act=run_serve)
    worker = commands.add_parser("worker", help="nur den Worker starten, der Rechenläufe und Importe ausführt")
    worker.set_defaults(act=run_worker)
    check = commands.add_parser("check", help="Einstellungen, Datenbank und Ordner prüfen")
    check.set_defaults(act=run_check)
    for name, (_, help_text) in PASSED_ON.items():
        commands.add_parser(name, help=help_text, add_help=False)
    return top


def run_check(_: argparse.Namespace) -> int:
    django.setup()
    from . import checks

    found = list(checks.findings())
    for finding in found:
        print(f"{finding.mark:>10}  {finding.text}")
    return int(any(not finding.fine and not finding.is_warning for finding in found))


def run_worker(_: argparse.Namespace) -> None:
    django.setup()
    from gemeinwerk.runs.worker import work

    parent = os.environ.get("GEMEINWERK_PARENT")
    work(parent=int(parent) if parent else None)


def run_serve(options: argparse.Namespace) -> int:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from . import checks, serving

    if not serving.is_free(options.host, options.port):
        return refuse(_port_taken(options.port, "serve"))
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    if not checks.has_tables():
        print("Die Datenbank wird angelegt …", flush=True)
        call_command("migrate", interactive=False, verbosity=0)
    problems = [finding for finding in checks.findings() if not finding.fine]
    for finding in problems:
        print(f"{finding.mark:>10}  {finding.text}", file=sys.stderr)
    if any(not finding.is_warning for finding in problems):
        return refuse("Der Dienst startet nicht, solange diese Fehler bestehen.")
    serving.collect_static()
    address = f"http://{options.host}:{options.port}"
    _serve(options.host, options.port, workers=2, ready=f"Gemeinwerk läuft auf {address}")
    return 0


def run_demo(options: argparse.Namespace) -> int:
    if reason := prepare_demo():
        return refuse(reason)
    django.setup()
    from django.core.management import call_command, get_commands

    from . import serving

    if not serving.is_free("127.0.0.1", options.port):
        return refuse(_port_taken(options.port, "demo"))
    print("Die Demo wird vorbereitet …", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    serving.collect_static()
    if "demo_region" in get_commands():
        call_command("demo_region")
    ready = f"Gemeinwerk läuft: http://localhost:{options.port}   (beenden mit Strg+C)"
    _serve("127.0.0.1", options.port, workers=1, ready=ready)
    return 0


def prepare_demo() -> str:
    """Point the settings to the folder of the demo; returns why not, if that folder holds something else."""
    from_env = os.environ.get("GEMEINWERK_DATA_DIR")
    clone = Path(__file__).resolve().parent.parent.parent
    home = clone if (clone / "pyproject.toml").exists() else Path.cwd()
    folder = Path(from_env) if from_env else home / "var" / "demo"
    if (folder / "gemeinwerk.sqlite3").exists() and not (folder / DEMO_MARK).exists():
        return (
            f"Der Ordner {folder} enthält eine Datenbank, die nicht zur Demo gehört. Bitte nennen Sie der Demo mit "
            "GEMEINWERK_DATA_DIR einen eigenen Ordner."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DEMO_MARK).touch()
    os.environ["GEMEINWERK_DEMO"] = "1"
    os.environ["GEMEINWERK_DATA_DIR"] = str(folder)
    for name in ("DATABASE_URL", "DATABASE_URL_FILE", "GEMEINWERK_TLS", "GEMEINWERK_DEBUG"):
        os.environ.pop(name, None)  # what is set for a real installation must not reach the demo
    return ""


def pass_on(command: str, arguments: list[str]) -> int:
    django.setup()
    from django.core.management import ManagementUtility, get_commands

    if command not in get_commands():
        return refuse("Diesen Befehl gibt es in dieser Fassung noch nicht.")
    ManagementUtility(["gemeinwerk", command, *arguments]).execute()
    return 0


def refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


def _serve(host: str, port: int, *, workers: int, ready: str) -> None:
    from django.conf import settings

    from . import serving
    from .settings import env_number

    serving.serve(
        host,
        port,
        workers=env_number("GEMEINWERK_WORKERS", workers),
        threads=env_number("GEMEINWERK_THREADS", 4),
        ready=lambda: print(ready, flush=True),
        worker=settings.EMBEDDED_WORKER,
    )


def _port_taken(port: int, act: str) -> str:
    return (
        f"Auf Port {port} läuft schon etwas. Bitte beenden Sie es, oder nehmen Sie einen anderen Port: "
        f"gemeinwerk {act} --port {port + 1}"
    )
