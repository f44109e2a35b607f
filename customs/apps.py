from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CustomsConfig(AppConfig):
    name = "customs"
    verbose_name = _("通关")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Bring messages, receipts and decision handlers to the exchange; listen to one's own news."""
        import customs.handlers
        import customs.services.standing  # noqa: F401 -- declares what must not stand still
        from customs.selectors.figures import public_figures
        from customs.selectors.opendata import CLEARANCE
        from customs.selectors.tariff import tariff_line
        from customs.services.records import register_sources
        from customs.services.registration import register_contracts, register_handlers, register_messages
        from exchange.services import register_dataset
        from filing.selectors.goods import register_tariff
        from portal.selectors import register_figures

        register_subjects()
        register_figures(public_figures)
        register_tariff(tariff_line)
        register_messages()
        register_handlers()
        register_sources()
        register_dataset(CLEARANCE)
        register_contracts()


def register_subjects() -> None:
    """What acts of the audit trail are about, and the pages that show it."""
    from portal.audit_subjects import page_named, register_subject

    register_subject(
        "parcel",
        pgettext_lazy("object of an act", "包裹"),
        enterprise_page=page_named("customs:parcel"),
        console_page=page_named("console:case", "customs.manual"),
    )
    register_subject("message_table", _("单证表格"), enterprise_page=page_named("customs:table"))
    register_subject(
        "list_request", _("清单申请"), console_page=page_named("console:case", "customs.requests")
    )
    register_subject(
        "guarantee", _("税款担保"), console_page=page_named("console:case", "customs.securities")
    )
    register_subject("duty_payment", _("缴款书"), console_page=page_named("console:case", "customs.duty"))
    register_subject(
        "account_book",
        _("账册"),
        enterprise_page=page_named("customs:book"),
        console_page=page_named("console:case", "customs.books"),
    )
    register_subject("draft", _("单证草稿"), enterprise_page=page_named("customs:draft_check"))
    register_subject("summary", _("汇总申请"), enterprise_page=page_named("customs:summary"))
    register_subject(
        "declaration",
        _("汇总报关单"),
        enterprise_page=page_named("customs:declaration"),
        console_page=page_named("console:case", "customs.summaries"),
    )
    register_subject("summary_month", _("汇总申报期"))
