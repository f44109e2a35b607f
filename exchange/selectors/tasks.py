"""Tasks of agencies as stored."""

from exchange.selectors.feeds import Page, read_feed


def task_page(*, agency_code: str, kind: str, cursor: str, limit: int) -> Page:
    """Undecided tasks of one agency; `payload` is still encrypted. Raises BadCursor."""
    where, values = "agency_code = %s AND state IN ('open', 'acked')", [agency_code]
    if kind:
        where, values = f"{where} AND kind = %s", [agency_code, kind]
    return read_feed(
        "exchange_agencytask",
        "kind, subject_id, payload, state, created_at, leased_until",
        where,
        list(values),
        cursor,
        limit,
    )
