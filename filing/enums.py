"""Closed lists of filing."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EnterpriseType(models.TextChoices):
    """Types an enterprise can be filed as; a company can hold several (rules G.1)."""

    ECOMMERCE = "ebc", _("电商企业")
    PLATFORM = "ebp", _("电商平台")
    PAYMENT = "payment", _("支付企业")
    LOGISTICS = "logistics", _("物流企业")
    AGENT = "agent", _("报关企业")
    STORAGE = "storage", _("区内仓储企业")
    SITE = "site", _("监管场所经营人")


class RegistrationState(models.TextChoices):
    """Only an active registration counts for rule E.14."""

    ACTIVE = "active", _("有效")
    SUSPENDED = "suspended", _("暂停")
    CANCELLED = "cancelled", _("注销")
