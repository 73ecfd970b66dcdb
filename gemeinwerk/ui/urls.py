from django.urls import path

from . import views

urlpatterns = [
    path("darstellung/", views.theme, name="theme"),
    path("hilfe/", views.help_index, name="help"),
    path("hilfe/<slug:slug>/", views.help_page, name="help-page"),
    path("ui/", views.components, name="ui-components"),
]
