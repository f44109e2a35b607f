"""Every address of the product, page and API, asked and posted to with other people's numbers: as nobody, as two enterprises, as two
agencies. Nobody gets a foreign word, nothing of anybody else moves, no answer is a 500."""

import io
import json
import re
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model, Q
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from customs.models import Parcel
from exchange.models import AgencyTask, Message
from exchange.services.agency import open_task
from filing.models import EnterpriseFiling, FiledGoods
from portal.models import ApiClient, Membership, Organisation, StoredDocument, User
from portal.personal_data import decrypt
from portal.services.invitations import invite
from tests.conftest import sign_in
from tests.exchange.conftest import door, settle

pytestmark = pytest.mark.django_db(transaction=True)

LEFT_OUT = {"account_logout", "sessions_end_others"}
"""They would end the crawl."""
PLACES = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
LEAST_MARK = 6
FILED = ("legal_name", "address", "contact_name", "bank_account_mask", "contact_email", "bank_name", "dxp_id")


@dataclass
class Tally:
    """What a crawl met."""

    statuses: Counter[int] = field(default_factory=Counter)
    own: Counter[str] = field(default_factory=Counter)
    foreign: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


@dataclass
class Visitor:
    """Who asks, the words that must never come back, and own words, which must: a crawl that is shut out proves nothing."""

    name: str
    client: Client
    marks: set[str]
    own: set[str]
    numbers: list[int]
    headers: dict[str, str] = field(default_factory=dict)


def routes(found: list[Any], before: str = "") -> Iterator[tuple[str, str]]:
    """(path with places to fill in, name) of every route."""
    for one in found:
        path = before + str(one.pattern).removeprefix("^").removesuffix("$")
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, path)
        elif isinstance(one, URLPattern):
            yield path, one.name or ""


def filled(path: str, numbers: list[int]) -> Iterator[str]:
    """The path with every number in turn, and queues, a message type and acts in its places of words."""
    names = [(match.group(1) or "str", match.group(2) or match.group(3)) for match in PLACES.finditer(path)]
    words = {
        "code": ["customs.manual", "customs.summaries", "filing.cases", "filing.goods", "CEB311Message"],
        "action": ["approve", "take", "unmask"],
        "file_format": ["csv", "xlsx"],
    }
    texts = [name for kind, name in names if kind != "int"]
    choices = [words.get(name, ["nothing"]) for name in texts]
    many = any(kind == "int" for kind, _ in names)
    for number in numbers if many else numbers[-1:]:
        for chosen in product(*choices):
            given = dict(zip(texts, chosen, strict=True))
            yield "/" + PLACES.sub(
                lambda place, number=number, given=given: (
                    str(number)
                    if place.group(1) in {"int", "path"}
                    else given[place.group(2) or place.group(3)]
                ),
                path,
            )


def owned(organisation: Organisation) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that belongs to an enterprise, by table."""
    found = {}
    for model in apps.get_models():
        names = {one.name for one in model._meta.concrete_fields}
        owner = next((name for name in ("organisation", "organisation_id", "sender_id") if name in names), "")
        if owner and model._meta.managed:
            rows: Any = model._default_manager.filter(**{owner: organisation.pk}).order_by("pk")
            found[model._meta.label] = list(rows.values_list())
    return found


def mixed_numbers(*organisations: Organisation) -> list[int]:
    """Keys of what the enterprises own: the newest of every kind."""
    found = set()
    for organisation in organisations:
        for label in owned(organisation):
            model: type[Model] = apps.get_model(label)
            keys = model._default_manager.filter(
                Q(**{owner_of(model): organisation.pk}),
            ).values_list("pk", flat=True)
            whole = sorted(key for key in keys if isinstance(key, int))
            found |= set(whole[-1:])
    return sorted(found)


def owner_of(model: type[Model]) -> str:
    names = {one.name for one in model._meta.concrete_fields}
    return next(name for name in ("organisation", "organisation_id", "sender_id") if name in names)


def words_of(organisation: Organisation) -> set[str]:
    """What only this enterprise and those it deals with may read."""
    goods = FiledGoods.objects.filter(organisation=organisation).values_list("sku", "name")
    found = {text for row in goods for text in row}
    for row in EnterpriseFiling.objects.filter(organisation=organisation).values_list(*FILED):
        found |= set(row)
    found |= set(Membership.objects.filter(organisation=organisation).values_list("user__email", flat=True))
    code = organisation.customs_code or "-"
    parcels = Parcel.objects.filter(Q(sender_id=organisation.pk) | Q(ebc_code=code) | Q(agent_code=code))
    for row in parcels.values_list("invt_no", "order_no", "logistics_no"):
        found |= set(row)
    found |= set(Message.objects.filter(sender_id=organisation.pk).values_list("cop_msg_id", flat=True))
    found.add(f"invited-{organisation.pk}@example.org")
    return {str(word) for word in found if word and len(str(word)) >= LEAST_MARK}


def words_of_tasks(agency: str) -> set[str]:
    """Values in the tasks of an agency."""
    found: set[str] = set()
    for content in AgencyTask.objects.filter(agency_code=agency).values_list("payload", flat=True):
        found |= {
            str(value) for value in json.loads(decrypt(content)).values() if len(str(value)) >= LEAST_MARK
        }
    return found


def text_of(answer: Any) -> str:
    """The words of an answer; tables are unpacked."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"".join(packed.read(name) for name in packed.namelist())
    return body.decode("utf-8", "replace")


def crawl(visitor: Visitor, tally: Tally, wanted: str = "") -> None:
    """GET everything, then POST to everything."""
    form = {
        "ids": [str(one) for one in visitor.numbers],
        "reason": "为了看看会发生什么",
        "text": "试一试",
        "name": "x",
    }
    for method in ("get", "post"):
        for path, name in routes(get_resolver().url_patterns):
            if name in LEFT_OUT or not path.startswith(wanted):
                continue
            for address in filled(path, visitor.numbers):
                ask(visitor, tally, method, address, form)


def ask(visitor: Visitor, tally: Tally, method: str, address: str, form: dict[str, Any]) -> None:
    options: dict[str, Any] = {"REMOTE_ADDR": f"2001:db8:{uuid.uuid4().hex[:4]}::{uuid.uuid4().hex[:4]}"}
    if method == "post" and visitor.headers:
        options |= {"data": json.dumps({"ids": form["ids"]}), "content_type": "application/json"}
    elif method == "post":
        options["data"] = form
    answer = getattr(visitor.client, method)(address, headers=visitor.headers, **options)
    tally.statuses[answer.status_code] += 1
    where = f"{visitor.name} {method} {address}"
    if answer.status_code >= 500:
        tally.broken.append(f"{where}: {answer.status_code}")
    said = text_of(answer)
    tally.own[visitor.name] += any(mark in said for mark in visitor.own)
    tally.foreign += [f"{where}: {mark}" for mark in visitor.marks if mark in said]


def agent_of(name: str) -> dict[str, str]:
    """Authorization of a demo client."""
    client = ApiClient.objects.get(name=name)
    token = get_access_token_model().objects.create(
        token=f"crawl-{name}",
        application=client,
        scope=client.allowed_scopes,
        expires=timezone.now() + timedelta(hours=1),
    )
    return {"authorization": f"Bearer {token.token}"}


@pytest.fixture
def two(demonstration: dict[str, Parcel]) -> tuple[Organisation, Organisation]:
    """An import agent with parcels and an export shop with goods, which share no parcel; each has invited somebody."""
    found = []
    for username, key in (("agent", "agent"), ("exporter", "exporter")):
        organisation = Membership.objects.get(user__username=key).organisation
        boss = User.objects.get(username=username)
        Membership.objects.filter(user=boss).update(role="administrator")
        for membership in Membership.objects.filter(user=boss):
            membership.save()
        invite(
            organisation_id=organisation.pk,
            email=f"invited-{organisation.pk}@example.org",
            role="viewer",
            actor=boss,
        )
        found.append(organisation)
    settle()  # feeds show only what no other test's transaction may still precede
    return found[0], found[1]


def test_nobody_gets_a_foreign_word_by_page(two: tuple[Organisation, Organisation]) -> None:
    """Anonymous and the two enterprises, on every page."""
    tally = Tally()
    everything = words_of(two[0]) | words_of(two[1])
    crawl(Visitor("anonymous", quiet(), everything, {"企业注册"}, mixed_numbers(*two)), tally)
    for me, other, username in ((two[0], two[1], "agent"), (two[1], two[0], "exporter")):
        before = owned(other)
        client = sign_in(quiet(), User.objects.get(username=username))
        marks = words_of(other) - words_of(me)
        assert len(marks) >= LEAST_MARK
        crawl(Visitor(username, client, marks, words_of(me), mixed_numbers(other)), tally)
        assert "_auth_user_id" in client.session
        assert Membership.objects.filter(user__username=username, organisation=me).exists()
        documents = StoredDocument.objects.filter(organisation_id=other.pk).values_list("pk", flat=True)
        for document in documents:
            assert client.get(f"/files/documents/{document}/").status_code == 404
        assert changed(before, owned(other)) == {}
    report("pages", tally)


def test_nobody_gets_a_foreign_word_by_api(two: tuple[Organisation, Organisation]) -> None:
    """The machines of two enterprises and of two agencies, on every address of the API."""
    tally = Tally()
    for me, other, name in ((two[0], two[1], "demo-agent"), (two[1], two[0], "demo-export-shop")):
        before = owned(other)
        marks = words_of(other) - words_of(me)
        visitor = Visitor(name, quiet(door()), marks, words_of(me), mixed_numbers(other), agent_of(name))
        crawl(visitor, tally, "api/")
        assert changed(before, owned(other)) == {}
    agencies = {"police_fujian": "demo-police-fujian", "registry_fujian": "demo-registry-fujian"}
    questions: dict[str, tuple[str, dict[str, Any]]] = {
        "police_fujian": ("IDENTITY_CHECK", {"name": "林某某某某1", "number": "350102199003078511"}),
        "registry_fujian": ("REGISTRY_LOOKUP", {"uscc": "91350100MA0099991X"}),
        "gacc": ("INSPECTION", {"invtNo": "350120261009999001", "logisticsNo": "CRAWL0000001"}),
    }
    for number, (agency, (kind, asked)) in enumerate(questions.items(), 1):
        open_task(agency_code=agency, kind=kind, subject_id=number, payload=asked)
    for agency, name in agencies.items():
        others = set().union(*(words_of_tasks(one) for one in ("gacc", *agencies) if one != agency))
        marks = others | words_of(two[0]) | words_of(two[1])
        own, numbers = words_of_tasks(agency), mixed_numbers(*two)
        crawl(Visitor(name, quiet(door()), marks - own, own, numbers, agent_of(name)), tally, "api/")
    report("API", tally)


def quiet(client: Client | None = None) -> Client:
    """Errors become answers, as for a real visitor."""
    found = client or Client()
    found.raise_request_exception = False
    return found


def changed(
    before: dict[str, list[tuple[Any, ...]]], after: dict[str, list[tuple[Any, ...]]]
) -> dict[str, Any]:
    """Tables whose rows of the other enterprise are not what they were."""
    return {
        label: [row for row in after[label] if row not in before[label]]
        for label in after
        if after[label] != before[label]
    }


def report(what: str, tally: Tally) -> None:
    counted = ", ".join(f"{status}: {n}" for status, n in sorted(tally.statuses.items()))
    print(
        f"{what}: {sum(tally.statuses.values())} requests ({counted}), own data {sum(tally.own.values())}, foreign data {len(tally.foreign)}, errors {len(tally.broken)}"
    )
    assert tally.foreign == []
    assert tally.broken == []
    assert all(tally.own.values()), tally.own
