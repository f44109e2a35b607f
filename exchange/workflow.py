"""The lives of an agency's task (offered, leased, decided, offered again), of a webhook and a page it pushes, of a grant of data."""

from django.utils.translation import gettext_lazy as _

from exchange.enums import GrantState, OutageState, PushState, TaskState, UnclearState, WebhookState
from exchange.permissions import CLEAR, CONFIRM_OUTAGE, EXPLAIN_OUTAGE
from portal.workflow import Transition, workflow

OPEN, ACKNOWLEDGED = TaskState.OPEN.value, TaskState.ACKNOWLEDGED.value
UNKNOWN, WAITING = TaskState.UNKNOWN.value, UnclearState.WAITING.value

TASK = workflow(
    "exchange.AgencyTask",
    "state",
    TaskState.values,
    [
        Transition(
            "acknowledge",
            frozenset({OPEN}),
            TaskState.ACKNOWLEDGED,
            _("领取"),
            deadline="P.TASK.LEASE_MINUTES",
        ),
        Transition(
            "offer_again",
            frozenset({ACKNOWLEDGED}),
            TaskState.OPEN,
            _("重新下发"),
            deadline="P.TASK.UNREAD_HOURS",
        ),
        Transition("decide", frozenset({OPEN, ACKNOWLEDGED, UNKNOWN}), TaskState.DECIDED, _("办结")),
        Transition("doubt", frozenset({OPEN, ACKNOWLEDGED}), TaskState.UNKNOWN, _("答复无法理解")),
        Transition("understand", frozenset({UNKNOWN}), TaskState.ACKNOWLEDGED, _("已理解")),
        Transition("ask_again", frozenset({UNKNOWN}), TaskState.OPEN, _("重新询问")),
    ],
)

LIVING = frozenset({WebhookState.PENDING.value, WebhookState.ACTIVE.value})

WEBHOOK = workflow(
    "exchange.Webhook",
    "state",
    WebhookState.values,
    [
        Transition("prove", frozenset({WebhookState.PENDING.value}), WebhookState.ACTIVE, _("验证通过")),
        Transition("disable", LIVING, WebhookState.DISABLED, _("停用")),
        Transition(
            "enable",
            frozenset({WebhookState.DISABLED.value}),
            WebhookState.PENDING,
            _("重新启用"),
            deadline="P.WEBHOOK.DISABLE_HOURS",
        ),
        Transition(
            "end",
            LIVING | {WebhookState.DISABLED.value},
            WebhookState.ENDED,
            _("删除"),
        ),
    ],
)

PUSH = workflow(
    "exchange.WebhookPush",
    "state",
    PushState.values,
    [
        Transition("deliver", frozenset({PushState.WAITING.value}), PushState.DELIVERED, _("送达")),
        Transition("replace", frozenset({PushState.WAITING.value}), PushState.REPLACED, _("由重放取代")),
    ],
)

UNCLEAR = workflow(
    "exchange.UnclearAnswer",
    "state",
    UnclearState.values,
    [
        Transition("map", frozenset({WAITING}), UnclearState.MAPPED, _("认定代码"), permission=CLEAR),
        Transition("ask", frozenset({WAITING}), UnclearState.ASKED, _("重新询问"), permission=CLEAR),
        Transition("put_aside", frozenset({WAITING}), UnclearState.ASIDE, _("搁置"), permission=CLEAR),
        Transition("correct", frozenset({WAITING}), UnclearState.CORRECTED, _("部门更正")),
    ],
)
"""The life of an answer nobody understood."""

ASKED, CHECKED = frozenset({GrantState.ASKED.value}), frozenset({GrantState.CHECKED.value})
GRANTED = frozenset({GrantState.GRANTED.value})

GRANT = workflow(
    "exchange.SharingGrant",
    "state",
    GrantState.values,
    [
        Transition("check", ASKED, GrantState.CHECKED, _("通过核验"), permission="grant.check"),
        Transition("grant", CHECKED, GrantState.GRANTED, _("同意共享"), permission="grant.decide"),
        Transition("refuse", ASKED | CHECKED, GrantState.REFUSED, _("不同意"), permission="grant.decide"),
        Transition("withdraw", ASKED | CHECKED, GrantState.WITHDRAWN, _("撤回")),
        Transition("revoke", GRANTED, GrantState.REVOKED, _("撤销授权"), permission="grant.decide"),
        Transition("expire", GRANTED, GrantState.EXPIRED, _("到期")),
    ],
)

MEASURED, EXPLAINED = frozenset({OutageState.MEASURED.value}), frozenset({OutageState.EXPLAINED.value})
OUTAGE = workflow(
    "exchange.Outage",
    "state",
    OutageState.values,
    [
        Transition(
            "explain",
            MEASURED | EXPLAINED,
            OutageState.EXPLAINED,
            _("填写原因"),
            permission=EXPLAIN_OUTAGE,
            deadline="X.OUTAGE.EXPLAIN_DAYS",
        ),
        Transition("confirm", EXPLAINED, OutageState.CONFIRMED, _("复核确认"), permission=CONFIRM_OUTAGE),
        Transition(
            "send_back",
            EXPLAINED,
            OutageState.MEASURED,
            _("退回修改"),
            permission=CONFIRM_OUTAGE,
            deadline="X.OUTAGE.EXPLAIN_DAYS",
        ),
        Transition(
            "reopen",
            frozenset({OutageState.CONFIRMED.value}),
            OutageState.MEASURED,
            _("撤销确认"),
            permission=CONFIRM_OUTAGE,
            deadline="X.OUTAGE.EXPLAIN_DAYS",
        ),
    ],
)
"""The life of a measured outage: one official writes the cause, another confirms it."""
