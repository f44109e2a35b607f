"""`./sw manage check_messages PATH… [--format json]`: what a file contains and everything that is wrong with it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from customs.services.checking import FileVerdict, check_files
from portal.selectors import code_set

WORDS = {True: "valid", False: "invalid", None: "unknown message type"}


class Command(BaseCommand):
    help = "Check CEB messages in files or folders; nothing is stored. Ends with status 1 when a file is not valid."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--format", choices=["text", "json"], default="text", dest="output")

    def handle(self, *args: Any, **options: Any) -> None:
        verdicts = list(check_files(options["paths"], code_set))
        if options["output"] == "json":
            self.stdout.write(json.dumps([v.as_json() for v in verdicts], ensure_ascii=False, indent=1))
        else:
            self.show(verdicts)
        if any(v.valid is False for v in verdicts):
            raise SystemExit(1)

    def show(self, verdicts: list[FileVerdict]) -> None:
        for verdict in verdicts:
            state = WORDS[verdict.valid] if verdict.well_formed else "not well-formed"
            self.stdout.write(
                f"{verdict.file}: {verdict.message or '?'}, {verdict.documents} documents, {state}"
            )
            for error in verdict.errors:
                self.stdout.write(
                    f"    {error.path or '/'} {error.code} {error.message_zh} · {error.message_en}"
                )
        good = sum(v.valid is True for v in verdicts)
        unknown = sum(v.valid is None for v in verdicts)
        self.stdout.write(
            f"{len(verdicts)} files: {good} valid, {unknown} unknown, {len(verdicts) - good - unknown} not valid"
        )
