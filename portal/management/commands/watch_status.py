"""`./sw manage watch_status --port 8100`: the status process. Uses neither database nor cache; stops on SIGTERM and SIGINT."""

import signal
from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.status import watch


class Command(BaseCommand):
    help = "Watch the platform from outside and serve the status page at an address of its own."
    requires_system_checks = ()  # they would ask a database that may be down

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8100)
        parser.add_argument("--target", default=settings.BASE_URL, help="address of the web process")
        parser.add_argument("--seconds", type=float, default=5.0)

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        watch(options["target"], options["host"], options["port"], options["seconds"], stop)
