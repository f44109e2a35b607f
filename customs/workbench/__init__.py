"""Customs' queues and buttons on the officials' desk."""

from customs.workbench import account_books, holding, parcels, quarantine, requests, summaries, taxes  # noqa: F401 -- each registers its queues
