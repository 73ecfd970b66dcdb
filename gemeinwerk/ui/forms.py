"""Forms in the look of the house: fields, widgets, and the renderer that finds their templates."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting

from gemeinwerk.ui import formats


def is_iso_day(text: str) -> bool:
    """Whether a date field of the browser can show the text; empty counts too."""
    try:
        return not text or (bool(date.fromisoformat(text)) and len(text) == 10)
    except ValueError:
        return False


class FormRenderer(TemplatesSetting):
    """Renders every form, field and widget through the templates of this room."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/_field.html"


class MoneyInput(forms.TextInput):
    """A text field for an amount: a number field would refuse the German comma."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "input--money"} | (attrs or {}))


class MoneyField(forms.Field):
    """An amount of money as integer cents, typed the German way: 1.234,56 · 1234,5 · 12 T€ · 1,5 Mio. €."""

    widget = MoneyInput

    def __init__(self, *, min_cents: int | None = None, max_cents: int | None = None, **kwargs: Any) -> None:
        self.min_cents, self.max_cents = min_cents, max_cents
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return formats.cents_input(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return formats.parse_cents(text)
        except formats.AmountError as error:
            raise ValidationError(str(error), code="invalid") from error

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if self.min_cents is not None and value < self.min_cents:
            raise ValidationError(f"Der Betrag muss mindestens {formats.euro(self.min_cents)} sein.", code="min")
        if self.max_cents is not None and value > self.max_cents:
            raise ValidationError(f"Der Betrag darf höchstens {formats.euro(self.max_cents)} sein.", code="max")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


class DateInput(forms.DateInput):
    """The browser's own date field, which speaks the language of the reader."""

    input_type = "date"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """What was typed and is no date stays to be seen: a date field would throw it away, a text field does not."""
        context = super().get_context(name, value, attrs)
        if not is_iso_day(context["widget"]["value"] or ""):
            context["widget"]["type"] = "text"
        return context

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateField(forms.DateField):
    widget = DateInput
    default_error_messages = {"invalid": "Bitte ein Datum in der Form 31.12.2026 angeben."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%d.%m.%Y"], **kwargs)


class FileDrop(forms.FileInput):
    """A file field that is also a zone to drop a file on (with script)."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-file-drop": ""} | (attrs or {}))
