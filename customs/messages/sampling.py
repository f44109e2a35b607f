"""A sample of every message, made from its field table: for the documentation page, for senders and for tests."""

from customs.messages.codec import Message
from customs.messages.fields import Field, Kind
from customs.messages.writing import write

EXAMPLES = {
    Kind.RESIDENT_NUMBER: "350102199003070119",
    Kind.PERSON: "林样例",
    Kind.PHONE: "13900000000",
    Kind.ADDRESS: "福建省福州市鼓楼区样例路1号",
}
"""Made-up personal data; the number is a valid GB 11643 number of nobody known."""
SENDER = {"copCode": "350196LG01", "copName": "样例企业", "dxpMode": "DXP", "dxpId": "DXPENT0000000001"}


def example(field: Field) -> str:
    """A permitted value of this field."""
    return EXAMPLES.get(field.kind, field.wire.example)


def sample(message: Message, *, complete: bool = False) -> bytes:
    """One document with one line; `complete` with all optional elements too."""

    def values(fields: tuple[Field, ...]) -> dict[str, str]:
        return {f.name: example(f) for f in fields if complete or not f.optional}

    document: dict[str, object] = dict(values(message.fields))
    if message.lines:
        document[message.lines] = [values(message.line_fields)]
    guid = values(message.fields).get("guid", "4F3C2B1A-0000-4000-8000-000000000001")
    return write(message, [document], guid=guid, transfer=SENDER if message.direction else None)
