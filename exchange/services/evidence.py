"""Evidence packages: everything the platform can prove about one message, in a file that is verified without the platform."""

import json
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from exchange.messages.errors import MessageRefused
from exchange.messages.evidence import AUDIT, CHECK, MESSAGE, RECEIPTS, SIGNER, build
from exchange.messages.signatures import BadSignature, inspect
from exchange.models import Message, SignatureCheck
from exchange.selectors.receipts import receipts_of_message
from exchange.selectors.signatures import check_of
from exchange.services.platform_key import platform_signer
from exchange.services.raw import MessageUnknown, message_body
from exchange.services.receipts import signed_receipts
from portal import audit
from portal.enums import Verb
from portal.permissions import require
from portal.personal_data import stated_purpose

README = """证据包 / Evidence package

manifest.json 列出全部文件及其 SHA-256，manifest.sig 是平台对它的签名（Base64）。离线验证：
./sw verify 文件名，或 python -m exchange.messages.evidence 文件名 --certificate 平台证书.pem

manifest.json lists every file with its SHA-256, manifest.sig is the platform's signature of it (base64). To verify offline:
./sw verify FILE, or python -m exchange.messages.evidence FILE --certificate PLATFORM.pem
"""


def take_evidence(*, message_id: int, organisation_id: int, client: Any = None, user: Any = None) -> bytes:
    """The package of a message for its sender: a machine with `receipts:read` or a person with `message.read_raw`. Audited.

    Raises MessageUnknown, NotPermitted.
    """
    if user is not None:
        require(user, "message.read_raw", organisation_id=organisation_id)
    found = Message.objects.select_related("sender").filter(pk=message_id, sender_id=organisation_id).first()
    if found is None:
        raise MessageUnknown
    return _taken(found, client=client, user=user)


def take_any_evidence(*, message_id: int, user: Any, reason: str) -> bytes:
    """The package of any message for an official with `journal.read_raw` who gives a reason. Audited with the reason.

    Raises NotPermitted, PurposeMissing, MessageUnknown.
    """
    require(user, "journal.read_raw")
    purpose = stated_purpose(reason)
    found = Message.objects.select_related("sender").filter(pk=message_id).first()
    if found is None:
        raise MessageUnknown
    return _taken(found, user=user, reason=purpose)


def _taken(found: Message, *, client: Any = None, user: Any = None, reason: str = "") -> bytes:
    package = build(parts(found), facts(found), platform_signer())
    audit.record(
        Verb.EVIDENCE_TAKEN,
        actor=user,
        client=client,
        organisation_id=found.sender_id,
        subject=f"exchange.message:{found.pk}",
        detail={"reason": reason} if reason else None,
    )
    return package


def facts(found: Message) -> dict[str, Any]:
    """What the manifest says of the message."""
    return {
        "made_at": timezone.now().isoformat(),
        "message": {
            "id": found.pk,
            "type": found.message_type,
            "guid": found.guid,
            "sender": found.sender.uscc,
            "sender_name": found.sender.name,
            "state": found.state,
            "documents": found.documents,
            "received_at": found.received_at.isoformat(),
            "sha256": bytes(found.digest).hex(),
        },
    }


def parts(found: Message) -> dict[str, bytes]:
    """The files of the package."""
    body, check = message_body(found.pk), check_of(found.pk)
    entries, (position, digest) = audit.excerpt(f"exchange.message:{found.pk}")
    head = {"position": position, "hash": digest}
    made = {
        "README.txt": README.encode(),
        MESSAGE: body,
        CHECK: as_json(checked(body, check)),
        AUDIT: as_json({"entries": [asdict(entry) for entry in entries], "head": head}),
    }
    if check is not None and check.certificate is not None:
        made[SIGNER] = check.certificate.pem.encode()
    for receipt in signed_receipts(receipts_of_message(found.pk, found.sender_id)):
        if receipt.content is not None:
            made[f"{RECEIPTS}{receipt.line.id}.xml"] = receipt.content
    return made


def checked(body: bytes, check: SignatureCheck | None) -> dict[str, str]:
    """What the platform says of the message's signature."""
    if check is None:
        return {"state": "unchecked" if is_signed(body) else "unsigned"}
    return {
        "state": check.state,
        "flaw": check.flaw,
        "algorithm": check.algorithm,
        "key_name": check.key_name,
        "certificate": check.certificate.serial if check.certificate else "",
        "checked_at": check.checked_at.isoformat(),
    }


def is_signed(body: bytes) -> bool:
    """Does the message carry anything that calls itself a signature?"""
    try:
        return inspect(body) is not None
    except BadSignature:
        return b"Signature" in body
    except MessageRefused:
        return False


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
