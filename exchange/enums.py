"""States and fixed codes of the exchange."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageState(models.TextChoices):
    """What became of a message as a whole; its documents are answered one by one by receipts."""

    ACCEPTED = "accepted", _("已接收")
    REFUSED = "refused", _("已退回")


class SignatureState(models.TextChoices):
    """What the check of a message's signature said."""

    GOOD = "good", _("验签通过")
    BAD = "bad", _("验签未通过")


class CertificateState(models.TextChoices):
    """Where a certificate on file stands at this moment."""

    VALID = "valid", _("有效")
    EARLY = "early", _("未生效")
    EXPIRED = "expired", _("已过期")
    REVOKED = "revoked", _("已吊销")


class TaskState(models.TextChoices):
    """State of a task that another agency fetches by polling."""

    OPEN = "open", _("待领取")
    ACKNOWLEDGED = "acked", _("已领取")
    DECIDED = "decided", _("已办结")
    UNKNOWN = "unknown", _("答复无法理解")


class UnclearState(models.TextChoices):
    """State of an answer that nobody understood."""

    WAITING = "waiting", _("待处理")
    MAPPED = "mapped", _("已认定代码")
    ASKED = "asked", _("已重新询问")
    CORRECTED = "corrected", _("部门已更正")
    ASIDE = "aside", _("已搁置")


class TaskKind(models.TextChoices):
    """What the other agency is asked to do."""

    IDENTITY_CHECK = "IDENTITY_CHECK", _("身份核验")
    INSPECTION = "INSPECTION", _("查验")
    DECLARATION = "DECLARATION", _("汇总报关单申报")
    REGISTRY_LOOKUP = "REGISTRY_LOOKUP", _("查询企业登记")
    DUTY = "DUTY", _("税款缴纳")
    SMS_SEND = "SMS_SEND", _("发送短信")
    QUARANTINE = "QUARANTINE", _("检验检疫")
    TAX_CLASS = "TAX_CLASS", _("查询退税管理类别")
    INVOICE_CHECK = "INVOICE_CHECK", _("核验发票")
    TAX_REFUND = "TAX_REFUND", _("审核出口退税")
    REFUND_PAYMENT = "REFUND_PAYMENT", _("退税入库支付")
    SAFE_CLASS = "SAFE_CLASS", _("查询外汇分类")
    BANK_PAYMENT = "BANK_PAYMENT", _("银行付款指令")
    BANK_STATEMENT = "BANK_STATEMENT", _("银行对账单")
    TRACKING = "TRACKING", _("查询物流轨迹")
    CREDIT_LIMIT = "CREDIT_LIMIT", _("申请信用限额")
    INSURANCE_CLAIM = "INSURANCE_CLAIM", _("出口信用保险索赔")


class Scope(models.TextChoices):
    """OAuth2 scopes of the API (client credentials)."""

    SEND_MESSAGES = "messages:write", _("报送 CEB 报文")
    READ_RECEIPTS = "receipts:read", _("读取回执")
    READ_TASKS = "tasks:read", _("读取部门任务")
    WRITE_DECISIONS = "decisions:write", _("回传部门决定")
    READ_FILINGS = "filing:read", _("读取备案")
    WRITE_FILINGS = "filing:write", _("提交备案")
    READ_DOCUMENTS = "documents:read", _("读取放行单证")
    MANAGE_WEBHOOKS = "webhooks:manage", _("管理推送订阅")


class WebhookKind(models.TextChoices):
    """What a webhook tells: each kind is a feed of which the webhook pushes the pages."""

    RECEIPTS = "receipts", _("单证回执")
    REFUSALS = "refusals", _("整份退回的报文（CEB900）")
    TASKS = "tasks", _("部门任务（不含内容）")
    DOCUMENTS = "documents", _("放行单证")


ENTERPRISE_KINDS = (WebhookKind.RECEIPTS, WebhookKind.REFUSALS)
AGENCY_KINDS = (WebhookKind.TASKS, WebhookKind.DOCUMENTS)


class WebhookState(models.TextChoices):
    """Where a webhook stands."""

    PENDING = "pending", _("待验证")
    ACTIVE = "active", _("推送中")
    DISABLED = "disabled", _("已停用")
    ENDED = "ended", _("已删除")


class PushState(models.TextChoices):
    """What became of one pushed page."""

    WAITING = "waiting", _("待送达")
    DELIVERED = "delivered", _("已送达")
    REPLACED = "replaced", _("已由重放取代")
