"""Closed lists of the sandbox."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Part(models.TextChoices):
    """The parts of a practice tenant's cast. The enterprise itself plays at least one, counterpart firms the others."""

    PLATFORM = "platform", _("电商平台")
    SHOP = "shop", _("电商企业")
    PAYMENT = "payment", _("支付企业")
    CARRIER = "carrier", _("物流企业")
    DECLARANT = "declarant", _("报关企业")


SELF = "self"
"""Name of the firm that stands for the enterprise itself."""
