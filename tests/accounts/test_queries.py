"""What is known about people, and what stays hidden."""

from datetime import UTC, datetime
from enum import StrEnum

import pytest
from django.http import Http404

from gemeinwerk.accounts import activity, queries
from gemeinwerk.accounts.access import ROLE_RIGHTS, Right, Seat
from gemeinwerk.accounts.models import Membership, Role, User
from gemeinwerk.accounts.queries import RoleRow

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_members_are_those_of_the_own_body(cast):
    assert [member.user.name for member in queries.members(cast.bernd_seat)] == ["Anke", "Bernd", "Doris"]
    with pytest.raises(Http404):
        queries.member(cast.doris_seat, Membership.objects.get(user=cast.clara).pk)


def test_a_person_knows_their_bodies(cast):
    Membership.objects.create(user=cast.anke, body=cast.neudorf, role=Role.READER)
    assert [(m.body.name, m.role) for m in queries.memberships_of(cast.anke)] == [
        ("Altendorf", "treasury"),
        ("Neudorf", "reader"),
    ]


def test_the_table_of_roles_is_the_one_the_gate_uses():
    rows = queries.role_table()
    assert rows[0] == RoleRow(Role.HEAD, (True, True, True, True, True))
    assert rows[-1] == RoleRow(Role.READER, (True, False, False, False, False))
    assert {row.role for row in rows} == set(Role) == set(ROLE_RIGHTS)
    assert len(queries.right_labels()) == len(Right)


def test_only_the_demo_has_people_to_step_into(cast, settings):
    demo = User.objects.create_user("ute@demo.example", name="Ute")
    assert not queries.demo_people().exists()
    settings.DEMO = True
    assert list(queries.demo_people()) == [demo]
    User.objects.create_user("eve@notdemo.example", name="Eve")
    assert list(queries.demo_people()) == [demo]


@pytest.mark.parametrize("coded", ["", "x", "%%%", "4pyT", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_a_made_up_link_opens_nothing(db, coded):
    assert queries.invited(coded, "abc-123") is None


def test_a_link_of_somebody_switched_off_opens_nothing(cast):
    parts = queries.invitation_path_parts(cast.bernd)
    User.objects.filter(pk=cast.bernd.pk).update(is_active=False)
    assert queries.invited(*parts) is None


def test_the_system_acts_with_every_right_under_its_name(cast):
    seat = Seat.system(cast.altendorf)
    assert seat.name == "System" and all(seat.may(right) for right in Right)
    assert Seat.member(cast.clara, cast.altendorf) is None


def test_the_log_shows_values_as_people_read_them(cast):
    class Verb(StrEnum):
        TRIED = "hat „{what}“ versucht."

    activity.record(
        cast.anke_seat,
        Verb.TRIED,
        on=cast.altendorf,
        at=NOW,
        changes={"Betrag": (1, 2), "Tag": (None, NOW.date()), "Gleich": (3, 3), "Text": ("alt", "")},
        what="es",
    )
    entry = activity.entries(cast.anke_seat, cast.altendorf)[0]
    assert entry.sentence == "hat „es“ versucht."
    assert entry.changes_text == "Betrag: 1 → 2; Tag: (leer) → 2026-11-22; Text: alt → (leer)"
    assert str(activity.recent(cast.anke_seat).get()) == "hat „es“ versucht."
    assert activity.recent(cast.anke_seat).get().subject_word == "Körperschaft"
    assert not activity.recent(cast.clara_seat).exists()


def test_names_as_they_are_shown(cast):
    assert str(cast.anke) == "Anke"
    assert str(Membership.objects.get(user=cast.anke)) == "Anke · Altendorf · Kämmerei"
