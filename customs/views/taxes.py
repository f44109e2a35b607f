"""Taxes and security of an enterprise: bills it guarantees, when they are due, payment documents, its account."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from customs.forms import BillFilterForm
from customs.models import DutyPayment, GuaranteeAccount, TaxBill
from customs.permissions import EXPORT, REQUEST_DUTY
from customs.selectors.documents import decimal_text
from customs.selectors.taxes import (
    account_of,
    bills,
    due_calendar,
    guarantees_of,
    of_guarantor,
    page_before,
    payments_of,
)
from customs.services.duty import request_payment
from customs.services.exporting import export_bills
from customs.views.access import Enterprise, for_enterprise
from customs.views.parcels import filter_fields, with_position
from portal.console.access import asks_for_table
from portal.errors import Refusal

BILL_COLUMNS: list[dict[str, Any]] = [
    {"label": _("税单编号")},
    {"label": _("状态"), "kind": "state"},
    {"label": _("订单号")},
    {"label": _("税款（元）"), "kind": "number"},
    {"label": _("放行日"), "kind": "nowrap"},
    {"label": _("缴纳期"), "kind": "nowrap"},
    {"label": _("缴款书")},
]
PAYMENT_COLUMNS: list[dict[str, Any]] = [
    {"label": _("缴款书编号")},
    {"label": _("状态"), "kind": "state"},
    {"label": _("申报海关")},
    {"label": _("税单数"), "kind": "number"},
    {"label": _("税款（元）"), "kind": "number"},
    {"label": _("滞纳金"), "kind": "number"},
    {"label": _("缴款期限"), "kind": "nowrap"},
    {"label": _("缴款日期"), "kind": "nowrap"},
]
DUE_COLUMNS: list[dict[str, Any]] = [
    {"label": _("最后缴纳日"), "kind": "nowrap"},
    {"label": _("可缴纳起"), "kind": "nowrap"},
    {"label": _("税单数"), "kind": "number"},
    {"label": _("税款（元）"), "kind": "number"},
]
GUARANTEE_COLUMNS: list[dict[str, Any]] = [
    {"label": _("保函或凭证编号")},
    {"label": _("状态"), "kind": "state"},
    {"label": _("担保方式")},
    {"label": _("金额（元）"), "kind": "number"},
    {"label": _("有效期"), "kind": "nowrap"},
]


@require_GET
@for_enterprise
def taxes(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Account, calendar and documents once; bills filtered and paged, the table alone when HTMX asks."""
    form = BillFilterForm(request.GET)
    found, following = page_before(
        bills(of_guarantor(enterprise.codes), form.wanted()), request.GET.get("before", "")
    )
    context = {
        "enterprise": enterprise,
        "fields": filter_fields(form),
        "columns": BILL_COLUMNS,
        "rows": [bill_row(bill) for bill in found],
        "following": with_position(request.GET, "before", following),
        "query": with_position(request.GET, "", "-"),
        "first": "before" not in request.GET,
        "narrowed": any(value for name, value in request.GET.items() if name != "before"),
        "may_export": enterprise.may(EXPORT),
    }
    if asks_for_table(request):
        return render(request, "customs/taxes_table.html", context)
    return render(request, "customs/taxes.html", context | standing_of(enterprise))


def standing_of(enterprise: Enterprise) -> dict[str, Any]:
    """What the page shows above the bills."""
    account = account_of(enterprise.id)
    due = due_calendar(enterprise.codes)
    return {
        "account": account,
        "figures": figures(account),
        "used_share": min(100, int(account.used * 100 / account.available)) if account.available else 0,
        "due": [
            {"cells": [day.last.isoformat(), day.first.isoformat(), day.bills, decimal_text(day.tax)]}
            for day in due
        ],
        "due_columns": DUE_COLUMNS,
        "payments": [payment_row(payment) for payment in payments_of(enterprise.codes)],
        "payment_columns": PAYMENT_COLUMNS,
        "guarantees": [guarantee_row(one) for one in guarantees_of(enterprise.id)[:20]],
        "guarantee_columns": GUARANTEE_COLUMNS,
        "may_request": enterprise.may(REQUEST_DUTY),
    }


def figures(account: GuaranteeAccount) -> list[dict[str, Any]]:
    """Unpaid, secured, free."""
    short = account.enforced and not account.free
    return [
        {"label": _("未缴税款（元）"), "value": f"{account.used:.2f}", "tone": ""},
        {
            "label": _("担保额度（元）"),
            "value": f"{account.available:.2f}" if account.enforced else None,
            "tone": "",
        },
        {
            "label": _("可用额度（元）"),
            "value": f"{account.free:.2f}" if account.enforced else None,
            "tone": "bad" if short else "",
        },
    ]


def bill_row(bill: TaxBill) -> dict[str, Any]:
    """Cells in the order of BILL_COLUMNS; the row leads to the list."""
    paid = bill.tone == "good"
    return {
        "url": reverse("customs:parcel", args=[bill.parcel_id]),
        "cells": [
            bill.tax_no,
            {"label": gettext("已缴纳") if paid else bill.get_state_display(), "tone": bill.tone or "info"},
            bill.parcel.order_no,
            f"{bill.total:.2f}",
            bill.released_on.isoformat(),
            f"{bill.due_from.isoformat()} – {bill.due_to.isoformat()}",
            bill.payment.number if bill.payment else "—",
        ],
    }


def payment_row(payment: DutyPayment) -> dict[str, Any]:
    """Cells in the order of PAYMENT_COLUMNS."""
    return {
        "cells": [
            payment.number,
            {"label": payment.get_state_display(), "tone": payment.tone or "info"},
            payment.customs_code,
            payment.bills,
            f"{payment.total:.2f}",
            f"{payment.surcharge:.2f}",
            payment.due_on.isoformat(),
            payment.paid_on.isoformat() if payment.paid_on else "—",
        ]
    }


def guarantee_row(one: Any) -> dict[str, Any]:
    """Cells in the order of GUARANTEE_COLUMNS."""
    return {
        "cells": [
            one.reference,
            {"label": one.get_state_display(), "tone": one.tone or "info"},
            one.get_kind_display(),
            f"{one.amount:.2f}",
            f"{one.valid_from.isoformat()} – {one.valid_to.isoformat() if one.valid_to else gettext('长期')}",
        ]
    }


@require_POST
@for_enterprise
def request_duty(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Payment documents of everything that may be paid now."""
    try:
        made = request_payment(actor=request.user, organisation_id=enterprise.id)  # type: ignore[arg-type]
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("customs:taxes")
    messages.success(request, gettext("已生成 %(n)s 份缴款书。") % {"n": len(made)})
    return redirect("customs:taxes")


@require_GET
@for_enterprise
def export(request: HttpRequest, enterprise: Enterprise, file_format: str) -> HttpResponseBase:
    """The bills that fit the filter, as a file."""
    try:
        file = export_bills(
            actor=request.user,  # type: ignore[arg-type]
            organisation_id=enterprise.id,
            wanted=BillFilterForm(request.GET).wanted(),
            file_format=file_format,
        )
    except Refusal as refusal:
        return render(request, "customs/refused.html", {"refusal": refusal}, status=refusal.status)
    response = StreamingHttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response
