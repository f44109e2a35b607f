from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilingConfig(AppConfig):
    name = "filing"
    verbose_name = _("备案")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make filing's permissions known, and who takes the business registry's answers."""
        import filing.services.standing  # noqa: F401 -- declares what must not stand still
        from exchange.enums import TaskKind
        from exchange.services import register_decision_handler
        from filing import permissions  # noqa: F401
        from filing.services.registering import take_registry_answer
        from filing.services.sharing import register_sources
        from portal.audit_subjects import page_named, register_subject

        register_subject(
            "goods",
            _("商品备案"),
            enterprise_page=page_named("goods:one"),
            console_page=page_named("console:case", "filing.goods"),
        )
        register_subject("agreement", _("委托协议"), enterprise_page=page_named("agreements:one"))
        register_subject("goods_import", _("商品导入"), enterprise_page=page_named("goods:import"))
        register_decision_handler(TaskKind.REGISTRY_LOOKUP, take_registry_answer)
        register_sources()
        register_subject(
            "filing",
            _("备案申请"),
            enterprise_page=page_named("filing:case"),
            console_page=page_named("console:case", "filing.cases"),
        )
