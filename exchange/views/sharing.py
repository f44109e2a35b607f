"""Page of the enterprise: which agencies may read which of its data, for what, and who has read."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exchange.enums import DataUse, Sharing
from exchange.selectors.catalogue import shared_fields, shared_objects
from exchange.selectors.grants import EVERYTHING, Grant, grants_on
from exchange.views.journal import own_organisation
from portal.enums import Verb
from portal.permissions import has
from portal.selectors import agency_names, audit_by_verb

PAGE = 30


@require_safe
@never_cache
@login_required
def own_sharing(request: HttpRequest) -> HttpResponse:
    """Grants that hold today, what is shared without one, and the readings, newest first."""
    organisation_id = own_organisation(request)
    if not has(request.user, "sharing.own", organisation_id=organisation_id):  # type: ignore[arg-type]
        raise PermissionDenied
    names = agency_names()
    read = Paginator(audit_by_verb(organisation_id, Verb.RECORDS_SHARED), PAGE)
    page = read.get_page(request.GET.get("page"))
    context = {
        "grants": [granted(one, names) for one in grants_on(timezone.localdate())],
        "unconditional": unconditional(),
        "readings": [reading(entry.at, entry.detail, names) for entry in page.object_list],
        "previous": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "following": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "exchange/own_sharing.html", context)


def granted(one: Grant, names: dict[str, str]) -> dict[str, Any]:
    """A grant in words."""
    known = shared_fields()[one.object]
    labels = [field.label for name, field in known.items() if name in one.fields or EVERYTHING in one.fields]
    return {
        "agency": names.get(one.agency, one.agency),
        "object": shared_objects()[one.object].label,
        "fields": labels,
        "purpose": DataUse(one.purpose).label,
        "basis": one.basis,
        "until": one.until,
    }


def unconditional() -> list[tuple[str, list[str]]]:
    """(object, fields) that every agency may read without a grant."""
    found = [
        (
            shared_objects()[code].label,
            [one.label for one in fields.values() if one.sharing == Sharing.UNCONDITIONAL],
        )
        for code, fields in shared_fields().items()
    ]
    return [(label, fields) for label, fields in found if fields]


def reading(at: Any, detail: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """One entry of the audit trail in words."""
    code = detail.get("object", "")
    known = shared_fields().get(code, {})
    label = shared_objects()[code].label if code in shared_objects() else code
    purpose = detail.get("purpose", "")
    return {
        "at": at,
        "agency": names.get(detail.get("agency", ""), detail.get("agency", "")),
        "purpose": DataUse(purpose).label if purpose in DataUse.values else purpose,
        "case": detail.get("case", ""),
        "object": label,
        "records": detail.get("records", 0),
        "fields": [known[name].label for name in detail.get("fields", ()) if name in known],
        "masked": [known[name].label for name in detail.get("masked", ()) if name in known],
    }
