"""Fields as people meet them: label, hint, error at the field, nothing typed is lost."""

from datetime import date

from django import forms
from django.template import Context, Template

from gemeinwerk.ui.forms import DateField, MoneyField
from gemeinwerk.ui.gallery import GalleryForm
from tests.page_promises import page_problems


class Sample(forms.Form):
    amount = MoneyField(label="Betrag", min_cents=0, max_cents=1_000_00, help_text="In Euro")
    day = DateField(label="Tag", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self):
        if self.cleaned_data.get("secret") == "bad":
            raise forms.ValidationError("So passt das nicht zusammen.")
        return self.cleaned_data


def page(form) -> str:
    body = Template("<form>{{ form }}</form>").render(Context({"form": form}))
    return f'<html lang="de"><head><title>T</title></head><body><main><h1>T</h1>{body}</main></body></html>'


def test_every_widget_is_labelled_and_well_formed():
    assert page_problems(page(GalleryForm())) == []
    refused = page(GalleryForm({"amount": "viel"}))
    assert page_problems(refused) == []
    assert 'value="viel"' in refused


def test_a_refused_field_says_why_at_the_field_and_above_the_form():
    html = page(Sample({"amount": "1,234"}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in html
    assert '<a href="#id_amount">Betrag</a>' in html
    assert html.count("genauer als ein Cent") == 2
    assert 'value="1,234"' in html


def test_what_concerns_the_whole_form_stands_above_it():
    assert "So passt das nicht zusammen." in page(Sample({"amount": "1", "secret": "bad"}))


def test_money_comes_out_as_cents_within_its_limits():
    assert Sample({"amount": "12,50"}).is_valid()
    form = Sample({"amount": "12,50", "day": "31.12.2026"})
    assert form.is_valid()
    assert form.cleaned_data["amount"] == 1250
    assert form.cleaned_data["day"] == date(2026, 12, 31)
    assert Sample({"amount": "-1"}).errors["amount"] == ["Der Betrag muss mindestens 0,00\u00a0€ sein."]
    assert Sample({"amount": "1.000,01"}).errors["amount"] == ["Der Betrag darf höchstens 1.000,00\u00a0€ sein."]
    assert Sample({"amount": " "}).errors["amount"] == ["Dieses Feld ist zwingend erforderlich."]


def test_an_initial_amount_is_shown_the_german_way_and_compared_in_cents():
    form = Sample(initial={"amount": 123456})
    assert 'value="1.234,56"' in page(form)
    field = form.fields["amount"]
    assert not field.has_changed(123456, "1234,56")
    assert field.has_changed(123456, "1234,57")
    assert field.has_changed(123456, "x")


def test_hostile_values_are_escaped():
    html = page(Sample({"amount": '"><script>alert(1)</script>'}))
    assert "<script>" not in html


def test_what_is_no_date_stays_in_the_field():
    html = page(Sample({"amount": "1", "day": "31. Feber"}))
    assert '<input type="text" name="day" class="kern-form-input__input" value="31. Feber"' in html
    assert "Bitte ein Datum in der Form 31.12.2026 angeben." in html
    assert '<input type="date" name="day" class="kern-form-input__input" value="2026-12-31"' in page(
        Sample({"amount": "1", "day": "2026-12-31"})
    )
