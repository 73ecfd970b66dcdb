from django.apps import AppConfig


class BodiesConfig(AppConfig):
    name = "gemeinwerk.bodies"
    label = "bodies"
