"""`./sw manage print_workflows [--write FILE]`: what may happen to what, in which state, by whom, told how, until when."""

import importlib
import importlib.util
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from portal.workflow import Transition, Workflow, workflows

TITLE = """# Workflows

What may happen to what. Written by `./sw manage print_workflows --write docs/workflows.md`; a test keeps it true.
A cell names the state that the step leads to; an empty cell is refused (`WORKFLOW.ILLEGAL`, 409) and nothing moves.
"""


def tables() -> str:
    """All workflows as Markdown: whatever the site or a worker loads."""
    importlib.import_module(settings.ROOT_URLCONF)
    for app in apps.get_app_configs():
        for place in ("workflow", "tasks"):
            if app.path.startswith(str(settings.BASE_DIR)) and importlib.util.find_spec(
                f"{app.name}.{place}"
            ):
                importlib.import_module(f"{app.name}.{place}")
    with translation.override("zh-hans"):
        return "\n".join([TITLE, *(table(flow) for flow in workflows())])


def table(flow: Workflow) -> str:
    """One workflow: state × step, then what each step needs and tells."""
    labels = dict(flow.model._meta.get_field(flow.field).flatchoices)  # type: ignore[union-attr]
    steps = list(flow.transitions.values())
    lines = [
        f"## {flow.model_label} · {flow.model._meta.verbose_name}",
        "",
        row("state", *(f"{step.label} `{step.name}`" for step in steps)),
        row("---", *("---" for _step in steps)),
        *(
            row(f"{labels.get(state, state)} `{state}`", *(cell(step, state) for step in steps))
            for state in flow.states
        ),
        "",
        row("step", "permission", "receipt", "time limit of the new state"),
        row("---", "---", "---", "---"),
        *(
            row(f"`{step.name}`", code(step.permission), code(step.receipt), code(step.deadline))
            for step in steps
        ),
        "",
    ]
    return "\n".join(lines)


def cell(step: Transition, state: str) -> str:
    return f"`{step.target}`" if state in step.sources else ""


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


class Command(BaseCommand):
    help = "Print the state × transition table of every workflow, or write it to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write"]:
            options["write"].write_text(tables(), "utf-8")
        else:
            self.stdout.write(tables())
