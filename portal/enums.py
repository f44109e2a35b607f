"""Closed lists of the platform."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberRole(models.TextChoices):
    """What a person may do for an enterprise."""

    ADMINISTRATOR = "administrator", _("企业管理员")
    DECLARANT = "declarant", _("报关员")
    FINANCE = "finance", _("财务")
    VIEWER = "viewer", _("只读")


class PostRole(models.TextChoices):
    """What an official does at an office."""

    CLERK = "clerk", _("经办")
    REVIEWER = "reviewer", _("审核")
    CHIEF = "chief", _("主管")
    RISK = "risk", _("风控")
    STATISTICS = "statistics", _("统计")


class AdministratorRole(models.TextChoices):
    """The three separate administrators of the platform; nobody holds two (GB/T 22239-2019 8.1.5)."""

    SYSTEM = "system", _("系统管理员")
    SECURITY = "security", _("安全管理员")
    AUDIT = "audit", _("审计管理员")


class Purpose(models.TextChoices):
    """For what an agency's machine uses the data it fetches (PIPL article 6: a stated purpose, and no more than it needs)."""

    SUPERVISION = "supervision", _("通关监管")
    IDENTITY = "identity", _("身份核验")
    REGISTRATION = "registration", _("企业登记核查")
    MESSAGING = "messaging", _("消息发送")
    TAX = "tax", _("税收征管")
    FOREX = "forex", _("外汇管理")
    INSPECTION = "inspection", _("检验检疫")
    FINANCE = "finance", _("金融保险服务")
    LOGISTICS = "logistics", _("物流服务")
    STATISTICS = "statistics", _("统计调查")


class InvitationState(models.TextChoices):
    """What became of an invitation."""

    OPEN = "open", _("待接受")
    ACCEPTED = "accepted", _("已接受")
    WITHDRAWN = "withdrawn", _("已撤回")


class Owner(models.TextChoices):
    """Who has to move what stands still."""

    OFFICE = "office", _("办理机关")
    ENTERPRISE = "enterprise", _("企业")
    PLATFORM = "platform", _("平台")


class Confidence(models.TextChoices):
    """How sure we are of a rule (shown to officials)."""

    VERIFIED = "verified", _("已核对原文")
    GENERAL_KNOWLEDGE = "gk", _("待核对")
    DESIGN = "design", _("平台设定")


class SelectorDate(models.TextChoices):
    """The business date that selects the version of a rule."""

    DECLARED = "D", _("申报日")
    PAID = "O", _("支付日")
    RELEASED = "R", _("放行日")
    CLEARED = "K", _("结关日")
    PERIOD = "P", _("所属期")
    EVENT = "E", _("事件日")


class ChangeState(models.TextChoices):
    """State of a proposed change of the rule register (four eyes)."""

    PROPOSED = "proposed", _("待复核")
    APPROVED = "approved", _("已生效")
    REFUSED = "refused", _("已否决")


class Channel(models.TextChoices):
    """How a letter reaches a person. The digest is one e-mail a day with the unread letters."""

    INBOX = "inbox", _("站内消息")
    EMAIL = "email", _("电子邮件")
    DIGEST = "digest", _("每日摘要邮件")
    SMS = "sms", _("短信")


class DeliveryState(models.TextChoices):
    """What became of a letter on its way by e-mail or SMS."""

    WAITING = "waiting", _("待发送")
    ASKED = "asked", _("已交短信平台")
    SENT = "sent", _("已送达")
    FAILED = "failed", _("发送失败")
    UNCLEAR = "unclear", _("结果不明")


class DocumentState(models.TextChoices):
    """How far the file of an issued document is; says nothing about its validity."""

    REQUESTED = "requested", _("生成中")
    READY = "ready", _("已生成")
    UNAVAILABLE = "unavailable", _("本机暂不能生成")
    FAILED = "failed", _("生成失败")


class AssignmentKind(models.TextChoices):
    """How a case came to its official, or left."""

    TAKEN = "taken", _("领取")
    RELEASED = "released", _("退回队列")
    ASSIGNED = "assigned", _("分派")
    ESCALATED = "escalated", _("上报主管")
    HANDED_OVER = "handed_over", _("缺席移交")
    HANDED_BACK = "handed_back", _("移交归还")


class RequestState(models.TextChoices):
    """Where a question to an enterprise stands."""

    OPEN = "open", _("待企业答复")
    ANSWERED = "answered", _("已答复")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("逾期未答")


class CountersignState(models.TextChoices):
    """Where a second signature stands."""

    PROPOSED = "proposed", _("待复核")
    CONFIRMED = "confirmed", _("已复核")
    REFUSED = "refused", _("复核不同意")


class Verb(models.TextChoices):
    """Typed verbs of the audit trail."""

    SIGNED_IN = "signed_in", _("登录")
    SIGNED_OUT = "signed_out", _("退出登录")
    SIGN_IN_FAILED = "sign_in_failed", _("登录失败")
    LOCKED_OUT = "locked_out", _("账号锁定")
    LOCK_RELEASED = "lock_released", _("解除锁定")
    SESSION_ENDED = "session_ended", _("结束登录会话")
    FACTOR_ADDED = "factor_added", _("增加验证方式")
    FACTOR_REMOVED = "factor_removed", _("移除验证方式")
    ACCOUNT_OPENED = "account_opened", _("开立账号")
    MEMBER_INVITED = "member_invited", _("发出人员邀请")
    INVITATION_WITHDRAWN = "invitation_withdrawn", _("撤回邀请")
    MEMBER_JOINED = "member_joined", _("人员加入企业")
    MEMBER_ROLE_CHANGED = "member_role_changed", _("变更人员角色")
    MEMBER_REMOVED = "member_removed", _("移除企业人员")
    POST_GIVEN = "post_given", _("任命岗位")
    POST_WITHDRAWN = "post_withdrawn", _("免去岗位")
    ADMINISTRATOR_APPOINTED = "administrator_appointed", _("任命平台管理员")
    ADMINISTRATOR_DISMISSED = "administrator_dismissed", _("免去平台管理员")
    MESSAGE_RECEIVED = "message_received", _("接收报文")
    MESSAGE_REFUSED = "message_refused", _("退回报文")
    MESSAGE_READ = "message_read", _("查看报文原文")
    SIGNATURE_CHECKED = "signature_checked", _("验证报文签名")
    CERTIFICATE_FILED = "certificate_filed", _("登记签名证书")
    CERTIFICATE_REVOKED = "certificate_revoked", _("吊销签名证书")
    EVIDENCE_TAKEN = "evidence_taken", _("取得证据包")
    PARCELS_DECIDED = "parcels_decided", _("系统决定包裹")
    PARCEL_TAKEN = "parcel_taken", _("领取包裹")
    PARCEL_RETURNED = "parcel_returned", _("退回队列")
    PARCEL_RELEASED = "parcel_released", _("放行包裹")
    PARCEL_INSPECTED = "parcel_inspected", _("布控查验")
    PARCEL_REJECTED = "parcel_rejected", _("退单")
    QUARANTINE_VERDICT = "quarantine_verdict", _("检验检疫结论")
    PARCEL_CANCELLED = "parcel_cancelled", _("撤销清单")
    PARCEL_MOVED = "parcel_moved", _("变更包裹状态")
    PARCEL_SUPERSEDED = "parcel_superseded", _("更正清单")
    DOCUMENTS_CHANGED = "documents_changed", _("变更或删除单证")
    PARCEL_SENT_BACK = "parcel_sent_back", _("退货办结")
    DRAFT_BEGUN = "draft_begun", _("新建单证草稿")
    DRAFT_CHECKED = "draft_checked", _("试算单证草稿")
    DRAFT_SENT = "draft_sent", _("报送单证草稿")
    DRAFT_HANDED_OVER = "draft_handed_over", _("移交单证草稿")
    DRAFT_DISCARDED = "draft_discarded", _("删除单证草稿")
    ACCOUNT_BOOK_OPENED = "account_book_opened", _("登记账册")
    ACCOUNT_BOOK_DECIDED = "account_book_decided", _("办理账册")
    ACCOUNT_GOODS_ENTERED = "account_goods_entered", _("账册入区")
    ACCOUNT_ITEM_ADJUSTED = "account_item_adjusted", _("调整账册")
    PARCELS_CLEARED = "parcels_cleared", _("清单结关")
    MOVEMENTS_REPORTED = "movements_reported", _("登记物流环节")
    SUMMARY_ASKED = "summary_asked", _("受理汇总申请")
    LISTS_SUMMARISED = "lists_summarised", _("汇总清单")
    SUMMARY_REFUSED = "summary_refused", _("退回汇总申请")
    SUMMARY_ANSWERED = "summary_answered", _("海关答复汇总报关单")
    SUMMARY_LATE = "summary_late", _("汇总申报逾期")
    SUMMARY_SUBMITTED_AGAIN = "summary_submitted_again", _("重新申报汇总报关单")
    REQUEST_OPENED = "request_opened", _("受理清单申请")
    REQUEST_TAKEN = "request_taken", _("领取清单申请")
    REQUEST_DECIDED = "request_decided", _("办理清单申请")
    TAX_BILL_ISSUED = "tax_bill_issued", _("生成电子税单")
    TAX_BILL_VOIDED = "tax_bill_voided", _("作废电子税单")
    DUTY_PAYMENT_ISSUED = "duty_payment_issued", _("生成缴款书")
    DUTY_PAID = "duty_paid", _("税款入库")
    GUARANTEE_REGISTERED = "guarantee_registered", _("登记税款担保")
    GUARANTEE_DECIDED = "guarantee_decided", _("办理税款担保")
    SANDBOX_OPENED = "sandbox_opened", _("开通沙箱")
    SANDBOX_SECRETS_RENEWED = "sandbox_secrets_renewed", _("换发沙箱密钥")
    SANDBOX_RESET = "sandbox_reset", _("重置沙箱")
    PERSONAL_DATA_SHOWN = "personal_data_shown", _("查看个人信息明文")
    TASKS_READ = "tasks_read", _("部门读取任务")
    DECISION_RECEIVED = "decision_received", _("部门回传决定")
    AGENCY_CODE_MAPPED = "agency_code_mapped", _("认定部门代码")
    AGENCY_ASKED_AGAIN = "agency_asked_again", _("重新询问部门")
    AGENCY_ANSWER_ASIDE = "agency_answer_aside", _("搁置部门答复")
    RECORDS_SHARED = "records_shared", _("部门读取共享数据")
    PARTNER_CONNECTED = "partner_connected", _("建立合作方连接")
    PARTNER_EVENTS = "partner_events", _("接收合作方事件")
    GRANT_ASKED = "grant_asked", _("申请数据共享")
    GRANT_CHECKED = "grant_checked", _("核验数据共享申请")
    GRANT_DECIDED = "grant_decided", _("答复数据共享申请")
    GRANT_ENDED = "grant_ended", _("终止数据共享")
    OUTAGE_DECIDED = "outage_decided", _("办理中断记录")
    OUTAGE_STATED = "outage_stated", _("出具系统中断证明")
    CASE_ASSIGNED = "case_assigned", _("分派事项")
    CASE_NOTED = "case_noted", _("记录备注或任务")
    INFORMATION_REQUESTED = "information_requested", _("要求补充资料")
    INFORMATION_ANSWERED = "information_answered", _("答复补充资料")
    COUNTERSIGN_PROPOSED = "countersign_proposed", _("提请双人复核")
    COUNTERSIGNED = "countersigned", _("双人复核")
    ABSENCE_NOTED = "absence_noted", _("登记缺席")
    RULE_PROPOSED = "rule_proposed", _("提出规则变更")
    TABLE_CHANGED = "table_changed", _("变更基础数据")
    RULE_APPROVED = "rule_approved", _("复核规则变更")
    RULE_REFUSED = "rule_refused", _("否决规则变更")
    ENTERPRISE_REGISTERED = "enterprise_registered", _("企业注册")
    AGREEMENT_OFFERED = "agreement_offered", _("发起委托协议")
    AGREEMENT_DECIDED = "agreement_decided", _("变更委托协议")
    GOODS_FILED = "goods_filed", _("备案商品")
    GOODS_UPLOADED = "goods_uploaded", _("上传商品表")
    GOODS_EXPORTED = "goods_exported", _("导出备案商品")
    GOODS_WITHDRAWN = "goods_withdrawn", _("撤销备案商品")
    GOODS_DECIDED = "goods_decided", _("审核备案商品")
    REGISTRATION_CHANGED = "registration_changed", _("变更备案")
    FILING_BEGUN = "filing_begun", _("新建备案申请")
    FILING_SUBMITTED = "filing_submitted", _("提交备案申请")
    FILING_WITHDRAWN = "filing_withdrawn", _("撤回备案申请")
    FILING_TAKEN = "filing_taken", _("领取备案申请")
    FILING_GIVEN_BACK = "filing_given_back", _("退回备案队列")
    FILING_DECIDED = "filing_decided", _("办理备案申请")
    DOCUMENTS_SHARED = "documents_shared", _("部门读取放行单证")
    WEBHOOK_CHANGED = "webhook_changed", _("变更推送订阅")
    PAYMENT_DATA_ASKED = "payment_data_asked", _("请求支付原始数据")
    PAYMENT_DATA_RECEIVED = "payment_data_received", _("收到支付原始数据")
    PAYMENT_DATA_ADDRESS = "payment_data_address", _("变更支付数据接口地址")
    TABLE_UPLOADED = "table_uploaded", _("上传单证表格")
    DATA_EXPORTED = "data_exported", _("导出数据")
    DOCUMENT_ISSUED = "document_issued", _("签发证书")
    DOCUMENT_REVOKED = "document_revoked", _("撤销证书")
    DOCUMENT_READ = "document_read", _("下载证书")
    ATTACHMENT_STORED = "attachment_stored", _("上传附件")
    ATTACHMENT_READ = "attachment_read", _("下载附件")
    CONTACT_CHANGED = "contact_changed", _("变更联系方式")


def verb_choices() -> list[tuple[str, Any]]:
    """Choices of the audit column; a function, so that a new verb needs no migration."""
    return Verb.choices


class Audience(models.TextChoices):
    """For whom a service is."""

    ENTERPRISE = "enterprise", _("企业")
    PUBLIC = "public", _("公众")


class ArticleKind(models.TextChoices):
    """What a text of the public site is."""

    NOTICE = "notice", _("通知公告")
    FAQ = "faq", _("常见问题")
    ISSUE = "issue", _("已知问题")
    HELP = "help", _("页面帮助")
    LEGAL = "legal", _("法律声明")
