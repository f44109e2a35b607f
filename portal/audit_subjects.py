"""What acts are about: kinds of objects, what they are called, and where each door shows them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Door = Literal["enterprise", "console"]
Page = Callable[[str], str]


@dataclass(frozen=True)
class Subject:
    """A kind of object that acts are about: its name, and its pages by identifier ("" = none)."""

    label: str | Promise
    enterprise_page: Page
    console_page: Page


def no_page(_identifier: str) -> str:
    return ""


def page_named(name: str, *before: str) -> Page:
    """A page whose arguments end with the identifier; "" where this process does not serve it or the identifier does not fit."""

    def address(identifier: str) -> str:
        try:
            return reverse(name, args=[*before, int(identifier)])
        except (NoReverseMatch, ValueError):
            return ""

    return address


_subjects: dict[str, Subject] = {
    "table": Subject(_("基础数据表"), no_page, no_page),
    "rule": Subject(_("规则"), no_page, no_page),
    "user": Subject(_("人员"), no_page, no_page),
    "portal.agency": Subject(_("部门"), no_page, no_page),
    "turn": Subject(_("处理批次"), no_page, no_page),
    "registration": Subject(_("备案登记"), no_page, no_page),
    "audit": Subject(_("审计记录"), no_page, no_page),
    "organisation": Subject(_("企业"), no_page, no_page),
    "invitation": Subject(_("人员邀请"), no_page, no_page),
    "attachment": Subject(_("附件"), no_page, no_page),
    "absence": Subject(_("缺席登记"), no_page, no_page),
    "document": Subject(_("证书"), page_named("document"), page_named("document")),
    "request": Subject(_("补充资料要求"), page_named("information_request"), no_page),
}


def register_subject(
    kind: str, label: str | Promise, *, enterprise_page: Page = no_page, console_page: Page = no_page
) -> None:
    """An app says what its subjects (`kind:identifier`) are called and where they are shown."""
    _subjects[kind] = Subject(label, enterprise_page, console_page)


def in_words(subject: str, door: Door) -> tuple[str, str]:
    """(`kind:identifier` in words, address of its page or ""); an unknown kind as it stands."""
    kind, _colon, identifier = subject.partition(":")
    known = _subjects.get(kind)
    if known is None:
        return subject, ""
    page = known.enterprise_page if door == "enterprise" else known.console_page
    return f"{known.label} {identifier}".strip(), page(identifier)
