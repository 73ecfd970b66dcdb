from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "gemeinwerk.portal"
    label = "portal"
