"""What every page knows: the site, which doors this process serves, and who is looking."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.letters_inbox import unread_count
from portal.people import acting_for, enterprises_of, standing_of_request


def site(request: HttpRequest) -> dict[str, Any]:
    """Cheap: the look-ups about the person run only where a template asks for them."""
    user = getattr(request, "user", None)
    return {
        "doors": settings.DOORS,
        "demo": settings.DEMO,
        "sandbox": settings.SANDBOX,
        "languages": settings.LANGUAGES,
        "official": SimpleLazyObject(lambda: standing_of_request(request).official),
        "administrator": SimpleLazyObject(lambda: standing_of_request(request).administrator),
        "enterprises": SimpleLazyObject(lambda: enterprises_of(request)),
        "organisation": SimpleLazyObject(lambda: acting_for(request)),
        "may_audit": SimpleLazyObject(lambda: standing_of_request(request).auditor),
        "unread_letters": SimpleLazyObject(
            lambda: unread_count(user) if user and user.is_authenticated else 0
        ),
    }
