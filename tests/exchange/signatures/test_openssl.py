"""SM2 and SM3 by OpenSSL against the examples of the standards."""

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from exchange.messages.signatures import openssl

SPKI_HEAD = "3059301306072a8648ce3d020106082a811ccf5501822d03420004"
PUBLIC = bytes.fromhex(
    SPKI_HEAD + "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA


def test_signature_of_the_standard_holds() -> None:
    """GB/T 32918.5-2017 A.2: "message digest", user 1234567812345678, curve sm2p256v1."""
    assert openssl.verify(PUBLIC, b"message digest", encode_dss_signature(R, S)) is True


@pytest.mark.parametrize(
    ("data", "r", "s"),
    [(b"message digesT", R, S), (b"message digest", R + 1, S), (b"message digest", R, S - 1), (b"", R, S)],
)
def test_anything_else_does_not(data: bytes, r: int, s: int) -> None:
    assert openssl.verify(PUBLIC, data, encode_dss_signature(r, s)) is False


@pytest.mark.parametrize("garbage", [b"", b"\x00" * 64, b"\x30\x06\x02\x01\x00\x02\x01\x00", b"\x30\xff" * 9])
def test_garbage_is_no_signature(garbage: bytes) -> None:
    assert openssl.verify(PUBLIC, b"message digest", garbage) is False


def test_digest_of_the_standard() -> None:
    """GB/T 32905-2016 A.1."""
    assert (
        hashlib.new("sm3", b"abc").hexdigest()
        == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


def test_own_key_signs_what_its_public_key_verifies() -> None:
    key = openssl.generate()
    public = openssl.public_of(key)
    signature = openssl.sign(key, "报文".encode())
    assert openssl.verify(public, "报文".encode(), signature) is True
    assert openssl.verify(PUBLIC, "报文".encode(), signature) is False
    certificate = openssl.self_signed(key, name="福州企业", serial=77, days=1)
    assert openssl.public_of_certificate(certificate) == public


@pytest.mark.parametrize("key", [b"", b"x" * 91, PUBLIC[:-1], PUBLIC[:-1] + b"\x00", b"\x30" * 9000])
def test_what_is_no_key_is_refused(key: bytes) -> None:
    with pytest.raises(openssl.KeyRejected):
        openssl.verify(key, b"message digest", encode_dss_signature(R, S))


def test_missing_library_is_said_plainly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without OpenSSL 3: no crash, a sentence that says what to install."""
    monkeypatch.setattr(openssl, "places", lambda: iter([str(tmp_path / "libcrypto.so.3")]))
    openssl.library.cache_clear()
    try:
        assert openssl.available() is False
        with pytest.raises(openssl.OpenSSLMissing, match="libssl3"):
            openssl.library()
    finally:
        openssl.library.cache_clear()
