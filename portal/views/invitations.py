"""The page behind the link of an invitation: joining with an account one has, or with a new one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.enums import MemberRole
from portal.errors import Refusal
from portal.forms import NewAccountForm
from portal.models import Invitation
from portal.people import choose_enterprise
from portal.services import invitations

TEMPLATE = "portal/people/invitation.html"


@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing (mail scanners open links); only the button does."""
    try:
        found = invitations.invitation_of(token)
        if request.user.is_authenticated:
            return with_account(request, token, found)
        return with_new_account(request, token, found)
    except Refusal as refusal:
        return render(request, TEMPLATE, {"refusal": refusal}, status=refusal.status)


def described(found: Invitation) -> dict[str, Any]:
    return {"invitation": found, "role": MemberRole(found.role).label}


def with_account(request: HttpRequest, token: str, found: Invitation) -> HttpResponse:
    """One button for whoever is signed in with the invited address."""
    user: Any = request.user
    other = user.email.lower() != found.email.lower()
    if request.method == "GET":
        return render(request, TEMPLATE, {**described(found), "other": other})
    invitations.accept(token=token, user=user)
    choose_enterprise(request, found.organisation_id)
    messages.success(request, _("您已加入该企业。"))
    return redirect("customs:home")


def with_new_account(request: HttpRequest, token: str, found: Invitation) -> HttpResponse:
    """The form of a new account, or the way to the sign-in when the address has one."""
    back = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    if invitations.has_account(found):
        return render(request, TEMPLATE, {**described(found), "sign_in": back})
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitations.accept_with_new_account(
                token=token, full_name=form.cleaned_data["full_name"], password=form.cleaned_data["password1"]
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("账号已开立，您已加入该企业。请登录。"))
            return redirect("account_login")
    context = {**described(found), "form": form}
    return render(request, TEMPLATE, context, status=422 if form.errors else 200)
