"""`/api/v1/agency/…`: agencies fetch tasks and send decisions."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import (
    AcknowledgeShape,
    DecisionResultsShape,
    DecisionsShape,
    DocumentPageShape,
    MachineView,
    ProblemShape,
    TaskPageShape,
)
from exchange.api.messages import idempotency_key
from exchange.enums import Scope, TaskKind, TaskState
from exchange.permissions import agency_of
from exchange.selectors.documents import DocumentFilter
from exchange.selectors.feeds import page_size
from exchange.selectors.tasks import TaskFilter
from exchange.services.agency import acknowledge_tasks, read_tasks, take_decisions
from exchange.services.documents import read_documents
from exchange.services.idempotency import answer_once
from portal.errors import Refusal

OPEN_STATES = [TaskState.OPEN.value, TaskState.ACKNOWLEDGED.value]
LIST_KINDS = ["CEB621Message", "CEB603Message"]
SINCE = OpenApiParameter("since", OpenApiTypes.DATETIME, description="at or after this time (with offset)")
REFUSED = {400: ProblemShape, 401: ProblemShape, 403: ProblemShape}


class BadFilter(Refusal):
    """A filter that no task can fit."""

    code = "FEED.FILTER"
    message = _("查询条件 %(name)s 的取值无效。")
    status = 400


def task_filter(request: Request) -> TaskFilter:
    """The filters of a request. Raises BadFilter."""
    kind, state, district = (request.query_params.get(name, "") for name in ("kind", "state", "district"))
    if kind and kind not in TaskKind.values:
        raise BadFilter(field="kind", name="kind")
    if state and state not in OPEN_STATES:
        raise BadFilter(field="state", name="state")
    return TaskFilter(kind, state, district_of(district), moment_of(request.query_params.get("since", "")))


def district_of(text: str) -> str:
    """A customs code, "" for any. Raises BadFilter."""
    if text and not (text.isascii() and text.isdigit() and len(text) == 4):
        raise BadFilter(field="district", name="district")
    return text


def moment_of(text: str) -> datetime | None:
    """An RFC 3339 time with its offset, None for any. Raises BadFilter."""
    if not text:
        return None
    try:
        moment = parse_datetime(text)
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadFilter(field="since", name="since")


class Tasks(MachineView):
    """Undecided tasks of the agency, in the order they became certain; without `cursor` from the oldest.

    A client with a purpose sees the kinds of that purpose only. A task that was acknowledged and not decided before
    `leased_until` is offered again at the end of the feed, with `redeliveries` counted.
    """

    scope = Scope.READ_TASKS

    @extend_schema(
        operation_id="agency_tasks_list",
        description=__doc__,
        tags=["agency"],
        parameters=[
            OpenApiParameter("cursor", str),
            OpenApiParameter("kind", str, enum=TaskKind.values),
            OpenApiParameter("state", str, enum=OPEN_STATES),
            OpenApiParameter("district", str, description="customs code, 4 digits"),
            SINCE,
            OpenApiParameter("limit", int, description="1 to 500, normally 100"),
        ],
        responses={200: TaskPageShape, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """One page."""
        page = read_tasks(
            agency_code=agency_of(self.caller),
            client=self.caller.client,
            wanted=task_filter(request),
            cursor=request.query_params.get("cursor", ""),
            limit=page_size(request.query_params.get("limit", "")),
        )
        return Response(
            {"results": [as_task(row) for row in page.rows], "next": page.next, "more": page.more}
        )


class Documents(MachineView):
    """What agencies may know of lists that were released, cleared or sent back: number, kind, status, customs offices, mode.

    For clients whose purpose needs them; the purpose is audited with every page. Keep `next` and send it as `cursor`.
    """

    scope = Scope.READ_DOCUMENTS

    @extend_schema(
        operation_id="agency_documents_list",
        description=__doc__,
        tags=["agency"],
        parameters=[
            OpenApiParameter("cursor", str),
            OpenApiParameter("kind", str, enum=LIST_KINDS),
            OpenApiParameter(
                "status", str, description="official status: 800 released, 899 cleared, 700 sent back"
            ),
            OpenApiParameter("district", str, description="customs code of the declaring office, 4 digits"),
            SINCE,
            OpenApiParameter("limit", int, description="1 to 500, normally 100"),
        ],
        responses={200: DocumentPageShape, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """One page."""
        page = read_documents(
            agency_code=agency_of(self.caller),
            client=self.caller.client,
            wanted=document_filter(request),
            cursor=request.query_params.get("cursor", ""),
            limit=page_size(request.query_params.get("limit", "")),
        )
        results = [
            {
                ("subject" if name == "subject_id" else name): value
                for name, value in row.items()
                if name != "xid"
            }
            for row in page.rows
        ]
        return Response({"results": results, "next": page.next, "more": page.more})


def document_filter(request: Request) -> DocumentFilter:
    """The filters of a request. Raises BadFilter."""
    kind, status, district = (request.query_params.get(name, "") for name in ("kind", "status", "district"))
    if kind and kind not in LIST_KINDS:
        raise BadFilter(field="kind", name="kind")
    if status and not (status.isascii() and status.isdigit() and len(status) == 3):
        raise BadFilter(field="status", name="status")
    return DocumentFilter(
        kind, status, district_of(district), moment_of(request.query_params.get("since", ""))
    )


class Acknowledge(MachineView):
    """The agency has the tasks and decides them before `leased_until`; answers with those that are its own."""

    scope = Scope.READ_TASKS

    @extend_schema(
        operation_id="agency_tasks_ack",
        description=__doc__,
        tags=["agency"],
        request=AcknowledgeShape,
        responses={200: AcknowledgeShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Mark as fetched."""
        wanted = AcknowledgeShape(data=request.data)
        wanted.is_valid(raise_exception=True)
        ids = acknowledge_tasks(agency_code=agency_of(self.caller), task_ids=wanted.validated_data["ids"])
        return Response({"ids": ids})


class Decisions(MachineView):
    """Decisions of the agency; one result each. The same decision again gets the same result."""

    scope = Scope.WRITE_DECISIONS

    @extend_schema(
        operation_id="agency_decisions_create",
        description=__doc__,
        tags=["agency"],
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        request=DecisionsShape,
        responses={200: DecisionResultsShape, 409: ProblemShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Apply."""
        sent = DecisionsShape(data=request.data)
        sent.is_valid(raise_exception=True)
        decisions = sent.validated_data["decisions"]
        agency = agency_of(self.caller)

        def answer() -> dict[str, Any]:
            return {
                "results": take_decisions(agency_code=agency, client=self.caller.client, decisions=decisions)
            }

        digest = hashlib.sha256(repr(decisions).encode()).digest()
        key = idempotency_key(request._request)
        return Response(answer_once(client_id=self.caller.pk, key=key, digest=digest, answer=answer))


def as_task(row: dict[str, Any]) -> dict[str, Any]:
    """A stored task as the API shows it."""
    names = (
        "id",
        "kind",
        "state",
        "outcome",
        "created_at",
        "leased_until",
        "district",
        "redeliveries",
        "payload",
    )
    return {"subject": row["subject_id"], **{name: row[name] for name in names}}
