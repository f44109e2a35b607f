"""`./sw manage ask_agencies`: ask the agencies that answer at once, until stopped.

Every call slot of every agency has a thread of its own, so an agency that hangs holds up nobody but itself.
"""

import logging
import random
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections, connection

from exchange.services.asking import Endpoint, ask_once, endpoints

logger = logging.getLogger(__name__)
IDLE_SECONDS = 0.5


def keep_asking(endpoint: Endpoint, stopping: threading.Event) -> None:
    """One slot of one agency, until stopped. A database that is away is waited for."""
    while not stopping.is_set():
        answered = 0
        try:
            close_old_connections()
            answered = ask_once(endpoint)
        except Error:
            logger.exception("agency %s: database", endpoint.agency)
            connection.close()
        if not answered:
            stopping.wait(IDLE_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 -- spreads load
    connection.close()


class Command(BaseCommand):
    help = "Ask the agencies of SW_AGENCY_ENDPOINTS their open tasks."

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        for endpoint in endpoints():
            for _slot in range(endpoint.slots):
                threading.Thread(target=keep_asking, args=(endpoint, stopping), daemon=True).start()
        stopping.wait()
