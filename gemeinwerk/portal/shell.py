"""What every page shows around its content: menu, bodies of the person, seat."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"seat": getattr(request, "seat", None)}
