"""What may be wrong with a signature: one code, the platform's four digits, a sentence in Chinese and English.

Four digits: interface specification 202205, codes of the exchange itself (1001 signature invalid, 1002 expired, 1004 the data differ
from what was signed, 1999 other).
"""

from dataclasses import dataclass
from enum import StrEnum


class Flaw(StrEnum):
    """Why a signature does not hold."""

    ABSENT = "absent"
    FORM = "form"
    ALGORITHM = "algorithm"
    REFERENCE = "reference"
    SEVERAL = "several"
    DIGEST = "digest"
    VALUE = "value"
    KEY = "key"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    EARLY = "early"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Wording:
    """How a flaw is told; `number` are the four digits."""

    number: str
    zh: str
    en: str


WORDINGS = {
    Flaw.ABSENT: Wording(
        "1001", "申报报文须有电子签名，报文中没有", "A declared message must be signed; there is no signature"
    ),
    Flaw.FORM: Wording("1001", "签名结构不符合规范", "The structure of the signature is not as specified"),
    Flaw.ALGORITHM: Wording(
        "1001", "签名或摘要算法不受理", "The algorithm of signature or digest is not accepted"
    ),
    Flaw.REFERENCE: Wording(
        "1001",
        "签名须以空 URI 引用整份报文，且只用 enveloped-signature 变换",
        "The signature must refer to the whole message by an empty URI with the enveloped-signature transform alone",
    ),
    Flaw.SEVERAL: Wording("1001", "报文中有一个以上的签名", "The message holds more than one signature"),
    Flaw.DIGEST: Wording(
        "1004", "报文内容与签名时不一致：摘要不符", "The message is not what was signed: the digests differ"
    ),
    Flaw.VALUE: Wording(
        "1001", "签名值与证书公钥验证不通过", "The signature value does not fit the key of the certificate"
    ),
    Flaw.KEY: Wording("1001", "证书或公钥无法使用", "The certificate or its key cannot be used"),
    Flaw.UNKNOWN: Wording("1001", "签名证书未在平台登记", "The certificate of the signature is not on file"),
    Flaw.FOREIGN: Wording(
        "1001", "签名证书登记在其他企业名下", "The certificate is on file for another enterprise"
    ),
    Flaw.EARLY: Wording("1002", "签名证书尚未生效", "The certificate is not valid yet"),
    Flaw.EXPIRED: Wording("1002", "签名证书已过期", "The certificate has expired"),
    Flaw.REVOKED: Wording("1002", "签名证书已吊销", "The certificate has been revoked"),
    Flaw.UNSUPPORTED: Wording(
        "1999", "本机缺少国密算法库，无法验证", "This machine lacks the library for SM2"
    ),
}


class BadSignature(Exception):
    """The signature does not hold; `detail` is technical and may be empty."""

    def __init__(self, flaw: Flaw, detail: str = "") -> None:
        super().__init__(f"{flaw}: {detail}" if detail else str(flaw))
        self.flaw = flaw
        self.detail = detail
