"""The public pages of a company's registration. The application is kept on the server; the session holds its number."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from filing.enums import ApplicationState, RegistryState
from filing.forms.registering import CodeForm, CompanyForm, PersonForm
from filing.models import RegistrationApplication
from filing.selectors.registering import application, on_file
from filing.services import registering
from portal import limits, rules
from portal.errors import Refusal
from portal.forms import NewPasswordForm
from portal.services.organisations import AlreadyRegistered

P = ParamSpec("P")
KEY = "registration_application"
STEPS = ("filing/register/code.html", "filing/register/company.html", "filing/register/person.html")
ApplicationView = Callable[Concatenate[HttpRequest, RegistrationApplication, P], HttpResponse]


def bounded(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """At most so many requests a minute from one address; nothing is cached."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        most = int(rules.value("G.REGISTER.PER_MINUTE", timezone.localdate()))
        if request.method == "POST" and not limits.allowed(request, "register", most):
            refused = render(request, "429.html", status=429)
            refused["Retry-After"] = "60"
            return refused
        return view(request, *args, **kwargs)

    return never_cache(guarded)  # type: ignore[return-value]


def begun(view: "ApplicationView[P]") -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The view gets the visitor's application; without one it leads to the first step."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        found = application(request.session.get(KEY))
        if found is None or found.state in {ApplicationState.DONE, ApplicationState.ABANDONED}:
            return redirect("filing_public:register")
        return view(request, found, *args, **kwargs)

    return guarded  # type: ignore[return-value]


def steps() -> list[str]:
    return [gettext("信用代码"), gettext("企业信息"), gettext("管理员"), gettext("验证邮箱")]


@bounded
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Step 1: the code. A company that is known is shown with what is on file, and the way in."""
    found = application(request.session.get(KEY))
    form = CodeForm(request.POST or None, initial={"uscc": found.uscc if found else ""})
    context: dict[str, Any] = {"form": form, "steps": steps(), "known": None}
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["uscc"]
        if found and found.uscc == registering.normalised(typed) and found.state != ApplicationState.DONE:
            return redirect("filing_public:company")
        try:
            started = registering.begin(typed, language=get_language() or "zh-hans")
        except AlreadyRegistered:
            context["known"] = on_file(registering.normalised(typed))
            return render(request, STEPS[0], context, status=409)
        except Refusal as refusal:
            form.add_error("uscc", refusal.sentence)
        else:
            request.session[KEY] = started.pk
            return redirect("filing_public:company")
    return render(request, STEPS[0], context, status=422 if form.errors else 200)


def registry_context(found: RegistrationApplication) -> dict[str, Any]:
    waiting = found.registry_state == RegistryState.ASKED and not registering.overdue(found)
    return {
        "application": found,
        "waiting": waiting,
        "overdue": registering.overdue(found),
        "gone": found.registry_state in {RegistryState.REVOKED, RegistryState.CANCELLED},
        "entry": found.registry_entry,
        "doubtful": registering.doubtful(found.uscc),
    }


@never_cache
@require_GET
@begun
def registry(request: HttpRequest, found: RegistrationApplication) -> HttpResponse:
    """The registry's answer as a part of the page; asks again every second while there is none."""
    return render(request, "filing/register/registry.html", registry_context(found))


@bounded
@require_http_methods(["GET", "POST"])
@begun
def company(request: HttpRequest, found: RegistrationApplication) -> HttpResponse:
    """Step 2: the company, with what the business registry says beside it."""
    form = CompanyForm(request.POST or None, initial=company_initial(found))
    if request.method == "POST" and form.is_valid():
        said = registering.Company(**form.cleaned_data)
        if attempt(form, lambda: registering.describe(found.pk, said)):
            return redirect("filing_public:person")
    context = {"form": form, "steps": steps(), **registry_context(found)}
    return render(request, STEPS[1], context, status=422 if form.errors else 200)


def company_initial(found: RegistrationApplication) -> dict[str, str]:
    """What was typed before, else what the registry knows."""
    return {
        "name": found.name or str(found.registry_entry.get("name", "")),
        "name_en": found.name_en,
        "customs_code": found.customs_code,
        "district": found.district,
    }


@bounded
@require_http_methods(["GET", "POST"])
@begun
def person(request: HttpRequest, found: RegistrationApplication) -> HttpResponse:
    """Step 3: who will administer the enterprise here."""
    if found.state == ApplicationState.STARTED:
        return redirect("filing_public:company")
    form = PersonForm(request.POST or None, initial={"person_name": found.person_name, "email": found.email})
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: registering.send_link(found.pk, **form.cleaned_data))
    ):
        return redirect("filing_public:sent")
    context = {
        "form": form,
        "steps": steps(),
        "application": found,
        "name_differs": registering.name_differs(found),
    }
    return render(request, STEPS[2], context, status=422 if form.errors else 200)


def attempt(form: forms.Form, act: Callable[[], Any]) -> bool:
    """One service call; a refusal stands at its field."""
    try:
        act()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return False
    return True


@never_cache
@require_GET
@begun
def sent(request: HttpRequest, found: RegistrationApplication) -> HttpResponse:
    """Step 4: the link is on its way."""
    if found.state != ApplicationState.MAILED:
        return redirect("filing_public:person")
    return render(request, "filing/register/sent.html", {"application": found, "steps": steps()})


@bounded
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: set a password; only the button makes anything."""
    template = "filing/register/confirm.html"
    try:
        found = registering.application_of(token)
    except Refusal as refusal:
        return render(request, template, {"refusal": refusal}, status=refusal.status)
    form = NewPasswordForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: registering.finish(token, password=form.cleaned_data["password1"]))
    ):
        request.session.pop(KEY, None)
        messages.success(request, gettext("注册完成。请用邮箱和密码登录，然后提交企业备案。"))
        return redirect("account_login")
    context = {"form": form, "application": found}
    return render(request, template, context, status=422 if form.errors else 200)


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Start over with another company."""
    request.session.pop(KEY, None)
    return redirect("filing_public:register")
