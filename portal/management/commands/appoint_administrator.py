"""`./sw manage appoint_administrator <user> <system|security|audit>`: the first administrators of a new platform."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.enums import AdministratorRole
from portal.errors import Refusal
from portal.models import User
from portal.services.posts import appoint_administrator


class Command(BaseCommand):
    """Appoints on behalf of whoever runs the server; later appointments are made by the security administrator."""

    help = "Appoint one of the three separate administrators (system, security, audit)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=AdministratorRole.values)

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"no account {options['username']}")
        try:
            appoint_administrator(user_id=user.pk, role=options["role"], actor=None)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{user.username}: {options['role']}")
