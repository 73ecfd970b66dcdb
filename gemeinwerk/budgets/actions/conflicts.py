"""Two people at one thing: whoever saves second learns of it and loses nothing that was typed."""

from __future__ import annotations


class ConflictError(Exception):
    """Somebody else has changed the same in the meantime; the text says what to do."""


def changed_meanwhile(what: str) -> ConflictError:
    return ConflictError(
        f"{what} wurde inzwischen von einer anderen Person geändert. Es ist noch nichts gespeichert. "
        "Bitte vergleichen Sie Ihre Eingabe mit dem jetzigen Stand und speichern Sie erneut."
    )
