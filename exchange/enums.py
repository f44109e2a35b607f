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
    READ_RECORDS = "records:read", _("按授权读取共享数据")
    REPORT_EVENTS = "partner:write", _("报送合作方事件")
    ASK_GRANTS = "grants:write", _("申请数据共享")
    READ_DOCUMENTS = "documents:read", _("读取放行单证")
    MANAGE_WEBHOOKS = "webhooks:manage", _("管理推送订阅")
    PROVISION_SANDBOX = "sandbox:provision", _("开通和重置沙箱")


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


class Level(models.TextChoices):
    """Grade of a field (rules P.3; 数据安全法 第二十一条)."""

    PUBLIC = "L1", _("L1 公开")
    INTERNAL = "L2", _("L2 内部")
    SENSITIVE = "L3", _("L3 敏感")
    PERSONAL = "L4", _("L4 个人与重要数据")


class Sharing(models.TextChoices):
    """May agencies have the field (国发〔2016〕51号)?"""

    UNCONDITIONAL = "unconditional", _("无条件共享")
    CONDITIONAL = "conditional", _("有条件共享")
    NONE = "none", _("不予共享")


class Opening(models.TextChoices):
    """May the public have the field?"""

    YES = "yes", _("开放")
    AGGREGATED = "aggregated", _("仅开放汇总")
    NO = "no", _("不开放")


class Mask(models.TextChoices):
    """How a personal field is shown to an agency without a grant (rules F.3); without a mask it is left out."""

    NUMBER = "number", _("证件号码脱敏")
    NAME = "name", _("姓名脱敏")
    PHONE = "phone", _("电话脱敏")
    ADDRESS = "address", _("地址脱敏")
    ACCOUNT = "account", _("账号脱敏")
    HIDDEN = "hidden", _("整体遮盖")
    STORED = "stored", _("以脱敏形式保存")


class Retention(models.TextChoices):
    """How long the field is kept (rules P.3)."""

    RELEASE = "release_3y", _("放行之日起 3 年（海关法第四十五条）")
    CHECK = "check_90d", _("核验结果 90 天，日志 3 年")
    LOG = "log_3y", _("提供记录 3 年（网络数据安全管理条例第十二条）")
    LIFE = "life", _("企业存续期间")


class DataUse(models.TextChoices):
    """What an agency uses the data for; a grant holds for one purpose only (个人信息保护法 第六条)."""

    TASK = "task", _("办理平台交办的任务")
    CLEARANCE = "clearance", _("通关监管")
    INSPECTION = "inspection", _("检验检疫")
    TAX = "tax", _("税收征管与出口退（免）税")
    FOREX = "forex", _("外汇监管")
    FINANCE = "finance", _("经企业授权的融资与保险")
    CREDIT = "credit", _("信用管理")
    STATISTICS = "statistics", _("统计")
    ENFORCEMENT = "enforcement", _("执法办案")


class GrantState(models.TextChoices):
    """Life of a request for data, and of the grant it becomes."""

    ASKED = "asked", _("待核验")
    CHECKED = "checked", _("待答复")
    GRANTED = "granted", _("已同意")
    REFUSED = "refused", _("不同意")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("已到期")
    REVOKED = "revoked", _("已撤销")


class OutageState(models.TextChoices):
    """How far an outage is explained."""

    MEASURED = "measured", _("待填写原因")
    EXPLAINED = "explained", _("待复核")
    CONFIRMED = "confirmed", _("已确认")
