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
