"""The life of an agency's task: offered, acknowledged (leased), decided; offered again when the lease runs out."""

from django.utils.translation import gettext_lazy as _

from exchange.enums import TaskState
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
