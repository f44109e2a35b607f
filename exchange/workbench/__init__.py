"""Queues and buttons of the exchange on the officials' desk."""

from exchange.workbench import answers, grants, outages  # noqa: F401 -- each registers its queues
