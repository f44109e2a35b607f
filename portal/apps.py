from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("平台")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Signals are connected once all apps are there. Letters leave the site in the language in which a person first signed in."""
        from django.contrib.auth.signals import user_logged_in

        from portal import handlers, standing_register  # noqa: F401 -- each registers what it declares
        from portal.metrics import register_collectors
        from portal.people import remember_first_language
        from portal.selectors import register_figures
        from portal.standing import standing_figure

        user_logged_in.connect(remember_first_language)
        register_figures(standing_figure)
        register_collectors()


class BackOfficeConfig(AdminConfig):
    """Django's admin with our own rule of who comes in."""

    default_site = "portal.back_office.BackOffice"
