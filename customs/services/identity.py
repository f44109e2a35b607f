"""Real-name check of buyers by the population base (rules F): asked in batches, answered later, remembered by keyed hash."""

import json
import uuid
from collections import defaultdict
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from customs.models import IdentityQuestion, IdentityResult, ImportInventory
from exchange.agencies.police.adapter import MAX_PAIRS, Question, agency_for, answers, payload
from exchange.agencies.police.codes import LOCAL, Answer
from exchange.enums import TaskKind
from exchange.services import AgencyDecision, open_task
from portal import rules
from portal.personal_data import decrypt, encrypt, normalise_name

ASK_AGAIN = timedelta(minutes=10)
"""A question that got no answer at all is asked again after this time."""


def ask_identities(inventory_ids: list[int]) -> None:
    """Note the pairs of these inventories as questions (pairs are stored encrypted) and ask them."""
    now = timezone.now()
    found = ImportInventory._default_manager.filter(pk__in=inventory_ids).values_list(
        "buyer_identity_hash", "buyer_id_number", "buyer_name"
    )
    questions = {}
    for ref, token, name in found:
        number = decrypt(token)
        pair = encrypt(json.dumps([number, normalise_name(name)], ensure_ascii=False))
        questions[ref] = IdentityQuestion(identity_hash=ref, pair=pair, region=number[:2], ask_after=now)
    IdentityQuestion.objects.bulk_create(questions.values(), ignore_conflicts=True)
    ask_due_questions()


@transaction.atomic
def ask_due_questions() -> int:
    """Ask every question whose time has come, at most 200 pairs in one task; returns how many were asked."""
    now = timezone.now()
    due = list(
        IdentityQuestion.objects.select_for_update(skip_locked=True)
        .filter(ask_after__lte=now)
        .order_by("ask_after", "identity_hash")[: MAX_PAIRS * 10]
    )
    by_agency: dict[str, list[IdentityQuestion]] = defaultdict(list)
    for question in due:
        agency = question.asked_agency or agency_for(question.region)
        question.asked_agency, question.asked_at, question.ask_after = agency, now, now + ASK_AGAIN
        by_agency[agency].append(question)
    for agency, questions in by_agency.items():
        for start in range(0, len(questions), MAX_PAIRS):
            part = questions[start : start + MAX_PAIRS]
            pairs = [Question(str(q.identity_hash), *json.loads(decrypt(q.pair))) for q in part]
            open_task(agency_code=agency, kind=TaskKind.IDENTITY_CHECK, subject_id=0, payload=payload(pairs))
    IdentityQuestion.objects.bulk_update(due, ["asked_agency", "asked_at", "ask_after"], batch_size=500)
    return len(due)


def take_answers(decision: AgencyDecision) -> None:
    """Handler of IDENTITY_CHECK decisions: remember what is certain, ask again what is not, wake the parcels."""
    found = answers(decision.detail)
    refs = [uuid.UUID(ref) for ref in found if is_uuid(ref)]
    questions = {
        q.identity_hash: q
        for q in IdentityQuestion.objects.select_for_update().filter(identity_hash__in=refs)
    }
    now = timezone.now()
    certain: list[IdentityResult] = []
    again: list[IdentityQuestion] = []
    for ref, question in questions.items():
        answer = found[str(ref)]
        if answer is Answer.NOT_FOUND and decision.agency_code == LOCAL:
            question.asked_agency = agency_for(question.region, local_knows=False)
            question.ask_after = now
            again.append(question)
        elif answer in {Answer.UNAVAILABLE, Answer.RATE_LIMITED}:
            question.attempts += 1
            question.ask_after = now + retry_after(question.attempts, now)
            again.append(question)
        else:
            certain.append(result(ref, answer, decision.agency_code, now))
    IdentityQuestion.objects.bulk_update(again, ["asked_agency", "ask_after", "attempts"], batch_size=500)
    remember(certain)
    ask_due_questions()


def is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def retry_after(attempts: int, now: datetime) -> timedelta:
    """Doubling pause from F.RETRY_SECONDS on, at most an hour."""
    first = int(rules.value("F.RETRY_SECONDS", now.date()))
    return timedelta(seconds=min(first * 2 ** (attempts - 1), 3600))


def result(ref: uuid.UUID, answer: Answer, source: str, now: datetime) -> IdentityResult:
    """The row to remember, with the lifetime of its kind (register F.TTL.*)."""
    if answer is Answer.MATCH:
        lifetime = timedelta(days=int(rules.value("F.TTL.MATCH_DAYS", now.date())))
    else:
        lifetime = timedelta(hours=int(rules.value("F.TTL.MISMATCH_HOURS", now.date())))
    return IdentityResult(
        identity_hash=ref, outcome=answer.value, source=source, checked_at=now, expires_at=now + lifetime
    )


def remember(results: list[IdentityResult]) -> None:
    """Store answers, forget the questions, and put the waiting parcels back on the queue, in one transaction."""
    refs = [r.identity_hash for r in results]
    IdentityResult.objects.bulk_create(
        results,
        update_conflicts=True,
        unique_fields=["identity_hash"],
        update_fields=["outcome", "source", "checked_at", "expires_at"],
    )
    IdentityQuestion.objects.filter(identity_hash__in=refs).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customs_queue (message_id, message_type) SELECT inventory_id, 'inventoryI' FROM customs_waiting"
            " WHERE identity_hash = ANY(%s) ON CONFLICT DO NOTHING",
            [refs],
        )
