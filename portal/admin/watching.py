"""What the system administrator watches: e-mail and SMS on their way, without whom they are for or what they say.

The audit trail has pages of its own (`portal.views.audit`).
"""

from django.contrib import admin

from portal.back_office import ReadOnly
from portal.models import Delivery, OutgoingMail


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    """Letters by e-mail and SMS."""

    readers = ("mail.watch",)
    list_display = ["id", "channel", "state", "attempts", "last_error", "next_at", "done_at"]
    list_filter = ["channel", "state"]
    exclude = ["letter"]


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnly):
    """E-mail that is no letter."""

    readers = ("mail.watch",)
    list_display = ["id", "state", "attempts", "last_error", "next_at", "done_at"]
    list_filter = ["state"]
    exclude = ["payload"]
