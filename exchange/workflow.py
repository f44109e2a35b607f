"""The lives of an agency's task (offered, leased, decided, offered again), of a webhook and of a page it pushes."""

from django.utils.translation import gettext_lazy as _

from exchange.enums import PushState, TaskState, WebhookState
from portal.workflow import Transition, workflow

OPEN, ACKNOWLEDGED = TaskState.OPEN.value, TaskState.ACKNOWLEDGED.value

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
        Transition("decide", frozenset({OPEN, ACKNOWLEDGED}), TaskState.DECIDED, _("办结")),
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
