"""The second verdict on a list: inspection and quarantine (rules C.3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import CiqState
from customs.models.parcel import Parcel


class CiqVerdict(models.Model):
    """What inspection and quarantine says of a list that needs its verdict; other lists have no row.

    `due_at` is empty once the verdict is given or the list has ended. `appointment_on` and `appointment_site`: the one day and place at which both agencies open the parcel.
    """

    parcel = models.OneToOneField(
        Parcel, models.CASCADE, primary_key=True, db_column="id", related_name="ciq", verbose_name=_("包裹")
    )
    customs_code = models.CharField(_("申报海关"), max_length=4)
    sender_id = models.BigIntegerField(_("报送企业"))
    state = models.CharField(_("检验检疫"), max_length=1, choices=CiqState.choices, default=CiqState.WAITING)
    opened_at = models.DateTimeField(_("受理时间"))
    due_at = models.DateTimeField(_("办理期限"), null=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    decided_by = models.ForeignKey(
        "portal.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    remark = models.CharField(_("意见"), max_length=500, blank=True)
    certificate = models.CharField(_("证书或通知书编号"), max_length=60, blank=True)
    appointment_on = models.DateField(_("查验日期"), null=True)
    appointment_site = models.CharField(_("查验场所"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("检验检疫结论")
        verbose_name_plural = _("检验检疫结论")
        indexes = [
            models.Index(
                fields=["due_at"], name="customs_ciqverdict_due", condition=models.Q(due_at__isnull=False)
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="customs_ciqverdict_known_state", condition=models.Q(state__in=CiqState.values)
            ),
            models.CheckConstraint(
                name="customs_ciqverdict_reason",
                condition=~models.Q(state=CiqState.NOT_PASSED) | ~models.Q(remark=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"
