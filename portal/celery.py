"""The Celery application: background work that waits for somebody else (delivery, documents, agencies, statistics).

A task is only a nudge: what is to be done stands in the database, so a lost broker loses nothing.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

QUEUES = ("intake", "cases", "delivery", "documents", "public")
"""Worker pools of architecture chapter 6; every task goes to one of them."""

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
