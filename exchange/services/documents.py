"""Agencies read what they may know of released lists; every page that was read is audited with the purpose."""

from typing import Any

from exchange.permissions import require_documents
from exchange.selectors.documents import DocumentFilter, document_page
from exchange.selectors.feeds import Page
from exchange.services.receipts import note_acknowledged
from portal import audit
from portal.enums import Verb


def read_documents(*, agency_code: str, client: Any, wanted: DocumentFilter, cursor: str, limit: int) -> Page:
    """One page. Raises WrongPurpose, BadCursor."""
    require_documents(client)
    page = document_page(wanted, cursor=cursor, limit=limit)
    if cursor:
        note_acknowledged(feed="documents", cursor=cursor, agency=agency_code)
    if page.rows:
        audit.record(
            Verb.DOCUMENTS_SHARED,
            client=client,
            subject=f"portal.agency:{agency_code}",
            detail={
                "purpose": client.purpose,
                "first": page.rows[0]["id"],
                "last": page.rows[-1]["id"],
                "documents": len(page.rows),
            },
        )
    return page
