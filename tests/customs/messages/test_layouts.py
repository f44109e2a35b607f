"""Rows with any of their optional elements absent are read in table order."""

import random
from pathlib import Path

import pytest
from lxml import etree

from customs.messages import registry
from customs.messages.checking import schema_faults
from customs.messages.fields import NAMESPACE, NS, Field, text
from customs.messages.reading import Block, Table
from exchange.messages import open_message

SAMPLES = Path(__file__).parent / "samples"


def test_every_set_of_optional_elements_is_read_in_its_place() -> None:
    chance = random.Random(1)
    for message in registry().values():
        for fields in filter(None, (message.fields, message.line_fields)):
            table, known = Table(fields), Table(fields)
            plain = [f for f in fields if f.wire.store.value != "moment"]
            for turn in range(60):
                there = [f for f in fields if not f.optional or chance.random() < 0.5]
                row = etree.Element(NS + "Row")
                for f in there:
                    etree.SubElement(row, NS + f.name).text = f"{f.name}-{turn}"
                expected = {f.name: f"{f.name}-{turn}" if f in there else "" for f in plain}
                for reader in (table, known, Table(fields)):
                    values = dict(zip(table.names, reader.row(row), strict=True))
                    assert {name: values[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A<!-- x -->B", "AB"),
        ("A<?x y?>B", "AB"),
        ("A<![CDATA[B<]]>C", "AB<C"),
        ("&#65;B&amp;", "AB&"),
        ("𠮷\u200b", "𠮷\u200b"),
        ("\\N", "\\N"),
    ],
)
def test_text_is_read_whole_however_it_is_written(written: str, read: str) -> None:
    message = registry()["CEB505Message"]
    body = (SAMPLES / "CEB505Message-export-waybill.xml").read_text("utf-8")
    start = body.index("<ceb:goodsInfo>") + len("<ceb:goodsInfo>")
    changed = body[:start] + written + body[body.index("</ceb:goodsInfo>") :]
    root = open_message(changed.encode()).root
    assert schema_faults(message, root) == []
    row = message.parse(root).head_rows[0]
    assert row[message.head_table.index["goodsInfo"]] == read


ALIKE = "<a>1</a><c>3</c>"
MESSAGES = {
    "all alike, an optional element absent": [ALIKE, ALIKE, ALIKE],
    "one row has another optional element": [ALIKE, "<b>2</b><c>3</c>", ALIKE],
    "as many elements, but not the same ones": [ALIKE, "<b>2</b><c>3</c>", "<b>4</b><c>3</c>"],
    "an empty element": [ALIKE, "<a/><c>3</c>", ALIKE],
    "an empty element and a text in pieces": ["<a/><c>3<![CDATA[4]]>5</c>", "<a>1<!-- x -->2</a><c>3</c>"],
    "more elements in one row, fewer in another": ["<a>1</a><b>2</b><c>3</c>", ALIKE, "<c>3</c>"],
    "one row": [ALIKE],
    "no row": [],
}


@pytest.mark.parametrize("rows", MESSAGES.values(), ids=MESSAGES)
def test_reading_all_rows_at_once_gives_what_reading_one_by_one_gives(rows: list[str]) -> None:
    fields = tuple(Field(name, name, text(10), name, optional=name != "c") for name in "abc")
    body = "".join(f"<Row>{row}</Row>" for row in rows)
    root = open_message(f'<XMessage xmlns="{NAMESPACE}">{body}</XMessage>'.encode()).root
    elements = list(root)
    expected = [Table(fields).row(element) for element in elements]
    assert Block(Table(fields), "XMessage/Row").rows(root, elements) == expected
