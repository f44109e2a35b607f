"""Real-time payment data as the platform sees it: its address, and what customs asked."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from customs.enums import PaymentDataState
from customs.forms import EndpointForm
from customs.permissions import SUBMIT
from customs.selectors.payment_data import TONES, endpoint_of, requests_to
from customs.services.payment_requests import set_endpoint
from customs.views.access import Enterprise, for_enterprise
from portal.errors import Refusal

PAGE = 50


def neighbour(page: int, number: str) -> str:
    return "?" + urlencode({"page": page, "q": number})


@require_http_methods(["GET", "POST"])
@for_enterprise
def payment_data(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """The address where customs asks, and the requests, newest first."""
    endpoint = endpoint_of(enterprise.id)
    form = EndpointForm(request.POST or None, initial={"url": endpoint.url if endpoint else ""})
    status = 200
    if request.method == "POST":
        if not enterprise.may(SUBMIT):
            raise PermissionDenied
        status = 422
        if form.is_valid():
            try:
                set_endpoint(
                    actor=enterprise.user, organisation_id=enterprise.id, url=form.cleaned_data["url"]
                )
            except Refusal as refusal:
                form.add_error("url", refusal.sentence)
            else:
                messages.success(request, _("接口地址已保存。"))
                return redirect("customs:payment_data")
    found = requests_to(enterprise.id)
    number = request.GET.get("q", "").strip()[:60]
    if number:
        found = found.filter(order_no=number)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "endpoint": endpoint,
        "may_submit": enterprise.may(SUBMIT),
        "number": number,
        "rows": [(one, TONES[PaymentDataState(one.state)]) for one in page],
        "previous": neighbour(page.previous_page_number(), number) if page.has_previous() else "",
        "following": neighbour(page.next_page_number(), number) if page.has_next() else "",
    }
    return render(request, "customs/payment_data.html", context, status=status)
