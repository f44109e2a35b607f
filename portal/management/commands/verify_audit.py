"""`./sw manage verify_audit`: recompute the hash chain of the audit trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import audit


class Command(BaseCommand):
    help = "Recompute the hash chain of the audit trail and name the first broken row."

    def handle(self, *args: Any, **options: Any) -> None:
        while audit.seal() == audit.BATCH:
            pass
        good, broken = audit.verify()
        if broken is not None:
            raise CommandError(f"audit chain broken at position {broken} ({good} good rows before it)")
        self.stdout.write(f"audit chain intact: {good} rows")
