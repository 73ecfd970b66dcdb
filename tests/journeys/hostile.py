"""What the security journeys share: two bodies with everything in them, one with names that nobody else may see."""

from __future__ import annotations

import io
import zipfile
from types import SimpleNamespace

from gemeinwerk.accounts.access import Seat
from gemeinwerk.accounts.models import Membership, Role, User
from gemeinwerk.budgets.models import BudgetImport, CompanionFile
from tests.architecture import world

SECRET = "Geheimsache"
"""Stands in every name that Altendorf gives to its things."""

WORDS = ("Innere Verwaltung", "Gemeindeorgane", "Kinder-, Jugend- und Familienhilfe", "Tageseinrichtungen", "Steuern")
WORDS += ("Entgelte für geleistete Arbeitszeit", "Büromaterial", "Benutzungsgebühren", "Gewerbesteuer", "Strom")


def secret_budget(text: str) -> str:
    for word in WORDS:
        text = text.replace(f";{word};", f";{SECRET} {word};")
    return text


def two_worlds(cast: SimpleNamespace, monkeypatch) -> SimpleNamespace:
    """Altendorf, whose things all carry the secret word, and Neudorf with the same things under plain names."""
    second = User.objects.create(email="nora@example.org", name="Nora")
    Membership.objects.create(user=second, body=cast.neudorf, role=Role.HEAD)
    reader = User.objects.create(email="karl@example.org", name="Karl")
    Membership.objects.create(user=reader, body=cast.neudorf, role=Role.READER)
    own_cast = SimpleNamespace(
        altendorf=cast.neudorf, anke=cast.clara, bernd=reader, anke_seat=Seat.member(cast.clara, cast.neudorf)
    )
    own = world.build(own_cast)
    with monkeypatch.context() as patch:
        patch.setattr(world, "BUDGET", secret_budget(world.BUDGET))
        other = world.build(cast)
    BudgetImport.objects.filter(body=cast.altendorf).update(file_name=f"{SECRET}.csv", mapping_name=SECRET)
    CompanionFile.objects.filter(budget_import__body=cast.altendorf).update(file_name=f"{SECRET}.txt")
    for person in (cast.anke, cast.bernd, cast.doris):
        User.objects.filter(pk=person.pk).update(name=f"{SECRET} {person.name}")
    return SimpleNamespace(own=own, other=other, nora=second, key=cast.neudorf.key, other_key=cast.altendorf.key)


def body_of(response) -> bytes:
    """The whole answer; a spreadsheet unpacked, so that its words can be found."""
    content = b"".join(response) if response.streaming else response.content
    if content[:2] != b"PK":
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def zipped(members: dict[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    pairs = members.items() if isinstance(members, dict) else members
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return buffer.getvalue()
