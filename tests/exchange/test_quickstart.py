"""The quick-start does what it says: its programs run unchanged against a live server, and the guide prints them in full."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from oauth2_provider.models import get_application_model

from exchange.enums import TaskKind
from exchange.models import AgencyTask, Message
from portal.models import Agency, Organisation
from tests.exchange.building import orders
from tests.exchange.conftest import door, settle
from tests.exchange.test_feeds import task, write_receipt

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "exchange" / "data" / "quickstart"
GUIDE = (ROOT / "docs" / "how-to" / "use-the-api.md").read_text("utf-8")
SECRET = "secret-of-the-quickstart"
Run = Callable[..., str]


def client(name: str, scopes: str, **owner: Any) -> dict[str, str]:
    """A registered client, as the environment of a program."""
    get_application_model().objects.create(
        client_id=name,
        name=name,
        client_type="confidential",
        authorization_grant_type="client-credentials",
        client_secret=SECRET,
        allowed_scopes=scopes,
        **owner,
    )
    return {"CLIENT_ID": name, "CLIENT_SECRET": SECRET}


@pytest.fixture
def run(live_server: Any, tmp_path: Path) -> Run:
    def program(command: list[str], who: dict[str, str]) -> str:
        environment = {**os.environ, **who, "SW_URL": live_server.url}
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return program


@pytest.fixture
def enterprise(organisation: Organisation) -> dict[str, str]:
    return client("quick-enterprise", "messages:write receipts:read", organisation=organisation)


@pytest.fixture
def agency(codes: None) -> dict[str, str]:
    return client(
        "quick-agency", "tasks:read decisions:write", agency=Agency.objects.create(code="sms", name="短信")
    )


def interpreters() -> list[list[str]]:
    shell = [["sh", str(PROGRAMS / "quickstart.sh")]] if shutil.which("curl") else []
    return [[sys.executable, str(PROGRAMS / "quickstart.py")], *shell]


@pytest.mark.parametrize("program", interpreters(), ids=lambda one: one[0].rsplit("/", 1)[-1])
def test_token_message_receipts_tasks_decision(
    program: list[str], run: Run, enterprise: dict[str, str], agency: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "order.xml").write_bytes(orders("Q-1"))
    said = run([*program, "send", "order.xml"], enterprise)
    message = Message.objects.get()
    assert str(message.pk) in said
    write_receipt(message.sender_id, "of the decision")
    settle()
    assert "of the decision" in run([*program, "send", "order.xml"], enterprise)
    assert "of the decision" not in run([*program, "send", "order.xml"], enterprise)
    assert Message.objects.count() == 1
    kept = (tmp_path / "cursor.txt").read_text().strip()
    assert len(kept) == 22
    number = task("sms", TaskKind.SMS_SEND)
    settle()
    said = run([*program, "work"], agency)
    assert "decided" in said
    stored = AgencyTask.objects.get(pk=number)
    assert (stored.state, stored.outcome) == ("decided", "reported")
    assert "no tasks" in run([*program, "work"], agency)


@pytest.mark.parametrize("name", ["quickstart.py", "quickstart.sh"])
def test_guide_prints_the_program_and_the_site_hands_it_out(name: str, codes: None) -> None:
    program = (PROGRAMS / name).read_text("utf-8")
    assert program.strip() in GUIDE
    answer = door().get(f"/api/v1/quickstart/{name}")
    assert (answer.status_code, answer.content.decode()) == (200, program)
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert door().get("/api/v1/quickstart/..%2Fletters.csv").status_code == 404


def test_pages_of_the_api_use_files_of_this_host_only(codes: None) -> None:
    moved = Client().get("/api/docs")
    assert (moved.status_code, moved["Location"]) == (302, "/api/v1/docs/")
    page = door().get("/api/v1/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "http://" not in text
    assert "https://" not in text
    assert "/static/drf_spectacular_sidecar/" in text
