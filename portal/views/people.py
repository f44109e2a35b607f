"""People of an enterprise: who they are, inviting, roles, leaving, and for which enterprise one acts."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.enums import MemberRole
from portal.errors import Refusal
from portal.forms import InvitationForm, RoleForm
from portal.models import Organisation
from portal.people import acting_for, choose_enterprise
from portal.permissions import MEMBER_PERMISSIONS, has
from portal.rights import sentence
from portal.selectors import members, open_invitations
from portal.services import invitations, people

P = ParamSpec("P")
PAGE = 20
View = Callable[Concatenate[HttpRequest, Organisation, P], HttpResponse]


def for_members(
    permission: str,
) -> "Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]":
    """Signed in, and with a role at the enterprise one acts for that includes the permission."""

    def wrap(view: "View[P]") -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            organisation = acting_for(request)
            user: Any = request.user
            if organisation is None or not has(user, permission, organisation_id=organisation.pk):
                raise PermissionDenied
            return view(request, organisation, *args, **kwargs)

        return never_cache(login_required(guarded))  # type: ignore[return-value]

    return wrap


@require_GET
@for_members("people.read")
def people_page(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Members, searched and paged in SQL; invitations for who may manage them."""
    user: Any = request.user
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    role = request.GET.get("role", "")
    found = members(organisation.pk, text=asked, role=role if role in MemberRole.values else "")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    manages = has(user, "people.manage", organisation_id=organisation.pk)
    context = {
        "page": page,
        "manages": manages,
        "invitations": open_invitations(organisation.pk) if manages else [],
        "narrowed": bool(asked or role),
        "fields": [
            {"name": "q", "label": _("姓名或邮箱"), "value": asked},
            {
                "name": "role", "label": _("角色"), "value": role, "kind": "select",
                "choices": [("", _("全部")), *MemberRole.choices],
            },
        ],
    }  # fmt: skip
    return render(request, "portal/people/people.html", context)


@require_http_methods(["GET", "POST"])
@for_members("people.manage")
def invite(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The form; the invitation."""
    user: Any = request.user
    form = InvitationForm(request.POST or None, initial={"role": MemberRole.DECLARANT})
    if request.method == "POST" and form.is_valid():
        try:
            invitations.invite(
                organisation_id=organisation.pk,
                email=form.cleaned_data["email"],
                role=form.cleaned_data["role"],
                actor=user,
            )
        except Refusal as refusal:
            blame(form, refusal)
        else:
            messages.success(request, _("邀请已发出，链接将在几分钟内送达。"))
            return redirect("people")
    status = 422 if form.errors else 200
    return render(request, "portal/people/invite.html", {"form": form, "roles": roles()}, status=status)


def blame(form: Form, refusal: Refusal) -> None:
    """A refusal of the service as an error of its field."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)


def roles() -> list[dict[str, Any]]:
    """Each role with what it may do, in words."""
    return [
        {
            "name": label,
            "may": [sentence(one) for one, holders in sorted(MEMBER_PERMISSIONS.items()) if value in holders],
        }
        for value, label in MemberRole.choices
    ]


@require_http_methods(["GET", "POST"])
@for_members("people.manage")
def member(request: HttpRequest, organisation: Organisation, member_id: int) -> HttpResponse:
    """One member: facts, another role, leaving."""
    user: Any = request.user
    try:
        found = people.member_of(organisation.pk, member_id)
    except people.MemberUnknown as refusal:
        raise Http404 from refusal
    form = RoleForm(request.POST or None, initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        try:
            people.change_role(
                organisation_id=organisation.pk,
                member_id=member_id,
                role=form.cleaned_data["role"],
                actor=user,
            )
        except Refusal as refusal:
            blame(form, refusal)
        else:
            messages.success(request, _("角色已变更。"))
            return redirect("people")
    context = {"member": found, "form": form, "roles": roles(), "oneself": found.user_id == user.pk}
    return render(request, "portal/people/member.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_members("people.manage")
def remove(request: HttpRequest, organisation: Organisation, member_id: int) -> HttpResponse:
    """Asks first; then the member has nothing here any more."""
    user: Any = request.user
    try:
        found = people.member_of(organisation.pk, member_id)
    except people.MemberUnknown as refusal:
        raise Http404 from refusal
    oneself = found.user_id == user.pk
    if request.method == "GET":
        return render(request, "portal/people/remove.html", {"member": found, "oneself": oneself})
    try:
        people.remove_member(organisation_id=organisation.pk, member_id=member_id, actor=user)
    except Refusal as refusal:
        context = {"member": found, "oneself": oneself, "refusal": refusal}
        return render(request, "portal/people/remove.html", context, status=refusal.status)
    if oneself:
        return redirect("account_login")
    messages.success(request, _("已移除该人员，其登录会话已结束。"))
    return redirect("people")


@require_POST
@for_members("people.manage")
def resend(request: HttpRequest, organisation: Organisation, invitation_id: int) -> HttpResponse:
    """A new link."""
    return after(request, invitations.resend, _("已重新发送邀请，旧链接失效。"), organisation, invitation_id)


@require_POST
@for_members("people.manage")
def withdraw(request: HttpRequest, organisation: Organisation, invitation_id: int) -> HttpResponse:
    """The link ends."""
    return after(request, invitations.withdraw, _("邀请已撤回，链接失效。"), organisation, invitation_id)


def after(
    request: HttpRequest, act: Callable[..., Any], done: str, organisation: Organisation, invitation_id: int
) -> HttpResponse:
    try:
        act(organisation_id=organisation.pk, invitation_id=invitation_id, actor=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, done)
    return redirect("people")


@require_POST
@login_required
def act_for(request: HttpRequest) -> HttpResponse:
    """Act for another of one's enterprises from now on."""
    chosen = request.POST.get("organisation", "")
    if not chosen.isdecimal() or len(chosen) > 18 or not choose_enterprise(request, int(chosen)):
        raise PermissionDenied
    return redirect("customs:home")
