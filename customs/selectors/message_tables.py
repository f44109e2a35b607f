"""Uploaded tables of documents: what an enterprise sees of its own."""

from customs.models import MessageTable

LATEST = 10


def table_of(organisation_id: int, pk: int) -> MessageTable | None:
    """One table of this enterprise."""
    return MessageTable.objects.filter(organisation_id=organisation_id, pk=pk).first()


def tables_of(organisation_id: int, message_type: str) -> list[MessageTable]:
    """The latest tables of a message, newest first, without their files."""
    found = MessageTable.objects.filter(organisation_id=organisation_id, message_type=message_type)
    return list(found.defer("content", "rejects")[:LATEST])
