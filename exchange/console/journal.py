"""Pages of officials: the journal of all messages; which webhooks an official manages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from exchange.api.journal import as_download, as_package
from exchange.enums import WebhookKind
from exchange.forms import OfficialJournalSearch, ReasonForm
from exchange.selectors.journal import journal, message
from exchange.selectors.receipts import receipts_of_message
from exchange.selectors.signatures import check_of
from exchange.selectors.webhooks import Owner
from exchange.services.evidence import take_any_evidence
from exchange.services.raw import MessageUnknown, read_any_message
from exchange.services.webhooks import Keeper
from exchange.views.journal import list_context
from exchange.views.webhooks import WebhookDesk
from portal.permissions import POST_PERMISSIONS, NotPermitted, has
from portal.personal_data import PurposeMissing
from portal.selectors import posts_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def for_journal_readers(view: "View[P]") -> "View[P]":
    """Signed in and holding a post with `journal.read`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not has(request.user, "journal.read"):  # type: ignore[arg-type]
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(login_required(guarded))  # type: ignore[return-value]


@require_GET
@for_journal_readers
def journal_list(request: HttpRequest) -> HttpResponse:
    """Messages of all enterprises, filtered."""
    search = OfficialJournalSearch(request.GET)
    context = list_context(request, search, journal(search.wanted()))
    return render(request, "exchange/console_journal_list.html", context)


@require_GET
@for_journal_readers
def journal_entry(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message: what it was, what was answered, what was wrong."""
    return _entry(request, message_id, ReasonForm())


@require_POST
@for_journal_readers
def journal_raw(request: HttpRequest, message_id: int) -> HttpResponse:
    """The original bytes for a reason; audited."""
    return _for_a_reason(request, message_id, read_any_message, as_download)


@require_POST
@for_journal_readers
def journal_evidence(request: HttpRequest, message_id: int) -> HttpResponse:
    """The evidence package for a reason; audited."""
    return _for_a_reason(request, message_id, take_any_evidence, as_package)


def _for_a_reason(
    request: HttpRequest,
    message_id: int,
    read: Callable[..., bytes],
    answer: Callable[[int, bytes], HttpResponse],
) -> HttpResponse:
    """What the service gives to an official who says why; the page with the fault else."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _entry(request, message_id, form)
    try:
        found = read(message_id=message_id, user=request.user, reason=form.cleaned_data["reason"])
    except MessageUnknown:
        raise Http404 from None
    except NotPermitted:
        raise PermissionDenied from None
    except PurposeMissing as refusal:
        form.add_error("reason", refusal.sentence)
        return _entry(request, message_id, form)
    return answer(message_id, found)


def _entry(request: HttpRequest, message_id: int, form: ReasonForm) -> HttpResponse:
    found = message(message_id)
    if found is None:
        raise Http404
    context = {
        "entry": found,
        "digest": bytes(found.digest).hex(),
        "receipts": receipts_of_message(message_id),
        "check": check_of(message_id),
        "may_read_raw": has(request.user, "journal.read_raw"),  # type: ignore[arg-type]
        "form": form,
    }
    return render(request, "exchange/console_journal_entry.html", context, status=400 if form.errors else 200)


def agency_desk(request: HttpRequest) -> WebhookDesk:
    """Of the agency at which the official holds a post that may manage its webhooks. Raises PermissionDenied."""
    user: Any = request.user
    post = next(
        (one for one in posts_of(user) if one.role in POST_PERMISSIONS["webhook.manage_agency"]), None
    )
    if post is None:
        raise PermissionDenied
    keeper = Keeper(Owner(agency_code=post.agency.code), user=user)
    return WebhookDesk(keeper, "portal/console.html", "exchange_console_webhooks", (WebhookKind.TASKS,))
