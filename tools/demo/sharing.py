"""Data sharing of the demonstration: a grant of the business registry, and a request of the population base that waits."""

from datetime import timedelta

from django.utils import timezone

from exchange.models import SharingGrant
from exchange.services.grants import Wish, answer_grants, ask_grant, check_grants
from portal.models import ApiClient, User
from tools.demo.accounts import AGENCY_CLIENTS


def load_sharing() -> None:
    """Once; the two reviewers of customs check and grant."""
    if SharingGrant.objects.exists():
        return
    today = timezone.localdate()

    def asked(agency: str, object_code: str, fields: list[str], purpose: str, reason: str) -> SharingGrant:
        client = ApiClient.objects.get(name=AGENCY_CLIENTS[agency])
        basis = "福建省政务数据管理办法（省政府令第178号）"
        until = today + timedelta(days=180)
        wish = Wish(object_code, fields, purpose, basis, reason, today, until)
        return ask_grant(agency_code=agency, wish=wish, client=client)

    first, second = (User.objects.get(username=name) for name in ("reviewer", "reviewer2"))
    fields = ["legal_name", "customs_level", "tax_refund_class"]
    grant = asked("registry_fujian", "enterprise_filing", fields, "credit", "核对企业登记与跨境电商备案信息")
    check_grants(ids=[grant.pk], actor=first)
    answer_grants(ids=[grant.pk], step="grant", actor=second, reason="限于信用核对使用")
    fields = ["buyer_name", "buyer_id_number", "order_no"]
    asked("police_fujian", "import_order", fields, "enforcement", "核查冒用他人身份购买的线索")
