from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "gemeinwerk.runs"
    label = "runs"
