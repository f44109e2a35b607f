"""News that the exchange tells higher apps and itself."""

MESSAGES_REFUSED = "messages_refused"
"""Ids of messages that a machine sent and that were refused as a whole. (A person sees the refusal on the page.)"""

TASKS_ESCALATED = "tasks_escalated"
"""Ids of tasks that were offered too often, or that their agency never fetched."""
