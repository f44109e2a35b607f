"""Who comes in at the officials' door, and what they may open."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from portal.workbench import Desk, Queue, desk_of, registry

P = ParamSpec("P")
DeskView = Callable[Concatenate[HttpRequest, Desk, P], HttpResponseBase]


def for_officials(view: "DeskView[P]") -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Signed in and holding a post; the view gets the desk."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        desk = desk_of(request.user)  # type: ignore[arg-type]
        if not desk.posts:
            raise PermissionDenied
        return view(request, desk, *args, **kwargs)

    return never_cache(login_required(guarded))  # type: ignore[return-value]


def asks_for_table(request: HttpRequest) -> bool:
    """HTMX wants the part that changes; going back in the browser wants the whole page."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.history_restore_request  # type: ignore[union-attr]


def queue_or_404(code: str, desk: Desk) -> Queue:
    """A queue this official may read; the others do not exist for them."""
    queue = registry.queue(code)
    if queue is None or not queue.allowed(desk):
        raise Http404
    return queue


def case_or_404(queue: Queue, desk: Desk, pk: int) -> Any:
    found = queue.visible(desk).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
