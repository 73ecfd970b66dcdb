from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "gemeinwerk.ui"
    label = "ui"
