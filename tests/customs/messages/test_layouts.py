"""Rows with any of their optional elements absent are read in table order."""

import random

from lxml import etree

from customs.messages import registry
from customs.messages.codec import NS, Table


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
