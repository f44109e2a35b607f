"""The environment of everything the launcher starts: `.env`, then generated secrets and server addresses.

What is given is never replaced; what is missing is made once and kept in `var/secrets`.
"""

import os
import secrets
from pathlib import Path

from environ import Env

from tools.sw.places import ROOT, Places
from tools.sw.servers import EmbeddedServers, Postgres, Server, Valkey

SECRETS = ("SW_SECRET_KEY", "SW_PERSONAL_DATA_KEY")


def read_settings_file() -> None:
    """Take over `.env`, if there is one; the real environment wins over it."""
    path = ROOT / ".env"
    if path.exists():
        Env.read_env(path, overwrite=False)


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
