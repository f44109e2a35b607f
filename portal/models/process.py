"""What the mechanisms remember: transitions, published events, heartbeats of workers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class TransitionLog(models.Model):
    """One step of one object through its workflow."""

    model = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    transition = models.CharField(max_length=40)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    actor_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("状态变更")
        verbose_name_plural = _("状态变更")
        ordering = ["id"]
        indexes = [models.Index(fields=["model", "object_id"], name="portal_transition_object")]

    def __str__(self) -> str:
        return f"{self.model}#{self.object_id} {self.source}→{self.target}"


class Event(models.Model):
    """News for higher apps: a past-tense name and the ids it is about, written in the transaction."""

    name = models.CharField(max_length=60)
    ids = ArrayField(models.BigIntegerField())
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("事件")
        verbose_name_plural = _("事件")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], name="portal_event_open", condition=models.Q(done_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.name} ×{len(self.ids)}"


class EventHandling(models.Model):
    """A handler has finished with an event: the reason a second delivery does nothing."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="handlings")
    handler = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("事件处理")
        verbose_name_plural = _("事件处理")
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="portal_eventhandling_once")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.handler}"


class Heartbeat(models.Model):
    """Last sign of life of a long-running worker."""

    name = models.CharField(primary_key=True, max_length=60)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("心跳")
        verbose_name_plural = _("心跳")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
