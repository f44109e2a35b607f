"""`./sw manage load_reference`: code tables and the rule register from the CSV files of the project."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.codes import load_codes, load_rules


class Command(BaseCommand):
    help = "Load code tables and the rule register (idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_codes()} codes, {load_rules()} new rule values")
