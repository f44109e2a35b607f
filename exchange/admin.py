"""Back office: certificates of enterprises, filed on their behalf; results of checks, to read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from exchange.models import SignatureCheck, SignerCertificate
from exchange.permissions import KEEP_CERTIFICATES
from exchange.services.certificates import Keeper, certificate_in, file_certificate, revoke_certificate
from portal.back_office import Guarded, ReadOnly, person
from portal.errors import Refusal


class FilingForm(forms.ModelForm):  # type: ignore[type-arg]
    """A certificate in PEM for an enterprise; everything else is read from it."""

    class Meta:
        model = SignerCertificate
        fields = ("organisation", "pem")

    def clean_pem(self) -> str:
        """What the service would refuse is said beside the field."""
        pem: str = self.cleaned_data["pem"]
        try:
            read = certificate_in(pem.encode())
        except Refusal as refusal:
            raise ValidationError(refusal.sentence) from refusal
        if SignerCertificate.objects.filter(fingerprint=read.fingerprint).exists():
            raise ValidationError(_("该证书已经登记，同一证书只能登记一次。"))
        return pem


class RevocationForm(forms.ModelForm):  # type: ignore[type-arg]
    """The reason; saving it revokes the certificate."""

    revoked_reason = forms.CharField(label=_("吊销原因"), max_length=200)

    class Meta:
        model = SignerCertificate
        fields = ("revoked_reason",)


@admin.register(SignerCertificate)
class SignerCertificateAdmin(Guarded):
    """File on behalf of an enterprise, revoke; never delete."""

    writers = (KEEP_CERTIFICATES,)
    list_display = ["serial", "organisation", "key", "valid_from", "valid_to", "revoked_at"]
    list_filter = ["key"]
    list_select_related = ["organisation"]
    search_fields = ["serial", "subject", "organisation__name", "organisation__uscc"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(
            request, obj, change=change, form=FilingForm if obj is None else RevocationForm, **kwargs
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """On file: everything but the reason, and that once."""
        if obj is None:
            return ()
        shown = (
            "organisation",
            "serial",
            "subject",
            "issuer",
            "key",
            "valid_from",
            "valid_to",
            "fingerprint",
        )
        return (*shown, "pem", "revoked_at", *(("revoked_reason",) if obj.revoked_at else ()))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SignerCertificate, form: Any, change: bool) -> None:
        """By the services, so that the trail and the rules are the same as for enterprises."""
        keeper = Keeper(person(request), office=True)
        if change:
            obj.revoked_at = revoke_certificate(
                certificate_id=obj.pk, organisation_id=None, reason=obj.revoked_reason, keeper=keeper
            ).revoked_at
            return
        obj.pk = file_certificate(
            organisation_id=obj.organisation_id, content=obj.pem.encode(), keeper=keeper
        ).pk


@admin.register(SignatureCheck)
class SignatureCheckAdmin(ReadOnly):
    """What checks said."""

    readers = (KEEP_CERTIFICATES,)
    list_display = ["message_id", "state", "flaw", "algorithm", "key_name", "checked_at"]
    list_filter = ["state", "flaw", "algorithm"]
    search_fields = ["=message_id", "key_name"]
