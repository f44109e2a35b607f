"""Pages of the enterprise: its sandbox, opened, used and reset."""

from typing import Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from portal.errors import Refusal
from portal.people import acting_for
from portal.permissions import NotPermitted, has
from sandbox.enums import SELF, Part
from sandbox.forms import OpenForm
from sandbox.permissions import MANAGE
from sandbox.selectors.conformance import TITLES
from sandbox.services.practising import (
    likely_parts,
    open_sandbox,
    practice_of,
    renew_sandbox_secrets,
    reset_sandbox,
    sample_archive,
)
from sandbox.services.samples import SCENARIOS


def own_organisation(request: HttpRequest) -> Any:
    """The enterprise the person works for. Raises PermissionDenied."""
    organisation = acting_for(request)
    if organisation is None:
        raise PermissionDenied
    return organisation


@require_GET
@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """How the sandbox stands; the form that opens it; or why there is none."""
    return shown(request)


@require_POST
@never_cache
@login_required
def opening(request: HttpRequest) -> HttpResponse:
    """Open the sandbox and show the credentials, once."""
    form = OpenForm(request.POST)
    if not form.is_valid():
        return shown(request, form, status=422)
    return told(request, open_sandbox, plays=form.cleaned_data["plays"])


@require_POST
@never_cache
@login_required
def renewing(request: HttpRequest) -> HttpResponse:
    """Other credentials, shown once."""
    return told(request, renew_sandbox_secrets)


@require_POST
@never_cache
@login_required
def resetting(request: HttpRequest) -> HttpResponse:
    """Begin anew; the page then shows how far it is."""
    try:
        reset_sandbox(request.user, own_organisation(request))  # type: ignore[arg-type]
    except NotPermitted:
        raise PermissionDenied from None
    except Refusal as refusal:
        notices.error(request, refusal.sentence)
    else:
        notices.success(request, _("沙箱开始重置，通常几秒内完成。"))
    return redirect("sandbox:overview")


@require_GET
@never_cache
@login_required
def samples(request: HttpRequest, scenario: str) -> HttpResponse:
    """The messages of a scenario as a file."""
    try:
        packed = sample_archive(request.user, own_organisation(request), scenario)  # type: ignore[arg-type]
    except NotPermitted:
        raise PermissionDenied from None
    except Refusal as refusal:
        notices.error(request, refusal.sentence)
        return redirect("sandbox:overview")
    response = HttpResponse(packed, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="sandbox-{scenario}.zip"'
    return response


def shown(request: HttpRequest, form: OpenForm | None = None, status: int = 200) -> HttpResponse:
    """The page, or the part of it that a reset renews."""
    organisation = own_organisation(request)
    user: Any = request.user
    context: dict[str, Any] = {
        "may_manage": has(user, MANAGE, organisation_id=organisation.pk),
        "problem": "",
        "practice": None,
        "form": form,
    }
    try:
        practice = practice_of(user, organisation)
    except NotPermitted:
        raise PermissionDenied from None
    except Refusal as refusal:
        return render(
            request, "sandbox/overview.html", {**context, "problem": refusal.sentence}, status=status
        )
    if practice is None:
        context["form"] = form or OpenForm(initial={"plays": likely_parts(organisation.pk)})
    else:
        context |= {"practice": practice, "firms": named(practice.firms), "scenarios": SCENARIOS.values()}
        context["groups"] = grouped(practice.checks)
    part = request.headers.get("HX-Request") == "true" and practice is not None
    return render(request, f"sandbox/{'progress' if part else 'overview'}.html", context, status=status)


def told(request: HttpRequest, act: Any, **more: Any) -> HttpResponse:
    """Credentials, shown once; or the page that says why not."""
    try:
        issued = act(request.user, own_organisation(request), **more)
    except NotPermitted:
        raise PermissionDenied from None
    except Refusal as refusal:
        notices.error(request, refusal.sentence)
        return redirect("sandbox:overview")
    return render(request, "sandbox/secrets.html", {"issued": named(issued)})


def named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the name of their part."""
    return [
        {**row, "part_name": _("本企业") if row["part"] == SELF else Part(row["part"]).label} for row in rows
    ]


def grouped(checks: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The checklist by group."""
    titles = {"sent": _("已发送"), "handled": _("已取回回执"), "special": _("特殊情形")}
    return [
        (
            title,
            [
                {**one, "title": TITLES.get(one["code"], one["title"])}
                for one in checks
                if one["group"] == group
            ],
        )
        for group, title in titles.items()
    ]
