"""`./sw manage write_agency_pages`: renew docs/agencies/ from the contracts (a test checks that it is current)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from exchange.agencies.describing import pages


class Command(BaseCommand):
    help = "Write one page per agency: what is asked, how it may answer, examples."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "agencies"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages().items():
            (folder / f"{name}.md").write_text(text, "utf-8")
        self.stdout.write(f"{len(pages())} pages")
