"""`./sw manage load_demo`: demo enterprises, people, agencies and API clients (demo mode only)."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Load the demonstration (idempotent; refused outside demo mode)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("load_demo is for demo mode only (SW_DEMO=1)")
        from tools.demo.loading import load_demo

        load_demo()
        self.stdout.write("demo data loaded")
