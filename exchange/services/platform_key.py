"""The platform's own key: signs receipts in their envelopes and evidence packages.

Configured by `SW_PLATFORM_KEY` (PKCS#8 PEM) and `SW_PLATFORM_CERTIFICATE` (PEM). Where neither is given, a key is made once under
`var/` for demonstrations and small installations: RSA, or SM2 when `SW_PLATFORM_KEY_KIND` says so. The certificate is public.
"""

import base64
import fcntl
import os
import re
from functools import cache
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings

from exchange.messages.signatures import BadSignature, Signer, new_signer, signer_of

NAME = "福建省跨境电子商务公共服务平台"
YEARS = 10
_PRIVATE = re.compile(r"-----BEGIN PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+?)-----END PRIVATE KEY-----")


class PlatformKeyWrong(RuntimeError):
    """The configured files hold no key and certificate that belong together."""


@cache
def platform_signer() -> Signer:
    """The key with its certificate; read once a process. Raises PlatformKeyWrong."""
    if settings.PLATFORM_KEY and settings.PLATFORM_CERTIFICATE:
        return read_signer(Path(settings.PLATFORM_KEY), Path(settings.PLATFORM_CERTIFICATE))
    return made_signer(settings.VAR_DIR / "platform", settings.PLATFORM_KEY_KIND)


def read_signer(key: Path, certificate: Path) -> Signer:
    """From files; signs once to be sure that they belong together. Raises PlatformKeyWrong."""
    try:
        found = _PRIVATE.search(key.read_text("ascii"))
        if found is None:
            raise PlatformKeyWrong(f"{key}: no PKCS#8 private key")
        signer = signer_of(base64.b64decode(found.group(1)), certificate.read_bytes())
        proof = b"platform key"
        if not signer.fits(proof, signer.sign(proof)):
            raise PlatformKeyWrong(f"{key} does not fit {certificate}")
    except (OSError, ValueError, RuntimeError, BadSignature, UnsupportedAlgorithm) as error:
        raise PlatformKeyWrong(str(error)) from error
    return signer


def made_signer(folder: Path, kind: str, name: str = NAME) -> Signer:
    """A key of this installation, made by whichever process needs it first; readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True)
    key, certificate = folder / f"{kind.lower()}.key.pem", folder / f"{kind.lower()}.certificate.pem"
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not certificate.exists():
            made = new_signer(
                kind, name=name, serial=int.from_bytes(os.urandom(8), "big") >> 1, days=YEARS * 365
            )
            write_private(key, made.pkcs8)
            certificate.write_text(made.certificate.pem)
    return read_signer(key, certificate)


def write_private(path: Path, pkcs8: bytes) -> None:
    """PEM, mode 600 from the first byte on."""
    text = "".join(f"{line}\n" for line in re.findall(".{1,64}", base64.b64encode(pkcs8).decode()))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"-----BEGIN PRIVATE KEY-----\n{text}-----END PRIVATE KEY-----\n")
