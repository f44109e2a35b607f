"""Every page as each role, in both languages, on a phone and on a desktop: accessible, no wider than the window, no script or policy
error, nothing from other hosts."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse

from customs.enums import DraftKind
from customs.models import AccountBook, Parcel
from customs.services.drafts import begin_draft
from exchange.models import Message, Webhook
from filing.models import Agreement, FiledGoods
from portal.models import Invitation, Membership, Organisation, User
from portal.services.invitations import invite, token_of
from tests.pages.conftest import Walk
from tools.parcels import AGENT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUBLIC = (
    "/",
    "/help/",
    "/accessibility/",
    "/design/",
    "/check/",
    "/filing/register/",
    "/services/",
    "/services/?q=nothing-like-this",
    "/services/enterprise-filing/",
    "/notices/",
    "/faq/",
    "/issues/",
    "/legal/privacy/",
    "/help/screen/goods:/",
    "/data/",
    "/data/?q=nothing-like-this",
    "/data/open/",
    "/data/contracts/",
    "/data/contracts/logistics-event-1/",
    "/data/open/clearance-by-month/",
    "/status/",
    "/status/outages/",
    "/status/outages/?part=web&since=2026-11-01",
    "/signature/",
    "/accounts/login/",
    "/nowhere/",
)
ACCOUNT = (
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/sessions/",
    "/accounts/logout/",
)
SIZES = [("zh-CN", 360), ("zh-CN", 1280), ("en-US", 360), ("en-US", 1280)]
ENGLISH_PHRASE = re.compile(r"\b[A-Za-z]{2,}(?: [a-z]{2,}){2,}")


def enterprise_pages(parcels: dict[str, Parcel]) -> list[str]:
    message = Message.objects.filter(message_type="CEB621Message").get()
    return [
        "/enterprise/",
        "/enterprise/upload/",
        "/enterprise/sandbox/",
        "/enterprise/enter/CEB311Message/",
        "/enterprise/drafts/",
        "/enterprise/drafts/?q=nothing-like-this",
        *draft_pages(),
        "/enterprise/tables/CEB311Message/",
        "/enterprise/payment-data/",
        "/enterprise/payment-data/?q=nothing-like-this",
        "/enterprise/parcels/",
        "/enterprise/summaries/",
        "/enterprise/enter/CEB311Message/",
        "/enterprise/parcels/?q=nothing-like-this",
        f"/enterprise/parcels/{parcels['released'].pk}/",
        f"/enterprise/parcels/{parcels['rejected'].pk}/",
        "/enterprise/waiting/",
        "/enterprise/simplified/",
        "/enterprise/simplified/?trade_mode=9610&customs_code=3504&day=2026-11-23&currency=502&goods=8711+1.00",
        "/enterprise/simplified/excluded/",
        "/enterprise/receipts/",
        "/enterprise/taxes/",
        "/enterprise/taxes/?number=nothing-like-this",
        "/enterprise/filing/cases/",
        "/enterprise/journal/",
        f"/enterprise/journal/{message.pk}/",
        "/enterprise/certificates/",
        "/enterprise/certificates/?q=nothing-like-this",
        "/enterprise/outages/",
        "/enterprise/signature/",
        "/enterprise/audit/",
        "/enterprise/sharing/",
        "/enterprise/partners/",
        "/enterprise/partners/events/",
        "/enterprise/stock/",
        "/enterprise/requests/",
        "/inbox/",
        "/inbox/preferences/",
    ]


def draft_pages() -> list[str]:
    """Every step of an empty draft of the declaring enterprise."""
    agent = Organisation.objects.get(customs_code=AGENT.code)
    draft = begin_draft(
        actor=User.objects.get(username="agent"), organisation=agent, kind=DraftKind.IMPORT_DIRECT
    )
    pages = ("parties", "buyer", "goods", "transport", "check", "discard")
    return [f"/enterprise/drafts/{draft.pk}/{page}/" for page in pages]


def people_pages() -> list[str]:
    """The exporter is administrator of an enterprise and works for another; two invitations, one of them expired."""
    boss = User.objects.get(username="exporter")
    shop = Organisation.objects.get(memberships__user=boss, memberships__role="administrator")
    other = Organisation.objects.get(customs_code=AGENT.code)
    Membership.objects.get_or_create(user=boss, organisation=other, defaults={"role": "viewer"})
    if not Invitation.objects.exists():
        invite(organisation_id=shop.pk, email="colleague@example.org", role="finance", actor=boss)
        late = invite(organisation_id=shop.pk, email="late@example.org", role="viewer", actor=boss)
        Invitation.objects.filter(pk=late.pk).update(expires_at=late.sent_at)
    member = boss.memberships.get(organisation=shop)
    goods = FiledGoods.objects.filter(organisation=shop).order_by("sku")[0].pk
    return [
        "/enterprise/goods/",
        "/enterprise/goods/?q=nothing-like-this",
        "/enterprise/goods/new/",
        f"/enterprise/goods/{goods}/",
        f"/enterprise/goods/{goods}/edit/",
        "/enterprise/goods/import/",
        "/enterprise/agreements/",
        "/enterprise/agreements/offer/",
        f"/enterprise/agreements/{Agreement.objects.get(client=shop).pk}/",
        "/enterprise/filing/diagnosis/",
        "/enterprise/webhooks/",
        "/enterprise/webhooks/new/",
        f"/enterprise/webhooks/{some_webhook(shop).pk}/",
        "/enterprise/people/",
        "/enterprise/people/?q=nobody-like-this",
        "/enterprise/people/invite/",
        f"/enterprise/people/{member.pk}/",
        f"/enterprise/people/{member.pk}/remove/",
    ]


def some_webhook(shop: Organisation) -> Webhook:
    """One with a page that was pushed and one that was not taken."""
    webhook, created = Webhook.objects.get_or_create(
        organisation=shop,
        defaults={
            "url": "https://erp.example.org/hooks/single-window",
            "kinds": ["receipts"],
            "state": "active",
        },
    )
    if created:
        position = {"from_xid": 1, "from_id": 1, "to_xid": 2, "to_id": 2, "items": 3, "kind": "receipts"}
        webhook.pushes.create(
            sequence=1, state="delivered", attempts=1, status=200, latency_ms=41, **position
        )
        push = webhook.pushes.create(
            sequence=2, attempts=1, error="HTTP.TIMEOUT", latency_ms=10_000, **position
        )
        webhook.attempts.create(push=push, latency_ms=10_000, error="HTTP.TIMEOUT")
    return webhook


def warehouse_pages() -> list[str]:
    """The carrier keeps an account book."""
    book = AccountBook.objects.get().pk
    return [
        "/enterprise/books/",
        "/enterprise/books/open/",
        f"/enterprise/books/{book}/",
        f"/enterprise/books/{book}/enter/",
        f"/enterprise/books/{book}/ledger/",
        f"/enterprise/books/{book}/ledger/?q=nothing-like-this",
    ]


ADMINISTRATOR = ("/console/rights/", "/console/rights/posts/", "/console/rights/posts/?q=nobody-like-this")


def invitation_page() -> str:
    """The page behind a link, for somebody without an account."""
    return reverse("invitation", args=[token_of(Invitation.objects.get(email="colleague@example.org"))])


def console_pages(parcels: dict[str, Parcel]) -> list[str]:
    message = Message.objects.filter(message_type="CEB621Message").get()
    held = parcels["held"].pk
    return [
        "/console/",
        "/console/customs.manual/",
        "/console/customs.inspection/",
        "/console/customs.reviewed/",
        "/console/customs.suspended/",
        "/console/customs.detained/",
        "/console/standing/",
        f"/console/customs.manual/{held}/",
        f"/console/customs.manual/do/reject/?ids={held}",
        "/console/customs.elsewhere/",
        "/console/customs.books/",
        "/console/customs.books_in_use/",
        f"/console/customs.books_in_use/{AccountBook.objects.get().pk}/",
        "/console/parcels/",
        "/console/exchange.unclear/",
        "/console/exchange.outages/",
        "/console/exchange.outages_confirmed/",
        "/console/sharing/",
        "/console/sharing/partners/",
        "/console/parcels/events/",
        "/console/sharing/ask/",
        "/console/sharing/ask/?object=parcel",
        "/console/exchange.grants-gacc/",
        "/console/parcels/guarantees/new/",
        "/console/customs.securities/",
        "/console/customs.taxbills/",
        "/console/customs.duty/",
        "/console/summaries/",
        "/console/customs.summaries/",
        "/console/filing.cases/",
        "/console/filing.shared/",
        "/console/filing.goods/",
        f"/console/filing.goods/{FiledGoods.objects.get(state='review').pk}/",
        "/inbox/",
        "/console/rights/",
        "/console/rights/?q=nothing-like-this",
        "/console/journal/",
        f"/console/journal/{message.pk}/",
    ]


@pytest.mark.parametrize(("locale", "width"), SIZES)
def test_public_pages(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel], locale: str, width: int
) -> None:
    one = walk(locale, width)
    assert "\n".join(fault for path in PUBLIC for fault in one.inspect(path)) == ""
    assert one.page.locator("html").get_attribute("lang") == ("en" if locale == "en-US" else "zh-Hans")


@pytest.mark.parametrize(("locale", "width"), SIZES)
def test_pages_of_people(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel], locale: str, width: int
) -> None:
    staff, official = walk(locale, width), walk(locale, width)
    staff.sign_in("agent")
    official.sign_in("reviewer")
    faults = [fault for path in (*enterprise_pages(demonstration), *ACCOUNT) for fault in staff.inspect(path)]
    faults += [fault for path in console_pages(demonstration) for fault in official.inspect(path)]
    keeper = walk(locale, width)
    keeper.sign_in("warehouse")
    faults += [fault for path in warehouse_pages() for fault in keeper.inspect(path)]
    boss, invited = walk(locale, width), walk(locale, width)
    boss.sign_in("exporter")
    faults += [fault for path in people_pages() for fault in boss.inspect(path)]
    faults += invited.inspect(invitation_page())
    guard = walk(locale, width)
    guard.sign_in("security")
    faults += [fault for path in ADMINISTRATOR for fault in guard.inspect(path)]
    assert "\n".join(faults) == ""


def test_chinese_pages_speak_no_english(walk: Callable[..., Walk], demonstration: dict[str, Parcel]) -> None:
    """Packages without a Chinese catalogue would show through. Code, and what the browser itself says, is left out."""
    one = walk()
    one.sign_in("agent")
    found = []
    for path in (*PUBLIC[:-2], *enterprise_pages(demonstration), *ACCOUNT):
        one.open(path)
        text = one.page.evaluate(
            "(() => { const copy = document.body.cloneNode(true);"
            "copy.querySelectorAll('pre, code, script, [lang=en]').forEach((node) => node.remove());"
            "return copy.textContent; })()"
        )
        found += [f"{path}: {phrase}" for phrase in ENGLISH_PHRASE.findall(text)]
    assert "\n".join(found) == ""
