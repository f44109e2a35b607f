"""The register of signing certificates: filed by the enterprise or the back office, revoked, watched until they run out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.events import CERTIFICATES_EXPIRING
from exchange.messages.signatures import BadSignature, Certificate, read_certificate
from exchange.models import SignerCertificate
from exchange.permissions import CERTIFICATES, KEEP_CERTIFICATES
from portal import audit, events, letters, rules
from portal.enums import MemberRole, Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.selectors import organisation_names

if TYPE_CHECKING:
    from portal.models import User

REMIND = "X.CERTIFICATE.REMIND"
READERS = (MemberRole.ADMINISTRATOR, MemberRole.DECLARANT)


class CertificateUnreadable(Refusal):
    """Not a certificate with an RSA key of 1024 to 4096 bits or an SM2 key."""

    code = "CERTIFICATE.UNREADABLE"
    message = _("无法读取证书：请上传 PEM 或 DER 格式、RSA（1024–4096 位）或 SM2 公钥的证书。")
    field = "certificate"


class CertificateOver(Refusal):
    """The certificate has run out already."""

    code = "CERTIFICATE.EXPIRED"
    message = _("该证书已于 %(date)s 失效，不能登记。")
    field = "certificate"


class CertificateKnown(Refusal):
    """The certificate is on file, here or for another enterprise."""

    code = "CERTIFICATE.KNOWN"
    message = _("该证书已经登记，同一证书只能登记一次。")
    field = "certificate"
    status = 409


class CertificateUnknown(Refusal):
    """There is no such certificate, or it is another enterprise's."""

    code = "CERTIFICATE.UNKNOWN"
    message = _("没有此证书。")
    status = 404


class CertificateRevoked(Refusal):
    """It was revoked before."""

    code = "CERTIFICATE.REVOKED"
    message = _("该证书已经吊销。")
    status = 409


class ReasonMissing(Refusal):
    """A revocation names its reason."""

    code = "CERTIFICATE.REASON"
    message = _("请说明吊销原因。")
    field = "reason"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who files or revokes: a member of the enterprise, or the platform's system administrator (`office`)."""

    user: "User"
    office: bool = False

    def demand(self, organisation_id: int) -> None:
        """Raises NotPermitted."""
        if self.office:
            require(self.user, KEEP_CERTIFICATES)
        else:
            require(self.user, CERTIFICATES, organisation_id=organisation_id)


def file_certificate(*, organisation_id: int, content: bytes, keeper: Keeper) -> SignerCertificate:
    """Put a certificate on file for an enterprise; it counts from now on.

    Raises NotPermitted, CertificateUnreadable, CertificateOver, CertificateKnown.
    """
    keeper.demand(organisation_id)
    read = certificate_in(content)
    try:
        with transaction.atomic():
            filed = SignerCertificate.objects.create(
                organisation_id=organisation_id,
                **columns_of(read),
                filed_by=keeper.user,
            )
            note(filed, Verb.CERTIFICATE_FILED, keeper, {"serial": filed.serial, "sha256": filed.fingerprint})
    except IntegrityError:
        raise CertificateKnown from None
    return filed


def columns_of(read: Certificate) -> dict[str, Any]:
    """What the register keeps of a certificate."""
    return {
        "serial": read.serial[:64],
        "fingerprint": read.fingerprint,
        "subject": read.subject,
        "issuer": read.issuer,
        "key": read.key,
        "valid_from": read.valid_from,
        "valid_to": read.valid_to,
        "pem": read.pem,
    }


def certificate_in(content: bytes) -> Certificate:
    """The certificate of a file that may be filed today. Raises CertificateUnreadable, CertificateOver."""
    try:
        read = read_certificate(content)
    except BadSignature as bad:
        raise CertificateUnreadable from bad
    if read.valid_to <= read.valid_from:
        raise CertificateUnreadable
    if read.valid_to <= timezone.now():
        raise CertificateOver(date=f"{timezone.localtime(read.valid_to):%Y-%m-%d}")
    return read


@transaction.atomic
def revoke_certificate(
    *, certificate_id: int, organisation_id: int | None, reason: str, keeper: Keeper
) -> SignerCertificate:
    """From now on signatures with it are refused; what was checked before stays as it was.

    Raises CertificateUnknown, NotPermitted, ReasonMissing, CertificateRevoked.
    """
    found = SignerCertificate.objects.select_for_update().filter(pk=certificate_id)
    if organisation_id is not None:
        found = found.filter(organisation_id=organisation_id)
    one = found.first()
    if one is None:
        raise CertificateUnknown
    keeper.demand(one.organisation_id)
    why = " ".join(reason.split())[:200]
    if not why:
        raise ReasonMissing
    if one.revoked_at is not None:
        raise CertificateRevoked
    one.revoked_at, one.revoked_reason = timezone.now(), why
    one.save(update_fields=["revoked_at", "revoked_reason"])
    note(one, Verb.CERTIFICATE_REVOKED, keeper, {"serial": one.serial, "reason": why})
    return one


def note(one: SignerCertificate, verb: Verb, keeper: Keeper, detail: dict[str, str]) -> None:
    audit.record(
        verb,
        actor=keeper.user,
        organisation_id=one.organisation_id,
        subject=f"exchange.certificate:{one.pk}",
        detail=detail,
    )


def watch_certificates(on: date) -> int:
    """Letters about certificates that run out soon, one per threshold of the rule; a second run writes nothing. How many."""
    days = sorted((int(day) for day in rules.entry(REMIND, on).param["days"]), reverse=True)
    midnight = timezone.make_aware(datetime.combine(on, time.min))
    ending = SignerCertificate.objects.filter(
        revoked_at=None,
        valid_to__gt=midnight,
        valid_to__lt=midnight + timedelta(days=max(days, default=0) + 1),
    )
    return sum(remind(pk, days, on) for pk in list(ending.values_list("pk", flat=True)))


@transaction.atomic
def remind(certificate_id: int, days: list[int], on: date) -> int:
    """The letter of one certificate; thresholds that were slept through count with the nearest one."""
    one = SignerCertificate.objects.select_for_update().get(pk=certificate_id)
    last = timezone.localtime(one.valid_to).date()
    due = [day for day in days if (last - on).days <= day and day not in one.reminded]
    if not due:
        return 0
    SignerCertificate.objects.filter(pk=one.pk).update(reminded=sorted({*one.reminded, *due}))
    letters.send(
        "exchange.certificate_expiring",
        organisation_id=one.organisation_id,
        roles=READERS,
        params={
            "enterprise": organisation_names([one.organisation_id]).get(one.organisation_id, ""),
            "serial": one.serial,
            "date": last.isoformat(),
            "days": str((last - on).days),
        },
        link=f"/enterprise/certificates/{one.pk}/",
    )
    events.publish(CERTIFICATES_EXPIRING, [one.pk])
    return 1
