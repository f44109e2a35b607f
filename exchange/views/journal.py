"""Pages of the enterprise: the journal of its own messages. What the officials' pages share stands here too."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from exchange.api.journal import as_download, as_package
from exchange.forms import JournalSearch
from exchange.selectors.journal import journal, journal_page, message
from exchange.selectors.receipts import receipts_of_message
from exchange.selectors.signatures import check_of
from exchange.services.evidence import take_evidence
from exchange.services.raw import MessageUnknown, read_own_message
from portal.people import acting_for
from portal.permissions import NotPermitted, has

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from exchange.models import Message


def own_organisation(request: HttpRequest) -> int:
    """Id of the enterprise the person works for. Raises PermissionDenied."""
    organisation = acting_for(request)
    if organisation is None:
        raise PermissionDenied
    return organisation.pk


def list_context(request: HttpRequest, search: JournalSearch, found: "QuerySet[Message]") -> dict[str, Any]:
    """What both journals show: filters, one page, and the addresses of older and newest messages."""
    page = journal_page(found, request.GET.get("before", ""))
    query = request.GET.copy()
    query["before"] = page.older
    return {
        "search": search,
        "messages_found": page.messages,
        "older": f"?{query.urlencode()}" if page.older else "",
        "behind": bool(request.GET.get("before")),
    }


@require_GET
@never_cache
@login_required
def journal_list(request: HttpRequest) -> HttpResponse:
    """Messages of the person's enterprise, filtered."""
    search = JournalSearch(request.GET)
    found = journal(search.wanted(), organisation_id=own_organisation(request))
    return render(request, "exchange/journal_list.html", list_context(request, search, found))


@require_GET
@never_cache
@login_required
def journal_entry(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message: what it was, what was answered, what was wrong."""
    organisation_id = own_organisation(request)
    found = message(message_id, organisation_id=organisation_id)
    if found is None:
        raise Http404
    context = {
        "entry": found,
        "digest": bytes(found.digest).hex(),
        "receipts": receipts_of_message(message_id, organisation_id),
        "check": check_of(message_id),
        "may_read_raw": has(request.user, "message.read_raw", organisation_id=organisation_id),  # type: ignore[arg-type]
    }
    return render(request, "exchange/journal_entry.html", context)


@require_POST
@login_required
def journal_raw(request: HttpRequest, message_id: int) -> HttpResponse:
    """The original bytes; audited."""
    try:
        body = read_own_message(
            message_id=message_id, organisation_id=own_organisation(request), user=request.user
        )
    except MessageUnknown:
        raise Http404 from None
    except NotPermitted:
        raise PermissionDenied from None
    return as_download(message_id, body)


@require_POST
@login_required
def journal_evidence(request: HttpRequest, message_id: int) -> HttpResponse:
    """The evidence package; audited."""
    try:
        package = take_evidence(
            message_id=message_id, organisation_id=own_organisation(request), user=request.user
        )
    except MessageUnknown:
        raise Http404 from None
    except NotPermitted:
        raise PermissionDenied from None
    return as_package(message_id, package)
