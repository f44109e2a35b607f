"""Where the launcher keeps things, and as whom the embedded servers run.

PostgreSQL refuses to run as root, so root lends the servers to the account `postgres`, else `nobody`.
"""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tools.sw.progress import Failure

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_PATH = 100
"""The operating system's limit is 104 (macOS) or 108 (Linux) bytes, the terminating zero included."""


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """The account for the servers when we are root, else None (they run as ourselves)."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise Failure("as root, an account named postgres or nobody is needed to run the database")


def may_enter(folder: Path, account: Account) -> bool:
    """Whether the account may reach and search this folder (its own and every parent's execute bit)."""
    for place in (folder, *folder.parents):
        entry = place.stat()
        if entry.st_uid == account.uid:
            allowed = entry.st_mode & stat.S_IXUSR
        elif entry.st_gid == account.gid:
            allowed = entry.st_mode & stat.S_IXGRP
        else:
            allowed = entry.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


def own_folder(path: Path, account: Account | None) -> Path:
    """Make (or check) a folder only its owner may use. Refuses a folder that somebody else prepared."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    entry = path.lstat()
    if not stat.S_ISDIR(entry.st_mode) or entry.st_uid not in (os.geteuid(), account.uid if account else -1):
        raise Failure(f"{path} belongs to somebody else; remove it or set SW_VAR")
    path.chmod(0o700)
    return path


@dataclass(frozen=True)
class Places:
    """Folders of one instance. `var` is ours; `state` and `sockets` belong to the servers' account."""

    var: Path
    state: Path
    sockets: Path
    account: Account | None

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def run(self) -> Path:
        """Locks and records of what is running."""
        return self.var / "run"


def places() -> Places:
    """The folders of this instance, made when missing. `SW_VAR` moves them (tests, several instances)."""
    var = Path(os.environ.get("SW_VAR") or ROOT / "var").resolve()
    account = server_account()
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    var.chmod(0o711 if account else 0o700)  # the servers' account passes through, but sees nothing
    for name in ("log", "run", "static", "files"):
        (var / name).mkdir(mode=0o700, exist_ok=True)
    token = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    state = var
    if account is not None and not may_enter(var, account):
        state = Path(f"/var/lib/sw-{token}")
        state.mkdir(mode=0o711, exist_ok=True)
    sockets = state / "sockets"
    if len(str(sockets / ".s.PGSQL.5432")) > LONGEST_SOCKET_PATH:
        sockets = Path(tempfile.gettempdir()) / f"sw-{token}"
    return Places(var, state, own_folder(sockets, account), account)


def package_folder(package: str) -> Path:
    """Folder of an installed package, found without importing it (importing has side effects)."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise Failure(f"the package {package} is not installed: run ./sw, or set DATABASE_URL and REDIS_URL")
    return Path(spec.submodule_search_locations[0])


def reachable(package: str, here: Places) -> Path:
    """The package's folder, or a copy of it (with its shared libraries) where the servers' account can read it."""
    installed = package_folder(package)
    if here.account is None or may_enter(installed, here.account):
        return installed
    target = here.state / "binaries" / installed.stat().st_mtime_ns.__format__("x")
    copied = target / package
    if not copied.exists():
        unfinished = target.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        for source in (installed, installed.with_name(f"{package}.libs")):
            if source.exists():
                shutil.copytree(source, unfinished / source.name, symlinks=True)
        open_to_readers(unfinished)
        target.mkdir(parents=True, exist_ok=True)
        open_to_readers(target.parent)
        for part in unfinished.iterdir():
            part.rename(target / part.name)
        unfinished.rmdir()
    return copied


def open_to_readers(folder: Path) -> None:
    """Program files are public: everybody may read, and run what its owner may run."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
