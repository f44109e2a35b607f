"""Asking agencies that answer at once: their open tasks are posted to their endpoint, the answer goes the way of every decision.

Promise: a task is asked until it is answered; a failure of the other side (no answer in time, 5xx, 429) is tried again with a growing,
jittered pause and opens the agency's circuit; what the agency refuses (4xx) or garbles waits for an official and is never tried again by
itself. The task's number is the idempotency key. A crash of ours leaves a lease that runs out. No body is ever logged.
"""

import http.client
import json
import logging
import random
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from exchange.agencies.contract import DECLINED, OUTCOME, UNREADABLE
from exchange.enums import DataUse, TaskState
from exchange.models import AgencyTask
from exchange.selectors.catalogue import TASK_OBJECT
from exchange.selectors.disclosure import Reader, disclosed
from exchange.services.agency import take_decisions
from exchange.services.calling import post
from exchange.workflow import TASK
from portal import audit, workflow
from portal.enums import Verb
from portal.people import limit
from portal.personal_data import decrypt
from portal.services.circuits import Circuit

logger = logging.getLogger(__name__)
BATCH = 20
"""Tasks one turn takes; each is asked by itself."""
OUTCOME_FORM = re.compile(r"[A-Za-z_]{1,32}")
AGAIN = frozenset({408, 425, 429})
"""Statuses below 500 that say “later”, not “no”."""
LONGEST_REASON = 200


class TryAgain(Exception):
    """The agency did not answer: worth another try. `why` is a word for the log."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class SaidNo(Exception):
    """The agency refused: trying again would not help."""

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(str(status))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an agency answers at once (setting SW_AGENCY_ENDPOINTS); `slots` calls at a time at most."""

    agency: str
    url: str
    secret: str
    slots: int = 1


def endpoints() -> list[Endpoint]:
    """Agencies that are called; all others poll."""
    return [Endpoint(agency, **one) for agency, one in sorted(settings.AGENCY_ENDPOINTS.items())]


def ask_once(endpoint: Endpoint) -> int:
    """Ask up to BATCH open tasks of one agency, one after the other; returns how many were answered."""
    circuit = Circuit(endpoint.agency)
    answered = 0
    tasks = claim(endpoint.agency, circuit.calls(BATCH))
    for number, task in enumerate(tasks):
        try:
            decision = ask(endpoint, task)
        except TryAgain as failure:
            opened = circuit.failed()
            logger.warning(
                "agency %s task %s: %s, try %s", endpoint.agency, task.pk, failure.why, task.attempts + 1
            )
            give_back([task], counted=True)
            if opened:
                give_back(tasks[number + 1 :], counted=False)
                break
            continue
        circuit.answered()
        take_decisions(agency_code=endpoint.agency, client=None, decisions=[decision])
        answered += 1
    return answered


@transaction.atomic
def claim(agency: str, most: int) -> list[AgencyTask]:
    """Lease the oldest open tasks that are due, at most so many; nobody else takes them meanwhile."""
    if not most:
        return []
    now = timezone.now()
    due = AgencyTask.objects.select_for_update(skip_locked=True).filter(
        Q(try_at=None) | Q(try_at__lte=now), agency_code=agency, state=TaskState.OPEN
    )
    tasks = list(due.order_by("xid", "id")[:most])
    if tasks:
        ids = workflow.advance_many(TASK, "acknowledge", [task.pk for task in tasks])
        lease = timedelta(minutes=limit("P.TASK.LEASE_MINUTES"))
        AgencyTask.objects.filter(pk__in=ids).update(leased_until=now + lease)
        note_read(agency, tasks)
    return tasks


def note_read(agency: str, tasks: list[AgencyTask]) -> None:
    """What is posted to an agency is audited like what it polls."""
    audit.record(
        Verb.TASKS_READ,
        subject=f"portal.agency:{agency}",
        detail={
            "first": tasks[0].pk,
            "last": tasks[-1].pk,
            "tasks": len(tasks),
            "purpose": DataUse.TASK.value,
            "kinds": sorted({task.kind for task in tasks}),
        },
    )


@transaction.atomic
def give_back(tasks: list[AgencyTask], *, counted: bool) -> None:
    """The tasks are open again; a counted failure waits longer each time."""
    workflow.advance_many(TASK, "offer_again", [task.pk for task in tasks])
    for task in tasks:
        attempts = task.attempts + counted
        pause = pause_after(attempts) if counted else timedelta(0)
        AgencyTask.objects.filter(pk=task.pk).update(
            attempts=attempts, try_at=timezone.now() + pause, leased_until=None
        )


def pause_after(attempts: int) -> timedelta:
    """P.CALL.FIRST_PAUSE_SECONDS doubled with every try, at most P.CALL.LONGEST_PAUSE_SECONDS, of which a random half to the whole."""
    first, longest = limit("P.CALL.FIRST_PAUSE_SECONDS"), limit("P.CALL.LONGEST_PAUSE_SECONDS")
    full = min(first * 2 ** min(attempts - 1, 20), longest)
    return timedelta(seconds=full * random.uniform(0.5, 1.0))  # noqa: S311 -- spreads load, protects nothing


def ask(endpoint: Endpoint, task: AgencyTask) -> dict[str, Any]:
    """One call; the decision to take. Raises TryAgain. A refusal is a decision of its own: declined.

    Of the payload the agency gets the fields it is granted, as when it polls.
    """
    reader = Reader(endpoint.agency, DataUse.TASK, timezone.localdate())
    payload = json.loads(decrypt(task.payload))
    question = {
        "id": task.pk,
        "kind": task.kind,
        "subject": task.subject_id,
        OUTCOME: task.outcome,
        "payload": disclosed(payload, object_code=TASK_OBJECT + task.kind, reader=reader).values,
    }
    started = time.monotonic()
    try:
        said = call(endpoint, json.dumps(question, ensure_ascii=False).encode(), key=f"task-{task.pk}")
    except SaidNo as no:
        said = {OUTCOME: DECLINED, "detail": {"status": no.status, "reason": no.reason}}
    milliseconds = round((time.monotonic() - started) * 1000)
    logger.info("agency %s task %s: %s in %s ms", endpoint.agency, task.pk, said[OUTCOME], milliseconds)
    return {"task": task.pk, **said}


def call(endpoint: Endpoint, body: bytes, *, key: str) -> dict[str, Any]:
    """POST, bounded in time and size; the answer as {outcome, detail}. Raises TryAgain, SaidNo."""
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {endpoint.secret}",
        "Idempotency-Key": key,
        "Connection": "close",
    }
    most = limit("P.CALL.ANSWER_KB") * 1024
    try:
        status, said = post(
            urlsplit(endpoint.url), body, headers, timeout=limit("P.CALL.TIMEOUT_SECONDS"), most=most + 1
        )
    except TimeoutError as slow:
        raise TryAgain("no answer in time") from slow
    except (OSError, http.client.HTTPException, ValueError) as fault:
        raise TryAgain(type(fault).__name__) from fault
    if status >= 500 or status in AGAIN:
        raise TryAgain(f"status {status}")
    if status >= 300:
        raise SaidNo(status, said[:LONGEST_REASON].decode("utf-8", "replace"))
    return read(said) if len(said) <= most else {OUTCOME: UNREADABLE, "detail": {"bytes": len(said)}}


def read(said: bytes) -> dict[str, Any]:
    """The answer's outcome and detail; anything that is not an answer is unreadable."""
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        outcome, detail = found.get(OUTCOME), found.get("detail", {})
        if isinstance(outcome, str) and OUTCOME_FORM.fullmatch(outcome) and isinstance(detail, dict):
            return {OUTCOME: outcome, "detail": detail}
    return {OUTCOME: UNREADABLE, "detail": {"bytes": len(said)}}
