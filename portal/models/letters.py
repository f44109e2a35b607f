"""Messages to people: texts as data, letters, what each person wants to get where, and the outbox of e-mail and SMS."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.enums import Channel, DeliveryState


class LetterText(models.Model):
    """The words of one kind of letter in both languages, with `{name}` placeholders; loaded from `<app>/data/letters.csv`."""

    code = models.CharField(_("代码"), max_length=60, unique=True)
    group = models.CharField(_("类别"), max_length=30)
    title_zh = models.CharField(_("中文标题"), max_length=80)
    title_en = models.CharField(_("英文标题"), max_length=160)
    body_zh = models.TextField(_("中文正文"))
    body_en = models.TextField(_("英文正文"))
    sms_zh = models.CharField(_("中文短信"), max_length=140, blank=True)
    sms_en = models.CharField(_("英文短信"), max_length=300, blank=True)
    urgent = models.BooleanField(_("重要"), default=False)
    source = models.CharField(_("依据"), max_length=200)

    class Meta:
        verbose_name = _("消息文本")
        verbose_name_plural = _("消息文本")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Contact(models.Model):
    """Where and in which language a person is written to. The phone number is stored as ciphertext, keyed hash and mask."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contact", verbose_name=_("用户")
    )
    language = models.CharField(_("语言"), max_length=8, default="zh-hans")
    phone_token = models.TextField(_("手机号密文"), blank=True)
    phone_hash = models.UUIDField(_("手机号摘要"), null=True, blank=True)
    phone_mask = models.CharField(_("手机号"), max_length=20, blank=True)
    digest_day = models.DateField(_("最近摘要日"), null=True, blank=True)

    class Meta:
        verbose_name = _("联系方式")
        verbose_name_plural = _("联系方式")

    def __str__(self) -> str:
        return f"{self.user_id} {self.language} {self.phone_mask}"


class Letter(models.Model):
    """One message to one person. `params` fill the placeholders in either language."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letters", verbose_name=_("收件人")
    )
    code = models.CharField(_("代码"), max_length=60)
    group = models.CharField(_("类别"), max_length=30)
    params = models.JSONField(_("参数"), default=dict)
    link = models.CharField(_("链接"), max_length=300, blank=True)
    organisation_id = models.BigIntegerField(_("企业"), null=True, blank=True)
    urgent = models.BooleanField(_("重要"), default=False)
    in_inbox = models.BooleanField(_("站内显示"), default=True)
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["user", "-id"], name="portal_letter_inbox", condition=models.Q(in_inbox=True)
            ),
            models.Index(
                fields=["user"],
                name="portal_letter_unread",
                condition=models.Q(in_inbox=True, read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} → {self.user_id}"


class Preference(models.Model):
    """A person's own choice for one channel and group of letters; without a row the channel's default holds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letter_preferences"
    )
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel.choices)
    group = models.CharField(_("类别"), max_length=30)
    wanted = models.BooleanField(_("接收"))

    class Meta:
        verbose_name = _("消息偏好")
        verbose_name_plural = _("消息偏好")
        constraints = [
            models.UniqueConstraint(fields=["user", "channel", "group"], name="portal_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.channel} {self.group} {self.wanted}"


class Delivery(models.Model):
    """Outbox: one letter on its way by e-mail or SMS. `last_error` is a code, never a person's data."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel.choices)
    state = models.CharField(
        _("状态"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    next_at = models.DateTimeField(_("下次发送"))
    last_error = models.CharField(_("最近错误"), max_length=60, blank=True)
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("投递")
        verbose_name_plural = _("投递")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "channel"], name="portal_delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_at"],
                name="portal_delivery_due",
                condition=models.Q(state=DeliveryState.WAITING),
            )
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.channel} {self.state}"


class OutgoingMail(models.Model):
    """Outbox of e-mail that is no letter: confirmation of an address, new password, invitation.

    `payload` is the whole message, encrypted, and is erased once it went out or failed for good.
    """

    payload = models.TextField(_("内容"), blank=True)
    created_at = models.DateTimeField(_("时间"), auto_now_add=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    next_at = models.DateTimeField(_("下次发送"))
    last_error = models.CharField(_("最近错误"), max_length=60, blank=True)
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("待发邮件")
        verbose_name_plural = _("待发邮件")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="portal_outgoingmail_due",
                condition=models.Q(state=DeliveryState.WAITING),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"
