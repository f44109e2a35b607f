"""A world whose declaring enterprise signs its lists."""

from dataclasses import dataclass, field

import pytest

from customs.services.signatures import work_unchecked
from exchange.messages.signatures import Signer, new_signer, sign_document
from exchange.models import SignatureCheck, SignerCertificate
from exchange.selectors.signatures import forget_policy
from exchange.services import receive_message
from exchange.services.certificates import columns_of
from portal.models import Organisation
from tests.customs.world import World, prepared, world
from tools.parcels import Parcel as Documents
from tools.parcels import messages

__all__ = ["prepared", "world"]


@pytest.fixture(scope="session")
def card() -> Signer:
    """An enterprise's SM2 card."""
    return new_signer("SM2", name="报关企业", serial=0x1A2B3C)


def on_file(signer: Signer, organisation_id: int, **values: object) -> SignerCertificate:
    """The certificate in the register, without the service."""
    row = {"organisation_id": organisation_id, **columns_of(signer.certificate), **values}
    return SignerCertificate.objects.create(**row)


@dataclass
class Signing:
    """Sends parcels whose messages of one kind are signed."""

    world: World
    signer: Signer
    sent: list[int] = field(default_factory=list)

    @property
    def sender(self) -> Organisation:
        return Organisation.objects.get(pk=self.world.senders["CEB621Message"].organisation_id)

    def send(self, *parcels: Documents, code: str = "CEB621Message", change: object = None) -> int:
        """Every document; those of `code` signed, then changed. Returns the id of the signed message."""
        found = 0
        for kind, body in messages(parcels, self.world.make, per_message=100):
            if kind == code:
                body = sign_document(body, self.signer)
                body = change(body) if callable(change) else body
            accepted = receive_message(sender=self.world.senders[kind], body=body)
            found = accepted.message_id if kind == code else found
        return found

    def check(self) -> int:
        return work_unchecked()

    def said(self, message_id: int) -> tuple[str, str]:
        """(state, flaw) of the check."""
        one = SignatureCheck.objects.get(pk=message_id)
        return one.state, one.flaw


@pytest.fixture
def signing(world: World, card: Signer) -> Signing:
    forget_policy()
    one = Signing(world, card)
    on_file(card, one.sender.pk)
    return one
