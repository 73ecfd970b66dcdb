"""Jobs for the tests of runs: each does one thing that a job may do."""

from __future__ import annotations

import os

from django.db import connection

from gemeinwerk.runs import actions, signs

calls: list[tuple] = []


def good(seat, run, *, rows: int) -> dict:
    calls.append((seat.name if seat else None, rows))
    actions.report(run, 40, "Es geht voran.")
    return {"rows": rows}


def silent(seat, run) -> None:
    calls.append((seat.name, "silent"))


def refusing(seat, run) -> None:
    actions.report(run, 30, "Die Datei wird gelesen.")
    raise actions.RunError("In der Datei steht keine Zeile. Bitte prüfen Sie den Export.")


def broken(seat, run) -> None:
    raise ZeroDivisionError("geheim: /srv/daten")


def stopped(seat, run) -> None:
    raise SystemExit(1)


def canceled_while_working(seat, run) -> None:
    actions.report(run, 10, "Es geht los.")
    signs.ask_to_cancel(run.pk)
    actions.report(run, 20, "Das liest niemand mehr.")
    calls.append(("never",))


def adopting(seat, run) -> None:
    """Writes in one big transaction, and is watched and canceled from outside meanwhile."""
    from django.db import transaction

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE bodies_body SET source = 'halb' WHERE id = %s", [seat.body.pk])
        calls.append(("open", os.getpid()))
        while True:
            actions.report(run, 50, "Die Zeilen werden übernommen.")
