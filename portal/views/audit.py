"""Pages of the audit trail: for officials with the right, and for the enterprise about its own data."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from portal import audit, audit_export, audit_trail
from portal.audit_trail import TrailFilter
from portal.enums import Verb
from portal.errors import Refusal
from portal.people import acting_for, standing_of_request
from portal.permissions import has

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
KINDS = {"since": "date", "until": "date", "verb": "select", "who": "select"}


class TrailSearch(forms.Form):
    """Filter bar of both pages; wrong values do not filter."""

    verb = forms.ChoiceField(label=_("动作"), required=False, choices=[("", _("全部动作")), *Verb.choices])
    subject = forms.CharField(
        label=_("对象"), max_length=100, required=False, help_text="parcel:12800 / user:7"
    )
    since = forms.DateField(label=_("起始日期"), required=False)
    until = forms.DateField(label=_("截止日期"), required=False)

    def bar(self) -> list[dict[str, Any]]:
        """The fields as the filter bar component wants them."""
        return [
            {
                "name": one.name,
                "label": one.label,
                "value": one.value() or "",
                "kind": KINDS.get(one.name, "search"),
                "choices": getattr(one.field, "choices", ()),
                "hint": one.help_text,
            }
            for one in self
        ]

    def wanted(self) -> TrailFilter:
        self.is_valid()
        return TrailFilter(**{name: value for name, value in self.cleaned_data.items() if value})


class OfficialSearch(TrailSearch):
    """Also by person and enterprise."""

    person = forms.CharField(label=_("人员"), max_length=60, required=False, help_text=_("姓名或登录名"))
    enterprise = forms.CharField(
        label=_("企业"), max_length=200, required=False, help_text=_("名称、统一社会信用代码或海关编码")
    )
    field_order = ["person", "enterprise", "subject", "verb", "since", "until"]


class EnterpriseSearch(TrailSearch):
    """Also by kind of actor."""

    who = forms.ChoiceField(
        label=_("谁"),
        required=False,
        choices=[
            ("", _("所有人")),
            ("officials", _("监管人员")),
            ("own", _("本企业及代理人员")),
            ("machines", _("系统与接口")),
        ],
    )
    field_order = ["who", "verb", "subject", "since", "until"]


def for_auditors(view: "View[P]") -> "View[P]":
    """Signed in and holding `audit.read`, by post or as audit administrator."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not has(request.user, "audit.read"):  # type: ignore[arg-type]
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(login_required(guarded))  # type: ignore[return-value]


@require_GET
@for_auditors
def trail(request: HttpRequest) -> HttpResponse:
    """Acts, searched and paged in SQL; above them how far the chain is verified."""
    search, official = OfficialSearch(request.GET), standing_of_request(request).official
    found = audit_trail.trail_for_official(request.user, search.wanted())  # type: ignore[arg-type]
    page = audit_trail.told_to_official(found, request.GET.get("before", ""))
    context = {
        **shown(request, search, page),
        "layout": "portal/console.html" if official else "portal/app.html",
        "chain": audit.chain_state(),
        "everybody": not official,
    }
    return render(request, "portal/audit/trail.html", context)


@require_POST
@for_auditors
def trail_file(request: HttpRequest) -> HttpResponseBase:
    """The same as a file; the export is audited."""
    wanted = OfficialSearch(request.POST).wanted()
    return handed_out(
        request,
        lambda: audit_export.export_for_official(request.user, wanted),  # type: ignore[arg-type]
        "console_audit",
    )


def own_organisation(request: HttpRequest) -> int:
    """Id of the enterprise the person acts for, whose trail the person may read. Raises PermissionDenied."""
    organisation = acting_for(request)
    if organisation is None or not has(request.user, "audit.own", organisation_id=organisation.pk):  # type: ignore[arg-type]
        raise PermissionDenied
    return organisation.pk


@require_GET
@never_cache
@login_required
def own_trail(request: HttpRequest) -> HttpResponse:
    """Who looked at or changed the enterprise's data."""
    organisation_id = own_organisation(request)
    search = EnterpriseSearch(request.GET)
    found = audit_trail.trail_for_enterprise(organisation_id, search.wanted())
    page = audit_trail.told_to_enterprise(organisation_id, found, request.GET.get("before", ""))
    may = has(request.user, "audit.export_own", organisation_id=organisation_id)  # type: ignore[arg-type]
    return render(request, "portal/audit/own.html", {**shown(request, search, page), "may_export": may})


@require_POST
@login_required
def own_file(request: HttpRequest) -> HttpResponseBase:
    """The same as a file; audited too."""
    organisation_id = own_organisation(request)
    wanted = EnterpriseSearch(request.POST).wanted()
    return handed_out(
        request,
        lambda: audit_export.export_for_enterprise(request.user, organisation_id, wanted),  # type: ignore[arg-type]
        "enterprise_audit",
    )


def shown(request: HttpRequest, search: TrailSearch, page: audit_trail.TrailPage) -> dict[str, Any]:
    """What both pages show: filters, acts, the addresses of older and newest ones."""
    query = request.GET.copy()
    query["before"] = page.older
    return {
        "search": search,
        "acts": page.acts,
        "older": f"?{query.urlencode()}" if page.older else "",
        "behind": bool(request.GET.get("before")),
        "asked": [(name, value) for name, value in request.GET.items() if name in search.fields],
    }


def handed_out(
    request: HttpRequest, export: Callable[[], audit_export.Export], back: str
) -> HttpResponseBase:
    """The file, or back to the page with the reason why not."""
    try:
        file = export()
    except Refusal as refusal:
        if refusal.status == 403:
            raise PermissionDenied from None
        messages.error(request, refusal.sentence)
        return redirect(back)
    answer = StreamingHttpResponse(file.content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return answer
