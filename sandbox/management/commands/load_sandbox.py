"""`./sw manage load_sandbox`: what a sandbox instance needs before the first tenant (idempotent; refused elsewhere)."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sandbox.services.preparing import RealData, prepare


class Command(BaseCommand):
    help = "Prepare a sandbox instance and write its provisioning credentials."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("load_sandbox is for a sandbox instance only (SW_SANDBOX=1)")
        try:
            prepare(Path(settings.VAR_DIR))
        except RealData as refusal:
            raise CommandError(str(refusal)) from None
        access = json.loads((Path(settings.VAR_DIR) / "provisioning.json").read_text("utf-8"))
        self.stdout.write(f"sandbox prepared for {access['url']}")
