"""What people type about themselves and others. Forms parse and check; they never save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password

from .models import Role, User

PASSWORD_CHARACTERS = 200  # long enough for every passphrase, short enough to be hashed


def _password(label: str, autocomplete: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, widget=widget, strip=False, max_length=PASSWORD_CHARACTERS, **options)


class LoginForm(forms.Form):
    email = forms.EmailField(
        label="E-Mail-Adresse",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = _password("Passwort", "current-password")


class NewPasswordForm(forms.Form):
    """A new password, typed twice and checked by the rules of the settings."""

    new_password = _password("Neues Passwort", "new-password", help_text=" ".join(password_validators_help_texts()))
    repeated = _password("Neues Passwort wiederholen", "new-password")

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        self.user = user
        super().__init__(*args, **options)

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "new_password" in cleaned and "repeated" in cleaned and cleaned["new_password"] != cleaned["repeated"]:
            self.add_error(
                "repeated", "Die beiden Eingaben stimmen nicht überein. Bitte geben Sie das neue Passwort zweimal ein."
            )
        return cleaned


class PasswordChangeForm(NewPasswordForm):
    old_password = _password("Bisheriges Passwort", "current-password")
    field_order = ["old_password", "new_password", "repeated"]

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not self.user.check_password(password):
            raise forms.ValidationError("Das bisherige Passwort stimmt nicht. Bitte geben Sie es noch einmal ein.")
        return password


class MemberForm(forms.Form):
    role = forms.TypedChoiceField(label="Rolle", choices=Role.choices, coerce=Role)
    position = forms.CharField(
        label="Funktion", required=False, max_length=150, help_text="Zum Beispiel „Leiterin der Stadtkasse“."
    )


class NewMemberForm(MemberForm):
    email = forms.EmailField(label="E-Mail-Adresse", max_length=254)
    name = forms.CharField(
        label="Name",
        required=False,
        max_length=150,
        help_text="Nur nötig, wenn es für die E-Mail-Adresse noch kein Konto gibt.",
    )
    field_order = ["email", "name", "role", "position"]
