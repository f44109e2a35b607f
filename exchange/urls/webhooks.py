"""Routes of webhooks, the same for enterprises (`/enterprise/webhooks/`) and for agencies (`/console/webhooks/`)."""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exchange.views import webhooks as views


def webhook_routes(desk_of: views.DeskOf) -> list[URLPattern]:
    """The pages for whoever `desk_of(request)` finds."""
    more = {"desk_of": desk_of}
    return [
        path("", never_cache(login_required(require_GET(views.webhook_list))), more, name="list"),
        path(
            "new/",
            never_cache(login_required(require_http_methods(["GET", "POST"])(views.webhook_new))),
            more,
            name="new",
        ),
        path(
            "<int:webhook_id>/", never_cache(login_required(require_GET(views.webhook_one))), more, name="one"
        ),
        path(
            "<int:webhook_id>/replay/<int:sequence>/",
            login_required(require_POST(views.webhook_replay)),
            more,
            name="replay",
        ),
        path(
            "<int:webhook_id>/<slug:act>/",
            never_cache(login_required(require_POST(views.webhook_act))),
            more,
            name="act",
        ),
    ]
