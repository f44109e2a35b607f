"""The enterprise's own row, known once for the whole province: changed only when an office has approved a filing."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal
from portal.models import Organisation


class CustomsCodeTaken(Refusal):
    """Another enterprise has this customs code."""

    code = "ORGANISATION.CUSTOMS_CODE"
    message = _("海关编码 %(code)s 已属于另一家企业，请核对。")
    field = "customs_code"
    status = 409


def update_organisation(
    organisation_id: int, *, name: str, name_en: str, customs_code: str, dxp_id: str, district: str
) -> None:
    """Take over what was filed; an empty value leaves the old one. Raises CustomsCodeTaken."""
    given = {
        "name": name,
        "name_en": name_en,
        "customs_code": customs_code,
        "dxp_id": dxp_id,
        "district": district,
    }
    try:
        with transaction.atomic():
            Organisation.objects.filter(pk=organisation_id).update(
                **{column: value for column, value in given.items() if value}
            )
    except IntegrityError:
        raise CustomsCodeTaken(code=customs_code) from None


class AlreadyRegistered(Refusal):
    """The province knows this enterprise already: it is registered once and supplemented, never registered anew."""

    code = "ORGANISATION.KNOWN"
    message = _("该企业已在本平台注册，请联系贵企业的管理员邀请您加入。")
    field = "uscc"
    basis = "海关总署公告2015年第137号：一地备案、全国共享"
    status = 409


def create_organisation(
    *, uscc: str, name: str, name_en: str, customs_code: str, district: str
) -> Organisation:
    """A new enterprise. Raises AlreadyRegistered, CustomsCodeTaken; two at once: one wins, the other is told."""
    try:
        with transaction.atomic():
            return Organisation.objects.create(
                uscc=uscc, name=name, name_en=name_en, customs_code=customs_code or None, district=district
            )
    except IntegrityError:
        if Organisation.objects.filter(uscc=uscc).exists():
            raise AlreadyRegistered from None
        raise CustomsCodeTaken(code=customs_code) from None


def retire_organisation(organisation_id: int) -> None:
    """The enterprise takes part in nothing any more; what it sent and received stays."""
    Organisation.objects.filter(pk=organisation_id).update(is_active=False)
