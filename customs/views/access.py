"""Who comes in through the enterprise door: signed in, staff of an active enterprise, with a role that includes the page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from customs.permissions import READ
from portal.people import acting_for
from portal.permissions import has

P = ParamSpec("P")


@dataclass(frozen=True)
class Enterprise:
    """The enterprise a person acts for on this request, and the codes that name it in messages."""

    user: Any
    id: int
    codes: frozenset[str]
    name: str

    def may(self, permission: str) -> bool:
        return has(self.user, permission, organisation_id=self.id)


def for_enterprise(
    view: Callable[Concatenate[HttpRequest, Enterprise, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """The view gets the enterprise; without one, or without `parcel.read`, the page is refused."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        organisation = acting_for(request)
        if organisation is None:
            raise PermissionDenied
        enterprise = Enterprise(request.user, organisation.pk, organisation.codes, organisation.name)
        if not enterprise.may(READ):
            raise PermissionDenied
        return view(request, enterprise, *args, **kwargs)

    return never_cache(login_required(guarded))  # type: ignore[return-value]
