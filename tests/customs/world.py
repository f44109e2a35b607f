"""What tests of the pipeline stand on: filed enterprises, the rule register, the tariff, a prepared connection."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from customs.enums import AccountBookState, BondedMode, Direction
from customs.messages import registry
from customs.models import (
    AccountBook,
    AccountItem,
    BuyerYear,
    Finding,
    IdentityResult,
    ImportInventory,
    Parcel,
    Waiting,
)
from customs.pipeline.turn import TurnResult
from customs.services.following import work_follow_ups
from customs.services.register_days import forget_days
from customs.services.tariff import load_tariff
from customs.services.working import decide_batch, prepare_connection, sweep_waiting
from exchange.models import Receipt
from exchange.services import Sender, receive_message
from filing.enums import EnterpriseType
from filing.services.registration import register_enterprise
from portal import rules
from portal.codes import load_rules
from portal.models import Agency, Code, Organisation, RegisterVersion, RuleValue
from portal.selectors import forget_codes
from tools.demo.accounts import ENTERPRISES, uscc
from tools.parcels import (
    ALERT_GOODS,
    BAG,
    IMPORT_GOODS,
    LOGISTICS,
    SENDERS,
    SHANGHAI,
    Generator,
    account_book_no,
    follow_up,
    messages,
    sender_of,
)
from tools.parcels import Parcel as Documents

TAX = ["CEB816Message", "CEB818Message"]
MOMENT = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
CODES = {
    "currency": ("142", "502", "110"),
    "country": ("502", "304", "142", "609", "133", "116", "301", "307"),
    "unit": ("011", "012", "025", "035", "140", "142", "001", "007"),
    "customs_district": ("3501", "3502", "3504", "3701"),
    "supervision_mode": ("9610", "1210", "1239", "9710", "9810", "0110"),
    "transport_mode": ("2", "5", "Y"),
    "wrap_type": ("2",),
    "admin_division": ("350000", "110000"),
    "hs_heading": ("4202", "6109", "6203", "6404", "8711"),
    "hs6": ("420212", "610910", "620342", "640411"),
}


@dataclass
class World:
    """Sends linked documents, works turns, tells what became of them."""

    senders: dict[str, Sender]
    make: Generator = field(default_factory=lambda: Generator(7, moment=MOMENT))
    identity_known: bool = True

    def send(self, *parcels: Documents, per_message: int = 100, only: str = "") -> None:
        """Store the documents of these parcels; `only` one message type."""
        for code, body in messages(parcels, self.make, per_message=per_message):
            if not only or code == only:
                receive_message(sender=self.senders[code], body=body)

    def know_buyers(self, outcome: str = "MATCH") -> None:
        """Let the identity cache know everybody whose inventory is stored."""
        now = timezone.now()
        hashes = set(ImportInventory.objects.values_list("buyer_identity_hash", flat=True))
        IdentityResult.objects.bulk_create(
            [
                IdentityResult(
                    identity_hash=ref,
                    outcome=outcome,
                    source="test",
                    checked_at=now,
                    expires_at=now + timedelta(days=1),
                )
                for ref in hashes
            ],
            ignore_conflicts=True,
        )

    def work(self) -> list[TurnResult]:
        """Turns of both directions until the queue is empty."""
        if self.identity_known:
            self.know_buyers()
        done: list[TurnResult] = []
        while turns := [r for r in map(decide_batch, Direction) if r.messages]:
            done += turns
        return done

    def decide(self, *parcels: Documents, per_message: int = 100) -> list[Parcel]:
        """Send, work, and return the decided parcels in order."""
        self.send(*parcels, per_message=per_message)
        self.work()
        return [self.parcel(one) for one in parcels]

    def follow(self, code: str, *declared: Documents, **changes: Any) -> list[tuple[str, str]]:
        """Send a follow-up about these lists and work it: (status, info) of each answer after the port's own."""
        pairs = [(one, self.parcel(one).invt_no) for one in declared]
        who = changes.get("sender") or sender_of(code)
        sender = next(one for key, one in self.senders.items() if SENDERS[key].code == who.code)
        before = Receipt.objects.order_by("-id").values_list("id", flat=True).first() or 0
        forget_arriving()
        receive_message(sender=sender, body=follow_up(code, pairs, self.make, **changes))
        work_follow_ups()
        kind = registry()[code].receipt
        found = Receipt.objects.filter(id__gt=before, message_type=kind, document_id__isnull=False)
        return [(one.status, one.info) for one in found.order_by("id")]

    def let_the_deadline_pass(self) -> None:
        """Everything that waits is overdue; the sweep finds it and the worker decides."""
        Waiting.objects.update(deadline=timezone.now() - timedelta(hours=1))
        assert sweep_waiting() == Waiting.objects.count()
        self.work()

    def parcel(self, documents: Documents) -> Parcel:
        return Parcel.objects.get(order_no=documents.order_no)

    def parcel_of(self, documents: Documents, state: str) -> Parcel:
        """The attempt in this state of a list that was sent more than once."""
        return Parcel.objects.get(order_no=documents.order_no, state=state)

    def waiting(self, documents: Documents) -> Waiting:
        return Waiting.objects.get(order_no=documents.order_no)

    def findings(self, documents: Documents) -> dict[str, tuple[str, str, str]]:
        """Rule → (severity, left, right)."""
        found = Finding.objects.filter(parcel_id=self.parcel(documents).pk).order_by("id")
        return {f.rule: (f.severity, f.left_value, f.right_value) for f in found}

    def receipts(self, documents: Documents) -> list[tuple[str, str, str]]:
        """(receipt message, status, info) of the decision, without the port's "stored" answers and without tax bills."""
        parcel = self.parcel(documents)
        ids = [parcel.pk, parcel.order_id, parcel.payment_id, parcel.waybill_id]
        rows = Receipt.objects.filter(document_id__in=[pk for pk in ids if pk]).exclude(message_type__in=TAX)
        rows = rows.order_by("id")
        return [(r.message_type, r.status, r.info) for r in rows]

    def change_rule(self, rule_id: str, **param: Any) -> None:
        """Another value of a rule for all days, as a new version of the register."""
        for row in RuleValue.objects.filter(rule_id=rule_id):
            RuleValue.objects.filter(pk=row.pk).update(param=row.param | param)
        RegisterVersion.objects.create(note=f"test {rule_id}")
        rules.refresh(force=True)
        forget_days()

    def used(self, buyer_id_hash: Any, year: int = 2026) -> tuple[Decimal, Decimal]:
        """(reserved, confirmed) of a buyer's year."""
        row = BuyerYear.objects.get(buyer_id_hash=buyer_id_hash, year=year)
        return row.reserved, row.confirmed


def forget_arriving() -> None:
    """A test is one transaction where every intake is its own: its staging table would still be there."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS arriving")


@pytest.fixture
def prepared(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The worker's session: pinned plans, temporary tables, prepared steps; once per connection, outside the test's transaction."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.t_parcel') IS NOT NULL")
        if not cursor.fetchone()[0]:
            prepare_connection()


def load_world() -> World:
    """Enterprises filed since 2020, codes, register without random inspection, tariff."""
    Code.objects.bulk_create(
        Code(table=table, code=code, name_zh=code, name_en=code, source="test")
        for table, values in CODES.items()
        for code in values
    )
    load_rules()
    RuleValue.objects.filter(rule_id="Q.20").update(param={"share": "0"})
    load_tariff()
    for code in ("gacc", "police_fujian", "police_national", "tax"):
        Agency.objects.create(code=code, name=code)
    for one in ENTERPRISES:
        organisation = Organisation.objects.create(
            uscc=uscc("91", one.organisation_code),
            customs_code=one.enterprise.code,
            name=one.enterprise.name,
        )
        for kind in one.types:
            register_enterprise(
                organisation_id=organisation.pk,
                enterprise_type=EnterpriseType(kind),
                valid_from=MOMENT.date().replace(2020, 1, 1),
            )
    fill_account_books()
    return world_of_enterprises()


def world_of_enterprises() -> World:
    """The enterprises that are stored, with what processes remember of tables forgotten."""
    forget_codes()
    forget_days()
    rules.refresh(force=True)
    found = {o.customs_code: o for o in Organisation.objects.all()}
    return World(
        {
            code: Sender(organisation_id=found[e.code].pk, codes=found[e.code].codes)
            for code, e in SENDERS.items()
        }
    )


def fill_account_books(most: int = 1_000_000) -> None:
    """The books that made-up bonded parcels name hold a million of everything."""
    owner = Organisation.objects.get(customs_code=LOGISTICS.code)
    for mode, office in product(BondedMode.values, ("3501", "3701")):
        book = AccountBook.objects.create(
            ems_no=account_book_no(mode, office),
            organisation=owner,
            codes=sorted(owner.codes),
            customs_code=office,
            trade_mode=mode,
            valid_from=date(2016, 4, 8),
            state=AccountBookState.ACTIVE,
            opened_at=timezone.now(),
        )
        AccountItem.objects.bulk_create(
            AccountItem(
                book=book,
                item_record_no=f"R{one.code}",
                gcode=one.code,
                name=one.name,
                unit=one.unit,
                balance=most,
            )
            for one in (*IMPORT_GOODS, BAG, ALERT_GOODS)
        )


@pytest.fixture
def world(prepared: None, db: None) -> Iterator[World]:
    """A platform with filed enterprises; everything is rolled back after the test."""
    yield load_world()
    forget_codes()
    forget_days()


@pytest.fixture
def live_world(prepared: None, transactional_db: None) -> Iterator[World]:
    """The same with real commits, for tests in which several connections work at once."""
    yield load_world()
    forget_codes()
    forget_days()
