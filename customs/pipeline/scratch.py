"""Temporary tables of the worker's connection; emptied by every commit."""

from typing import Any

TABLES = ("t_batch", "t_candidate", "t_parcel", "t_tax")

DDL = """
CREATE TEMP TABLE IF NOT EXISTS t_batch (message_id bigint, message_type varchar(16)) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS t_candidate (id bigint, overdue boolean) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS t_parcel (
    id bigint PRIMARY KEY, order_id bigint, payment_id bigint, waybill_id bigint,
    sender_id bigint, order_sender bigint, payment_sender bigint, waybill_sender bigint,
    missing varchar(10)[], mask bigint, risk_mask bigint DEFAULT 0, step_mask bigint DEFAULT 0,
    identity varchar(12), identity_hash uuid, buyer uuid, birth_date date,
    received_at timestamptz, declared_on date, week date, year int, address uuid, phone uuid, draw numeric, headings text[], filed_from date,
    list_total numeric, extra numeric, items numeric, dutiable numeric, regime varchar(10), declared_tax numeric, b2b boolean, site_operator bigint,
    ciq boolean DEFAULT false, stock varchar(5) DEFAULT '', stock_need varchar(300), stock_left varchar(300),
    duty numeric, vat numeric, ct numeric, used numeric, first_on date, over boolean DEFAULT false,
    guarantor bigint, paid_at timestamptz, twin bigint, duplicate varchar(5), assure_code varchar(30), score int DEFAULT 0, state varchar(16), status varchar(10), info varchar(300)
) WITH (fillfactor = 35) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS t_tax (
    parcel_id bigint, gnum int, dutiable numeric, duty numeric, ct numeric, vat numeric,
    duty_rate numeric, ct_rate numeric, vat_rate numeric, factor numeric, PRIMARY KEY (parcel_id, gnum)
) ON COMMIT DELETE ROWS;
"""

SESSION = """
SET join_collapse_limit = 1;
SET from_collapse_limit = 1;
SET enable_seqscan = off;
SET enable_mergejoin = off;
SET enable_hashjoin = off;
SET enable_bitmapscan = off;
SET jit = off;
SET plan_cache_mode = force_generic_plan;
SET max_parallel_workers_per_gather = 0;
"""
"""Plans are pinned: lookups in the order written, whatever the statistics say."""


def prepare_session(cursor: Any) -> None:
    """Settings and temporary tables; once per connection."""
    cursor.execute(SESSION)
    cursor.execute(DDL)


def empty(cursor: Any) -> None:
    """Empty the tables when the turn runs inside a larger transaction (tests)."""
    cursor.execute(";".join(f"DELETE FROM {table}" for table in TABLES))
