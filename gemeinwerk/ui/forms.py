"""Forms in the look of the house."""

from django.forms.renderers import DjangoTemplates


class FormRenderer(DjangoTemplates):
    """Renders every field through the templates of this room."""
