from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "gemeinwerk.budgets"
    label = "budgets"
