"""Tags and filters of the look; builtin in every template."""

from django import template

register = template.Library()
