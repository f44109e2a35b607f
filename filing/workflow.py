"""The lives of what is filed: an enterprise filing case, and the registration of an enterprise as a type."""

from django.utils.translation import gettext_lazy as _

from filing.enums import (
    AgreementState,
    ApplicationState,
    CaseState,
    GoodsState,
    ImportState,
    RegistrationState,
)
from filing.permissions import DECIDE
from portal.workflow import Transition, workflow

EDITABLE = frozenset({CaseState.DRAFT.value, CaseState.RETURNED.value})
"""States in which the enterprise writes."""

CASE = workflow(
    "filing.EnterpriseFiling",
    "state",
    CaseState.values,
    [
        Transition("submit", EDITABLE, CaseState.SUBMITTED, _("提交"), deadline="G.REVIEW_DAYS"),
        Transition(
            "withdraw",
            EDITABLE | {CaseState.SUBMITTED.value},
            CaseState.WITHDRAWN,
            _("撤回"),
        ),
        Transition(
            "return",
            frozenset({CaseState.SUBMITTED.value}),
            CaseState.RETURNED,
            _("退回补正"),
            permission=DECIDE,
            deadline="G.CORRECTION_DAYS",
        ),
        Transition(
            "approve",
            frozenset({CaseState.SUBMITTED.value}),
            CaseState.APPROVED,
            _("准予备案"),
            permission=DECIDE,
        ),
        Transition(
            "end",
            frozenset({CaseState.SUBMITTED.value}),
            CaseState.CANCELLED,
            _("准予注销"),
            permission=DECIDE,
        ),
        Transition(
            "refuse",
            frozenset({CaseState.SUBMITTED.value}),
            CaseState.REFUSED,
            _("不予备案"),
            permission=DECIDE,
        ),
        Transition(
            "supersede", frozenset({CaseState.APPROVED.value}), CaseState.SUPERSEDED, _("被新版本取代")
        ),
        Transition("close", frozenset({CaseState.APPROVED.value}), CaseState.CANCELLED, _("注销")),
    ],
)

REGISTRATION = workflow(
    "filing.Registration",
    "state",
    RegistrationState.values,
    [
        Transition(
            "suspend", frozenset({RegistrationState.ACTIVE.value}), RegistrationState.SUSPENDED, _("暂停")
        ),
        Transition(
            "resume",
            frozenset({RegistrationState.SUSPENDED.value, RegistrationState.CANCELLED.value}),
            RegistrationState.ACTIVE,
            _("恢复"),
        ),
        Transition(
            "cancel",
            frozenset({RegistrationState.ACTIVE.value, RegistrationState.SUSPENDED.value}),
            RegistrationState.CANCELLED,
            _("注销"),
        ),
    ],
)

BEFORE_DONE = frozenset(
    {ApplicationState.STARTED.value, ApplicationState.DESCRIBED.value, ApplicationState.MAILED.value}
)
APPLICATION = workflow(
    "filing.RegistrationApplication",
    "state",
    ApplicationState.values,
    [
        Transition("describe", BEFORE_DONE, ApplicationState.DESCRIBED, _("填写企业信息")),
        Transition(
            "mail",
            frozenset({ApplicationState.DESCRIBED.value, ApplicationState.MAILED.value}),
            ApplicationState.MAILED,
            _("发送验证邮件"),
        ),
        Transition(
            "finish", frozenset({ApplicationState.MAILED.value}), ApplicationState.DONE, _("完成注册")
        ),
        Transition("abandon", BEFORE_DONE, ApplicationState.ABANDONED, _("放弃")),
    ],
)

EDITED = frozenset({GoodsState.DRAFT.value, GoodsState.RETURNED.value, GoodsState.FILED.value})
GOODS = workflow(
    "filing.FiledGoods",
    "state",
    GoodsState.values,
    [
        Transition(
            "file",
            EDITED | {GoodsState.REVIEW.value, GoodsState.WITHDRAWN.value},
            GoodsState.FILED,
            _("备案"),
        ),
        Transition(
            "review",
            EDITED | {GoodsState.REVIEW.value, GoodsState.WITHDRAWN.value},
            GoodsState.REVIEW,
            _("提交审核"),
            deadline="G.GOODS.REVIEW_DAYS",
        ),
        Transition(
            "return", frozenset({GoodsState.REVIEW.value}), GoodsState.RETURNED, _("退回修改"), DECIDE
        ),
        Transition("approve", frozenset({GoodsState.REVIEW.value}), GoodsState.FILED, _("准予备案"), DECIDE),
        Transition("withdraw", EDITED | {GoodsState.REVIEW.value}, GoodsState.WITHDRAWN, _("撤销")),
    ],
)
GOODS_IMPORT = workflow(
    "filing.GoodsImport",
    "state",
    ImportState.values,
    [
        Transition(
            "run",
            frozenset({ImportState.WAITING.value, ImportState.RUNNING.value}),
            ImportState.RUNNING,
            _("开始处理"),
        ),
        Transition("finish", frozenset({ImportState.RUNNING.value}), ImportState.DONE, _("完成")),
        Transition(
            "refuse",
            frozenset({ImportState.WAITING.value, ImportState.RUNNING.value}),
            ImportState.REFUSED,
            _("不能处理"),
        ),
    ],
)

OFFERED = frozenset({AgreementState.OFFERED.value})
IN_FORCE = frozenset({AgreementState.ACTIVE.value})
AGREEMENT = workflow(
    "filing.Agreement",
    "state",
    AgreementState.values,
    [
        Transition(
            "accept", OFFERED, AgreementState.ACTIVE, _("接受委托"), deadline="G.AGREEMENT.ANSWER_DAYS"
        ),
        Transition("decline", OFFERED, AgreementState.DECLINED, _("不接受")),
        Transition("withdraw", OFFERED, AgreementState.WITHDRAWN, _("撤回")),
        Transition("expire", OFFERED, AgreementState.EXPIRED, _("逾期未答复")),
        Transition("revoke", IN_FORCE, AgreementState.REVOKED, _("解除委托")),
        Transition("end", IN_FORCE, AgreementState.ENDED, _("到期")),
    ],
)
