"""SMS of letters: handed over once, stored encrypted, every report of the platform becomes a visible state."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from exchange.agencies.sms import simulator
from exchange.agencies.sms.adapter import step_and_error
from exchange.agencies.sms.codes import CODES, STEPS, Report
from exchange.enums import TaskKind, TaskState
from exchange.models import AgencyTask
from exchange.services.agency import take_decisions
from portal import events
from portal.enums import DeliveryState
from portal.letters import send
from portal.letters_delivery import lose_silent_messages
from portal.models import Agency, ApiClient, Contact, Delivery, Event, EventHandling, User
from portal.personal_data import decrypt, encrypt, mask_phone

PHONE = "13800138000"
PARAMS = {"enterprise": "福州贸易", "count": "3"}


def write_sms(phone: str = PHONE, language: str = "zh-hans") -> Delivery:
    user = User.objects.create(username=phone)
    Contact.objects.create(
        user=user, language=language, phone_token=encrypt(phone), phone_mask=mask_phone(phone)
    )
    send("customs.parcels_selected", users=[user.pk], params=PARAMS)
    return Delivery.objects.get(letter__user=user)


def report(detail: dict[str, Any]) -> list[dict[str, Any]]:
    agency, _new = Agency.objects.get_or_create(code="sms", defaults={"name": "短信平台"})
    client, _new = ApiClient.objects.get_or_create(client_id="sms", defaults={"agency": agency})
    task = AgencyTask.objects.latest("id")
    decision = {"task": task.pk, "outcome": "reported", "detail": detail}
    return take_decisions(agency_code="sms", client=client, decisions=[decision])


def outcome(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.last_error


@pytest.mark.django_db(transaction=True)
def test_a_committed_sms_becomes_one_encrypted_task_however_often_it_is_told() -> None:
    delivery = write_sms()
    assert events.sweep() == 1
    event = Event.objects.get()
    EventHandling.objects.all().delete()
    events.dispatch(event.pk)
    task = AgencyTask.objects.get()
    assert (task.agency_code, task.kind, task.subject_id) == ("sms", TaskKind.SMS_SEND, delivery.pk)
    assert PHONE not in task.payload
    assert json.loads(decrypt(task.payload)) == {
        "phone": PHONE,
        "text": "您有3票包裹被海关布控查验，请登录平台查看。",
    }
    assert outcome(delivery) == (DeliveryState.ASKED, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"code": "DELIVRD"}, (DeliveryState.SENT, "")),
        ({"code": "REJECTD"}, (DeliveryState.FAILED, "SMS.REJECTD")),
        ({"code": "MK:0001"}, (DeliveryState.FAILED, "SMS.MK:0001")),
        ({"code": "EXPIRED"}, (DeliveryState.FAILED, "SMS.EXPIRED")),
        ({"code": "ZZ:9999"}, (DeliveryState.UNCLEAR, "SMS.ZZ:9999")),
        ({"code": "<b>" * 99}, (DeliveryState.UNCLEAR, "SMS." + "b" * 20)),
    ],
)
def test_every_report_becomes_a_visible_state(detail: dict[str, Any], expected: tuple[str, str]) -> None:
    delivery = write_sms()
    events.sweep()
    assert report(detail)[0]["status"] == "decided"
    assert outcome(delivery) == expected
    assert AgencyTask.objects.get().state == TaskState.DECIDED


@pytest.mark.django_db
@pytest.mark.parametrize("detail", [{}, {"code": ["DELIVRD"]}])
def test_a_report_against_the_contract_waits_for_an_official(detail: dict[str, Any]) -> None:
    delivery = write_sms()
    events.sweep()
    assert report(detail)[0]["status"] == "unclear"
    assert outcome(delivery) == (DeliveryState.ASKED, "")
    assert AgencyTask.objects.get().state == TaskState.UNKNOWN


@pytest.mark.django_db
def test_a_second_report_changes_nothing() -> None:
    delivery = write_sms()
    events.sweep()
    report({"code": "DELIVRD"})
    assert report({"code": "DELIVRD"})[0]["status"] == "decided"
    assert report({"code": "REJECTD"})[0]["error"]["code"] == "TASK.DECIDED"
    assert outcome(delivery) == (DeliveryState.SENT, "")


@pytest.mark.django_db
def test_a_number_removed_meanwhile_ends_the_sms() -> None:
    delivery = write_sms()
    Contact.objects.update(phone_token="")
    events.sweep()
    assert outcome(delivery) == (DeliveryState.FAILED, "SMS.NO_NUMBER")
    assert AgencyTask.objects.count() == 0


@pytest.mark.django_db
def test_a_platform_that_never_answers_leaves_no_limbo() -> None:
    delivery = write_sms()
    events.sweep()
    assert lose_silent_messages(timezone.now() + timedelta(hours=23)) == 0
    assert lose_silent_messages(timezone.now() + timedelta(hours=25)) == 1
    assert outcome(delivery) == (DeliveryState.UNCLEAR, "SMS.NO_ANSWER")


def test_every_meaning_has_a_step_and_the_simulator_speaks_known_codes() -> None:
    assert set(STEPS) == set(Report)
    assert set(simulator.CONVENTION.values()) - set(CODES) == {"ZZ:9999"}
    answers = {
        last: step_and_error(simulator.answer({"payload": {"phone": f"1380013{last}"}})["detail"])[0]
        for last in ("8000", "9901", "9902", "9903", "9904")
    }
    assert answers == {"8000": "send", "9901": "fail", "9902": "fail", "9903": "fail", "9904": "lose"}
