"""News that the exchange tells higher apps and itself."""

MESSAGES_REFUSED = "messages_refused"
"""Ids of messages that a machine sent and that were refused as a whole. (A person sees the refusal on the page.)"""

TASKS_ESCALATED = "tasks_escalated"
"""Ids of tasks that were offered too often, or that their agency never fetched."""

SIGNATURES_REFUSED = "signatures_refused"
"""Ids of messages whose signature did not hold; their documents are out of the way."""

CERTIFICATES_EXPIRING = "certificates_expiring"
"""Ids of certificates on file that will run out soon; the enterprise has a letter about each."""

GRANTS_CHANGED = "sharing_grants_changed"
"""Ids of grants of data that were asked for, given or ended."""
