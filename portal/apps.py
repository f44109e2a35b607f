from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("平台")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Letters leave the site in the language in which a person first signed in."""
        from django.contrib.auth.signals import user_logged_in

        from portal.people import remember_first_language

        user_logged_in.connect(remember_first_language)
