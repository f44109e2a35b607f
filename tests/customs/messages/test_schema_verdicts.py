"""The schema made from a field table gives the verdicts of the published one.

`verdicts.json` was recorded once from reference schemas (interface specification 202205): about 49 000 damaged messages. With
CEB_REFERENCE_SCHEMA naming a reference schema of all messages, the recorded verdicts are compared with it too.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from customs.messages import registry
from exchange.messages import open_message
from tests.customs.messages.mutations import complete, record

HERE = Path(__file__).parent
RECORDED: dict[str, dict[str, str]] = json.loads((HERE / "verdicts.json").read_text("utf-8"))
REFERENCE = os.environ.get("CEB_REFERENCE_SCHEMA", "")


@cache
def reference() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(REFERENCE))


def damaged(name: str, is_valid: Any) -> dict[str, str]:
    opened = open_message((HERE / "samples" / name).read_bytes())
    message = registry()[opened.code]
    return record(message, complete(message, opened.root), is_valid)


def test_every_message_has_recorded_verdicts() -> None:
    assert {name.split("-")[0] for name in RECORDED} == set(registry())


@pytest.mark.parametrize("name", RECORDED)
def test_own_schema_judges_every_damage_as_recorded(name: str) -> None:
    schema = registry()[name.split("-")[0]].schema
    assert damaged(name, schema.validate) == RECORDED[name]


@pytest.mark.skipif(not REFERENCE, reason="CEB_REFERENCE_SCHEMA names no reference schema")
@pytest.mark.parametrize("name", RECORDED)
def test_reference_schema_judges_every_damage_as_recorded(name: str) -> None:
    assert damaged(name, reference().validate) == RECORDED[name]
