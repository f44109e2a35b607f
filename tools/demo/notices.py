"""Two notices of the demonstration."""

from django.utils import timezone

from portal.enums import ArticleKind
from portal.models import Article

NOTICES = (
    (
        "demo-calendar",
        "2027 年节假日办理安排待国务院通知后公布",
        "Office days of 2027 follow after the State Council's notice",
        "通知公布前，办理期限按周一至周五计算；公布后自动更正，已缩短的期限不回溯。",
        "Until then time limits count Monday to Friday; they are corrected afterwards, never to anybody's disadvantage.",
    ),
    (
        "demo-open",
        "平台开放企业自助注册和商品备案",
        "Enterprises register themselves and file goods",
        "企业可凭统一社会信用代码自助注册；商品备案支持逐个填写、模板导入和接口。",
        "Enterprises register with their USCC; goods are filed one by one, by table or by API.",
    ),
)


def load_notices() -> None:
    """Once."""
    for code, title_zh, title_en, body_zh, body_en in NOTICES:
        Article.objects.get_or_create(
            kind=ArticleKind.NOTICE,
            code=code,
            defaults={
                "title_zh": title_zh,
                "title_en": title_en,
                "body_zh": body_zh,
                "body_en": body_en,
                "published_at": timezone.now(),
            },
        )
