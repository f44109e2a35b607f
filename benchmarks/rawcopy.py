"""The unit: bare COPY of the same document and line rows into identical tables, two connections, a commit a message."""

import threading
import time
from io import BytesIO

import psycopg2
from django.db import connection

from exchange.tables import POSITIONS

DOCUMENTS = {
    "CEB311Message": ("customs_importorder", "customs_importorderline"),
    "CEB411Message": ("customs_importpayment", ""),
    "CEB511Message": ("customs_importwaybill", ""),
    "CEB621Message": ("customs_importinventory", "customs_importinventoryline"),
}
CONNECTIONS = 2
Chunk = tuple[str, bytes]


def target(table: str) -> str:
    return f"bench_{table}"


def make_tables() -> None:
    """Empty tables like the real ones, with the same constraints and indexes."""
    with connection.cursor() as cursor:
        for tables in DOCUMENTS.values():
            for table in filter(None, tables):
                cursor.execute(f"DROP TABLE IF EXISTS {target(table)}")
                cursor.execute(f"CREATE TABLE {target(table)} (LIKE {table} INCLUDING ALL)")


def stored_rows(since: int) -> list[list[Chunk]]:
    """The rows of each message from id `since` on as COPY text: [(table, text), …] per message."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, message_type FROM exchange_message WHERE id >= %s AND message_type = ANY(%s) ORDER BY id",
            [since, list(DOCUMENTS)],
        )
        listed = cursor.fetchall()
        raw = cursor.cursor
        for message_id, kind in listed:
            chunks: list[Chunk] = []
            for table, key in zip(DOCUMENTS[kind], ("id", "head_id"), strict=True):
                if table:
                    buffer = BytesIO()
                    first, last = message_id * POSITIONS, (message_id + 1) * POSITIONS - 1
                    raw.copy_expert(
                        f"COPY (SELECT * FROM {table} WHERE {key} BETWEEN {first} AND {last}) TO STDOUT",
                        buffer,
                    )
                    chunks.append((table, buffer.getvalue()))
            found.append(chunks)
    return found


def copy_rate(rows: list[list[Chunk]], parcels: int) -> float:
    """Parcels per second of bare COPY."""
    make_tables()
    settings = connection.settings_dict
    shares = [rows[n::CONNECTIONS] for n in range(CONNECTIONS)]

    def copy(share: list[list[Chunk]]) -> None:
        own = psycopg2.connect(
            host=settings["HOST"],
            port=settings["PORT"] or None,
            user=settings["USER"],
            dbname=settings["NAME"],
            password=settings["PASSWORD"] or None,
        )
        with own.cursor() as cursor:
            for chunks in share:
                for table, text in chunks:
                    cursor.copy_expert(f"COPY {target(table)} FROM STDIN", BytesIO(text), 1 << 20)
                own.commit()
        own.close()

    threads = [threading.Thread(target=copy, args=(share,)) for share in shares]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return parcels / (time.perf_counter() - started)
