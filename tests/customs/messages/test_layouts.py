"""Rows with any of their optional elements absent are read in table order."""

import random
from pathlib import Path

import pytest
from lxml import etree

from customs.messages import registry
from customs.messages.checking import schema_faults
from customs.messages.codec import NS, Table
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
