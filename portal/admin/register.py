"""The rule register: proposed by one person, approved or refused by another."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal import rules
from portal.back_office import Guarded, ReadOnly, person
from portal.errors import Refusal
from portal.models import RuleChange, RuleValue


@admin.register(RuleValue)
class RuleValueAdmin(ReadOnly):
    """The register in force; it changes by two people only (see rule changes)."""

    readers = ("rule.propose", "rule.approve")
    list_display = ["rule_id", "title", "param", "valid_from", "valid_to", "source", "confidence"]
    list_filter = ["confidence", "selector_date"]
    search_fields = ["rule_id", "title", "source"]


@admin.register(RuleChange)
class RuleChangeAdmin(Guarded):
    """Propose a value; somebody else approves it. Both go through the register's services."""

    readers = ("rule.approve",)
    writers = ("rule.propose",)
    list_display = ["rule_id", "param", "valid_from", "state", "proposed_by", "decided_by"]
    list_filter = ["state"]
    fields = ["rule_id", "scope", "param", "valid_from", "source", "reason"]
    actions = ["approve", "refuse"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return self.may(request, ("rule.approve",))

    def save_model(self, request: HttpRequest, obj: RuleChange, form: Any, change: bool) -> None:
        """Proposing is a service call; a refusal becomes a message and nothing is stored."""
        try:
            stored = rules.propose_change(
                rule_id=obj.rule_id,
                scope=obj.scope,
                param=obj.param,
                valid_from=obj.valid_from,
                source=obj.source,
                reason=obj.reason,
                actor=person(request),
            )
        except (Refusal, rules.RuleNotFound) as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            obj.pk = stored.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """A proposal that was refused has no row to log."""
        return super().log_addition(request, obj, message) if obj.pk else None

    @admin.action(description=_("复核通过"), permissions=["decide"])
    def approve(self, request: HttpRequest, chosen: QuerySet[RuleChange]) -> None:
        self._decide(request, chosen, approve=True)

    @admin.action(description=_("否决"), permissions=["decide"])
    def refuse(self, request: HttpRequest, chosen: QuerySet[RuleChange]) -> None:
        self._decide(request, chosen, approve=False)

    def _decide(self, request: HttpRequest, chosen: QuerySet[RuleChange], *, approve: bool) -> None:
        for change in chosen:
            try:
                if approve:
                    rules.approve_change(change_id=change.pk, actor=person(request))
                else:
                    rules.refuse_change(change_id=change.pk, actor=person(request))
            except Refusal as refusal:
                self.message_user(request, f"{change.rule_id}: {refusal.sentence}", messages.ERROR)
            else:
                self.message_user(request, f"{change.rule_id}: {_('已办理。')}", messages.SUCCESS)
