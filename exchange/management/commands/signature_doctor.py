"""`./sw manage signature_doctor FILE`: examine the signature of a message as the door would; ends with status 1 when it does not hold."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.services.doctor import Report, examine, register_word
from portal.errors import Refusal


class Command(BaseCommand):
    help = "Say what is wrong with the signature of a message, and what to do."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, help="a CEB message or a DxpMsg envelope")
        parser.add_argument("--canonical", action="store_true", help="write the canonical document as well")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            body = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(str(error)) from error
        try:
            report = examine(body=body, organisation_id=None)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.write(report, canonical=options["canonical"])
        if report.flaw is not None:
            sys.exit(1)

    def write(self, report: Report, *, canonical: bool) -> None:
        """The report, Chinese and English."""
        verdict = report.verdict
        self.stdout.write(
            "签名有效 / The signature holds." if verdict is None else f"{verdict.zh}\n{verdict.en}"
        )
        for one in report.advice:
            self.stdout.write(f"→ {one.zh}\n  {one.en}")
        if report.detail:
            self.stdout.write(f"  {report.detail}")
        if report.inspection is None:
            return
        certificate = report.inspection.certificate
        facts = {
            "algorithm": report.inspection.algorithm.name,
            "digest": report.digest_name,
            "stated": report.stated,
            "computed": report.computed,
            "key name": report.inspection.key_name,
            "certificate": certificate.subject if certificate else "",
            "register": register_word(report),
        }
        for name, value in facts.items():
            self.stdout.write(f"{name:12} {value}")
        if canonical:
            self.stdout.write(report.inspection.document.decode("utf-8", "replace"))
