"""The public site: services, notices with their feed, questions, known issues, legal texts, help for screens, status, robots."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_datetime
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal import site
from portal.enums import ArticleKind, Audience
from portal.limits import allowed
from portal.models import Article, Service
from portal.status import STATUS_FILE, parts_of

PAGE = 20
PER_MINUTE = 60
"""Searches an address may make in a minute; everything else on the public site is cheap."""

PUBLIC_PAGES = (
    "home", "services", "notices", "faq", "known_issues", "guide", "accessibility", "status", "check_any",
    "filing_public:register", "data:catalogue", "data:open", "data:contracts", "outages:list",
)  # fmt: skip


def words_of(request: HttpRequest) -> str:
    """The words searched for; "" when the address has searched too often."""
    text = request.GET.get("q", "")[:60]
    return text if text and allowed(request, "site", PER_MINUTE) else ""


def address_of(service: Service) -> str:
    """Where the service begins, "" when this process does not serve that door."""
    try:
        return reverse(service.start)
    except NoReverseMatch:
        return ""


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """All services by audience."""
    text = words_of(request)
    found = list(site.services(text))
    groups = [
        (Audience(kind).label, [one for one in found if one.audience == kind]) for kind in Audience.values
    ]
    return render(
        request,
        "portal/site/services.html",
        {"groups": [g for g in groups if g[1]], "q": text, "count": len(found)},
    )


@require_safe
def service(request: HttpRequest, code: str) -> HttpResponse:
    """One service."""
    found = get_object_or_404(Service, code=code)
    return render(request, "portal/site/service.html", {"service": found, "start": address_of(found)})


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Notices, newest first."""
    text = words_of(request)
    page = Paginator(site.searched(site.notices(), text), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "q": text,
        "previous": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "following": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "portal/site/notices.html", context)


@require_safe
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One notice."""
    found = get_object_or_404(site.notices(), pk=notice_id)
    return render(
        request,
        "portal/site/article.html",
        {"article": found, "up": reverse("notices"), "up_label": _("通知公告")},
    )


class NoticeFeed(Feed):  # type: ignore[type-arg]  # not subscriptable at run time
    """Notices as Atom (RFC 4287)."""

    feed_type = Atom1Feed
    title = _("福建跨境电商公共服务平台 通知公告")
    subtitle = _("新规、维护、节假日安排")

    def link(self) -> str:
        return reverse("notices")

    def items(self) -> Any:
        return site.notices()[:PAGE]

    def item_title(self, item: Article) -> Any:
        return item.title

    def item_description(self, item: Article) -> str:
        return item.body

    def item_link(self, item: Article) -> str:
        return reverse("notice", args=[item.pk])

    def item_updateddate(self, item: Article) -> datetime:
        return item.published_at


@require_safe
def faq(request: HttpRequest) -> HttpResponse:
    """Questions and answers."""
    text = words_of(request)
    found = site.searched(site.published(ArticleKind.FAQ).order_by("position"), text)
    return render(request, "portal/site/faq.html", {"articles": list(found), "q": text})


@require_safe
def known_issues(request: HttpRequest) -> HttpResponse:
    """What is known not to work, and what to do meanwhile."""
    found = site.published(ArticleKind.ISSUE).order_by("position", "pk")
    return render(request, "portal/site/issues.html", {"articles": list(found)})


@require_safe
def legal(request: HttpRequest, code: str) -> HttpResponse:
    """Privacy, terms."""
    found = get_object_or_404(site.published(ArticleKind.LEGAL), code=code)
    return render(
        request, "portal/site/article.html", {"article": found, "up": reverse("home"), "up_label": _("首页")}
    )


@require_safe
def screen_help(request: HttpRequest, code: str) -> HttpResponse:
    """Help for one screen, with the questions and the guide beside it."""
    found = get_object_or_404(site.published(ArticleKind.HELP), code=code)
    return render(request, "portal/site/help.html", {"article": found})


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """What the status process last wrote. It has an address of its own that answers when this page cannot."""
    try:
        found = json.loads(STATUS_FILE.read_text("utf-8"))
    except (OSError, ValueError):
        found = None
    context = {
        "parts": parts_of(found) if found else [],
        "checked_at": parse_datetime(found["checked_at"]) if found else None,
        "outages": [
            {
                **one,
                "since": parse_datetime(one["from"]),
                "until": parse_datetime(one["to"]) if one["to"] else None,
            }
            for one in (found["outages"] if found else [])
        ],
        "own_address": settings.STATUS_URL,
    }
    return render(request, "portal/site/status.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read the public site."""
    lines = [
        "User-agent: *",
        "Disallow: /accounts/",
        "Disallow: /console/",
        "Disallow: /enterprise/",
        "Disallow: /admin/",
    ]
    lines += [
        "Disallow: /api/",
        "Disallow: /check/",
        f"Sitemap: {full(reverse('sitemap'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Addresses of the public pages (sitemaps.org 0.9)."""
    paths = [reverse(name) for name in PUBLIC_PAGES if name]
    paths += [reverse("service", args=[one.code]) for one in site.services()]
    paths += [reverse("notice", args=[pk]) for pk in site.notices().values_list("pk", flat=True)[:1_000]]
    return render(
        request,
        "portal/site/sitemap.xml",
        {"addresses": [full(path) for path in paths]},
        content_type="application/xml",
    )


def full(path: str) -> str:
    return str(settings.BASE_URL).rstrip("/") + path
