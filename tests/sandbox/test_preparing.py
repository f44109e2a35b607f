"""A sandbox instance before its first tenant: prepared once, never over real data, started without the real instance's addresses."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.models import ApiClient, Organisation, User
from tools.sw import environment

pytestmark = pytest.mark.django_db


def test_preparing_again_keeps_the_credentials_and_makes_no_person(settings: Any, tmp_path: Path) -> None:
    settings.SANDBOX, settings.VAR_DIR = True, tmp_path
    call_command("load_sandbox")
    path = tmp_path / "provisioning.json"
    first = json.loads(path.read_text())
    assert (first["client_id"], first["scope"]) == ("sandbox-provisioning", "sandbox:provision")
    assert path.stat().st_mode & 0o077 == 0
    call_command("load_sandbox")
    assert json.loads(path.read_text()) == first
    assert ApiClient.objects.filter(client_id=first["client_id"]).count() == 1
    assert not User.objects.exists()
    assert not Organisation.objects.exists()


def test_a_database_with_real_data_never_becomes_a_sandbox(settings: Any, tmp_path: Path) -> None:
    settings.SANDBOX, settings.VAR_DIR = False, tmp_path
    with pytest.raises(CommandError, match="SW_SANDBOX"):
        call_command("load_sandbox")
    settings.SANDBOX = True
    Organisation.objects.create(uscc="91350100M000100Y43", name="福州甲公司")
    with pytest.raises(CommandError, match=r"SANDBOX\.REAL_DATA"):
        call_command("load_sandbox")
    assert not ApiClient.objects.exists()
    assert list(tmp_path.iterdir()) == []


def test_launcher_takes_nothing_of_the_real_instance_into_the_sandbox(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "environ", dict.fromkeys(environment.REAL, "real") | {"SW_VAR": str(tmp_path)})
    os.environ["SW_SANDBOX_DATABASE_URL"] = "postgres://sandbox"
    environment.enter_sandbox()
    environment.enter_sandbox()
    assert "real" not in os.environ.values()
    assert os.environ["DATABASE_URL"] == "postgres://sandbox"
    assert (os.environ["SW_VAR"], os.environ["SW_SANDBOX"]) == (str(tmp_path / "sandbox"), "1")
