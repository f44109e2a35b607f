"""`/api/v1/filing/cases/`: an enterprise's system files, corrects, submits; repeats change nothing; others get nothing."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from exchange.permissions import forget_tokens
from filing.models import EnterpriseFiling
from filing.services.cases import Applicant
from portal.models import Agency, Organisation
from tests.exchange.conftest import Machine, door
from tests.filing.conftest import COMPLETE, PDF, RESIDENT
from tools.demo.accounts import uscc

pytestmark = pytest.mark.django_db
PATH = "filing/cases/"


def machine(owner: Organisation | Agency, scope: str = "filing:read filing:write") -> Machine:
    whose = {"agency": owner} if isinstance(owner, Agency) else {"organisation": owner}
    application = get_application_model().objects.create(
        name="test",
        client_type="confidential",
        authorization_grant_type="client-credentials",
        client_secret="secret-of-the-test",
        allowed_scopes=scope,
        **whose,
    )
    token = get_access_token_model().objects.create(
        token=f"token-{application.pk}",
        application=application,
        scope=scope,
        expires=timezone.now() + timedelta(hours=1),
    )
    return Machine(application, token.token, door())


@pytest.fixture(autouse=True)
def fresh_process_memory() -> Iterator[None]:
    forget_tokens()
    yield
    forget_tokens()


@pytest.fixture
def own(applicant: Applicant) -> Machine:
    return machine(Organisation.objects.get(pk=applicant.organisation_id))


def body(**changes: Any) -> dict[str, Any]:
    last = (timezone.localdate() + timedelta(days=100)).isoformat()
    scan = base64.b64encode(PDF).decode()
    licence = {"licence": "express", "number": "1", "issuer": "局", "valid_to": last, "scan": scan}
    content = {name: value for name, value in COMPLETE.items() if name != "uscc"}
    return {"kind": "new", "content": content, "licences": [licence], **changes}


def put(own: Machine, case_id: int, sent: dict[str, Any]) -> Any:
    return own.http.put(
        f"/api/v1/{PATH}{case_id}/", json.dumps(sent), content_type="application/json", headers=own.headers()
    )


def test_a_system_files_and_submits(own: Machine) -> None:
    made = own.send(PATH, body())
    assert made.status_code == 200, made.content
    case = made.json()
    assert (case["state"], [fault for fault in case["faults"] if fault["blocks"]]) == ("draft", [])
    assert case["content"]["legal_id_mask"] == "350*************16"
    assert RESIDENT not in made.content.decode()
    for _time in range(2):
        assert own.send(f"{PATH}{case['id']}/submit/", {}).json()["state"] == "submitted"
    assert own.get(f"{PATH}{case['id']}/").json()["due_at"]
    assert [one["id"] for one in own.get(PATH).json()["results"]] == [case["id"]]


def test_the_same_key_gives_the_same_case(own: Machine) -> None:
    first = own.send(PATH, body(), idempotency_key="k1").json()
    assert own.send(PATH, body(), idempotency_key="k1").json() == first
    assert own.send(PATH, body(kind="change"), idempotency_key="k1").status_code == 409
    assert own.send(PATH, body()).json()["code"] == "FILING.OPEN"
    assert EnterpriseFiling.objects.count() == 1


def test_corrections_repeat_without_effect(own: Machine) -> None:
    case = own.send(PATH, body(content={"name": "甲"})).json()
    answer = own.send(f"{PATH}{case['id']}/submit/", {})
    assert (answer.status_code, answer.json()["code"]) == (422, "FILING.INCOMPLETE")
    for _time in range(2):
        fixed = put(own, case["id"], {"content": body()["content"]}).json()
        assert fixed["content"]["name"] == COMPLETE["name"]
    assert own.send(f"{PATH}{case['id']}/submit/", {}).json()["state"] == "submitted"
    assert put(own, case["id"], {"content": {"name": "x"}}).status_code == 409


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"kind": "crown"}, 400),
        ({"kind": "change"}, 409),
        ({"content": {"state": "approved"}}, 400),
        ({"content": {"organisation_id": "1"}}, 400),
        ({"content": {"legal_id_encrypted": "x"}}, 400),
        ({"content": {"types": "ebc"}}, 400),
        ({"content": {"types": [1]}}, 400),
        ({"content": {"name": {"a": 1}}}, 400),
        ({"content": {"name": "名" * 300}}, 422),
        ({"content": {"types": ["king"]}}, 422),
        ({"content": []}, 400),
        ({"licences": [{"licence": "express", "scan": "%%%"}]}, 422),
        ({"licences": [{"licence": "express", "scan": "TVqQAAMAAAAEAAAA"}]}, 415),
        ({"licences": [{"licence": "express"}, {"licence": "express"}]}, 400),
        ({"licences": [{"licence": "crown"}]}, 400),
    ],
)
def test_bad_input_is_refused_and_nothing_is_left(own: Machine, changes: dict[str, Any], status: int) -> None:
    answer = own.send(PATH, body(**changes))
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not EnterpriseFiling.objects.exists()


def test_others_and_weaker_tokens_get_nothing(own: Machine, applicant: Applicant) -> None:
    case = own.send(PATH, body()).json()
    other = machine(Organisation.objects.create(uscc=uscc("91", "MA3501002"), name="他企"))
    assert other.get(f"{PATH}{case['id']}/").status_code == 404
    assert put(other, case["id"], {"content": {"name": "x"}}).status_code == 404
    assert other.send(f"{PATH}{case['id']}/submit/", {}).status_code == 404
    assert other.get(PATH).json()["results"] == []
    reader = machine(Organisation.objects.get(pk=applicant.organisation_id), "filing:read")
    assert reader.get(f"{PATH}{case['id']}/").status_code == 200
    assert reader.send(PATH, body()).status_code == 403
    assert put(reader, case["id"], {"content": {"name": "x"}}).status_code == 403
    agency = machine(Agency.objects.get(code="gacc"))
    assert agency.get(PATH).status_code == 403
    assert EnterpriseFiling.objects.get().state == "draft"


def test_without_a_token(db: None) -> None:
    assert door().get(f"/api/v1/{PATH}").status_code == 401
