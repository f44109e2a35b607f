"""No limbo: every state has an owner, a limit and a notice; what stands still is found and told once, counted and shown."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import rules, standing
from portal.codes import load_rules
from portal.enums import Owner
from portal.letters import load_letter_texts
from portal.management.commands.print_workflows import tables
from portal.metrics import StandingCollector
from portal.models import (
    Administrator,
    Agency,
    Letter,
    Membership,
    Office,
    Organisation,
    Post,
    Standstill,
    User,
)
from portal.standing import HOURS, Standing, covered, standings, sweep, sweep_one
from portal.workflow import workflows
from tests.conftest import sign_in

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=400)


@pytest.fixture
def platform() -> dict[str, User]:
    """Rules and words; a chief of one customs office and its quarantine, a chief of another, a system administrator, a member of an enterprise."""
    load_rules()
    load_letter_texts()
    rules.refresh(force=True)
    found = {name: User.objects.create(username=name) for name in ("chief", "other", "keeper", "clerk")}
    agency = Agency.objects.create(code="gacc", name="海关")
    for name, office, role in (
        ("chief", "3501", "chief"),
        ("other", "3502", "chief"),
        ("clerk", "3501", "clerk"),
    ):
        where, _made = Office.objects.get_or_create(agency=agency, code=office, defaults={"name": office})
        Post.objects.create(user=found[name], agency=agency, office=where, role=role)
    quarantine = Agency.objects.create(code="ciq", name="检验检疫")
    port = Office.objects.create(agency=quarantine, code="3501", name="3501")
    Post.objects.create(user=found["chief"], agency=quarantine, office=port, role="chief")
    Administrator.objects.create(user=found["keeper"], role="system")
    return found


VALUES: dict[str, Callable[[], Any]] = {
    "DateTimeField": timezone.now,
    "DateField": timezone.localdate,
    "DecimalField": lambda: Decimal(1),
    "BooleanField": lambda: False,
    "UUIDField": uuid.uuid4,
    "JSONField": dict,
    "BinaryField": lambda: b"x",
    "ArrayField": list,
}


def value_for(field: "models.Field[Any, Any]") -> Any:
    """Something that fits a column."""
    kind = field.get_internal_type()
    if field.null:
        return None
    if kind in {"CharField", "TextField"}:
        return str(field.choices[0][0]) if field.choices else "x"
    return VALUES.get(kind, lambda: 1)()


FITTING: dict[str, dict[str, Any]] = {
    "exchange.Webhook": {"kinds": ["receipts"]},
    "customs.Queue": {"message_type": "!CEB621Message"},
    "customs.TaxBill": {"released_on": date(2020, 1, 1), "due_from": date(2020, 2, 1)},
    "exchange.SharingGrant": {"asked_by_id": 1, "fields": ["name"], "until": date(2099, 1, 1)},
    "filing.FiledGoods": {"gtin": "", "hs_code": "3304990099"},
    "filing.RegistrationApplication": {"uscc": "91350100MA35000017"},
    "filing.Agreement": {"valid_to": date(2099, 1, 1), "client_id": 2},
}
"""What the constraints of a table want besides."""


def put(one: Standing, number: int, **changes: Any) -> int:
    """A row of this kind, as if everything else were there: foreign keys are not looked up."""
    model = apps.get_model(one.model)
    row = model(**{f.attname: value_for(f) for f in model._meta.concrete_fields if f.name != "pk"})
    past = timezone.now() - LONG_AGO
    changes = {
        **({one.state_field: sorted(one.states)[0]} if one.states else {}),
        **(
            {
                one.since: past
                if "Time" in model._meta.get_field(one.since).get_internal_type()
                else past.date()
            }
            if one.since
            else {}
        ),
        **({one.office_field: "3501"} if one.office_field else {}),
        **FITTING.get(one.model, {}),
        **({"parcel_id": number} if one.model == "customs.ParcelRequest" else {}),
        **({one.organisation_field: number} if one.organisation_field else {}),
        **({one.agency_field: "gacc"} if one.agency_field else {}),
        **changes,
    }
    key = one.key if one.key != "pk" else model._meta.pk.attname  # type: ignore[union-attr]
    setattr(row, key, number)
    for name, value in changes.items():
        setattr(row, name, value)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        row.save(force_insert=True)
        if one.since:  # columns that are set when a row is written
            model._default_manager.filter(**{one.key: number}).update(**{one.since: changes[one.since]})
        cursor.execute("SET LOCAL session_replication_role = origin")
    return number


KINDS = [pytest.param(one, id=one.kind) for one in standings()]


def test_every_state_of_every_workflow_has_an_owner_or_rests() -> None:
    """A new workflow declares its states with `portal.standing.stands` or `rests`."""
    tables()  # loads every workflow
    missing = [
        f"{flow.model_label} {state}"
        for flow in workflows()
        for state in sorted({source for step in flow.transitions.values() for source in step.sources})
        if not covered(flow.model_label, state)
    ]
    assert missing == []


def test_declared_states_columns_and_limits_exist(platform: dict[str, User]) -> None:
    flows = {flow.model_label: flow for flow in workflows()}
    for one in standings():
        names = {field.attname for field in apps.get_model(one.model)._meta.concrete_fields}
        columns = {one.since, one.agency_field, one.office_field, one.organisation_field} - {""}
        assert columns <= names, one.kind
        assert str(one.told)
        if one.model in flows:
            assert set(one.states) <= set(flows[one.model].states), one.kind
        assert int(rules.value(HOURS, timezone.localdate(), one.kind)) >= 0


@pytest.mark.parametrize("one", KINDS)
def test_one_of_each_kind_is_found_and_told_once(platform: dict[str, User], one: Standing) -> None:
    acted: list[int] = []
    still = Standing(**{**{f: getattr(one, f) for f in one.__dataclass_fields__}, "act": acted.extend})
    put(one, 901)
    assert sweep_one(still, timezone.now()) == 1
    assert sweep_one(still, timezone.now()) == 0
    row = Standstill.objects.get()
    assert (row.kind, row.object_id, row.owner, row.ended_at) == (one.kind, 901, one.owner, None)
    assert acted == [901]
    told = set(Letter.objects.filter(code="portal.standing_still").values_list("user__username", flat=True))
    office = one.owner == Owner.OFFICE and (one.office_field or one.agency_field)
    assert told == (
        {"chief"} if one.office_field and office else {"chief", "other"} if office else {"keeper"}
    )
    assert Letter.objects.count() == len(told)
    apps.get_model(one.model)._default_manager.all().delete()
    assert sweep_one(still, timezone.now()) == 0
    assert Standstill.objects.get().ended_at is not None


def test_what_is_within_its_limit_is_left_alone(platform: dict[str, User]) -> None:
    for number, one in enumerate(standings(), 900):
        if one.since:
            column = apps.get_model(one.model)._meta.get_field(one.since)
            later = timezone.now() + timedelta(hours=1)
            is_moment = isinstance(column, models.DateTimeField)
            put(one, number, **{one.since: later if is_moment else timezone.localtime(later).date()})
    assert sweep() == {}
    assert not Standstill.objects.exists()
    assert not Letter.objects.exists()


def test_the_enterprise_is_told_of_what_it_owes(platform: dict[str, User]) -> None:
    shop = Organisation.objects.create(uscc="91350100MA35000017", customs_code="35019609P1", name="店")
    Membership.objects.create(user=platform["clerk"], organisation=shop, role="declarant")
    one = standing.standing("filing.correction")
    assert one is not None
    put(one, 902, organisation_id=shop.pk)
    sweep()
    assert [letter.user.username for letter in Letter.objects.all()] == ["clerk"]


def test_a_sweep_costs_the_same_for_many(platform: dict[str, User]) -> None:
    one = standing.standing("customs.review")
    assert one is not None
    costs = set()
    for numbers in (range(1, 3), range(100, 160)):
        for number in numbers:
            put(one, number)
        with CaptureQueriesContext(connection) as captured:
            assert sweep_one(one, timezone.now()) == len(numbers)
        costs.add(sum("portal_registerversion" not in q["sql"] for q in captured.captured_queries))
    assert len(costs) == 1


def test_officials_see_their_offices_and_what_the_platform_owes(platform: dict[str, User]) -> None:
    for kind, number in (("customs.review", 903), ("customs.waiting", 904)):
        one = standing.standing(kind)
        assert one is not None
        put(one, number)
    sweep()

    def seen(name: str, query: str) -> set[int]:
        answer = sign_in(Client(), platform[name]).get(f"/console/standing/{query}")
        return {line["row"].object_id for line in answer.context["rows"]}

    assert seen("chief", "") == {903, 904}
    assert seen("other", "") == {904}
    assert seen("chief", "?owner=office") == {903}
    assert seen("chief", "?owner=nonsense&page=x") == {903, 904}
    page = sign_in(Client(), platform["chief"]).get("/console/standing/").content.decode()
    assert "/console/customs.manual/903/" in page
    assert "超过时限的清单" in page
    assert sign_in(Client(), platform["keeper"]).get("/console/standing/").status_code == 403


def test_the_public_number_and_the_metric(platform: dict[str, User]) -> None:
    one = standing.standing("customs.waiting")
    assert one is not None
    put(one, 905)
    sweep()
    (figure,) = standing.standing_figure()
    assert (figure.code, figure.value) == ("standing", 1)
    (family,) = StandingCollector().collect()
    values = {sample.labels["kind"]: sample.value for sample in family.samples}
    assert values["customs.waiting"] == 1
    assert sum(values.values()) == 1
