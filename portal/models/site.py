"""What the public site says: services, notices, questions, known issues, help for screens. Texts in both languages, loaded or written by staff."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.enums import ArticleKind, Audience


class Bilingual(models.Model):
    """Columns come in pairs `name_zh`, `name_en`; `said("name")` is the one of the reader's language."""

    class Meta:
        abstract = True

    def said(self, name: str) -> str:
        english = (get_language() or "").startswith("en")
        return str(getattr(self, f"{name}_en" if english else f"{name}_zh"))

    @property
    def title(self) -> str:
        return self.said("title")


class Service(Bilingual):
    """One thing the platform does for somebody: who, what is needed, steps, time limit, basis, where it begins."""

    code = models.CharField(_("代码"), max_length=40, unique=True)
    audience = models.CharField(_("对象"), max_length=12, choices=Audience.choices)
    title_zh = models.CharField(_("中文标题"), max_length=80)
    title_en = models.CharField(_("英文标题"), max_length=120)
    summary_zh = models.CharField(_("中文简介"), max_length=300)
    summary_en = models.CharField(_("英文简介"), max_length=300)
    who_zh = models.CharField(_("谁可以办（中文）"), max_length=300)
    who_en = models.CharField(_("谁可以办（英文）"), max_length=300)
    needs_zh = models.TextField(_("需要准备（中文）"), help_text=_("每行一项"))
    needs_en = models.TextField(_("需要准备（英文）"), help_text=_("每行一项"))
    steps_zh = models.TextField(_("步骤（中文）"), help_text=_("每行一步"))
    steps_en = models.TextField(_("步骤（英文）"), help_text=_("每行一步"))
    limit_zh = models.CharField(_("办理时限（中文）"), max_length=120)
    limit_en = models.CharField(_("办理时限（英文）"), max_length=120)
    basis = models.CharField(_("依据"), max_length=200)
    start = models.CharField(_("开始页面"), max_length=60)
    position = models.IntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("服务事项")
        verbose_name_plural = _("服务事项")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.title_zh

    @property
    def summary(self) -> str:
        return self.said("summary")

    @property
    def who(self) -> str:
        return self.said("who")

    @property
    def limit(self) -> str:
        return self.said("limit")

    @property
    def needs(self) -> list[str]:
        return self.said("needs").splitlines()

    @property
    def steps(self) -> list[str]:
        return self.said("steps").splitlines()


class Article(Bilingual):
    """A text of the site. Notices are shown between their dates; help is found by the name of the screen's route."""

    kind = models.CharField(_("类别"), max_length=8, choices=ArticleKind.choices)
    code = models.CharField(_("代码"), max_length=60)
    title_zh = models.CharField(_("中文标题"), max_length=120)
    title_en = models.CharField(_("英文标题"), max_length=200)
    body_zh = models.TextField(_("中文正文"))
    body_en = models.TextField(_("英文正文"))
    published_at = models.DateTimeField(_("发布时间"))
    until = models.DateTimeField(_("撤下时间"), null=True, blank=True)
    position = models.IntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("网站文章")
        verbose_name_plural = _("网站文章")
        ordering = ["kind", "position", "-published_at"]
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="portal_article_once")]
        indexes = [models.Index(fields=["kind", "-published_at"], name="portal_article_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"

    @property
    def body(self) -> str:
        return self.said("body")
