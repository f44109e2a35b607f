"""What every test stands on: real PostgreSQL, one migrated template database, a copy of it for each pytest process."""

import fcntl
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, TransactionTestCase
from pytest_django.plugin import DjangoDbBlocker

from tools.translations import CATALOGUE, compile_catalogue

if TYPE_CHECKING:
    from portal.models import User

ROOT = Path(__file__).resolve().parent.parent

# Playwright runs an event loop in the test's thread; Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


class UndefinedVariable(str):
    """Makes a test fail when one of our templates prints a variable that nobody gave it."""

    __slots__ = ()

    def __contains__(self, text: str) -> bool:
        return text == "%s"

    def __mod__(self, variable: object) -> str:
        template = template_in_work()
        if template.startswith(str(ROOT / "templates")):
            pytest.fail(f"undefined variable {variable} in {template}")
        return ""


def template_in_work() -> str:
    """File of the template whose node is being rendered, from the call stack."""
    frame = sys._getframe(2)
    while frame is not None:
        origin = getattr(frame.f_locals.get("self"), "origin", None)
        if origin is not None and frame.f_code.co_name.startswith("render"):
            return str(origin)
        frame = frame.f_back
    return ""


def fresh_translations() -> None:
    """English pages need the compiled catalogue; xdist's workers take turns."""
    with one_process_at_a_time("translations"):
        compiled = CATALOGUE.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < CATALOGUE.stat().st_mtime:
            compile_catalogue()


EMPTY_TABLES = """
DO $$ DECLARE name text; filled text[] := '{}'; found boolean;
BEGIN
  FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'
      AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission') LOOP
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || name || ')' INTO found;
    IF found THEN filled := filled || name; END IF;
  END LOOP;
  IF cardinality(filled) > 0 THEN EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' CASCADE'; END IF;
END $$"""
"""What a test that commits leaves behind goes, table by table that holds something: a hundredth of the time of Django's flush, which
empties every table and makes content types and permissions anew."""


def empty_tables(_case: TransactionTestCase) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EMPTY_TABLES)


def pytest_configure() -> None:
    """Fast password hashes (the slow ones protect real accounts only); undefined template variables fail."""
    TransactionTestCase._fixture_teardown = empty_tables  # type: ignore[method-assign]
    fresh_translations()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("undefined")


def schema_fingerprint() -> str:
    """Changes when any migration changes, so that a stored template is never out of date."""
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    digest.update((ROOT / "requirements.lock").read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def one_process_at_a_time(name: str) -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / f"sw-tests-{os.geteuid()}-{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def exists(name: str) -> bool:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def execute(sql: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql)


def make_template(template: str, prefix: str) -> None:
    """Migrate an empty database and give it its name last: a template that exists is complete."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        outdated = [row[0] for row in cursor.fetchall()]
    for name in outdated:
        execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    unfinished = f"{template}_new"
    connection.settings_dict["TEST"]["NAME"] = unfinished
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{template}"')


def drop_leftovers(prefix: str) -> None:
    """Databases of pytest processes that were killed; the number of the process stands at the end of the name."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        names = [row[0] for row in cursor.fetchall()]
    for name in names:
        process = name.rpartition("_")[2]
        if process.isdigit() and not is_alive(int(process)):
            execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A copy of the migrated template for this pytest process; the template stays until a migration changes."""
    original = connection.settings_dict["NAME"]
    template = f"test_{original}_template_{schema_fingerprint()}"
    target = f"test_{original}_run_{os.getpid()}"
    with django_db_blocker.unblock():
        with one_process_at_a_time(original):
            if not exists(template):
                make_template(template, f"test_{original}_template_")
            connection.close()
            drop_leftovers(f"test_{original}_run_")
            execute(f'CREATE DATABASE "{target}" TEMPLATE "{template}"')
        connection.settings_dict["NAME"] = target
        settings.DATABASES["default"]["NAME"] = target
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = original
        execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')


SignedIn = Callable[[Client, "User"], Client]


@pytest.fixture
def signed_in() -> SignedIn:
    """`signed_in(client, user)`: a session as the sign-in leaves it, for officials and administrators with their second factor."""
    return sign_in


def sign_in(client: Client, user: "User") -> Client:
    """Signed in with password and, whoever must have one, an authenticator app that was used."""
    from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    from portal.selectors import standing_of
    from tools.demo.accounts import TOTP_SECRET

    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if standing_of(user.pk).bound:
        if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            TOTP.activate(user, TOTP_SECRET)
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client
