"""Who comes in through the enterprise door of filing: signed in, acting for an active enterprise, with a role that includes the page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from filing.permissions import READ
from filing.services.cases import Applicant
from portal.people import acting_for
from portal.permissions import has

P = ParamSpec("P")


def applicant_of(request: HttpRequest) -> Applicant:
    """Who acts for which enterprise. Raises PermissionDenied for those without an enterprise or without the right to read."""
    organisation = acting_for(request)
    user = request.user
    if organisation is None or not user.is_authenticated:
        raise PermissionDenied
    if not has(user, READ, organisation_id=organisation.pk):
        raise PermissionDenied
    return Applicant(organisation.pk, user)


def for_applicant(
    view: Callable[Concatenate[HttpRequest, Applicant, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """The view gets the applicant."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(request, applicant_of(request), *args, **kwargs)

    return never_cache(login_required(guarded))  # type: ignore[return-value]
