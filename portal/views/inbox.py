"""A person's inbox and preferences, in the layout of the door they work at."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.i18n import set_language

from portal import letters_inbox as service
from portal.enums import Channel
from portal.errors import Refusal
from portal.people import acting_for, standing_of_request

PAGE = 20
UNDO = "inbox_undo"
"""Session key: the moment at which everything was marked read."""
UNDO_FOR = timedelta(minutes=10)


def layout(request: HttpRequest) -> str:
    """Officials see the console around it, enterprise staff their own door, others a plain frame."""
    if standing_of_request(request).official:
        return "portal/console.html"
    return "portal/enterprise.html" if acting_for(request) else "portal/app.html"


@require_GET
@never_cache
@login_required
def letters(request: HttpRequest) -> HttpResponse:
    """Newest first; searched, filtered and paged in SQL."""
    asked = {name: request.GET.get(name, "").replace("\x00", "") for name in ("q", "group", "state")}
    found = service.inbox(
        request.user,  # type: ignore[arg-type]
        text=asked["q"],
        group=asked["group"],
        unread=asked["state"] == "unread",
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "layout": layout(request),
        "page": page,
        "shown": service.shown(list(page)),
        "fields": filter_fields(asked),
        "narrowed": any(asked.values()),
        "undo": can_undo(request),
    }
    return render(request, "portal/inbox/letters.html", context)


def can_undo(request: HttpRequest) -> bool:
    """Shortly after everything was marked read."""
    moment = request.session.get(UNDO, "")
    return bool(moment) and timezone.now() - datetime.fromisoformat(moment) < UNDO_FOR


def filter_fields(asked: dict[str, str]) -> list[dict[str, Any]]:
    """Search, group and state as the filter bar wants them."""
    groups = [("", _("全部类别")), *((group, service.group_name(group)) for group in service.groups())]
    states = [("", _("全部消息")), ("unread", _("未读"))]
    return [
        {"name": "q", "label": _("搜索"), "value": asked["q"]},
        {"name": "group", "label": _("类别"), "value": asked["group"], "kind": "select", "choices": groups},
        {"name": "state", "label": _("状态"), "value": asked["state"], "kind": "select", "choices": states},
    ]


@require_GET
@never_cache
@login_required
def letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    """One letter; opening it marks it as read."""
    found = service.open_letter(request.user, letter_id)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    context = {
        "layout": layout(request),
        "one": service.shown([found])[0],
        "deliveries": service.deliveries(found),
    }
    return render(request, "portal/inbox/letter.html", context)


@require_POST
@login_required
def unread(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Put a letter back among the unread."""
    if not service.mark_unread(request.user, letter_id):  # type: ignore[arg-type]
        raise Http404
    return redirect("inbox")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Everything read; can be undone for a while."""
    count, moment = service.mark_all_read(request.user)  # type: ignore[arg-type]
    if count:
        request.session[UNDO] = moment.isoformat()
        sentence = ngettext("已将 %(count)d 条消息标为已读。", "已将 %(count)d 条消息标为已读。", count)
        messages.success(request, sentence % {"count": count})
    return redirect("inbox")


@require_POST
@login_required
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last "all read" back."""
    moment = request.session.pop(UNDO, "")
    if moment:
        service.undo_read(request.user, datetime.fromisoformat(moment))  # type: ignore[arg-type]
        messages.success(request, gettext("已恢复为未读。"))
    return redirect("inbox")


class PreferencesForm(forms.Form):
    """Language and phone; the channels are one tick per group and channel."""

    language = forms.ChoiceField(label=_("消息语言"), choices=[("zh-hans", "简体中文"), ("en", "English")])
    phone = forms.CharField(
        label=_("手机号"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    forget_phone = forms.BooleanField(label=_("删除已登记的手机号"), required=False)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """What is wanted where."""
    choices = service.choices_of(request.user)  # type: ignore[arg-type]
    form = PreferencesForm(request.POST or None, initial={"language": choices.language})
    if request.method == "POST" and form.is_valid():
        try:
            service.choose(
                request.user,  # type: ignore[arg-type]
                wanted={tuple(pair.split(":", 1)) for pair in request.POST.getlist("wanted") if ":" in pair},  # type: ignore[misc]
                **form.cleaned_data,
            )
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, gettext("已保存。"))
            return redirect("inbox_preferences")
    context = {
        "layout": layout(request),
        "form": form,
        "phone": choices.phone,
        "channels": [Channel(c) for c in service.DEFAULTS],
        "rows": rows(choices),
    }
    return render(request, "portal/inbox/preferences.html", context, status=400 if form.errors else 200)


def rows(choices: service.Choices) -> list[dict[str, Any]]:
    """One line per group with a tick per channel."""
    return [
        {
            "group": service.group_name(group),
            "ticks": [
                {"value": f"{group}:{channel.value}", "label": channel.label, "on": channel.value in wanted}
                for channel in service.DEFAULTS
            ],
        }
        for group, wanted in choices.groups.items()
    ]


@require_POST
def switch_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own switch; the language of a person who is signed in is remembered for letters."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in {"zh-hans", "en"}:
        service.remember_language(request.user, language)
    return set_language(request)
