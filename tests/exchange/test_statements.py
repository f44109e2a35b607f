"""The cost guard of intake: at most six SQL statements per accepted message, whatever the number of documents."""

from collections.abc import Iterator
from typing import Any

import psycopg2.extensions
import pytest
from django.db import connection

from tests.exchange.building import orders, xml
from tests.exchange.conftest import Machine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def statements(platform: Machine) -> Iterator[list[str]]:
    """Every statement the driver sends, BEGIN and COMMIT included."""
    sent: list[str] = []

    class Recorder(psycopg2.extensions.cursor):
        def execute(self, query: Any, values: Any = None) -> Any:
            if self.connection.status == psycopg2.extensions.STATUS_READY and not self.connection.autocommit:
                sent.append("BEGIN")
            sent.append(" ".join(str(query).split())[:40])
            return super().execute(query, values)

        def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> Any:
            sent.append(str(sql)[:40])
            return super().copy_expert(sql, file, size)

    assert platform.post(orders("warm-up")).status_code == 202
    real, before = connection.connection, connection.connection.cursor_factory
    real.cursor_factory = Recorder
    commit = connection._commit
    connection._commit = lambda: (sent.append("COMMIT"), commit())[1]
    yield sent
    connection._commit = commit
    real.cursor_factory = before


def counted(statements: list[str]) -> list[str]:
    """First words, without the connection's health check and the next block of message ids (one for many messages)."""
    rare = ("SELECT 1", "SELECT nextval('exchange_message_block")
    return [s.split()[0] for s in statements if not s.startswith(rare)]


@pytest.mark.parametrize("documents", [1, 100])
def test_accepted_message_costs_six_statements(
    platform: Machine, statements: list[str], documents: int
) -> None:
    body = orders(*[f"S-{n}" for n in range(documents)])
    assert platform.post(body).status_code == 202
    assert counted(statements) == [
        "BEGIN",
        "WITH",
        "COPY",
        "COPY",
        "WITH",
        "COMMIT",
    ]


def test_message_without_lines_costs_five(platform: Machine, statements: list[str]) -> None:
    payments = [{"orderNo": f"P-{n}", "payTransactionId": f"T-{n}", "payerIdType": "1"} for n in range(50)]
    answer = platform.post(xml("CEB411Message", payments))
    assert answer.status_code == 202, answer.content
    assert counted(statements) == [
        "BEGIN",
        "WITH",
        "COPY",
        "WITH",
        "COMMIT",
    ]
