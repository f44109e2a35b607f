from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilingConfig(AppConfig):
    name = "filing"
    verbose_name = _("备案")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make filing's permissions known."""
        from filing import permissions  # noqa: F401
