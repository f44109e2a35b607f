"""The environment of everything the launcher starts: `.env`, then generated secrets and server addresses.

What is given is never replaced; what is missing is made once and kept in `var/secrets`.
"""

import os
import secrets
from pathlib import Path

from environ import Env

from tools.sw.places import ROOT, Places
from tools.sw.servers import EmbeddedServers, Postgres, Server, Valkey

REAL = (
    "DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "SW_SECRET_KEY", "SW_PERSONAL_DATA_KEY", "SW_PLATFORM_KEY",
    "SW_PLATFORM_CERTIFICATE", "SW_AGENCY_ENDPOINTS", "SW_BASE_URL", "SW_STATUS_URL", "SW_DEMO", "SW_EMAIL_URL",
)  # fmt: skip
"""What belongs to the instance with real data and must not reach the sandbox."""

SECRETS = ("SW_SECRET_KEY", "SW_PERSONAL_DATA_KEY")


def read_settings_file() -> None:
    """Take over `.env`, if there is one; the real environment wins over it."""
    path = ROOT / ".env"
    if path.exists():
        Env.read_env(path, overwrite=False)


def enter_sandbox() -> None:
    """From here on this launcher means the sandbox instance: own folder, own servers, own keys, none of the other instance's addresses.

    `.env` is not read. `SW_SANDBOX_DATABASE_URL` and `SW_SANDBOX_REDIS_URL` name servers that are given; the real ones are never taken over.
    """
    if os.environ.get("SW_SANDBOX") == "1":
        return
    folder = Path(os.environ.get("SW_VAR") or ROOT / "var")
    for name in REAL:
        os.environ.pop(name, None)
    for name in ("DATABASE_URL", "REDIS_URL"):
        if given := os.environ.get(f"SW_SANDBOX_{name}"):
            os.environ[name] = given
    os.environ |= {"SW_VAR": str(folder / "sandbox"), "SW_SANDBOX": "1"}


def kept_secrets(path: Path) -> dict[str, str]:
    """Keys of this instance, generated at first use; readable by their owner only."""
    if not path.exists():
        unfinished = path.with_suffix(".new")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{name}={secrets.token_urlsafe(48)}\n" for name in SECRETS)
        unfinished.rename(path)
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


def embedded_servers(here: Places, database: str = "sw", *, quiet: bool = False) -> EmbeddedServers:
    """The embedded servers for every address that is not given."""
    needed: list[Server] = []
    if not os.environ.get("DATABASE_URL"):
        needed.append(Postgres(here, database))
    if not os.environ.get("REDIS_URL"):
        needed.append(Valkey(here))
    return EmbeddedServers(here, needed, quiet=quiet)


def children_environment(here: Places, servers: EmbeddedServers, **extra: str) -> dict[str, str]:
    """Environment for Django processes: addresses, secrets, and what the caller adds."""
    environment = {**kept_secrets(here.var / "secrets"), **os.environ}
    for server in servers.servers:
        if isinstance(server, Postgres):
            environment["DATABASE_URL"] = server.url
        elif isinstance(server, Valkey):
            environment["REDIS_URL"] = server.url
    environment |= {
        "SW_VAR": str(here.var),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONUNBUFFERED": "1",
        "LANG": environment.get("LANG") or "C.UTF-8",
    }
    return environment | extra
