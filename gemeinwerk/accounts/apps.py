from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "gemeinwerk.accounts"
    label = "accounts"
