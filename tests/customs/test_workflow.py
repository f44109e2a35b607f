"""The life of parcels and of requests (rules C.2): every state × every step, official statuses, and the page of tables."""

from pathlib import Path

import pytest
from django.utils import timezone

from customs.enums import STATUS_CODES, ParcelState, RequestState
from customs.models import Movement, Parcel, ParcelRequest
from customs.services.deciding import ReasonMissing, decide_parcels
from customs.services.requests import decide_requests
from customs.workflow import DETENTIONS, OPEN, PARCEL, REQUEST
from exchange.models import Receipt
from portal.management.commands.print_workflows import tables
from portal.models import AuditEntry, TransitionLog
from portal.workflow import Workflow, advance_many
from tests.customs.pipeline.test_deciding import official
from tests.customs.world import World, prepared, world
from tools.parcels import Parcel as Documents

__all__ = ["prepared", "world"]

D = "detained detained_501 detained_502 detained_503"
ALLOWED: dict[str, tuple[str, str]] = {
    "release": (f"manual inspection reviewed {D}", "released"),
    "inspect": ("manual reviewed arriving awaiting_ciq", "inspection"),
    "review": ("manual", "reviewed"),
    "await_arrival": ("manual reviewed", "arriving"),
    "arrive": ("arriving", "released"),
    "await_ciq": (f"manual inspection reviewed arriving {D}", "awaiting_ciq"),
    "pass_ciq": ("awaiting_ciq", "released"),
    "refuse": ("manual inspection reviewed arriving suspended awaiting_ciq", "refused"),
    "suspend": ("manual inspection reviewed arriving", "suspended"),
    "resume": ("suspended arriving awaiting_ciq", "manual"),
    "reject": (f"manual inspection reviewed arriving suspended awaiting_ciq {D}", "rejected"),
    "detain": ("inspection refused detained_501 detained_502 detained_503", "detained"),
    "detain_clearance": ("inspection refused detained detained_502 detained_503", "detained_501"),
    "detain_smuggling": ("inspection refused detained detained_501 detained_503", "detained_502"),
    "detain_legal": ("inspection refused detained detained_501 detained_502", "detained_503"),
    "send_back": (f"refused {D}", "returned"),
    "destroy": (f"refused {D}", "destroyed"),
    "clear": ("released", "cleared"),
    "cancel": ("manual awaiting_ciq released", "cancelled"),
    "supersede": ("manual", "superseded"),
    "return": ("released cleared", "returned"),
}
ALLOWED_REQUESTS: dict[str, tuple[str, str]] = {
    "approve": ("waiting handed_over", "approved"),
    "finish": ("waiting approved", "done"),
    "hand_over": ("waiting", "handed_over"),
    "refuse": ("waiting handed_over", "refused"),
    "lapse": ("approved", "lapsed"),
}


@pytest.fixture
def manual(world: World) -> Documents:
    documents = world.make.import_parcel(buyer=world.make.person(born=2015))
    world.decide(documents)
    return documents


def every_pair(flow: Workflow, pk: int, allowed: dict[str, tuple[str, str]]) -> None:
    """Try each step in each state: exactly the allowed ones move and leave history; after the others nothing moved."""
    rows = flow.model._default_manager.filter(pk=pk)
    assert set(flow.transitions) == set(allowed)
    for source in flow.states:
        for step, (sources, target) in allowed.items():
            rows.update(state=source)
            before = TransitionLog.objects.filter(model=flow.model_label).count()
            moved = advance_many(flow, step, [pk])
            after = TransitionLog.objects.filter(model=flow.model_label).count()
            now = rows.values_list("state", flat=True).get()
            expected = ([pk], target, before + 1) if source in sources.split() else ([], source, before)
            assert (moved, now, after) == expected, (source, step)


def test_every_state_and_every_step_of_a_parcel(world: World, manual: Documents) -> None:
    every_pair(PARCEL, world.parcel(manual).pk, ALLOWED)


def test_every_state_and_every_step_of_a_request(world: World) -> None:
    drawn = world.make.import_parcel()
    world.decide(drawn)
    world.follow("CEB623Message", drawn)
    every_pair(REQUEST, ParcelRequest.objects.get().pk, ALLOWED_REQUESTS)


def test_status_codes_are_the_official_ones() -> None:
    """C.2; interface specification 202205, tables of 604 and 622."""
    assert STATUS_CODES == {
        "manual": "300",
        "reviewed": "399",
        "arriving": "400",
        "awaiting_ciq": "399",
        "refused": "600",
        "inspection": "500",
        "detained_501": "501",
        "detained_502": "502",
        "detained_503": "503",
        "detained": "599",
        "suspended": "600",
        "returned": "700",
        "released": "800",
        "cleared": "899",
        "rejected": "100",
    }


def test_every_state_is_left_or_final() -> None:
    """A state that nobody can leave is an end; every other one has a way out."""
    left = {source for step in PARCEL.transitions.values() for source in step.sources}
    assert set(ParcelState.values) - left == {"rejected", "returned", "cancelled", "superseded", "destroyed"}
    assert left >= OPEN
    asked = {source for step in REQUEST.transitions.values() for source in step.sources}
    assert set(RequestState.values) - asked == {"done", "refused", "lapsed"}


STEPS = [
    ("review", "manual", "reviewed", "399", "[Code:2300;Desc:审核通过]"),
    ("await_arrival", "reviewed", "arriving", "400", "[Code:2400;Desc:审结，待运抵监管场所]"),
    ("suspend", "manual", "suspended", "600", "[Code:2610;Desc:挂起：理由]"),
    ("resume", "suspended", "manual", "300", "[Code:1200;Desc:待人工审核]"),
    ("detain_clearance", "detained", "detained_501", "501", "[Code:2501;Desc:扣留移送通关]"),
    ("detain_smuggling", "detained", "detained_502", "502", "[Code:2502;Desc:扣留移送缉私]"),
    ("detain_legal", "detained", "detained_503", "503", "[Code:2503;Desc:扣留移送法规]"),
    ("send_back", "detained", "returned", "700", "[Code:2700;Desc:退运：理由]"),
]


@pytest.mark.parametrize(("step", "source", "target", "status", "info"), STEPS, ids=[s[0] for s in STEPS])
def test_officials_steps_have_receipt_and_time_limit(
    world: World, manual: Documents, step: str, source: str, target: str, status: str, info: str
) -> None:
    parcel = world.parcel(manual)
    Parcel.objects.filter(pk=parcel.pk).update(state=source)
    (result,) = decide_parcels(parcel_ids=[parcel.pk], outcome=step, actor=official("林审单"), reason="理由")
    assert result.ok
    after = Parcel.objects.get(pk=parcel.pk)
    assert (after.state, after.due_at is not None) == (target, bool(PARCEL.transition(step).deadline))
    last = Receipt.objects.filter(document_id=parcel.pk).latest("id")
    assert (last.message_type, last.status, last.info) == ("CEB622Message", status, info)
    ended = target == "returned"
    assert world.used(parcel.buyer_id_hash) == (0 if ended else parcel.dutiable, 0)
    assert AuditEntry.objects.filter(subject=f"parcel:{parcel.pk}").count() == 1


@pytest.mark.parametrize("step", ["suspend", "detain_legal", "send_back", "destroy"])
def test_steps_against_the_enterprise_need_a_reason(world: World, manual: Documents, step: str) -> None:
    parcel = world.parcel(manual)
    Parcel.objects.filter(pk=parcel.pk).update(state=sorted(PARCEL.transition(step).sources)[0])
    before = Parcel.objects.values().get(pk=parcel.pk)
    with pytest.raises(ReasonMissing):
        decide_parcels(parcel_ids=[parcel.pk], outcome=step, actor=official("林审单"), reason=" ")
    assert Parcel.objects.values().get(pk=parcel.pk) == before


def test_destroyed_goods_have_no_official_status(world: World, manual: Documents) -> None:
    parcel = world.parcel(manual)
    Parcel.objects.filter(pk=parcel.pk).update(state="detained")
    receipts = Receipt.objects.count()
    decide_parcels(parcel_ids=[parcel.pk], outcome="destroy", actor=official("林审单"), reason="变质")
    after = Parcel.objects.get(pk=parcel.pk)
    assert (after.state, after.limit_state, Receipt.objects.count()) == ("destroyed", "freed", receipts)
    assert world.used(parcel.buyer_id_hash) == (0, 0)


def test_arrival_releases_what_was_accepted_and_waited(world: World) -> None:
    """400 becomes 800 by the site's report (507), and only then."""
    drawn, other = world.make.export_parcel(), world.make.export_parcel()
    for parcel in world.decide(drawn, other):
        Parcel.objects.filter(pk=parcel.pk).update(
            state="arriving" if parcel.order_no == drawn.order_no else "suspended"
        )
    world.follow("CEB507Message", drawn, other)
    assert (world.parcel(drawn).state, world.parcel(other).state) == ("released", "suspended")
    last = Receipt.objects.filter(document_id=world.parcel(drawn).pk).latest("id")
    assert (last.status, last.info) == ("800", "[Code:2600;Desc:货物已运抵，放行]")
    assert Movement.objects.count() == 2


def test_only_returns_of_exports_are_handed_over(world: World) -> None:
    """505 stands in the receipt 214 only."""
    world.change_rule("D.RETURN.REVIEW", value=True)
    drawn = world.make.export_parcel()
    world.decide(drawn)
    world.follow("CEB213Message", drawn)
    request, who = ParcelRequest.objects.get(), official("林审单")
    (told,) = decide_requests(ids=[request.pk], step="hand_over", actor=who, reason="归类存疑")
    assert told.ok
    request.refresh_from_db()
    assert (request.state, request.due_at is not None and request.due_at > timezone.now()) == (
        "handed_over",
        True,
    )
    last = Receipt.objects.filter(document_id=request.pk).latest("id")
    assert (last.message_type, last.status, last.info) == (
        "CEB214Message",
        "505",
        "[Code:2505;Desc:归类存疑]",
    )
    assert decide_requests(ids=[request.pk], step="approve", actor=who)[0].ok
    ordered = world.make.import_parcel()
    world.decide(ordered)
    world.follow("CEB623Message", ordered)
    other = ParcelRequest.objects.exclude(pk=request.pk).get()
    (refused,) = decide_requests(ids=[other.pk], step="hand_over", actor=who, reason="归类存疑")
    assert refused.code == "WORKFLOW.ILLEGAL"
    other.refresh_from_db()
    assert other.state == "waiting"


def test_the_page_of_tables_is_up_to_date() -> None:
    """docs/workflows.md: `./sw manage print_workflows --write docs/workflows.md`."""
    page = Path(__file__).resolve().parents[2] / "docs" / "workflows.md"
    assert page.read_text("utf-8") == tables()


def test_detentions_are_the_four_official_kinds() -> None:
    assert {STATUS_CODES[ParcelState(kind)] for kind in DETENTIONS} == {"501", "502", "503", "599"}
