"""States of the platform's own mechanisms that somebody must leave."""

from django.utils.translation import gettext_lazy as _

from portal.enums import Owner
from portal.standing import Standing, rests, stands

BY_MACHINE = _("平台自动重试；超过时限致函系统管理员")

stands(
    Standing(
        "portal.countersign",
        _("待复核的决定"),
        "portal.Countersignature",
        {"proposed"},
        "proposed_at",
        Owner.OFFICE,
        _("提出时通知可复核人；超过时限致函主管"),
        agency_field="agency",
    ),
    Standing(
        "portal.question",
        _("企业未答复的补充资料"),
        "portal.InformationRequest",
        {"open"},
        "answer_until",
        Owner.ENTERPRISE,
        _("提出时通知企业；逾期自动结束并通知经办人"),
        organisation_field="organisation_id",
    ),
    Standing(
        "portal.delivery",
        _("未送出的通知"),
        "portal.Delivery",
        {"waiting", "asked"},
        "next_at",
        Owner.PLATFORM,
        BY_MACHINE,
    ),
    Standing(
        "portal.mail",
        _("未发出的邮件"),
        "portal.OutgoingMail",
        {"waiting", "asked"},
        "next_at",
        Owner.PLATFORM,
        BY_MACHINE,
    ),
    Standing(
        "portal.document",
        _("未生成的证书"),
        "portal.StoredDocument",
        {"requested", "unavailable"},
        "requested_at",
        Owner.PLATFORM,
        BY_MACHINE,
    ),
)
rests("portal.Invitation", {"open"}, _("过期的邀请自动作废，不需要任何人办理"))
