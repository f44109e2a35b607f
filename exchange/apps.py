from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = _("数据交换")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to the platform's news; take the reports of the SMS platform."""
        import exchange.handlers
        import exchange.services.standing  # noqa: F401 -- declares what must not stand still
        from exchange.enums import TaskKind
        from exchange.selectors.partners import public_figures
        from exchange.services.agency import register_batch_handler
        from exchange.services.texting import take_reports
        from portal.audit_subjects import page_named, register_subject
        from portal.selectors import register_figures

        register_batch_handler(TaskKind.SMS_SEND, take_reports)
        register_figures(public_figures)
        register_subject("exchange.grant", _("数据共享授权"), console_page=page_named("sharing:grant"))
        register_subject("exchange.partner", _("合作方连接"))
        register_subject("exchange.outage", _("中断记录"))
        register_subject(
            "exchange.statement", _("系统中断证明"), enterprise_page=page_named("exchange:statement")
        )
        register_subject("exchange.object", _("共享数据"))
        register_subject(
            "exchange.webhook",
            _("推送订阅"),
            enterprise_page=page_named("exchange_webhooks:one"),
            console_page=page_named("exchange_console_webhooks:one"),
        )
        register_subject(
            "exchange.certificate", _("签名证书"), enterprise_page=page_named("exchange:certificate")
        )
        register_subject(
            "exchange.message",
            pgettext_lazy("object of an act", "报文"),
            enterprise_page=page_named("exchange:journal_entry"),
            console_page=page_named("exchange_console:journal_entry"),
        )
