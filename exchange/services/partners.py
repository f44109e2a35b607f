"""Partners' events: taken once, however often and late they come; what does not fit its contract waits in quarantine with reasons.

Promise: a batch of up to 1,000 events costs the same few statements as one; good events are stored by the app that registered the
contract, the others are kept encrypted and judged again when they are sent anew or the partner asks for a replay.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.messages.partners import EVENT_ID, EventFault, PartnerContract
from exchange.models import PartnerConnection, PartnerEvent, QuarantinedEvent
from portal import audit, letters, rules
from portal.enums import MemberRole, Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.personal_data import decrypt, encrypt

MOST_EVENTS = 1_000
LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Reporter:
    """The firm that reports, and the codes that name it."""

    organisation_id: int
    codes: Collection[str]


@dataclass(frozen=True, slots=True)
class Stored:
    """What a store did: ids of events that are new, and refused ones with the reason."""

    new: set[str]
    refused: Mapping[str, EventFault]


Store = Callable[[Reporter, Sequence[dict[str, Any]], datetime], Stored]
_contracts: dict[str, tuple[PartnerContract, Store]] = {}


def register_contract(contract: PartnerContract, store: Store) -> None:
    """`store(reporter, events, received_at)` keeps good events once each, set-based, in the current transaction."""
    _contracts[contract.code] = (contract, store)


def contracts() -> list[PartnerContract]:
    """All contracts, by code."""
    return [_contracts[code][0] for code in sorted(_contracts)]


def contract_named(code: str) -> PartnerContract | None:
    found = _contracts.get(code)
    return found[0] if found else None


class ContractUnknown(Refusal):
    """There is no such contract."""

    code = "PARTNER.CONTRACT"
    message = _("没有此合约。")
    field = "contract"


class NotConnected(Refusal):
    """The firm has not concluded this contract."""

    code = "PARTNER.NOT_CONNECTED"
    message = _("贵企业尚未按此合约建立连接，请由企业管理员在“合作方对接”页建立。")
    field = "contract"
    status = 403


class ConnectedAlready(Refusal):
    """The firm has concluded this contract before."""

    code = "PARTNER.CONNECTED"
    message = _("贵企业已按此合约建立连接。")
    field = "contract"
    status = 409


class IntervalWrong(Refusal):
    """A heartbeat is expected every 1 to 1,440 minutes."""

    code = "PARTNER.INTERVAL"
    message = _("心跳周期应为 1 至 1440 分钟。")
    field = "interval_minutes"


class TooManyEvents(Refusal):
    """One request carries 1 to 1,000 events."""

    code = "PARTNER.EVENTS"
    message = _("每次报送 1 至 %(most)s 个事件。")
    field = "events"


@dataclass
class Taken:
    """What became of a batch."""

    stored: int = 0
    repeated: int = 0
    quarantined: list[tuple[str, list[EventFault]]] = field(default_factory=list)


@transaction.atomic
def connect(*, organisation_id: int, contract: str, interval_minutes: int, actor: Any) -> PartnerConnection:
    """Conclude a contract for the own firm. Raises NotPermitted, ContractUnknown, IntervalWrong, ConnectedAlready."""
    require(actor, "partner.manage", organisation_id=organisation_id)
    if contract not in _contracts:
        raise ContractUnknown
    if not 1 <= interval_minutes <= 1440:
        raise IntervalWrong
    try:
        with transaction.atomic():
            made = PartnerConnection.objects.create(
                organisation_id=organisation_id,
                contract=contract,
                interval_minutes=interval_minutes,
                opened_by=actor,
                opened_at=timezone.now(),
            )
    except IntegrityError:
        raise ConnectedAlready from None
    note(made, Verb.PARTNER_CONNECTED, actor=actor)
    return made


def connection_of(organisation_id: int, contract: str) -> PartnerConnection:
    """Raises ContractUnknown, NotConnected."""
    if contract not in _contracts:
        raise ContractUnknown
    found = PartnerConnection.objects.filter(organisation_id=organisation_id, contract=contract).first()
    if found is None:
        raise NotConnected
    return found


@transaction.atomic
def take_events(*, reporter: Reporter, client: Any, contract: str, events: Sequence[Any]) -> Taken:
    """Take a batch. Raises ContractUnknown, NotConnected, TooManyEvents; a bad event never touches the others."""
    connection = connection_of(reporter.organisation_id, contract)
    if not 1 <= len(events) <= MOST_EVENTS:
        raise TooManyEvents(most=MOST_EVENTS)
    taken = judge(connection, reporter, events)
    detail = {"stored": taken.stored, "repeated": taken.repeated, "quarantined": len(taken.quarantined)}
    note(connection, Verb.PARTNER_EVENTS, client=client, **detail)
    return taken


@transaction.atomic
def replay(*, reporter: Reporter, client: Any, contract: str, since: datetime, until: datetime) -> Taken:
    """Judge the quarantined events of a window again and apply the taken ones anew, the oldest thousand of each.

    What was taken before is never refused afterwards. Raises ContractUnknown, NotConnected.
    """
    connection = connection_of(reporter.organisation_id, contract)
    again = apply_anew(connection, reporter, bodies(connection.taken, since, until))
    taken = judge(connection, reporter, bodies(connection.quarantine.filter(cleared_at=None), since, until))
    taken.stored, taken.repeated = taken.stored + again.stored, taken.repeated + again.repeated
    detail = {"stored": taken.stored, "repeated": taken.repeated, "quarantined": len(taken.quarantined)}
    note(connection, Verb.PARTNER_EVENTS, client=client, replay=True, **detail)
    return taken


def bodies(kept: Any, since: datetime, until: datetime) -> list[Any]:
    """The oldest events of a window as they were reported."""
    found = kept.filter(received_at__gte=since, received_at__lt=until).order_by("received_at", "pk")
    return [json.loads(decrypt(body)) for body in found.values_list("body", flat=True)[:MOST_EVENTS]]


def apply_anew(connection: PartnerConnection, reporter: Reporter, events: Sequence[dict[str, Any]]) -> Taken:
    """Hand taken events to the store once more: only what it has lost is new to it."""
    if not events:
        return Taken()
    stored = _contracts[connection.contract][1](reporter, events, timezone.now())
    return Taken(len(stored.new), len(events) - len(stored.new))


def judge(connection: PartnerConnection, reporter: Reporter, events: Sequence[Any]) -> Taken:
    """Store what is good, keep the rest apart, count a sign of life."""
    contract, store = _contracts[connection.contract]
    now = timezone.now()
    good: dict[str, dict[str, Any]] = {}
    bad: dict[str, tuple[Any, list[EventFault]]] = {}
    for event in events:
        faults = contract.faults(event)
        if faults:
            bad[key_of(event)] = (event, faults)
        else:
            good.setdefault(event[EVENT_ID], event)
    stored = store(reporter, list(good.values()), now) if good else Stored(set(), {})
    for key, fault in stored.refused.items():
        bad[key] = (good[key], [fault])
    keep_apart(connection, bad, now)
    accepted = good.keys() - stored.refused.keys()
    keep(connection, [good[key] for key in good if key in stored.new], now)
    connection.quarantine.filter(event_id__in=list(accepted), cleared_at=None).update(cleared_at=now)
    PartnerConnection.objects.filter(pk=connection.pk).update(
        last_seen_at=now, silent_since=None, events=F("events") + len(stored.new)
    )
    repeated = len(events) - len(stored.new) - len(bad)
    return Taken(len(stored.new), repeated, [(key, faults) for key, (_event, faults) in bad.items()])


def keep(connection: PartnerConnection, events: Sequence[dict[str, Any]], now: datetime) -> None:
    """Write down events that the store took, once each."""
    contract = _contracts[connection.contract][0]
    PartnerEvent.objects.bulk_create(
        [
            PartnerEvent(
                connection=connection,
                event_id=one[EVENT_ID],
                kind=one["kind"],
                partner_code=one[contract.partner],
                subject=one[contract.subject],
                owner_code=one.get(contract.owner) or "",
                happened_at=datetime.fromisoformat(one["happened_at"]),
                received_at=now,
                body=encrypt(orjson.dumps(one).decode()),
            )
            for one in events
        ],
        ignore_conflicts=True,
    )


def key_of(event: Any) -> str:
    """The sender's id of an event, or a digest where it has none."""
    given = event.get(EVENT_ID) if isinstance(event, dict) else None
    if isinstance(given, str) and 1 <= len(given) <= LONGEST_ID and given.isprintable():
        return given
    return "#" + hashlib.sha256(orjson.dumps(event, option=orjson.OPT_SORT_KEYS)).hexdigest()[:LONGEST_ID]


def keep_apart(
    connection: PartnerConnection, bad: Mapping[str, tuple[Any, list[EventFault]]], now: datetime
) -> None:
    """Write events that were not taken; the same event again replaces what was kept of it."""
    QuarantinedEvent.objects.bulk_create(
        [
            QuarantinedEvent(
                connection=connection,
                event_id=key,
                body=encrypt(orjson.dumps(event).decode()),
                faults=[{"field": one.field, "code": one.code} for one in faults],
                received_at=now,
            )
            for key, (event, faults) in bad.items()
        ],
        update_conflicts=True,
        unique_fields=["connection", "event_id"],
        update_fields=["body", "faults", "received_at", "cleared_at"],
    )


@transaction.atomic
def beat(*, organisation_id: int, contract: str) -> None:
    """A sign of life without events. Raises ContractUnknown, NotConnected."""
    found = connection_of(organisation_id, contract)
    PartnerConnection.objects.filter(pk=found.pk).update(last_seen_at=timezone.now(), silent_since=None)


@transaction.atomic
def watch_partners() -> int:
    """Tell firms whose system is silent for longer than it promised, once per silence; returns how many are newly silent."""
    now = timezone.now()
    missed = int(rules.value("P.PARTNER.SILENCE_INTERVALS", timezone.localdate()))
    silent = [
        one
        for one in PartnerConnection.objects.select_for_update(skip_locked=True).filter(silent_since=None)
        if now - (one.last_seen_at or one.opened_at) > timedelta(minutes=one.interval_minutes * missed)
    ]
    PartnerConnection.objects.filter(pk__in=[one.pk for one in silent]).update(silent_since=now)
    for one in silent:
        letters.send(
            "exchange.partner_silent",
            organisation_id=one.organisation_id,
            roles=[MemberRole.ADMINISTRATOR, MemberRole.DECLARANT],
            params={"contract": str(_contracts[one.contract][0].title), "minutes": str(one.interval_minutes)},
            link="/enterprise/partners/",
        )
    return len(silent)


def note(
    connection: PartnerConnection, verb: Verb, *, actor: Any = None, client: Any = None, **detail: Any
) -> None:
    audit.record(
        verb,
        actor=actor,
        client=client,
        organisation_id=connection.organisation_id,
        subject=f"exchange.partner:{connection.pk}",
        detail={"contract": connection.contract, **detail},
    )
