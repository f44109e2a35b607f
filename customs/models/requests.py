"""What is asked and reported after a list was declared: requests, returned goods, movements."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import Direction, MovementKind, RequestKind, RequestState
from customs.models.parcel import AMOUNT, MONEY

OPEN = [RequestState.WAITING.value, RequestState.HANDED_OVER.value, RequestState.APPROVED.value]
"""A parcel has one request at a time that is not finished."""
TO_DECIDE = [RequestState.WAITING.value, RequestState.HANDED_OVER.value]
"""An official has to decide."""
REQUEST_TONES = {
    RequestState.WAITING: "held",
    RequestState.HANDED_OVER: "held",
    RequestState.APPROVED: "info",
    RequestState.DONE: "good",
    RequestState.REFUSED: "bad",
    RequestState.LAPSED: "bad",
}
QUANTITY: dict[str, Any] = {"max_digits": 24, "decimal_places": 5}


class ParcelRequest(models.Model):
    """A request of an enterprise about a list. `id` is the id of its document (CEB605, 623, 625, 213).

    `due_at`: while it waits, until when an official decides; after approval of a return, until when the goods must be back.
    """

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(_("申请类型"), max_length=16, choices=RequestKind.choices)
    message_type = models.CharField(max_length=16)
    parcel = models.ForeignKey(
        "customs.Parcel",
        on_delete=models.PROTECT,
        related_name="requests",
        db_constraint=False,
        verbose_name=_("清单"),
    )
    direction = models.CharField(_("方向"), max_length=1, choices=Direction.choices)
    sender_id = models.BigIntegerField()
    customs_code = models.CharField(_("受理海关"), max_length=4)
    invt_no = models.CharField(_("清单编号"), max_length=20)
    reason = models.CharField(_("申请理由"), max_length=1000)
    state = models.CharField(_("状态"), max_length=16, choices=RequestState.choices)
    received_at = models.DateTimeField(_("接收时间"))
    due_at = models.DateTimeField(_("期限"), null=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    decision_reason = models.CharField(_("决定理由"), max_length=500, blank=True, default="")
    taken_by = models.ForeignKey(
        "portal.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )

    class Meta:
        verbose_name = _("清单申请")
        verbose_name_plural = _("清单申请")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["customs_code", "due_at"],
                name="customs_request_waiting",
                condition=models.Q(state__in=TO_DECIDE),
            ),
            models.Index(
                fields=["due_at"],
                name="customs_request_returning",
                condition=models.Q(state=RequestState.APPROVED),
            ),
            models.Index(fields=["sender_id", "-id"], name="customs_request_sender"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["parcel"], name="customs_request_one_open", condition=models.Q(state__in=OPEN)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.invt_no}"

    @property
    def tone(self) -> str:
        """Colour of its state."""
        return REQUEST_TONES[RequestState(self.state)]


class ReturnedLine(models.Model):
    """Goods of a list that a request sends back, with their share of price and tax. Counted when the request is not refused."""

    pk = models.CompositePrimaryKey("request_id", "gnum")
    request = models.ForeignKey(ParcelRequest, on_delete=models.CASCADE, related_name="lines")
    gnum = models.IntegerField(_("序号"))
    name = models.CharField(_("商品名称"), max_length=250)
    qty = models.DecimalField(_("数量"), **QUANTITY)
    dutiable = models.DecimalField(_("完税价格"), **AMOUNT, default=0)
    tax = models.DecimalField(_("税款"), **MONEY, default=0)

    class Meta:
        verbose_name = _("退货商品")
        verbose_name_plural = _("退货商品")
        ordering = ["gnum"]
        constraints = [models.CheckConstraint(name="customs_returned_qty", condition=models.Q(qty__gt=0))]

    def __str__(self) -> str:
        return f"{self.request_id} {self.gnum}"


class Movement(models.Model):
    """A parcel was somewhere: who reported it, by which document, when."""

    id = models.BigAutoField(primary_key=True)
    parcel_id = models.BigIntegerField()
    kind = models.CharField(_("环节"), max_length=12, choices=MovementKind.choices)
    document_id = models.BigIntegerField()
    at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name = _("物流环节")
        verbose_name_plural = _("物流环节")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["parcel_id", "kind", "document_id"], name="customs_movement_once")
        ]

    def __str__(self) -> str:
        return f"{self.parcel_id} {self.kind}"
