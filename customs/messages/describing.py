"""Documentation pages made from the code: one a message from its field table, one of all fault codes."""

from collections.abc import Iterable

from lxml import etree

from customs.messages.codec import UNLIMITED, Message
from customs.messages.faults import SENTENCES
from customs.messages.fields import Field
from customs.messages.sampling import sample


def rows(fields: Iterable[Field]) -> str:
    """Table rows of one block."""
    return "\n".join(
        f"| `{f.name}` | {f.label} | {f.wire.name} | {f.presence} | {f.meaning.replace('|', '/')} | `{f.column}` |"
        for f in fields
    )


HEADING = "| element | 中文 | type | required | meaning | column |\n|---|---|---|---|---|---|\n"


def most(number: int) -> str:
    return "n" if number == UNLIMITED else str(number)


def page(message: Message) -> str:
    """Markdown page of one message."""
    lines = f", {message.lines} ({message.min_lines}..{most(message.max_lines)})" if message.lines else ""
    parts = f" {{ {message.head or message.document}{lines} }}" if message.head else ""
    text = f"# {message.code} {message.label} · {message.meaning}\n\n"
    text += f"- Sent by: {message.sender}.\n"
    text += f"- Documents: `{message.document}` (1..{most(message.max_documents)}){parts}.\n"
    if message.direction:
        text += f"- The same document: {' + '.join(f'`{k}`' for k in message.key)}. Answered with {message.receipt}.\n"
        text += (
            f"- A repetition is answered with {message.exists}, an older version with {message.old_data}.\n"
        )
    text += f"\n## {message.head or message.document}\n\n{HEADING}{rows(message.fields)}\n"
    if message.lines:
        text += f"\n## {message.lines}\n\n{HEADING}{rows(message.line_fields)}\n"
    text += f"\n## Sample\n\n```xml\n{pretty_sample(message)}```\n"
    return (
        text
        + "\nSource: interface specification 202205, field table and published schema. Made from the code; do not edit.\n"
    )


def pretty_sample(message: Message) -> str:
    """The sample of the required elements, indented."""
    root = etree.fromstring(sample(message))
    etree.indent(root)
    pretty: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return pretty.decode()


def faults_page() -> str:
    """Markdown page of the fault codes."""
    text = "# Fault codes of messages\n\nEvery fault carries the path of its element. Codes are stable.\n\n"
    text += "| code | 中文 | English | speaks of | basis |\n|---|---|---|---|---|\n"
    for code, s in SENTENCES.items():
        text += f"| `{code}` | {s.zh} | {s.en} | {s.field} | {s.basis} |\n"
    return text + "\nMade from the code; do not edit.\n"
