"""`./sw manage decide`: the decision worker, exactly one per database.

A second one waits as a standby until the first releases the advisory lock. Stops on SIGTERM and SIGINT after the turn in work;
a killed worker leaves the queue as it was. When the database goes away it waits for it to come back.
"""

import signal
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from customs.pipeline.turn import BATCH_MESSAGES
from customs.services.working import Housekeeping, prepare_connection, release_held, work_batch

LOCK = 718_002
"""Advisory lock number of the only decision worker."""
PAUSE, LOADED_PAUSE, RECONNECT_PAUSE = 0.02, 0.08, 1.0
LOADED = BATCH_MESSAGES // 16
"""Messages of a turn from which on the worker waits longer: larger turns cost less for each parcel."""
HOUSEKEEPING_SECONDS = 2.0


class Command(BaseCommand):
    help = "Decide parcels as their documents arrive (one worker per database)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--retry-held", action="store_true", help="work messages again that were held")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = False
        self.housekeeping = Housekeeping()
        if options["retry_held"]:
            self.stdout.write(f"{release_held()} messages put back to work")
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        while not self.stopping:
            try:
                if self.lock():
                    self.work()
            except (OperationalError, InterfaceError) as error:
                self.stderr.write(f"database unavailable, trying again: {error}")
                connection.close()
                time.sleep(RECONNECT_PAUSE)
        connection.close()

    def stop(self, *_: Any) -> None:
        self.stopping = True

    def lock(self) -> bool:
        """Take the lock, waiting as a standby; False when stopped meanwhile."""
        announced = False
        while not self.stopping:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                if cursor.fetchone()[0]:
                    self.stdout.write("deciding")
                    return True
            if not announced:
                self.stdout.write("another decision worker is active: standing by")
                announced = True
            time.sleep(RECONNECT_PAUSE)
        return False

    def work(self) -> None:
        """Turns until told to stop."""
        prepare_connection()
        cared = 0.0
        while not self.stopping:
            messages = work_batch()
            if time.monotonic() - cared > HOUSEKEEPING_SECONDS:
                self.housekeeping.run()
                cared = time.monotonic()
            if messages < BATCH_MESSAGES:
                time.sleep(LOADED_PAUSE if messages > LOADED else PAUSE)
