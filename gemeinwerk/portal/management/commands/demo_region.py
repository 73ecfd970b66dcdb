"""`manage.py demo_region`: make the fictional Landkreis, once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from gemeinwerk.portal.demo import region


class Command(BaseCommand):
    help = "Legt die Vorführregion an (ein erfundener Landkreis mit 14 Gemeinden), wenn es sie noch nicht gibt."

    def handle(self, *args: Any, **options: Any) -> None:
        if not region.make(timezone.now(), say=self.stdout.write):
            self.stdout.write("Die Vorführregion ist schon da.")
