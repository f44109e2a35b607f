"""Evidence packages: a message, what its signature check said, signed receipts and its part of the audit trail in one file.

Everything is listed with its digest in `manifest.json`, which the platform signs (`manifest.sig`, base64). Whoever holds the platform's
certificate can verify a package without the platform: `./sw verify FILE`, or where only lxml and cryptography are installed
`python -m exchange.messages.evidence FILE --certificate PLATFORM.pem`. Knows no database and no framework.
"""

import argparse
import base64
import binascii
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exchange.messages.errors import MessageRefused
from exchange.messages.signatures.algorithms import ALGORITHMS, holds
from exchange.messages.signatures.certificates import Certificate, read_certificate
from exchange.messages.signatures.faults import BadSignature, Flaw
from exchange.messages.signatures.signing import Signer
from exchange.messages.signatures.xmldsig import inspect, verify

VERSION = 1
MANIFEST, SEAL, PLATFORM = "manifest.json", "manifest.sig", "platform.pem"
MESSAGE, CHECK, SIGNER, AUDIT = "message.xml", "check.json", "signer.pem", "audit.json"
RECEIPTS = "receipts/"
LARGEST, MOST_FILES = 64 * 1024 * 1024, 1_000
REPRODUCED = {Flaw.FORM, Flaw.ALGORITHM, Flaw.REFERENCE, Flaw.SEVERAL, Flaw.DIGEST}
"""Flaws that the message itself shows; the others depend on the register of certificates at that time."""

EPOCH = (2000, 1, 1, 0, 0, 0)
"""Times inside the archive say nothing; the manifest does."""


class EvidenceBroken(Exception):
    """The first thing that is wrong with a package: the part, and a sentence in both languages."""

    def __init__(self, part: str, zh: str, en: str) -> None:
        super().__init__(f"{part}: {zh} / {en}")
        self.part, self.zh, self.en = part, zh, en


def build(parts: Mapping[str, bytes], facts: Mapping[str, Any], signer: Signer) -> bytes:
    """The package with these parts; `facts` go into the manifest beside the list of files."""
    files = [
        {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted({**parts, PLATFORM: signer.certificate.pem.encode()}.items())
    ]
    listed = {"version": VERSION, **facts, "algorithm": signer.algorithm.uri, "files": files}
    manifest = json.dumps(listed, ensure_ascii=False, sort_keys=True, indent=1).encode()
    whole = {
        MANIFEST: manifest,
        SEAL: base64.b64encode(signer.sign(manifest)),
        PLATFORM: signer.certificate.pem.encode(),
        **parts,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


@dataclass(frozen=True)
class Package:
    """An opened package whose manifest is signed and whose files are all as listed."""

    manifest: dict[str, Any]
    files: dict[str, bytes]
    platform: Certificate

    def json(self, name: str) -> Any:
        """Raises EvidenceBroken when the file holds no JSON."""
        try:
            return json.loads(self.files[name])
        except (KeyError, ValueError):
            raise EvidenceBroken(name, "缺失或不是 JSON", "missing, or no JSON") from None


def verify_package(data: bytes, expected: Certificate | None = None) -> list[str]:
    """Verify everything; what was verified, a line each. `expected` is the platform's certificate as known from elsewhere.

    Raises EvidenceBroken with the first thing that is wrong.
    """
    package = opened(data, expected)
    steps: tuple[Callable[[Package], str], ...] = (message_step, check_step, receipts_step, audit_step)
    lines = [f"manifest: signed by {package.platform.subject} {package.platform.serial}"]
    return [*lines, *(step(package) for step in steps)]


def opened(data: bytes, expected: Certificate | None) -> Package:
    """Archive, platform's certificate, signature of the manifest, digest of every file. Raises EvidenceBroken."""
    files = unpacked(data)
    for name in (MANIFEST, SEAL, PLATFORM):
        if name not in files:
            raise EvidenceBroken(name, "缺失", "missing")
    platform = certificate_of(files, PLATFORM)
    if expected is not None and expected.der != platform.der:
        raise EvidenceBroken(PLATFORM, "不是平台的证书", "not the platform's certificate")
    manifest = signed_manifest(files, platform)
    listed = {one["name"]: one for one in manifest["files"]}
    present = set(files) - {MANIFEST, SEAL}
    for name in sorted(present ^ set(listed)):
        if name in listed:
            raise EvidenceBroken(name, "清单中有而包中没有", "listed but missing")
        raise EvidenceBroken(name, "包中有而清单中没有", "not listed in the manifest")
    for name in sorted(present):
        if hashlib.sha256(files[name]).hexdigest() != listed[name]["sha256"]:
            raise EvidenceBroken(name, "内容与清单中的摘要不符", "the content does not fit its digest")
    return Package(manifest, files, platform)


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of the archive, within bounds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            names = [one.filename for one in infos]
            if len(infos) > MOST_FILES or sum(one.file_size for one in infos) > LARGEST:
                raise EvidenceBroken("package", "文件过大", "too large")
            if len(set(names)) != len(names):
                raise EvidenceBroken("package", "文件名重复", "two files of one name")
            return {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise EvidenceBroken("package", "不是完整的 ZIP 文件", f"not a whole ZIP file ({error})") from None


def signed_manifest(files: Mapping[str, bytes], platform: Certificate) -> dict[str, Any]:
    """The manifest, once its signature holds."""
    try:
        manifest: dict[str, Any] = json.loads(files[MANIFEST])
        algorithm = ALGORITHMS[manifest["algorithm"]]
        good = holds(algorithm, platform.spki, files[MANIFEST], base64.b64decode(files[SEAL], validate=True))
    except (BadSignature, KeyError, TypeError, ValueError, binascii.Error) as error:
        raise EvidenceBroken(MANIFEST, "无法读取清单或其签名", f"unreadable ({error})") from None
    if not good:
        raise EvidenceBroken(MANIFEST, "清单的签名不成立", "the signature of the manifest does not hold")
    return manifest


def certificate_of(files: Mapping[str, bytes], name: str) -> Certificate:
    try:
        return read_certificate(files.get(name, b""))
    except BadSignature:
        raise EvidenceBroken(name, "缺失或不是证书", "missing, or no certificate") from None


def message_step(package: Package) -> str:
    """The bytes are those that the platform says it received."""
    body = package.files.get(MESSAGE, b"")
    stated = package.manifest["message"]["sha256"]
    if hashlib.sha256(body).hexdigest() != stated:
        raise EvidenceBroken(MESSAGE, "不是平台收到的报文", "not the message that the platform received")
    return f"message: {len(body)} bytes, SHA-256 {stated}"


def check_step(package: Package) -> str:
    """The signature of the message comes out as the platform says."""
    said = package.json(CHECK)
    found, flaw = None, None
    try:
        found = inspect(package.files[MESSAGE])
        if found is not None and said["state"] == "good":
            verify(found, certificate_of(package.files, SIGNER))
        elif found is not None and not found.unchanged:
            flaw = Flaw.DIGEST
    except BadSignature as bad:
        flaw = bad.flaw
    except MessageRefused:
        flaw = Flaw.FORM
    if said["state"] == "unsigned" and (found is not None or flaw not in (None, Flaw.FORM)):
        raise EvidenceBroken(CHECK, "称未签名，报文却有签名", "says unsigned, but there is a signature")
    if said["state"] == "good" and (found is None or flaw is not None):
        raise EvidenceBroken(
            CHECK,
            f"称签名有效，验证结果却是 {flaw or '无签名'}",
            f"says good, but finds {flaw or 'no signature'}",
        )
    if said["state"] == "bad" and Flaw(said["flaw"]) in REPRODUCED and flaw != said["flaw"]:
        raise EvidenceBroken(
            CHECK, "所称的签名问题不能重现", f"the flaw {said['flaw']} does not come out again"
        )
    return f"signature: {said['state']} {said.get('flaw', '')}".rstrip()


def receipts_step(package: Package) -> str:
    """Every receipt is signed by the platform."""
    names = sorted(name for name in package.files if name.startswith(RECEIPTS))
    for name in names:
        try:
            # The envelope itself carries the signature, so the receipt inside is not opened.
            found = inspect(package.files[name], inside=False)
            if found is None:
                raise BadSignature(Flaw.ABSENT)
            verify(found, package.platform)
        except (BadSignature, MessageRefused) as bad:
            raise EvidenceBroken(
                name, "回执的平台签名不成立", f"the platform's signature does not hold ({bad})"
            ) from None
    return f"receipts: {len(names)} signed"


def audit_step(package: Package) -> str:
    """Every entry hangs in the chain where it says; the entry of the receipt names the digest of the message."""
    excerpt = package.json(AUDIT)
    received = False
    for entry in excerpt["entries"]:
        where = f"{AUDIT} #{entry['position']}"
        if entry["position"] is not None:
            chained = hashlib.sha256(entry["previous"].encode() + entry["canonical"].encode()).hexdigest()
            if chained != entry["hash"]:
                raise EvidenceBroken(where, "与审计链不符", "does not fit the chain")
        said = json.loads(entry["canonical"])
        if said["verb"] in ("message_received", "message_refused"):
            received = True
            if said["detail"]["sha256"] != package.manifest["message"]["sha256"]:
                raise EvidenceBroken(where, "审计记录的是另一份报文", "the entry names another message")
    if not received:
        raise EvidenceBroken(AUDIT, "没有接收报文的记录", "no entry of the message's receipt")
    return f"audit: {len(excerpt['entries'])} entries, chain head {excerpt['head']['position']}"


def main(arguments: list[str]) -> int:
    """The command: 0 when everything holds, 1 with the first thing that does not."""
    parser = argparse.ArgumentParser(prog="verify", description="Verify an evidence package offline.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--certificate", type=Path, help="the platform's certificate, obtained elsewhere")
    given = parser.parse_args(arguments)
    try:
        expected = read_certificate(given.certificate.read_bytes()) if given.certificate else None
        for line in verify_package(given.file.read_bytes(), expected):
            print(f"✓ {line}")
    except EvidenceBroken as broken:
        print(f"✗ {broken.part}: {broken.zh} / {broken.en}")
        return 1
    except (OSError, BadSignature) as error:
        print(f"✗ {error}")
        return 1
    if expected is None:
        print(
            "! 未指定平台证书，以包内所附证书为准 / held against the certificate in the package; give --certificate to be sure"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
