"""`./sw manage load_reference`: code tables, calendar, rule register and texts of letters from the CSV files of the project."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.codes import load_codes, load_rules
from portal.letters import load_letter_texts
from portal.site import load_site
from portal.working_days import load_calendar


class Command(BaseCommand):
    help = "Load code tables, the calendar, the rule register and the texts of letters (idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        codes, values, texts, days = load_codes(), load_rules(), load_letter_texts(), load_calendar()
        pages = load_site()
        self.stdout.write(
            f"{codes} codes, {values} new rule values, {texts} letter texts, {days} new days of the calendar, {pages} texts of the site"
        )
