"""Personal data: encryption at rest, keyed hashes for equality, masks, and the check of resident numbers.

A resident number is stored three ways: AES-256-GCM text (to show it to who may see it), a keyed 128-bit hash (to compare
and count), and a mask (to display). Keys are derived by HKDF from one master key. Masks follow the platform's rule F.3;
the number check follows GB 11643-1999.
"""

import base64
import hmac
import os
import re
import unicodedata
import uuid
from datetime import date
from functools import cache
from operator import mul

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal

NONCE = 12
HASH_BYTES = 16
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
ZEROES = ord("0") * sum(WEIGHTS)
"""The weighted sum runs over bytes, so that of seventeen "0" is taken off."""
MIDDLE_DOTS = str.maketrans("•・∙‧", "····")
NOT_DIGITS = re.compile(r"[^0-9]")
SPACES = re.compile(r"\s+")
DISTRICT_END = re.compile(r"^(.*?(?:区|县|市辖区|旗))")


LEAST_REASON = 10
"""Characters of the reason for which personal data is shown in clear; fewer explain nothing to whoever reads the trail."""


class PurposeMissing(Refusal):
    """Personal data is shown for a stated purpose only."""

    code = "PERSONAL_DATA.PURPOSE"
    message = _("查看个人信息明文须填写事由（不少于 10 个字）。")
    field = "reason"
    basis = "个人信息保护法 第六条、第三十四条"


def stated_purpose(reason: str) -> str:
    """The reason to be written into the audit trail. Every service that unmasks calls this first. Raises PurposeMissing."""
    purpose = " ".join(reason.split())
    if len(purpose) < LEAST_REASON:
        raise PurposeMissing
    return purpose[:500]


def derived_key(purpose: str) -> bytes:
    """32 bytes for one purpose from the master key (HKDF-SHA256)."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return kdf.derive(settings.PERSONAL_DATA_KEY.encode())


@cache
def cipher() -> AESGCM:
    return AESGCM(derived_key("personal-data/encryption/1"))


@cache
def hash_key() -> bytes:
    return derived_key("personal-data/equality/1")


def keyed_hash(text: str) -> uuid.UUID:
    """Equality without the value: HMAC-SHA256 truncated to 128 bits."""
    return uuid.UUID(bytes=hmac.digest(hash_key(), text.encode(), "sha256")[:HASH_BYTES])


def keyed_hash_hex(text: str) -> str:
    """`keyed_hash` as 32 hexadecimal digits, which PostgreSQL reads as the same uuid (for bulk writing)."""
    return hmac.digest(hash_key(), text.encode(), "sha256")[:HASH_BYTES].hex()


def identity_hash_hex(number: str, name: str) -> str:
    """`identity_hash` as 32 hexadecimal digits."""
    return keyed_hash_hex(f"{normalise_number(number)}\x1f{normalise_name(name)}")


def identity_hash(number: str, name: str) -> uuid.UUID:
    """Key of an identity answer: number and name together (never stored in clear, rule F.3)."""
    return keyed_hash(f"{normalise_number(number)}\x1f{normalise_name(name)}")


def encrypt_bytes(data: bytes, associated: bytes = b"") -> bytes:
    """nonce ‖ ciphertext ‖ tag; `associated` is authenticated but not stored."""
    nonce = os.urandom(NONCE)
    return nonce + cipher().encrypt(nonce, data, associated)


def decrypt_bytes(data: bytes, associated: bytes = b"") -> bytes:
    """Raises cryptography.exceptions.InvalidTag when the bytes were changed or belong elsewhere."""
    return cipher().decrypt(data[:NONCE], data[NONCE:], associated)


def encrypt(text: str) -> str:
    return base64.b64encode(encrypt_bytes(text.encode())).decode("ascii")


def decrypt(token: str) -> str:
    return decrypt_bytes(base64.b64decode(token)).decode()


def normalise_number(number: str) -> str:
    return number.strip().upper()


def normalise_name(name: str) -> str:
    """E.4: NFKC, no spaces, upper case, one kind of middle dot."""
    return SPACES.sub("", unicodedata.normalize("NFKC", name)).translate(MIDDLE_DOTS).upper()


def normalise_phone(phone: str) -> str:
    """E.4: digits only, without the country prefix."""
    digits = NOT_DIGITS.sub("", unicodedata.normalize("NFKC", phone))
    return digits[2:] if digits.startswith("86") and len(digits) > 11 else digits


def mask_resident_number(number: str, *, need: bool = False) -> str:
    """First 3 and last 2 characters; officials with need see first 6 and last 4 (F.3)."""
    head, tail = (6, 4) if need else (3, 2)
    if len(number) <= head + tail:
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def mask_name(name: str) -> str:
    """Two characters: the last; longer: first and last (F.3)."""
    if len(name) <= 2:
        return "*" + name[1:]
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_phone(phone: str) -> str:
    """`138****8000` (F.3)."""
    if len(phone) < 8:
        return "*" * len(phone)
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]


def mask_address(address: str) -> str:
    """Down to the district (F.3)."""
    found = DISTRICT_END.match(address)
    return (found.group(1) if found else address[:6]) + "****"


@cache
def known_regions() -> frozenset[str]:
    """Six-digit administrative codes, in force now or formerly, and the provinces they begin with."""
    from portal.selectors import code_set

    return code_set("admin_division")


def check_resident_number(number: str, on: date) -> str:
    """GB 11643-1999: "" when the number can exist, else LENGTH, CHECK, DATE, FUTURE or REGION. Never raises.

    `on` is the business date: a birth after it is impossible. Regions are accepted when their province and prefecture
    were ever in use, because district codes change and old numbers keep theirs.
    """
    text = normalise_number(number)
    if len(text) != 18 or not text[:17].isascii() or not text[:17].isdigit():
        return "LENGTH"
    if CHECK_CHARACTERS[(sum(map(mul, text[:17].encode(), WEIGHTS)) - ZEROES) % 11] != text[17]:
        return "CHECK"
    born = birth_date(text)
    if born is None or born.year < 1900:
        return "DATE"
    if born > on:
        return "FUTURE"
    regions = known_regions()
    return "" if not regions or text[:2] + "0000" in regions else "REGION"


def birth_date(number: str) -> date | None:
    """Date of birth in a resident number, None when there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
