"""Real-time payment data (公告 2018 年第 165 号、第 179 号): asked of a real HTTP platform, uploaded signed, compared, kept encrypted."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from customs.enums import PaymentDataState, Severity
from customs.messages import payex179
from customs.models import Finding, ImportPayment, Parcel, PaymentDataEndpoint, PaymentDataRequest
from customs.selectors.payment_data import reported_of
from customs.services.payment_requests import (
    ask,
    ask_by_rule,
    ask_payment_data,
    send_request,
    set_endpoint,
    sweep_requests,
)
from exchange.messages.signatures import Signer, new_signer
from exchange.models import SignerCertificate
from exchange.services.calling import AddressRefused
from exchange.services.certificates import columns_of
from portal.models import AuditEntry, Membership, Organisation, User
from portal.permissions import NotPermitted
from tests.customs.pages.conftest import official, staff  # noqa: F401 -- fixtures
from tests.customs.world import World, prepared, world  # noqa: F401 -- fixtures
from tools.demo.paying_platform import PayingPlatform, Record, upload_text
from tools.parcels import IMPORT_SHOP, PLATFORM

URL = "/api/v1/payment-data/"
REASON = "核对交易真实性，比对支付原始数据"


@pytest.fixture(scope="module")
def signer() -> Signer:
    return new_signer("RSA", name="platform", serial=0x1790AB, legacy=True)


@pytest.fixture
def platform(signer: Signer, settings: Any) -> Iterator[PayingPlatform]:
    settings.WEBHOOK_DEVELOPMENT = True
    server = PayingPlatform(signer, "")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def asked(world: World, platform: PayingPlatform, signer: Signer) -> PaymentDataRequest:  # noqa: F811
    """A request about a held parcel, delivered to the platform."""
    organisation = Organisation.objects.get(customs_code=PLATFORM.code)
    SignerCertificate.objects.create(organisation=organisation, **columns_of(signer.certificate))
    PaymentDataEndpoint.objects.create(
        organisation=organisation, url=platform.address, changed_at=timezone.now()
    )
    parcel = held(world)
    request = ask(parcel, REASON)
    send_request(request.pk)
    request.refresh_from_db()
    return request


def held(world: World) -> Parcel:  # noqa: F811
    documents = world.make.import_parcel()
    return world.decide(documents)[0]


def record_of(request: PaymentDataRequest, **changes: Any) -> Record:
    """What an honest platform reports of the order."""
    parcel = request.parcel
    payment = ImportPayment.objects.get(pk=parcel.payment_id)
    head = {
        "guid": "9D55BA71-55DE-41F4-8B50-C36C83B3B419",
        "initalRequest": "https://pay.example.com/create?a=1&b=2",
        "initalResponse": "ok",
        "ebpCode": parcel.ebp_code,
        "payCode": payment.pay_code,
        "payTransactionId": payment.pay_transaction_id,
        "totalAmount": float(payment.amount_paid),
        "currency": "142",
        "verDept": "3",
        "payType": "1",
        "tradingTime": f"{timezone.localtime(payment.pay_time):%Y%m%d%H%M%S}",
        "note": "备注",
        **changes,
    }
    goods = [{"gname": "奶粉", "itemLink": "https://shop.example.com/1;https://shop.example.com/2"}]
    order = {
        "orderNo": request.order_no,
        "goodsInfo": goods,
        "recpAccount": "6222020000001234",
        "recpCode": "",
        "recpName": IMPORT_SHOP.name,
    }
    return {"head": head, "orders": [order]}


def upload(client: Client, text: str) -> dict[str, Any]:
    answer = client.post(
        URL, urlencode({"payExInfoStr": text}), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200, answer.content
    said: dict[str, Any] = answer.json()
    assert set(said) == {"code", "message", "total", "serviceTime"}
    return said


def state(request: PaymentDataRequest) -> str:
    request.refresh_from_db()
    return request.state


def test_platform_is_asked_by_the_official_form(asked: PaymentDataRequest, platform: PayingPlatform) -> None:
    assert asked.state == PaymentDataState.ASKED
    (said,) = platform.asked
    assert (said["orderNo"], said["sessionID"]) == (asked.order_no, asked.session_id)
    assert set(said) == {"orderNo", "sessionID", "serviceTime"}


def test_signed_upload_is_kept_encrypted_compared_and_shown(
    asked: PaymentDataRequest,
    client: Client,
    signer: Signer,
    official: Callable[..., Client],  # noqa: F811
) -> None:
    text = upload_text(record_of(asked), session_id=asked.session_id, signer=signer)
    assert (upload(client, text)["code"], upload(client, text)["code"]) == ("10000", "10000")
    assert state(asked) == PaymentDataState.RECEIVED
    assert asked.differences == []
    assert b"6222020000001234" not in bytes(asked.data or b"")
    today = timezone.localdate()
    assert asked.forget_on is not None
    assert (asked.forget_on.year, asked.forget_on.month) == (today.year + 3, today.month)
    (reported,) = reported_of(asked.parcel)
    assert {row.name: row.agrees for row in reported.rows} == {
        "orderNo": True,
        "ebpCode": True,
        "payTransactionId": True,
        "totalAmount": True,
        "currency": True,
        "payCode": True,
        "tradingTime": True,
        "recpName": True,
        "recpAccount": None,
    }
    assert [row.theirs for row in reported.rows if row.name == "recpAccount"] == ["****1234"]
    assert AuditEntry.objects.filter(verb="payment_data_received").count() == 1


def test_what_disagrees_is_named(asked: PaymentDataRequest, client: Client, signer: Signer) -> None:
    record = record_of(asked, totalAmount=1, payTransactionId="OTHER")
    assert upload(client, upload_text(record, session_id=asked.session_id, signer=signer))["code"] == "10000"
    assert state(asked) == PaymentDataState.RECEIVED
    assert asked.differences == ["payTransactionId", "totalAmount"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda text, one: "{", "20001"),
        (lambda text, one: text.replace(one.session_id, "0" * 36), "20002"),
        (lambda text, one: text.replace('"currency":"142"', '"currency":"502"'), "20003"),
        (lambda text, one: text.replace('"certNo":"1790AB"', '"certNo":"77"'), "20004"),
        (lambda text, one: "[" * 100_000, "20001"),
        (lambda text, one: text.replace("{", '{"sessionID":"x",', 1), "20001"),
    ],
    ids=["unreadable", "session", "signature", "certificate", "deep", "twice"],
)
def test_upload_that_does_not_hold_is_answered_by_its_code_and_moves_nothing(
    asked: PaymentDataRequest,
    client: Client,
    signer: Signer,
    spoil: Callable[[str, PaymentDataRequest], str],
    code: str,
) -> None:
    text = upload_text(record_of(asked), session_id=asked.session_id, signer=signer)
    assert upload(client, spoil(text, asked))["code"] == code
    assert state(asked) == PaymentDataState.ASKED
    assert asked.data is None


def test_revoked_certificate_is_not_registered(
    asked: PaymentDataRequest, client: Client, signer: Signer
) -> None:
    SignerCertificate.objects.update(revoked_at=timezone.now(), revoked_reason="丢失")
    text = upload_text(record_of(asked), session_id=asked.session_id, signer=signer)
    assert upload(client, text)["code"] == "20004"
    assert state(asked) == PaymentDataState.ASKED


@pytest.mark.parametrize(
    "changes",
    [{"ebpCode": "9999999999"}, {"verDept": "9"}, {"tradingTime": "yesterday"}, {"totalAmount": -1}],
)
def test_signed_but_wrong_fields_are_told(
    asked: PaymentDataRequest, client: Client, signer: Signer, changes: dict[str, Any]
) -> None:
    text = upload_text(record_of(asked, **changes), session_id=asked.session_id, signer=signer)
    said = upload(client, text)
    assert said["code"] == "20005"
    assert next(iter(changes)) in said["message"]
    assert state(asked) == PaymentDataState.ASKED


def test_other_data_for_an_answered_request_are_refused(
    asked: PaymentDataRequest, client: Client, signer: Signer
) -> None:
    upload(client, upload_text(record_of(asked), session_id=asked.session_id, signer=signer))
    before = bytes(PaymentDataRequest.objects.get().data or b"")
    changed = upload_text(record_of(asked, totalAmount=1), session_id=asked.session_id, signer=signer)
    assert upload(client, changed)["code"] == "20000"
    assert bytes(PaymentDataRequest.objects.get().data or b"") == before


def test_members_as_text_and_with_blanks_hold_too(signer: Signer) -> None:
    """Senders write the head as JSON or as a string that holds JSON; blanks on the way do not break the signature."""
    given = '{"sessionID":"S","payExchangeInfoHead":"{\\"a\\":1.10}","payExchangeInfoLists":[ {"b": "x y"} ],"serviceTime":"1"}'
    texts = payex179.signed_texts(payex179.members_of(given))
    assert texts == (
        '"sessionID":"S"||"payExchangeInfoHead":"{"a":1.10}"||"payExchangeInfoLists":"[ {"b": "x y"} ]"||"serviceTime":"1"',
        '"sessionID":"S"||"payExchangeInfoHead":"{"a":1.10}"||"payExchangeInfoLists":"[{"b":"x y"}]"||"serviceTime":"1"',
    )


def test_platform_that_does_not_answer_is_called_again_and_given_up(
    asked: PaymentDataRequest, platform: PayingPlatform
) -> None:
    PaymentDataRequest.objects.update(state=PaymentDataState.WAITING, attempts=0, next_at=timezone.now())
    PaymentDataEndpoint.objects.update(url="http://127.0.0.1:9/openReq")
    send_request(asked.pk)
    assert (state(asked), asked.attempts) == (PaymentDataState.WAITING, 1)
    assert asked.next_at > timezone.now()
    assert sweep_requests() == 0
    PaymentDataRequest.objects.update(attempts=5, next_at=timezone.now())
    assert sweep_requests() == 1
    assert state(asked) == PaymentDataState.FAILED


def test_overdue_request_expires_and_old_data_are_forgotten(
    asked: PaymentDataRequest, client: Client, signer: Signer
) -> None:
    PaymentDataRequest.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    sweep_requests()
    assert state(asked) == PaymentDataState.EXPIRED
    late = upload_text(record_of(asked), session_id=asked.session_id, signer=signer)
    assert upload(client, late)["code"] == "10000"
    PaymentDataRequest.objects.update(forget_on=timezone.localdate() - timedelta(days=1))
    sweep_requests()
    assert state(asked) == PaymentDataState.RECEIVED
    assert asked.data is None


def test_official_asks_by_a_button_and_others_may_not(
    asked: PaymentDataRequest,
    official: Callable[..., Client],  # noqa: F811
) -> None:
    client: Any = official("王审核")
    (open_already,) = ask_payment_data(parcel_ids=[asked.parcel_id], actor=client.user, reason=REASON)
    assert (open_already.ok, open_already.code) == (False, "PAYEX.OPEN")
    PaymentDataRequest.objects.update(state=PaymentDataState.FAILED)
    (again,) = ask_payment_data(parcel_ids=[asked.parcel_id], actor=client.user, reason=REASON)
    assert again.ok
    with pytest.raises(NotPermitted):
        ask_payment_data(
            parcel_ids=[asked.parcel_id], actor=User.objects.create_user("nobody"), reason=REASON
        )
    assert PaymentDataRequest.objects.count() == 2


def test_risk_rule_asks_once(asked: PaymentDataRequest) -> None:
    PaymentDataRequest.objects.all().delete()
    parcel = Parcel.objects.get()
    assert ask_by_rule([parcel.pk]) == 0
    Finding.objects.create(
        parcel_id=parcel.pk,
        rule="Q.03",
        severity=Severity.WARNING,
        register_version=1,
        created_at=timezone.now(),
    )
    assert (ask_by_rule([parcel.pk]), ask_by_rule([parcel.pk])) == (1, 0)
    assert "Q.03" in PaymentDataRequest.objects.get().reason


def test_address_inside_the_house_is_refused(world: World) -> None:  # noqa: F811
    organisation = Organisation.objects.get(customs_code=PLATFORM.code)
    user = User.objects.create_user("typist")
    Membership.objects.create(user=user, organisation=organisation, role="declarant")
    with pytest.raises(AddressRefused):
        set_endpoint(actor=user, organisation_id=organisation.pk, url="https://127.0.0.1/openReq")
    assert not PaymentDataEndpoint.objects.exists()


def test_platform_sees_what_it_was_asked_and_names_its_address(
    asked: PaymentDataRequest,
    staff: Callable[..., Client],  # noqa: F811
) -> None:
    client = staff("platform")
    assert asked.order_no in client.get("/enterprise/payment-data/").content.decode()
    assert client.post("/enterprise/payment-data/", {"url": "ftp://example.com"}).status_code == 422
    answer = client.post("/enterprise/payment-data/", {"url": "http://127.0.0.1:8179/openReq"})
    assert answer.status_code == 302
    assert PaymentDataEndpoint.objects.get().url == "http://127.0.0.1:8179/openReq"
    assert asked.order_no not in staff("shop").get("/enterprise/payment-data/").content.decode()


def test_official_sees_the_comparison_on_the_parcels_page(
    asked: PaymentDataRequest,
    client: Client,
    signer: Signer,
    official: Callable[..., Client],  # noqa: F811
) -> None:
    record = record_of(asked, totalAmount=1)
    upload(client, upload_text(record, session_id=asked.session_id, signer=signer))
    Parcel.objects.update(state="manual")
    html = official("王审核").get(f"/console/customs.manual/{asked.parcel_id}/").content.decode()
    assert "平台报送的支付数据与支付单、订单不一致" in html
    assert "****1234" in html
    assert "6222020000001234" not in html
