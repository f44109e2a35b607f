"""The demonstration's declaring enterprise signs its lists: a key of its own under `var/`, its certificate on file."""

from functools import cache

from django.conf import settings

from exchange.messages.signatures import Signer
from exchange.models import SignerCertificate
from exchange.services.certificates import columns_of
from exchange.services.platform_key import made_signer
from portal.models import Organisation
from tools.parcels import AGENT


@cache
def agent_card() -> Signer:
    """Key and certificate, made once."""
    return made_signer(settings.VAR_DIR / "demo-card", "RSA", name=AGENT.name)


def load_cards() -> None:
    """Put the certificate on file."""
    read = agent_card().certificate
    SignerCertificate.objects.get_or_create(
        fingerprint=read.fingerprint,
        defaults={"organisation": Organisation.objects.get(customs_code=AGENT.code), **columns_of(read)},
    )
