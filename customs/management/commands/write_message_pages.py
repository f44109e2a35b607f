"""`./sw manage write_message_pages`: renew docs/messages/ from the field tables (a test checks that it is current)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from customs.messages import registry
from customs.messages.describing import faults_page, page


class Command(BaseCommand):
    help = "Write one documentation page per message, and the page of fault codes."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "messages"
        folder.mkdir(parents=True, exist_ok=True)
        for message in registry().values():
            name = message.code.removesuffix("Message").lower()
            (folder / f"{name}.md").write_text(page(message), "utf-8")
        (folder / "faults.md").write_text(faults_page(), "utf-8")
        self.stdout.write(f"{len(registry()) + 1} pages")
