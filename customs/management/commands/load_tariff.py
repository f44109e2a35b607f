"""`./sw manage load_tariff`: rates, tax classes and positive list from the project's CSV."""

from typing import Any

from django.core.management.base import BaseCommand

from customs.services.tariff import load_tariff


class Command(BaseCommand):
    help = "Load the tariff sample (idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_tariff()} tariff lines")
