"""SM2 with SM3 (GB/T 32918.2, GB/T 32905) by the OpenSSL that Python itself stands on, spoken to through ctypes.

The packages that bring their own OpenSSL do not offer SM2, and SM2 in pure Python is thirty times too slow for messages.
Keys and signatures are DER (RFC 5915 in PKCS#8, SubjectPublicKeyInfo, SEQUENCE of r and s). The signer's id is the one that
GM/T 0009-2012 chapter 10 gives to everybody who has agreed on none.
"""

import ctypes
import ctypes.util
import os
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

SIGNER_ID = b"1234567812345678"
OF_HOMEBREW = (
    "/opt/homebrew/opt/openssl@3/lib/libcrypto.dylib",
    "/usr/local/opt/openssl@3/lib/libcrypto.dylib",
)
NEEDED = ("EVP_PKEY_CTX_set1_id", "EVP_sm3", "EVP_DigestVerify", "X509_sign_ctx")
POINTERS = [
    "EVP_sm3",
    "EVP_MD_CTX_new",
    "EVP_PKEY_CTX_new",
    "EVP_PKEY_CTX_new_id",
    "d2i_PUBKEY",
    "d2i_AutoPrivateKey",
    "d2i_X509",
    "X509_get0_pubkey",
    "X509_new",
    "X509_get_serialNumber",
    "X509_getm_notBefore",
    "X509_getm_notAfter",
    "X509_gmtime_adj",
    "X509_get_subject_name",
    "EVP_PKEY2PKCS8",
]
SM2 = 1172
"""Number of the algorithm in OpenSSL (NID_sm2)."""
MAX_DER = 8192
UTF8_TEXT = 0x1000
"""MBSTRING_UTF8."""


class OpenSSLMissing(RuntimeError):
    """No OpenSSL 3 with SM2 was found on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "SM2 signatures need OpenSSL 3 with SM2 and SM3: install it (Debian: libssl3), or name the file in SW_LIBCRYPTO"
        )


class KeyRejected(ValueError):
    """OpenSSL cannot use these bytes as a key, a certificate or a signature input."""


def places() -> Iterator[str]:
    """Where libcrypto may be: as configured, inside Python's own hash module, where the system says."""
    if named := os.environ.get("SW_LIBCRYPTO"):
        yield named
    try:
        import _hashlib

        yield _hashlib.__file__
    except (ImportError, AttributeError):
        pass
    if sys.platform == "darwin":  # the system's own library may not be opened: the process would be ended
        yield from (path for path in OF_HOMEBREW if Path(path).exists())
    elif found := ctypes.util.find_library("crypto"):
        yield found


@cache
def library() -> Any:
    """libcrypto, with the types of what is called. Raises OpenSSLMissing."""
    for place in places():
        try:
            found = ctypes.CDLL(place)
        except OSError:
            continue
        if all(hasattr(found, name) for name in NEEDED):
            for name in POINTERS:
                getattr(found, name).restype = ctypes.c_void_p
            return found
    raise OpenSSLMissing


def available() -> bool:
    """May SM2 be used on this machine?"""
    try:
        library()
    except OpenSSLMissing:
        return False
    return True


class Key:
    """A key inside OpenSSL; freed with the object. Read only, so threads may share it."""

    def __init__(self, pointer: int | None) -> None:
        if not pointer:
            raise KeyRejected("not a key")
        self.pointer = ctypes.c_void_p(pointer)
        weakref.finalize(self, library().EVP_PKEY_free, self.pointer)


@lru_cache(maxsize=1024)
def public_key(spki: bytes) -> Key:
    """From a SubjectPublicKeyInfo. Raises KeyRejected."""
    return Key(_read("d2i_PUBKEY", spki))


@lru_cache(maxsize=8)
def private_key(pkcs8: bytes) -> Key:
    """From PKCS#8. Raises KeyRejected."""
    return Key(_read("d2i_AutoPrivateKey", pkcs8))


def verify(spki: bytes, data: bytes, signature: bytes) -> bool:
    """Is this SM2 signature of the data good? Raises KeyRejected for a key that is none."""
    key = public_key(spki)
    with _digest_context(key, "EVP_DigestVerifyInit") as context:
        return bool(
            library().EVP_DigestVerify(
                context, signature, ctypes.c_size_t(len(signature)), data, ctypes.c_size_t(len(data))
            )
            == 1
        )


def sign(pkcs8: bytes, data: bytes) -> bytes:
    """SM2 signature of the data; another one each time. Raises KeyRejected."""
    key = private_key(pkcs8)
    length = ctypes.c_size_t(256)
    room = ctypes.create_string_buffer(length.value)
    with _digest_context(key, "EVP_DigestSignInit") as context:
        _demand(
            library().EVP_DigestSign(context, room, ctypes.byref(length), data, ctypes.c_size_t(len(data)))
        )
    return room.raw[: length.value]


def generate() -> bytes:
    """A new SM2 key as PKCS#8."""
    crypto = library()
    context = ctypes.c_void_p(crypto.EVP_PKEY_CTX_new_id(SM2, None))
    made = ctypes.c_void_p()
    try:
        _demand(crypto.EVP_PKEY_keygen_init(context))
        _demand(crypto.EVP_PKEY_keygen(context, ctypes.byref(made)))
    finally:
        crypto.EVP_PKEY_CTX_free(context)
    return _private_der(Key(made.value))


def public_of(pkcs8: bytes) -> bytes:
    """SubjectPublicKeyInfo of a private key."""
    return _written("i2d_PUBKEY", private_key(pkcs8).pointer)


def public_of_certificate(der: bytes) -> bytes:
    """SubjectPublicKeyInfo of a certificate whose key other libraries do not know. Raises KeyRejected."""
    crypto = library()
    certificate = ctypes.c_void_p(_read("d2i_X509", der))
    if not certificate:
        raise KeyRejected("not a certificate")
    try:
        key = ctypes.c_void_p(crypto.X509_get0_pubkey(certificate))
        if not key:
            raise KeyRejected("the key of the certificate is not known")
        return _written("i2d_PUBKEY", key)
    finally:
        crypto.X509_free(certificate)


def self_signed(pkcs8: bytes, *, name: str, serial: int, days: int) -> bytes:
    """A certificate of an SM2 key, signed by itself, valid from now on; DER."""
    crypto = library()
    key = private_key(pkcs8).pointer
    certificate = ctypes.c_void_p(crypto.X509_new())
    try:
        crypto.X509_set_version(certificate, ctypes.c_long(2))
        number = ctypes.c_void_p(crypto.X509_get_serialNumber(certificate))
        crypto.ASN1_INTEGER_set_uint64(number, ctypes.c_uint64(serial))
        for moment, seconds in (("X509_getm_notBefore", 0), ("X509_getm_notAfter", days * 86_400)):
            at = ctypes.c_void_p(getattr(crypto, moment)(certificate))
            crypto.X509_gmtime_adj(at, ctypes.c_long(seconds))
        crypto.X509_set_pubkey(certificate, key)
        subject = ctypes.c_void_p(crypto.X509_get_subject_name(certificate))
        _demand(crypto.X509_NAME_add_entry_by_txt(subject, b"CN", UTF8_TEXT, name.encode(), -1, -1, 0))
        crypto.X509_set_issuer_name(certificate, subject)
        with _digest_context(private_key(pkcs8), "EVP_DigestSignInit") as context:
            if crypto.X509_sign_ctx(certificate, context) <= 0:
                raise KeyRejected("the certificate could not be signed")
        return _written("i2d_X509", certificate)
    finally:
        crypto.X509_free(certificate)


@contextmanager
def _digest_context(key: Key, begin: str) -> Iterator[Any]:
    """A context for SM3 with SM2 under the common signer's id."""
    crypto = library()
    context = ctypes.c_void_p(crypto.EVP_MD_CTX_new())
    settings = ctypes.c_void_p(crypto.EVP_PKEY_CTX_new(key.pointer, None))
    try:
        _demand(crypto.EVP_PKEY_CTX_set1_id(settings, SIGNER_ID, len(SIGNER_ID)))
        crypto.EVP_MD_CTX_set_pkey_ctx(context, settings)
        sm3 = ctypes.c_void_p(crypto.EVP_sm3())
        _demand(getattr(crypto, begin)(context, None, sm3, None, key.pointer))
        yield context
    finally:
        crypto.EVP_MD_CTX_free(context)
        crypto.EVP_PKEY_CTX_free(settings)
        crypto.ERR_clear_error()


def _private_der(key: Key) -> bytes:
    crypto = library()
    packed = ctypes.c_void_p(crypto.EVP_PKEY2PKCS8(key.pointer))
    try:
        return _written("i2d_PKCS8_PRIV_KEY_INFO", packed)
    finally:
        crypto.PKCS8_PRIV_KEY_INFO_free(packed)


def _read(function: str, der: bytes) -> int | None:
    """Let OpenSSL read DER; None when it cannot."""
    if len(der) > MAX_DER:
        return None
    room = ctypes.create_string_buffer(der, len(der))
    start = ctypes.c_void_p(ctypes.addressof(room))
    pointer: int | None = getattr(library(), function)(None, ctypes.byref(start), ctypes.c_long(len(der)))
    library().ERR_clear_error()
    return pointer


def _written(function: str, thing: ctypes.c_void_p) -> bytes:
    write = getattr(library(), function)
    length = write(thing, None)
    if length <= 0:
        raise KeyRejected("cannot be written")
    room = ctypes.create_string_buffer(length)
    start = ctypes.c_void_p(ctypes.addressof(room))
    write(thing, ctypes.byref(start))
    return room.raw


def _demand(outcome: int) -> None:
    if outcome != 1:
        raise KeyRejected("OpenSSL refused the key")
