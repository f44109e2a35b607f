from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SandboxConfig(AppConfig):
    name = "sandbox"
    verbose_name = _("沙箱")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what its subjects are called in the audit trail."""
        from portal.audit_subjects import register_subject

        register_subject("sandbox.tenant", _("沙箱"))
