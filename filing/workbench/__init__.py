"""Filing's queues and buttons on the officials' desk."""

from filing.workbench import cases, goods  # noqa: F401 -- each registers its queues
