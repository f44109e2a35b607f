"""The audit pages: who may read what, told in words, in SQL over many rows, exported and that noted, the chain's state."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import audit
from portal.audit_trail import (
    TrailFilter,
    slice_of,
    told_to_official,
    trail_for_enterprise,
    trail_for_official,
)
from portal.enums import MemberRole, PostRole, Verb
from portal.models import (
    Agency,
    ApiClient,
    AuditEntry,
    Heartbeat,
    Membership,
    Office,
    Organisation,
    Post,
    User,
)

ROWS = 60_000
FILL = """
INSERT INTO portal_auditentry (at, verb, actor_id, organisation_id, subject, detail)
SELECT now() - (%(rows)s - n) * interval '1 second',
  CASE WHEN n %% 600 = 0 THEN 'personal_data_shown' WHEN n %% 20 = 0 THEN 'parcel_released' ELSE 'message_received' END,
  CASE WHEN n %% 20 = 0 THEN 900000 + n %% 300 END, n %% 97, 'parcel:' || n, '{}'
FROM generate_series(1, %(rows)s) n"""


def organisation(number: int) -> Organisation:
    return Organisation.objects.create(uscc=f"91350100MA350{number:05d}", name=f"企业{number}")


def official(name: str, office: str = "3501", role: str = PostRole.REVIEWER) -> User:
    user = User.objects.create(username=name, last_name=f"姓{name}")
    agency, _made = Agency.objects.get_or_create(code="gacc", defaults={"name": "海关"})
    where, _made = Office.objects.get_or_create(agency=agency, code=office, defaults={"name": "榕城海关"})
    Post.objects.create(user=user, agency=agency, office=where, role=role)
    return user


def member(name: str, at: Organisation, role: str = MemberRole.ADMINISTRATOR) -> User:
    user = User.objects.create(username=name, last_name=f"员工{name}")
    Membership.objects.create(user=user, organisation=at, role=role)
    return user


def saw(actor: User, at: Organisation, reason: str = "核实收货地址是否真实存在") -> None:
    audit.record(
        Verb.PERSONAL_DATA_SHOWN,
        actor=actor,
        organisation_id=at.pk,
        subject="parcel:12800",
        detail={"reason": reason},
    )


@pytest.fixture
def visit(client: Client, signed_in: Callable[[Client, User], Client]) -> Callable[[User], Client]:
    return partial(signed_in, client)


def text(answer: Any) -> str:
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode())


@pytest.mark.django_db
def test_the_enterprise_sees_office_and_post_but_no_name(visit: Callable[[User], Client]) -> None:
    ours, theirs = organisation(1), organisation(2)
    reviewer, boss = official("wang"), member("boss", ours)
    saw(reviewer, ours)
    saw(reviewer, theirs, reason="别家的事由不应出现在这里")
    audit.record(Verb.DATA_EXPORTED, actor=boss, organisation_id=ours.pk, subject="parcels")
    page = text(visit(boss).get("/enterprise/audit/"))
    assert "海关 · 3501 榕城海关 · 审核" in page
    assert "姓wang" not in page
    assert "核实收货地址是否真实存在" in page
    assert "别家的事由" not in page
    assert "员工boss" in page
    assert '<a href="/enterprise/parcels/12800/">包裹 12800</a>' in page


@pytest.mark.django_db
def test_who_filters_and_what_machines_sent_stays_in_the_journal(visit: Callable[[User], Client]) -> None:
    ours = organisation(1)
    boss = member("boss", ours)
    saw(official("wang"), ours)
    audit.record(Verb.DATA_EXPORTED, actor=boss, organisation_id=ours.pk)
    audit.record(Verb.DATA_EXPORTED, actor=User.objects.create(username="gone"), organisation_id=ours.pk)
    machine = ApiClient.objects.create(client_id="m", name="我方系统", organisation=ours)
    audit.record(Verb.MESSAGE_RECEIVED, client=machine, organisation_id=ours.pk)
    audit.record(Verb.MESSAGE_READ, client=machine, organisation_id=ours.pk)

    def shown(who: str) -> list[str]:
        return [act.actor for act in visit(boss).get("/enterprise/audit/", {"who": who}).context["acts"]]

    assert shown("officials") == ["海关 · 3501 榕城海关 · 审核"]
    assert shown("own") == ["其他人员", "员工boss"]
    assert shown("machines") == ["我方系统 · 系统接口"]
    assert len(shown("")) == 4


@pytest.mark.django_db
def test_a_chief_sees_the_own_office_and_the_audit_right_is_needed(visit: Callable[[User], Client]) -> None:
    ours = organisation(1)
    here, there, chief = official("here"), official("there", "3502"), official("chief", role=PostRole.CHIEF)
    saw(here, ours)
    saw(there, ours)
    saw(member("boss", ours), ours)
    acts = visit(chief).get("/console/audit/", {"verb": "personal_data_shown"}).context["acts"]
    assert [act.actor for act in acts] == ["姓here · 海关 · 3501 榕城海关 · 审核"]
    assert acts[0].enterprise == "企业1"
    for user in (here, User.objects.get(username="boss")):
        assert visit(user).get("/console/audit/").status_code == 403
        assert visit(user).post("/console/audit/file/").status_code == 403
    assert visit(chief).get("/enterprise/audit/").status_code == 403


@pytest.mark.django_db
def test_search_by_person_verb_subject_enterprise_and_day() -> None:
    ours, chief = organisation(1), official("chief", role=PostRole.CHIEF)
    here = official("here")
    saw(here, ours)
    audit.record(Verb.RULE_PROPOSED, actor=here, subject="rule:E.01")

    def count(**asked: Any) -> int:
        return trail_for_official(chief, TrailFilter(**asked)).count()

    assert count() == 2
    assert (count(person="HERE"), count(person="姓here"), count(person="nobody")) == (2, 2, 0)
    assert (count(verb="rule_proposed"), count(subject="rule:E.01"), count(subject="rule:E")) == (1, 1, 0)
    assert (count(enterprise=ours.uscc), count(enterprise="企业1"), count(enterprise="企业9")) == (1, 1, 0)
    today = timezone.localdate()
    assert (count(since=today, until=today), count(until=today - timedelta(days=1))) == (2, 0)


@pytest.mark.django_db
def test_hostile_filters_are_no_error_and_markup_stays_text(visit: Callable[[User], Client]) -> None:
    ours, chief = organisation(1), official("chief", role=PostRole.CHIEF)
    audit.record(
        Verb.PERSONAL_DATA_SHOWN,
        actor=chief,
        organisation_id=ours.pk,
        subject="parcel:<script>alert(1)</script>",
        detail={"reason": "<img src=x onerror=alert(1)>", "more": ["<b>"]},
    )
    page = text(visit(chief).get("/console/audit/"))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    for name, value in (
        ("before", "x_y"),
        ("before", "9" * 40 + "_1"),
        ("since", "31-31-31"),
        ("verb", "drop"),
    ):
        assert visit(chief).get("/console/audit/", {name: value}).status_code == 200
    for name in ("person", "subject", "enterprise"):
        assert visit(chief).get("/console/audit/", {name: "\x00%'\""}).status_code == 200


@pytest.mark.django_db
def test_an_export_is_an_act_and_no_formula(visit: Callable[[User], Client]) -> None:
    ours = organisation(1)
    boss, viewer = member("boss", ours), member("viewer", ours, MemberRole.VIEWER)
    saw(official("wang"), ours, reason="=HYPERLINK(1) 核实收货地址")
    file = text(visit(boss).post("/enterprise/audit/file/", {"verb": "personal_data_shown"}))
    assert file.startswith("\ufeff编号,时间,人员,动作,对象,事由")
    assert "海关 · 3501 榕城海关 · 审核,查看个人信息明文,包裹 12800,'=HYPERLINK(1) 核实收货地址" in file
    entry = AuditEntry.objects.get(verb=Verb.DATA_EXPORTED)
    assert (entry.actor_id, entry.organisation_id, entry.detail) == (
        boss.pk,
        ours.pk,
        {"verb": "personal_data_shown"},
    )
    assert visit(viewer).post("/enterprise/audit/file/").status_code == 403
    chief = official("chief", role=PostRole.CHIEF)
    assert "姓wang" in text(visit(chief).post("/console/audit/file/"))
    assert AuditEntry.objects.filter(verb=Verb.DATA_EXPORTED).count() == 2


@pytest.mark.django_db
def test_pages_by_position_never_overlap_and_cost_the_same(visit: Callable[[User], Client]) -> None:
    ours, chief = organisation(1), official("chief", role=PostRole.CHIEF)
    for _ in range(130):
        saw(chief, ours)
    found = trail_for_official(chief, TrailFilter())
    seen, position = [], ""
    while True:
        entries, position = slice_of(found, position)
        seen += [entry.pk for entry in entries]
        if not position:
            break
    assert seen == sorted(AuditEntry.objects.values_list("pk", flat=True), reverse=True)
    reader = visit(chief)
    with CaptureQueriesContext(connection) as taken:
        reader.get("/console/audit/")
    assert len(taken) <= 18
    with CaptureQueriesContext(connection) as taken:
        told_to_official(found)
    assert len(taken) == 4  # no machine among them


@pytest.fixture
def many(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"rows": ROWS})
        cursor.execute("ANALYZE portal_auditentry")


PLANS = {
    "newest": TrailFilter(),
    "person": TrailFilter(person="somebody"),
    "rare verb": TrailFilter(verb="personal_data_shown"),
    "frequent verb": TrailFilter(verb="message_received"),
    "object": TrailFilter(subject="parcel:600"),
    "enterprise": TrailFilter(enterprise="91350100MA35000007"),
    "an old day": TrailFilter(since=date(2020, 1, 1), until=date(2020, 1, 2)),
    "verb and enterprise": TrailFilter(verb="personal_data_shown", enterprise="91350100MA35000007"),
}


@pytest.mark.parametrize("name", PLANS)
def test_every_search_reads_an_index(many: None, name: str) -> None:
    auditor = User.objects.create(username="auditor")
    User.objects.create(pk=900_020, username="somebody")
    Organisation.objects.create(pk=7, uscc="91350100MA35000007", name="七")
    found = trail_for_official(auditor, PLANS[name])[:51]
    plan = found.explain(analyze=True)
    assert "Seq Scan" not in plan
    assert len(found) == {"person": 51, "object": 1, "an old day": 0, "verb and enterprise": 1}.get(name, 51)


def test_an_enterprise_reads_its_own_rows_only(many: None) -> None:
    plan = trail_for_enterprise(7, TrailFilter())[:51].explain()
    assert "portal_audit_enterprise_acts" in plan
    assert "Sort" not in plan


@pytest.mark.django_db(transaction=True)
def test_verification_goes_on_where_it_stopped_and_keeps_a_break_until_it_starts_again() -> None:
    assert audit.chain_state() == audit.ChainState(0, 0, None, None, None)
    for number in range(5):
        audit.record(Verb.DATA_EXPORTED, subject=f"test:{number}")
    audit.seal()
    assert audit.verify_on().position == 5
    audit.record(Verb.DATA_EXPORTED, subject="test:5")
    audit.seal()
    state = audit.chain_state()
    assert (state.last, state.verified, state.broken) == (6, 5, None)
    assert state.whole_at is not None
    with connection.cursor() as cursor:  # what only a superuser can do
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE portal_auditentry SET detail = '{\"x\": 1}' WHERE subject IN ('test:2', 'test:5')"
        )
        cursor.execute("SET session_replication_role = DEFAULT")
    assert audit.verify_on().broken == 6
    assert (audit.verify_on().broken, audit.verify()) == (6, (2, 3))
    audit.verify_again()
    assert audit.verify_on().broken == 3
    assert (audit.chain_state().verified, audit.chain_state().broken) == (2, 3)
    assert Heartbeat.objects.get(name=audit.VERIFIER).detail["whole_at"] is None


@pytest.mark.django_db
def test_a_broken_chain_is_told_on_the_page(visit: Callable[[User], Client]) -> None:
    chief = official("chief", role=PostRole.CHIEF)
    assert "全链核验进行中" in text(visit(chief).get("/console/audit/"))
    Heartbeat.objects.create(
        name=audit.VERIFIER, at=timezone.now(), detail={"position": 41, "hash": "", "broken": 42}
    )
    assert "哈希链在第 42 条断裂：此前 41 条完好" in text(visit(chief).get("/console/audit/"))


@pytest.mark.django_db
def test_the_enterprise_is_not_told_how_an_office_divides_its_work(visit: Callable[[User], Client]) -> None:
    ours = organisation(1)
    boss, reviewer = member("boss", ours), official("wang")
    audit.record(Verb.CASE_NOTED, actor=reviewer, organisation_id=ours.pk, subject="parcel:1")
    audit.record(
        Verb.PARCEL_RELEASED,
        actor=reviewer,
        organisation_id=ours.pk,
        subject="filing:1",
        detail={"reason": "内部备注"},
    )
    page = text(visit(boss).get("/enterprise/audit/"))
    assert "放行包裹" in page
    assert "记录备注或任务" not in page.split("<table")[1]
    assert "内部备注" not in page
    assert '<a href="/enterprise/filing/cases/1/">备案申请 1</a>' in page
