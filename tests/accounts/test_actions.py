"""What people do with accounts and memberships, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from gemeinwerk.accounts import actions, activity, queries
from gemeinwerk.accounts.access import Seat
from gemeinwerk.accounts.models import Activity, LoginFailure, Membership, Role, User

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def anke(cast):
    cast.anke.set_password("ein langes Passwort")
    cast.anke.save()
    return cast.anke


def membership(user) -> Membership:
    return Membership.objects.get(user=user)


# ---------------------------------------------------------------- logging in
def log_in(email="anke@example.org", password="ein langes Passwort", address="192.0.2.1", at=NOW):
    return actions.check_login(email, password, address=address, at=at)


def test_the_right_password_opens_whatever_the_case_of_the_address(anke):
    assert log_in(" Anke@Example.org ") == anke
    assert not LoginFailure.objects.exists()


@pytest.mark.parametrize(
    "email",
    [
        pytest.param("anke@example.org", id="wrong password"),
        pytest.param("niemand@example.org", id="unknown person"),
        pytest.param("bernd@example.org", id="no password yet"),
    ],
)
def test_a_refusal_never_tells_who_exists(anke, email):
    with pytest.raises(actions.LoginError) as refusal:
        log_in(email, "falsch")
    assert str(refusal.value) == actions.WRONG


def test_a_person_who_was_switched_off_cannot_log_in(anke):
    User.objects.update(is_active=False)
    with pytest.raises(actions.LoginError, match="stimmt nicht"):
        log_in()


def test_five_failures_lock_this_pair_for_a_quarter_of_an_hour(anke):
    for _ in range(5):
        with pytest.raises(actions.LoginError, match="stimmt nicht"):
            log_in(password="falsch")
    with pytest.raises(actions.LoginError, match="15 Minuten"):
        log_in()
    assert log_in(address="192.0.2.2") == anke
    assert log_in(at=NOW + timedelta(minutes=15)) == anke
    assert not LoginFailure.objects.exists()


def test_unknown_people_are_locked_just_the_same(db):
    for _ in range(5):
        with pytest.raises(actions.LoginError, match="stimmt nicht"):
            log_in("niemand@example.org")
    with pytest.raises(actions.LoginError, match="15 Minuten"):
        log_in("niemand@example.org")


def test_the_table_of_failures_names_nobody_and_forgets(anke):
    with pytest.raises(actions.LoginError):
        log_in(password="falsch")
    row = LoginFailure.objects.get()
    assert "anke" not in row.fingerprint and "192.0.2.1" not in row.fingerprint
    assert str(row).startswith("1 bis 2026-11-22")
    with pytest.raises(actions.LoginError):
        log_in("andere@example.org", at=NOW + timedelta(hours=1))
    assert list(LoginFailure.objects.values_list("count", flat=True)) == [1]
    assert not LoginFailure.objects.filter(pk=row.pk).exists()


# ---------------------------------------------------------------- people
def test_a_new_person_has_no_password_and_stands_in_the_log(cast):
    person = actions.create_person(cast.doris_seat, "Emil@Example.org", name="Emil", at=NOW)
    assert person.email == "emil@example.org" and not person.has_usable_password()
    entry = activity.entries(cast.doris_seat, person)[0]
    assert (entry.actor, entry.sentence) == ("Doris", "hat das Konto für „Emil“ angelegt.")
    assert entry.changes_text == ""  # every reader sees the log, an address is for heads only
    assert User.objects.get_by_natural_key("EMIL@example.org") == person


def test_nobody_is_created_twice(cast):
    with pytest.raises(actions.MembershipError, match="schon ein Konto"):
        actions.create_person(cast.doris_seat, "ANKE@example.org", name="Anke", at=NOW)


def test_the_chosen_password_counts(cast):
    actions.set_password(cast.anke, "ein langes Passwort")
    cast.anke.refresh_from_db()
    assert cast.anke.check_password("ein langes Passwort")


# ---------------------------------------------------------------- memberships
def test_a_known_person_joins_with_a_role_and_the_log_tells_it(cast):
    added, is_new = actions.add_member(
        cast.doris_seat, "clara@example.org", name="", role=Role.ADVISER, position="Beraterin", at=NOW
    )
    # Clara has never chosen a password in these tests, so the next test shows the refusal; here she has one.
    assert not is_new and added.user == cast.clara
    entry = activity.entries(cast.doris_seat, added)[0]
    assert entry.sentence == "hat „Clara“ mit der Rolle Beratung aufgenommen."
    assert entry.changes_text == "Rolle: (leer) → Beratung; Funktion: (leer) → Beraterin"


@pytest.fixture(autouse=True)
def clara_has_logged_in(request):
    """Clara belongs to Neudorf and can log in; who has not yet is a case of its own below."""
    if "cast" in request.fixturenames:
        cast = request.getfixturevalue("cast")
        cast.clara.set_password("ein langes Passwort")
        cast.clara.save()


def test_whoever_never_logged_in_elsewhere_cannot_be_taken_in_here(cast):
    cast.clara.set_unusable_password()
    cast.clara.save()
    with pytest.raises(actions.MembershipError, match="erste Einladung"):
        actions.add_member(cast.doris_seat, "clara@example.org", name="", role=Role.READER, at=NOW)
    assert Membership.objects.filter(user=cast.clara).count() == 1


def test_a_stranger_gets_an_account_and_a_link_that_opens_once(cast):
    added, is_new = actions.add_member(cast.doris_seat, "emil@example.org", name="Emil", role=Role.READER, at=NOW)
    assert is_new
    parts = queries.invitation_path_parts(added.user)
    assert queries.invited(*parts) == added.user
    actions.set_password(added.user, "ein langes Passwort")
    assert queries.invited(*parts) is None


def test_a_stranger_needs_a_name(cast):
    with pytest.raises(actions.MembershipError, match="Namen"):
        actions.add_member(cast.doris_seat, "emil@example.org", name="", role=Role.READER, at=NOW)


def test_nobody_joins_twice(cast):
    with pytest.raises(actions.MembershipError, match="gehört schon dazu"):
        actions.add_member(cast.doris_seat, "anke@example.org", name="", role=Role.READER, at=NOW)


def test_a_change_keeps_old_and_new_role(cast):
    changed = actions.change_member(
        cast.doris_seat, membership(cast.bernd), role=Role.TREASURY, position="Kasse", at=NOW
    )
    assert Seat.member(cast.bernd, cast.altendorf).role == Role.TREASURY
    assert Activity.objects.get(subject_id=changed.pk).changes == [
        {"field": "Rolle", "old": "Lesend", "new": "Kämmerei"},
        {"field": "Funktion", "old": "", "new": "Kasse"},
    ]


def test_a_change_that_changes_nothing_leaves_no_trace(cast):
    actions.change_member(cast.doris_seat, membership(cast.bernd), role=Role.READER, position="", at=NOW)
    assert not Activity.objects.exists()


def test_the_last_head_stays(cast):
    doris = membership(cast.doris)
    with pytest.raises(actions.MembershipError, match="einzige Leitung"):
        actions.change_member(cast.doris_seat, doris, role=Role.READER, position="", at=NOW)
    with pytest.raises(actions.MembershipError, match="einzige Leitung"):
        actions.remove_member(cast.doris_seat, doris, at=NOW)
    actions.change_member(cast.doris_seat, doris, role=Role.HEAD, position="Bürgermeisterin", at=NOW)
    actions.change_member(cast.doris_seat, membership(cast.anke), role=Role.HEAD, position="", at=NOW)
    actions.remove_member(cast.doris_seat, doris, at=NOW)
    assert not Membership.objects.filter(user=cast.doris).exists()


def test_a_head_who_cannot_log_in_does_not_count(cast):
    actions.change_member(cast.doris_seat, membership(cast.anke), role=Role.HEAD, position="", at=NOW)
    User.objects.filter(pk=cast.anke.pk).update(is_active=False)
    with pytest.raises(actions.MembershipError, match="einzige Leitung"):
        actions.remove_member(cast.doris_seat, membership(cast.doris), at=NOW)


def test_whoever_leaves_keeps_name_and_account(cast):
    actions.remove_member(cast.doris_seat, membership(cast.bernd), at=NOW)
    assert Seat.member(cast.bernd, cast.altendorf) is None
    assert User.objects.filter(pk=cast.bernd.pk).exists()
    assert "„Bernd“ beendet" in Activity.objects.get().sentence


def test_a_new_link_only_for_those_who_belong_here_alone_and_never_logged_in(cast):
    parts = actions.renew_invitation(cast.doris_seat, membership(cast.bernd), at=NOW)
    assert queries.invited(*parts) == cast.bernd
    Membership.objects.create(user=cast.bernd, body=cast.neudorf, role=Role.READER)
    with pytest.raises(actions.MembershipError, match="noch nie angemeldet"):
        actions.renew_invitation(cast.doris_seat, Membership.objects.get(user=cast.bernd, body=cast.altendorf), at=NOW)


def test_a_head_has_no_power_over_another_body(cast):
    clara = membership(cast.clara)
    for act in (
        lambda: actions.change_member(cast.doris_seat, clara, role=Role.READER, position="", at=NOW),
        lambda: actions.remove_member(cast.doris_seat, clara, at=NOW),
        lambda: actions.renew_invitation(cast.doris_seat, clara, at=NOW),
    ):
        with pytest.raises(Membership.DoesNotExist):
            act()
    assert membership(cast.clara).role == Role.TREASURY


def test_without_the_right_every_act_is_refused(cast):
    bernd = membership(cast.bernd)
    for act in (
        lambda: actions.create_person(cast.anke_seat, "emil@example.org", name="Emil", at=NOW),
        lambda: actions.add_member(cast.anke_seat, "clara@example.org", name="", role=Role.HEAD, at=NOW),
        lambda: actions.grant(cast.anke_seat, cast.clara, role=Role.HEAD, at=NOW),
        lambda: actions.change_member(cast.anke_seat, bernd, role=Role.HEAD, position="", at=NOW),
        lambda: actions.remove_member(cast.anke_seat, bernd, at=NOW),
        lambda: actions.renew_invitation(cast.anke_seat, bernd, at=NOW),
        lambda: queries.person(cast.anke_seat, "clara@example.org"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert not Activity.objects.exists()


# ---------------------------------------------------------------- the first head of a body
def test_the_operator_opens_a_seat_for_a_new_body(db):
    user = actions.open_seat("99009009", body_name="Neustadt", kind="town", email="eva@example.org", name="Eva", at=NOW)
    seat = Seat.member(user, user.memberships.get().body)
    assert (seat.body.name, seat.body.is_active, seat.role) == ("Neustadt", True, Role.HEAD)
    assert [act.actor_name for act in activity.recent(seat)] == ["System", "System"]


def test_the_operator_makes_a_member_of_a_known_body_its_head(cast):
    user = actions.open_seat("99001001", body_name="", kind="town", email="bernd@example.org", name="", at=NOW)
    assert user == cast.bernd and Seat.member(user, cast.altendorf).role == Role.HEAD
    cast.altendorf.refresh_from_db()
    assert cast.altendorf.name == "Altendorf"


@pytest.mark.parametrize(("name", "body_name"), [("", "Neustadt"), ("Eva", "")])
def test_a_new_body_and_a_new_person_need_names(db, name, body_name):
    with pytest.raises(actions.MembershipError, match="Namen"):
        actions.open_seat("99009009", body_name=body_name, kind="town", email="eva@example.org", name=name, at=NOW)
    assert not User.objects.exists()
