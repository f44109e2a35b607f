"""Pages that belong to no app: home, help, accessibility, the design page, the answer to a bad request."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal import site
from portal.selectors import public_figures
from portal.views.showcase import showcase

HOME_SERVICES, HOME_NOTICES = 6, 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the platform is, for whom, three doors, live numbers."""
    context = {
        "figures": public_figures(),
        "services": site.services()[:HOME_SERVICES],
        "notices": site.notices()[:HOME_NOTICES],
    }
    return render(request, "portal/home.html", context)


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """How to file by API and by file."""
    return render(request, "portal/guide.html", {"base_url": settings.BASE_URL})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What is promised to people with disabilities, what is known to be missing, where to write."""
    return render(request, "portal/accessibility.html")


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Every component once: for those who build pages and for the tests."""
    return render(request, "portal/design.html", showcase())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own page for 400 knows no request; ours keeps language and navigation."""
    return render(request, "400.html", status=400)
