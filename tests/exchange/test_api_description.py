"""The whole API against its own description: whatever fits or does not fit the schema, no answer is a server error, and every
refusal is problem+json. Requests are drawn from the description (schemathesis), the same ones at each run."""

import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from redis import RedisError
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from exchange.api import pacing
from exchange.api.pacing import forget_pace
from exchange.enums import Scope
from exchange.permissions import forget_tokens
from portal import rules
from portal.codes import load_rules
from portal.models import Agency, ApiClient, Organisation, RuleValue
from portal.wsgi import application
from tests.exchange.conftest import Machine, door

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLES = 4
SECONDS = 180.0
EVERYTHING = " ".join(Scope.values)
OAUTH = "/api/v1/oauth/token/"


@pytest.fixture
def callers(organisation: Organisation, machine_of: Callable[..., Machine]) -> dict[str, Machine]:
    """An enterprise and an agency with every scope there is."""
    load_rules()
    agency = Agency.objects.create(code="gacc", name="海关")
    found = {"enterprise": machine_of(organisation, EVERYTHING), "agency": machine_of(agency, EVERYTHING)}
    ApiClient.objects.update(allowed_scopes=EVERYTHING)
    ApiClient.objects.filter(agency=agency).update(purpose="supervision")
    forget_tokens()
    return found


def operations() -> Any:
    """Every operation of the description with the strategies for good and for bad requests."""
    config = SchemathesisConfig()
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application, config=config)
    return [found.ok() for found in schema.get_all_operations()]


def faults_of(answer: Any, path: str) -> list[str]:
    """What no answer may be."""
    kind = answer.headers.get("content-type", [""])
    kind = kind[0] if isinstance(kind, list) else kind
    found = []
    if answer.status_code >= 500:
        found.append(f"{answer.status_code}")
    if answer.status_code >= 400 and path != OAUTH and not kind.startswith("application/problem+json"):
        found.append(f"{answer.status_code} as {kind}")
    return found


def test_no_request_is_answered_by_a_server_error(callers: dict[str, Machine]) -> None:
    """Bounded: a few requests of either sort for each operation, under a minute for all."""
    ends = time.monotonic() + SECONDS
    faults: list[str] = []
    statuses: Counter[int] = Counter()
    todo = operations()
    assert len(todo) >= 30
    asked = 0
    for operation in todo:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if time.monotonic() > ends:
                break

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                for caller in callers.values():
                    answer = case.call(headers={"Authorization": f"Bearer {caller.token}"})
                    statuses[answer.status_code] += 1
                    where = f"{case.method} {case.operation.path}"
                    found = faults_of(answer, case.operation.path)
                    faults.extend(f"{where}: {fault}: {case.as_curl_command()[:600]}" for fault in found)

            with suppress(Unsatisfiable):  # an operation without parameters has no bad requests
                ask()
            asked += 1
    print(f"{asked} of {2 * len(todo)} strategies, answers: {dict(sorted(statuses.items()))}")
    assert faults == []
    assert asked == 2 * len(todo)
    assert statuses[200] > 0


def test_every_operation_has_examples_that_fit_its_schemas(codes: None) -> None:
    described = json.loads(door().get("/api/v1/schema/?format=json").content)
    assert described["openapi"].startswith("3.1")
    checked = 0
    for path, operations_of_path in described["paths"].items():
        for method, operation in operations_of_path.items():
            contents = dict(operation.get("requestBody", {}).get("content", {}))
            for answer in operation["responses"].values():
                contents |= {
                    f"{kind} {len(contents)}": one for kind, one in answer.get("content", {}).items()
                }
            assert contents, (method, path)
            for kind, content in contents.items():
                if kind.startswith("application/octet-stream") or "examples" in content:
                    continue
                schema = {**content["schema"], "components": described["components"]}
                errors = list(Draft202012Validator(schema).iter_errors(content["example"]))
                assert errors == [], (method, path, kind)
                checked += 1
    assert checked >= 100


def test_client_that_asks_too_often_waits_and_others_do_not(callers: dict[str, Machine]) -> None:
    RuleValue.objects.filter(rule_id="P.API.PER_MINUTE").update(param={"value": 5})
    rules.refresh(force=True)
    forget_pace()
    one, other = callers["enterprise"], callers["agency"]
    answers = [one.get("webhooks/") for _n in range(12)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:5] == [200] * 5
    assert 429 in statuses[5:]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "API.PACE"
    assert refused["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert other.get("webhooks/").status_code == 200
    forget_pace()


def test_messages_and_tokens_have_their_own_pace(callers: dict[str, Machine]) -> None:
    RuleValue.objects.filter(rule_id__in=["P.API.MESSAGES_PER_MINUTE", "P.API.TOKENS_PER_MINUTE"]).update(
        param={"value": 2}
    )
    rules.refresh(force=True)
    forget_pace()
    cache.clear()
    sent = [callers["enterprise"].post(b"<x/>") for _n in range(6)]
    assert [answer.status_code for answer in sent[:2]] == [422, 422]
    late = next(answer for answer in sent if answer.status_code == 429)
    assert (late.json()["code"], late.has_header("Retry-After")) == ("API.PACE", True)
    tokens = [door().post(OAUTH, {"grant_type": "client_credentials"}) for _n in range(6)]
    assert {answer.status_code for answer in tokens} == {401, 429}
    assert tokens[-1].json()["code"] == "API.PACE"
    forget_pace()


def test_cache_that_is_away_lets_requests_pass(
    callers: dict[str, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_pace()

    def away(*_: Any, **__: Any) -> None:
        raise RedisError

    monkeypatch.setattr(pacing.cache, "add", away)
    assert callers["enterprise"].get("webhooks/").status_code == 200


def test_nul_character_is_refused_everywhere(callers: dict[str, Machine]) -> None:
    one = callers["enterprise"]
    for path in ("parcels/?order_no=%00", "agency/tasks/?cursor=%00", "filing/cases/?before=%00"):
        answer = one.http.get(f"/api/v1/{path}", headers=one.headers())
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), path
    assert one.send("webhooks/", b'{"url": "https://a/\\u0000", "kinds": ["receipts"]}').status_code == 400
