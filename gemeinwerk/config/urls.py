"""Plugs the rooms together. Paths are German, names are English."""

from django.urls import include, path

urlpatterns = [
    path("", include("gemeinwerk.portal.urls")),
    path("", include("gemeinwerk.accounts.urls")),
    path("", include("gemeinwerk.bodies.urls")),
    path("", include("gemeinwerk.runs.urls")),
    path("k/<slug:key>/haushalt/", include("gemeinwerk.budgets.urls")),
    path("", include("gemeinwerk.ui.urls")),
]
