"""Requests for data and grants: who asks, who checks, who answers, by when, and how they end (rules P.2)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from exchange.models import SharingGrant
from exchange.selectors.grants import granted_fields
from exchange.services.grants import (
    AskedAlready,
    GrantUnknown,
    ReasonTooShort,
    answer_grants,
    ask_grant,
    check_grants,
    expire_grants,
    renew_grant,
    revoke_grants,
    take_grants,
    withdraw_grant,
)
from portal.errors import Refusal
from portal.models import Agency, AuditEntry, CalendarDay, Letter
from portal.permissions import NotPermitted
from portal.workflow import IllegalTransition
from portal.working_days import forget
from tests.exchange.conftest import Machine
from tests.exchange.sharing.conftest import Granting, Officials, wish

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")
REASON = "用途与法定职责不符，不能提供"


def asked(officials: Officials, fields: list[str] | None = None, **changes: Any) -> SharingGrant:
    return ask_grant(
        agency_code="tax", wish=wish("parcel", fields or ["order_no"], **changes), actor=officials["asker"]
    )


def state_of(grant: SharingGrant) -> str:
    return SharingGrant.objects.get(pk=grant.pk).state


def test_timers_two_working_days_to_check_then_five_or_ten_to_answer(
    officials: Officials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P.2: 2 working days check; 10 for data not shared before, 5 for data shared before. Friday 2026-11-27, a calendar without holidays."""
    CalendarDay.objects.all().delete()
    forget()
    friday = datetime(2026, 11, 27, 10, 0, tzinfo=SHANGHAI)
    monkeypatch.setattr(timezone, "now", lambda: friday)
    first = asked(officials)
    assert timezone.localtime(first.due_at).date().isoformat() == "2026-12-01"
    check_grants(ids=[first.pk], actor=officials["owner"])
    first.refresh_from_db()
    assert (first.state, timezone.localtime(first.due_at).date().isoformat()) == ("checked", "2026-12-11")
    answer_grants(ids=[first.pk], step="grant", actor=officials["owner"])
    second = asked(officials, purpose="credit")
    check_grants(ids=[second.pk], actor=officials["owner"])
    second.refresh_from_db()
    assert timezone.localtime(second.due_at).date().isoformat() == "2026-12-04"


def test_whole_way_is_audited_and_the_agency_is_told(officials: Officials, granted: Granting) -> None:
    grant = granted("parcel", ["order_no", "dutiable"])
    assert (grant.state, grant.owner, grant.level) == ("granted", "gacc", "L3")
    verbs = AuditEntry.objects.filter(subject=f"exchange.grant:{grant.pk}").order_by("id")
    assert list(verbs.values_list("verb", "actor_id")) == [
        ("grant_asked", officials["asker"].pk),
        ("grant_checked", officials["owner"].pk),
        ("grant_decided", officials["second"].pk),
    ]
    told = Letter.objects.filter(code="exchange.grant_asked").values_list("user__username", flat=True)
    assert set(told) == {"clerk", "owner", "second"}
    assert list(
        Letter.objects.filter(code="exchange.grant_given").values_list("user__username", flat=True)
    ) == ["asker"]
    assert granted_fields("tax", "parcel", "tax", timezone.localdate()) == {"order_no", "dutiable"}


def test_personal_data_needs_two_people(officials: Officials) -> None:
    """P.3, L4: who checked may not grant; the database refuses it too."""
    grant = ask_grant(agency_code="tax", wish=wish("import_order", ["buyer_name"]), actor=officials["asker"])
    check_grants(ids=[grant.pk], actor=officials["owner"])
    [refused] = answer_grants(ids=[grant.pk], step="grant", actor=officials["owner"])
    assert (refused.ok, refused.code, state_of(grant)) == (False, "GRANT.FOUR_EYES", "checked")
    assert granted_fields("tax", "import_order", "tax", timezone.localdate()) == frozenset()
    with pytest.raises(IntegrityError), transaction.atomic():
        SharingGrant.objects.filter(pk=grant.pk).update(decided_by=officials["owner"], state="granted")
    assert answer_grants(ids=[grant.pk], step="grant", actor=officials["second"])[0].ok


def test_refusal_states_its_reasons(officials: Officials) -> None:
    grant = asked(officials)
    with pytest.raises(ReasonTooShort):
        answer_grants(ids=[grant.pk], step="refuse", actor=officials["owner"], reason="不行")
    assert state_of(grant) == "asked"
    answer_grants(ids=[grant.pk], step="refuse", actor=officials["owner"], reason=REASON)
    grant.refresh_from_db()
    assert (grant.state, grant.decision_reason) == ("refused", REASON)
    assert REASON in Letter.objects.get(code="exchange.grant_refused").params["reason"]


@pytest.mark.parametrize(
    ("object_code", "fields", "changes", "code"),
    [
        ("nothing", ["x"], {}, "GRANT.OBJECT"),
        ("parcel", ["order_no", "nothing"], {}, "GRANT.FIELD"),
        ("parcel", ["order_no", "risk_score"], {}, "GRANT.NOT_SHARED"),
        ("parcel", ["state", "direction"], {}, "GRANT.UNCONDITIONAL"),
        ("parcel", ["order_no"], {"purpose": "task"}, "GRANT.PURPOSE"),
        ("parcel", ["order_no"], {"purpose": "fun"}, "GRANT.PURPOSE"),
        ("parcel", ["order_no"], {"reason": "想看"}, "GRANT.REASON"),
        ("parcel", ["order_no"], {"legal_basis": " "}, "GRANT.REASON"),
        ("parcel", ["order_no"], {"since": timezone.localdate() - timedelta(days=1)}, "GRANT.PERIOD"),
        ("parcel", ["order_no"], {"until": timezone.localdate()}, "GRANT.PERIOD"),
        ("parcel", ["order_no"], {"until": timezone.localdate() + timedelta(days=366)}, "GRANT.PERIOD"),
    ],
)
def test_what_cannot_be_asked(
    officials: Officials, object_code: str, fields: list[str], changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        ask_grant(agency_code="tax", wish=wish(object_code, fields, **changes), actor=officials["asker"])
    assert refused.value.code == code
    assert not SharingGrant.objects.exists()
    assert not AuditEntry.objects.exists()


def test_unconditional_fields_are_left_out_of_a_mixed_request(officials: Officials) -> None:
    assert asked(officials, ["state", "order_no"]).fields == ["order_no"]


def test_same_question_waits_once(officials: Officials) -> None:
    asked(officials)
    with pytest.raises(AskedAlready):
        asked(officials, ["logistics_no"])
    assert SharingGrant.objects.count() == 1


def test_nobody_asks_for_another_agency_and_nobody_else_decides(officials: Officials) -> None:
    with pytest.raises(NotPermitted):
        ask_grant(agency_code="gacc", wish=wish("parcel", ["order_no"]), actor=officials["asker"])
    with pytest.raises(NotPermitted):
        ask_grant(agency_code="gacc", wish=wish("parcel", ["order_no"]), actor=officials["clerk"])
    grant = asked(officials)
    assert check_grants(ids=[grant.pk], actor=officials["police"])[0].code == "GRANT.UNKNOWN"
    assert answer_grants(ids=[grant.pk], step="refuse", actor=officials["police"], reason=REASON)[0].code == (
        "GRANT.UNKNOWN"
    )
    with pytest.raises(NotPermitted):
        answer_grants(ids=[grant.pk], step="grant", actor=officials["clerk"])
    with pytest.raises(GrantUnknown):
        withdraw_grant(grant_id=grant.pk, actor=officials["owner"])
    assert state_of(grant) == "asked"


def test_request_taken_by_a_colleague_is_left_to_them(officials: Officials) -> None:
    grant = asked(officials)
    take_grants(ids=[grant.pk], actor=officials["clerk"])
    assert check_grants(ids=[grant.pk], actor=officials["owner"])[0].code == "GRANT.TAKEN"
    take_grants(ids=[grant.pk], actor=officials["clerk"], taken=False)
    assert check_grants(ids=[grant.pk], actor=officials["owner"])[0].ok


def test_withdrawn_request_cannot_be_granted(officials: Officials) -> None:
    grant = asked(officials)
    withdraw_grant(grant_id=grant.pk, actor=officials["asker"])
    assert check_grants(ids=[grant.pk], actor=officials["owner"])[0].code == "WORKFLOW.ILLEGAL"
    with pytest.raises(IllegalTransition):
        withdraw_grant(grant_id=grant.pk, actor=officials["asker"])
    assert state_of(grant) == "withdrawn"


def test_renewal_begins_where_the_grant_ends(officials: Officials, granted: Granting) -> None:
    grant = granted("parcel", ["order_no"])
    renewal = renew_grant(grant_id=grant.pk, actor=officials["asker"])
    assert (renewal.since, renewal.until) == (grant.until, grant.until + timedelta(days=30))
    assert (renewal.renews_id, renewal.state, renewal.fields) == (grant.pk, "asked", ["order_no"])


def test_grant_ends_on_its_day_and_the_agency_was_reminded_once(
    officials: Officials, granted: Granting
) -> None:
    grant = granted("parcel", ["order_no"])
    assert (expire_grants(), expire_grants()) == (0, 0)
    assert Letter.objects.filter(code="exchange.grant_ending").count() == 1
    today = timezone.localdate()
    SharingGrant.objects.filter(pk=grant.pk).update(since=today - timedelta(days=30), until=today)
    assert (expire_grants(), expire_grants()) == (1, 0)
    assert state_of(grant) == "expired"
    assert granted_fields("tax", "parcel", "tax", today) == frozenset()


def test_revocation_states_its_reasons_and_is_final(officials: Officials, granted: Granting) -> None:
    grant = granted("parcel", ["order_no"])
    with pytest.raises(ReasonTooShort):
        revoke_grants(ids=[grant.pk], actor=officials["owner"], reason="")
    assert revoke_grants(ids=[grant.pk], actor=officials["owner"], reason=REASON)[0].ok
    assert (
        revoke_grants(ids=[grant.pk], actor=officials["owner"], reason=REASON)[0].code == "WORKFLOW.ILLEGAL"
    )
    assert state_of(grant) == "revoked"


def test_period_fields_and_asker_are_held_by_the_database(officials: Officials) -> None:
    grant = asked(officials)
    for broken in ({"until": grant.since}, {"fields": []}, {"asked_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SharingGrant.objects.filter(pk=grant.pk).update(**broken)


def test_agency_asks_by_its_machine(
    officials: Officials, tax_agency: Agency, machine_of: Callable[..., Machine]
) -> None:
    machine = machine_of(tax_agency, "grants:write")
    machine.application.allowed_scopes = "grants:write"
    machine.application.save()
    today = timezone.localdate()
    body: dict[str, Any] = {
        "object": "parcel",
        "fields": ["order_no"],
        "purpose": "tax",
        "legal_basis": "关税法 第六十一条",
        "reason": "核对出口退（免）税申报与通关数据",
        "since": today.isoformat(),
        "until": (today + timedelta(days=30)).isoformat(),
    }
    made = machine.send("agency/grants/", orjson.dumps(body))
    assert (made.status_code, made.json()["state"], made.json()["level"]) == (201, "asked", "L3")
    again = machine.send("agency/grants/", orjson.dumps(body))
    assert (again.status_code, again.json()["code"]) == (409, "GRANT.OPEN")
    listed = machine.get("agency/grants/", state="asked").json()["results"]
    assert [one["id"] for one in listed] == [made.json()["id"]]
    grant = SharingGrant.objects.get()
    assert (grant.asked_by, grant.asked_client_id) == (None, machine.application.pk)
    for hostile in (
        {},
        {**body, "fields": []},
        {**body, "purpose": ["tax"]},
        {**body, "since": "yesterday"},
        [],
    ):
        assert machine.send("agency/grants/", orjson.dumps(hostile)).status_code == 400
    assert SharingGrant.objects.count() == 1


def test_two_officials_at_once_grant_once(officials: Officials) -> None:
    grant = asked(officials)
    check_grants(ids=[grant.pk], actor=officials["clerk"])
    results = [
        answer_grants(ids=[grant.pk], step="grant", actor=officials[name])[0].code
        for name in ("owner", "second")
    ]
    assert results == ["", "WORKFLOW.ILLEGAL"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_transitionlog WHERE transition = 'grant'")
        assert cursor.fetchone() == (1,)
