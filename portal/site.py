"""The public site's texts: loaded from the project's files, found for pages.

Services, questions, help and legal texts belong to the product and are loaded anew with each version; notices and further known
issues are written by staff in the back office and never touched by loading.
"""

import csv
from functools import cache
from pathlib import Path

from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.enums import ArticleKind
from portal.models import Article, Service

DATA = Path(__file__).parent / "data"


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_site() -> int:
    """Insert and update the texts of the project's files; returns how many there are."""
    services = [Service(**row, position=number) for number, row in enumerate(rows_of("services.csv"))]
    columns = [field.name for field in Service._meta.fields if field.name not in {"id", "code"}]
    Service.objects.bulk_create(
        services, update_conflicts=True, unique_fields=["code"], update_fields=columns
    )
    now = timezone.now()
    articles = [Article(**row, published_at=now) for row in rows_of("articles.csv")]
    Article.objects.bulk_create(
        articles,
        update_conflicts=True,
        unique_fields=["kind", "code"],
        update_fields=["title_zh", "title_en", "body_zh", "body_en", "position"],
    )
    return len(services) + len(articles)


@cache
def help_codes() -> tuple[str, ...]:
    """Screens that have help: names of routes, or beginnings of them (`goods:`), the longest first."""
    codes = [row["code"] for row in rows_of("articles.csv") if row["kind"] == ArticleKind.HELP]
    return tuple(sorted(codes, key=len, reverse=True))


@cache
def help_code(route: str) -> str:
    """The help that fits a route best, "" when none does."""
    return next((code for code in help_codes() if route.startswith(code)), "")


def published(kind: ArticleKind) -> "QuerySet[Article]":
    """Articles of a kind that are shown now."""
    now = timezone.now()
    return Article.objects.filter(Q(until=None) | Q(until__gt=now), kind=kind, published_at__lte=now)


def notices() -> "QuerySet[Article]":
    """Newest first."""
    return published(ArticleKind.NOTICE).order_by("-published_at", "-pk")


def searched(found: "QuerySet[Article]", text: str) -> "QuerySet[Article]":
    """Articles with these words in either language."""
    text = text.strip().replace("\x00", "")
    if not text:
        return found
    named = Q()
    for column in ("title_zh", "title_en", "body_zh", "body_en"):
        named |= Q(**{f"{column}__icontains": text})
    return found.filter(named)


def services(text: str = "") -> "QuerySet[Service]":
    """Services with these words in either language."""
    text = text.strip().replace("\x00", "")
    if not text:
        return Service.objects.all()
    named = Q()
    for column in ("title_zh", "title_en", "summary_zh", "summary_en", "who_zh", "who_en"):
        named |= Q(**{f"{column}__icontains": text})
    return Service.objects.filter(named)
