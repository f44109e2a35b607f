"""docker-compose.yml agrees with itself, with .env.example, the settings and the task routes."""

import re
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from portal.celery import QUEUES, app

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXPLAINED = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))


def queues_of(service: dict[str, Any]) -> set[str]:
    command = service.get("command", [])
    return set(command[command.index("-Q") + 1].split(",")) if "worker" in command else set()


def test_every_dependency_volume_and_network_exists() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        volumes = {
            entry.split(":")[0] for entry in service.get("volumes", []) if not entry.startswith((".", "/"))
        }
        assert volumes <= set(COMPOSE["volumes"]), name
        assert set(service.get("networks", [])) <= set(COMPOSE.get("networks", {})), name


def test_every_service_has_a_healthcheck_or_a_reason() -> None:
    for name, service in SERVICES.items():
        check = service["healthcheck"]
        if check.get("disable"):
            line = next(line for line in TEXT.splitlines() if "disable: true" in line)
            assert "#" in line, name
        else:
            assert check["test"][0] in {"CMD", "CMD-SHELL"}, name


def test_every_variable_is_explained() -> None:
    assert set(re.findall(r"\$\{([A-Z_]+)", TEXT)) <= EXPLAINED
    source = (ROOT / "portal" / "settings.py").read_text("utf-8")
    assert set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', source)) <= EXPLAINED


def test_every_explained_variable_is_read_somewhere() -> None:
    sources = [
        ROOT / "docker-compose.yml",
        ROOT / "portal" / "settings.py",
        ROOT / "exchange" / "messages" / "signatures" / "openssl.py",
        *(ROOT / "tools" / "sw").glob("*.py"),
    ]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    assert {name for name in EXPLAINED if name not in text} == set()


def test_workers_cover_every_queue() -> None:
    served = set().union(*(queues_of(service) for service in SERVICES.values()))
    assert served == set(QUEUES)
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    planned = {entry["options"]["queue"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert routed | planned | {settings.CELERY_TASK_DEFAULT_QUEUE} <= served


def test_every_task_has_a_route() -> None:
    """A task without a route would land on the default queue unnoticed."""
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert len(ours) >= 3
    for name in ours:
        assert f"{name.split('.')[0]}.*" in settings.CELERY_TASK_ROUTES, name


def test_decision_worker_and_clock_stand_alone() -> None:
    """Two decision workers lose parcels, two clocks double every periodic task."""
    commands = [" ".join(service.get("command") or []) for service in SERVICES.values()]
    assert sum("decide" in command for command in commands) == 1
    assert sum(" beat " in command for command in commands) == 1
    assert "SW_DIRECT_DATABASE_URL" in SERVICES["decide"]["environment"]["DATABASE_URL"]
