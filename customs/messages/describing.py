"""The documentation page of a message, made from its field table."""

from collections.abc import Iterable

from customs.messages.codec import Message
from customs.messages.fields import Field


def rows(fields: Iterable[Field]) -> str:
    """Table rows of one block."""
    return "\n".join(
        f"| `{f.name}` | {f.label} | {f.wire.name} | {f.presence} | {f.meaning.replace('|', '/')} | `{f.column}` |"
        for f in fields
    )


HEADING = "| element | 中文 | type | required | meaning | column |\n|---|---|---|---|---|---|\n"


def page(message: Message) -> str:
    """Markdown page of one message."""
    lines = f", {message.lines} (1..{message.max_lines})" if message.lines else ""
    parts = f" {{ {message.head or message.document}{lines} }}" if message.head else ""
    text = f"# {message.code} {message.label} · {message.meaning}\n\n"
    text += f"- Sent by: {message.sender}.\n"
    text += f"- Documents: `{message.document}` (1..{message.max_documents}){parts}.\n"
    if message.direction:
        text += f"- The same document: {' + '.join(f'`{k}`' for k in message.key)}. Answered with {message.receipt}.\n"
        text += (
            f"- A repetition is answered with {message.exists}, an older version with {message.old_data}.\n"
        )
    text += f"\n## {message.head or message.document}\n\n{HEADING}{rows(message.fields)}\n"
    if message.lines:
        text += f"\n## {message.lines}\n\n{HEADING}{rows(message.line_fields)}\n"
    return (
        text
        + "\nSource: interface specification 202205, field table and published schema. Made from the code; do not edit.\n"
    )
