"""Logging in and out, the own account, choosing a body."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from gemeinwerk.ui.pages import page

from .. import actions, queries
from ..forms import LoginForm, NewPasswordForm, PasswordChangeForm
from ..models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters()
@never_cache
def login_page(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", request.GET.get("next", ""))
    form = LoginForm(request.POST or None)
    if form.is_valid():
        try:
            user = actions.check_login(**form.cleaned_data, address=_address(request), at=timezone.now())
            login(request, user, backend=BACKEND)
            return HttpResponseRedirect(_safe(request, wanted))
        except actions.LoginError as error:
            form.add_error(None, str(error))
    return page(request, "accounts/login_page.html", {"title": "Anmelden", "form": form, "next": wanted})


@require_POST
def logout_step(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, "Sie sind abgemeldet.")
    return redirect("login")


@sensitive_post_parameters()
@never_cache
def invitation_page(request: HttpRequest, coded: str, token: str) -> HttpResponse:
    """Choose the first password by a one-time link. Outdated links get a page that says what to do."""
    user = queries.invited(coded, token)
    if user is None:
        return page(request, "accounts/invitation_page.html", {"title": "Dieser Link gilt nicht mehr"}, status=404)
    form = NewPasswordForm(user, request.POST or None)
    if form.is_valid():
        actions.set_password(user, form.cleaned_data["new_password"])
        login(request, user, backend=BACKEND)
        messages.success(request, "Ihr Passwort ist gespeichert. Sie sind angemeldet.")
        return redirect("seat-choose")
    return page(request, "accounts/invitation_page.html", {"title": "Passwort wählen", "form": form, "person": user})


@require_POST
def demo_login(request: HttpRequest, pk: int) -> HttpResponse:
    """Step into a person of the demo region. Everywhere else this address does not exist."""
    person = get_object_or_404(queries.demo_people(), pk=pk)
    login(request, person, backend=BACKEND)
    return redirect("seat-choose")


@login_required
@require_safe
def account_page(request: HttpRequest) -> HttpResponse:
    context = {"title": "Mein Konto", "help": "mitglieder", "memberships": queries.memberships_of(_person(request))}
    return page(request, "accounts/account_page.html", context)


@sensitive_post_parameters()
@login_required
def password_change(request: HttpRequest) -> HttpResponse:
    form = PasswordChangeForm(_person(request), request.POST or None)
    if form.is_valid():
        actions.set_password(form.user, form.cleaned_data["new_password"])
        update_session_auth_hash(request, form.user)
        messages.success(request, "Ihr neues Passwort gilt ab sofort. Andere Sitzungen sind abgemeldet.")
        return redirect("account")
    context = {"title": "Passwort ändern", "help": "mitglieder", "form": form}
    return page(request, "accounts/password_change.html", context)


@login_required
@require_safe
def seat_choose(request: HttpRequest) -> HttpResponse:
    """For which body today? Who belongs to one only goes straight there."""
    memberships = list(queries.memberships_of(_person(request)))
    if len(memberships) == 1:
        return redirect("body-home", key=memberships[0].body.key)
    return page(request, "accounts/seat_choose.html", {"title": "Körperschaft wählen", "memberships": memberships})


@login_required
@require_safe
def seat_switch(request: HttpRequest) -> HttpResponse:
    """The target of the body switch in the shell: `?key=…`."""
    key = request.GET.get("key", "").replace("\x00", "")  # PostgreSQL takes no such text, not even to compare
    membership = get_object_or_404(queries.memberships_of(_person(request)), body__key=key)
    return redirect("body-home", key=membership.body.key)


def _person(request: HttpRequest) -> User:
    """The person behind a request that `login_required` let through."""
    assert isinstance(request.user, User)  # noqa: S101 - tells the type checker what the decorator made sure of
    return request.user


def _safe(request: HttpRequest, wanted: str) -> str:
    """The wanted page if it is one of ours, otherwise the choice of the body."""
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("seat-choose")


def _address(request: HttpRequest) -> str:
    """Where the request comes from; behind our own proxy (GEMEINWERK_TLS) its last word on it."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_TLS else ""
    return forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")
