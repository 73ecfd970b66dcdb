"""Input about products: the kind of task and the legal basis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from ..models import Product

KINDS = [("", "noch nicht zugeordnet"), *Product.TaskKind.choices]


class ProductForm(forms.Form):
    """Kind of task and legal basis of one product, with what stood there when the page was opened."""

    task_kind = forms.ChoiceField(label="Aufgabenart", choices=KINDS, required=False)
    legal_basis = forms.CharField(
        label="Rechtsgrundlage",
        max_length=300,
        required=False,
        help_text="Gesetz, Satzung oder Beschluss, zum Beispiel „§ 24 SGB VIII“ oder „Ratsbeschluss vom 12.03.2024“.",
    )
    was_kind = forms.CharField(required=False, widget=forms.HiddenInput)
    was_basis = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    @classmethod
    def of(cls, product: Product) -> ProductForm:
        facts = {"task_kind": product.task_kind, "legal_basis": product.legal_basis}
        return cls(initial=facts | {"was_kind": product.task_kind, "was_basis": product.legal_basis})

    def with_current(self, product: Product) -> ProductForm:
        """The same input, now measured against what stands there: for the second try after a conflict."""
        data = self.data.copy()
        data["was_kind"], data["was_basis"] = product.task_kind, product.legal_basis
        return ProductForm(data)


class TaskKindsForm(forms.Form):
    """One choice per product of a list, answered in the list: `kind_7` is wanted where `was_7` was shown."""

    def __init__(self, data: Any = None, *, products: Iterable[int]) -> None:
        super().__init__(data)
        self.products = list(products)
        if data is not None:
            for pk in self.products:
                self.fields[f"kind_{pk}"] = forms.ChoiceField(label="Aufgabenart", choices=KINDS, required=False)
                self.fields[f"was_{pk}"] = forms.ChoiceField(choices=KINDS, required=False)

    def answers(self) -> dict[int, tuple[str, str]]:
        """Product → (what was shown, what is wanted)."""
        given = self.cleaned_data
        return {pk: (given[f"was_{pk}"], given[f"kind_{pk}"]) for pk in self.products if f"kind_{pk}" in self.data}
