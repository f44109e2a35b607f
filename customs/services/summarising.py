"""The summary itself: claim the lists of a request, make its declarations, tell the sender (rules B.2).

Two transactions, so that people see how far it is: the lists are claimed first, all that was asked for or none; then they are summarised
as a whole. A killed worker leaves the request where its last commit put it, and the sweep goes on from there. Two requests for one list:
the row is locked, the second finds it claimed.
"""

from collections.abc import Iterable
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from customs.enums import ApplicationState
from customs.models import SummaryApplication
from customs.selectors.summaries import summary_modes
from customs.services.answering import INFO_LENGTH, Answer, answer, named
from customs.services.deciding import REASON_LENGTH
from customs.services.summary_declarations import customs_number, make_declarations
from customs.workflow import APPLICATION
from portal import audit, workflow
from portal.enums import Verb
from portal.selectors import organisation_by_code, organisation_codes

REQUEST = "CEB701Message"
OWN = """(c.sender_id = %(sender)s OR c.ebc_code = ANY(%(codes)s) OR c.agent_code = ANY(%(codes)s))
    AND c.ebc_code = ANY(%(consignor)s) AND c.customs_code = %(customs)s"""
"""Lists of this consignor at this office that the sender declared or owns."""

FREE = "c.application_id IS NULL AND c.statistics_flag = 'B' AND c.trade_mode = ANY(%(modes)s) AND NOT c.returned AND p.state = 'cleared'"

CLAIM = """
WITH found AS (
    SELECT c.id FROM {source} JOIN customs_parcel p ON p.id = c.id WHERE {own} AND {free} ORDER BY c.id FOR UPDATE OF c
)
UPDATE customs_clearedlist c SET application_id = %(application)s FROM found WHERE c.id = found.id
"""
IN_SPAN = "customs_clearedlist c"
SPAN = "c.cleared_at >= %(start)s AND c.cleared_at < %(end)s + interval '1 second'"
"""The last second of the span belongs to it."""
NAMED = """(SELECT DISTINCT invt_no FROM customs_summaryrequestline WHERE head_id = ANY(%(parts)s)) asked
    JOIN customs_clearedlist c ON right(c.invt_no, 9) = right(asked.invt_no, 9) AND c.invt_no = asked.invt_no"""

UNFIT = f"""
SELECT asked.invt_no,
    CASE WHEN c.id IS NULL THEN '不存在、未结关，或不属于本次申请的企业和海关'
        WHEN c.application_id IS NOT NULL THEN '已在汇总申请中'
        WHEN c.statistics_flag <> 'B' OR c.trade_mode <> ALL(%(modes)s) THEN '不是汇总申报清单'
        ELSE '已退运或不在结关状态' END AS why
FROM (SELECT DISTINCT invt_no FROM customs_summaryrequestline WHERE head_id = ANY(%(parts)s)) asked
LEFT JOIN customs_clearedlist c ON right(c.invt_no, 9) = right(asked.invt_no, 9) AND c.invt_no = asked.invt_no AND {OWN}
WHERE c.application_id IS DISTINCT FROM %(application)s
ORDER BY why, asked.invt_no
"""  # noqa: S608 -- conditions of this module
"""After the claim: what was asked for and is not claimed, and why. Foreign lists do not exist."""


class _Unfit(Exception):
    """Some lists that were asked for cannot be summarised; the sentence says which and why."""


def nudge(application_id: int) -> None:
    """Work on this request soon; the sweep finds it when the broker is away."""
    current_app.send_task("customs.summarise", (application_id,), retry=False)


def summarise(application_id: int) -> None:
    """Claim and summarise one request. Does nothing when it is done or somebody else works on it."""
    if claim(application_id):
        make(application_id)


def sweep_summaries() -> int:
    """Go on with every request that waits or was left; refuse those whose parts did not come. Returns how many there were."""
    lapse_incomplete()
    states = [ApplicationState.WAITING, ApplicationState.WORKING]
    waiting = list(
        SummaryApplication.objects.filter(state__in=states).order_by("pk").values_list("pk", flat=True)
    )
    for application_id in waiting:
        summarise(application_id)
    return len(waiting)


@transaction.atomic
def lapse_incomplete() -> None:
    """Requests whose parts were not all there in time (B.SUMMARY.PARTS_DAYS)."""
    overdue = SummaryApplication.objects.select_for_update(skip_locked=True).filter(
        state=ApplicationState.COLLECTING, due_at__lt=timezone.now()
    )
    for application in overdue.order_by("pk"):
        missing = application.msg_count - len(application.parts)
        refuse(application, f"分段报文未在期限内收齐，尚缺 {missing} 段")


@transaction.atomic
def claim(application_id: int) -> bool:
    """The lists of a waiting request become its own, or it is refused. True when it is ready to be summarised."""
    application = (
        SummaryApplication.objects.select_for_update(skip_locked=True).filter(pk=application_id).first()
    )
    if application is None or application.state != ApplicationState.WAITING:
        return application is not None and application.state == ApplicationState.WORKING
    try:
        with transaction.atomic():
            lists = claim_lists(application)
    except _Unfit as unfit:
        refuse(application, str(unfit))
        return False
    workflow.advance(APPLICATION, application, "claim")
    SummaryApplication.objects.filter(pk=application.pk).update(lists=lists)
    return True


def claim_lists(application: SummaryApplication) -> int:
    """How many lists were claimed. Raises _Unfit."""
    values = parameters(application)
    spanned = application.start_time is not None
    own = f"{OWN} AND {SPAN}" if spanned else OWN
    if spanned and application.loct_no:
        own += " AND c.loct_no = %(site)s"
    with connection.cursor() as cursor:
        cursor.execute(CLAIM.format(source=IN_SPAN if spanned else NAMED, own=own, free=FREE), values)
        lists = int(cursor.rowcount)
        if not spanned:
            cursor.execute(UNFIT, values)
            if unfit := cursor.fetchall():
                raise _Unfit(in_words(unfit))
    if not lists:
        raise _Unfit("该时间段内没有可汇总的已结关清单")
    return lists


def parameters(application: SummaryApplication) -> dict[str, Any]:
    """Values of the statements above."""
    consignor = organisation_by_code(application.ebc_code)
    return {
        "application": application.pk,
        "parts": application.parts,
        "sender": application.sender_id,
        "codes": sorted(organisation_codes(application.sender_id)),
        "consignor": sorted((consignor.codes if consignor else frozenset()) | {application.ebc_code}),
        "customs": application.customs_code,
        "modes": summary_modes(timezone.localdate()),
        "site": application.loct_no,
        "start": application.start_time,
        "end": application.end_time,
    }


def in_words(unfit: Iterable[tuple[str, str]]) -> str:
    """The lists by reason, the first of each named."""
    by_reason: dict[str, list[str]] = {}
    for number, why in unfit:
        by_reason.setdefault(why, []).append(number)
    return "；".join(f"清单{why}：{named(numbers)}" for why, numbers in by_reason.items())


@transaction.atomic
def make(application_id: int) -> None:
    """Turn the claimed lists of a request into declarations, and answer it."""
    application = (
        SummaryApplication.objects.select_for_update(skip_locked=True)
        .filter(pk=application_id, state=ApplicationState.WORKING)
        .first()
    )
    if application is None:
        return
    now = timezone.now()
    application.sum_no = customs_number(application.customs_code, application.pk, now)
    made = make_declarations(application, now)
    workflow.advance(APPLICATION, application, "finish")
    SummaryApplication.objects.filter(pk=application.pk).update(sum_no=application.sum_no, finished_at=now)
    reply(
        application, "finish", f"[Code:2300;Desc:审结，汇总清单 {application.lists} 份，形成报关单 {made} 份]"
    )
    note(Verb.LISTS_SUMMARISED, application, {"lists": application.lists, "declarations": made})


def refuse(application: SummaryApplication, reason: str) -> None:
    """Nothing is claimed; the sender may ask again under another number."""
    workflow.advance(APPLICATION, application, "refuse", note=reason[:REASON_LENGTH])
    SummaryApplication.objects.filter(pk=application.pk).update(
        reason=reason[:REASON_LENGTH], finished_at=timezone.now()
    )
    reply(application, "refuse", f"[Code:1300;Desc:{reason}]"[:INFO_LENGTH])
    note(Verb.SUMMARY_REFUSED, application, {"reason": reason[:REASON_LENGTH]})


def reply(application: SummaryApplication, step: str, info: str) -> None:
    """The same CEB702 to every part."""
    status = APPLICATION.transition(step).receipt
    answer(REQUEST, [Answer(part, application.sender_id, status, info) for part in application.parts])


def note(verb: Verb, application: SummaryApplication, detail: dict[str, Any]) -> None:
    audit.record(
        verb,
        organisation_id=application.sender_id,
        subject=f"summary:{application.pk}",
        detail=detail,
    )
