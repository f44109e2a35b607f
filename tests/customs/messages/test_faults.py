"""Faults are told at the right place, with a stable code and a plain sentence in both languages, without personal data."""

import re
from pathlib import Path
from typing import Any

import pytest

from customs.messages import declared, registry
from customs.messages.checking import Paths, schema_faults
from customs.messages.codec import Message
from customs.messages.faults import SENTENCES
from customs.messages.fields import NS, Field, Kind
from exchange.messages import open_message

SAMPLES = Path(__file__).parent / "samples"


def opened(message: Message) -> Any:
    path = sorted(SAMPLES.glob(f"{message.code}-*.xml"))[0]
    return open_message(path.read_bytes()).root


def blocks(message: Message, root: Any) -> list[tuple[str, Any, tuple[Field, ...]]]:
    """(path, element, fields) of head, line and transfer block."""
    path = f"/{message.code}/{message.document}"
    document = root.find(NS + message.document)
    head = document.find(NS + message.head) if message.head else document
    found = [(f"{path}/{message.head}" if message.head else path, head, message.fields)]
    if message.lines:
        line = document.find(NS + message.lines)
        found.append((f"{path}/{message.lines}", line, message.line_fields))
    if message.direction:
        found.append((f"/{message.code}/BaseTransfer", root.find(NS + "BaseTransfer"), ()))
    return found


def without_positions(path: str) -> str:
    return re.sub(r"\[\d+\]", "", path)


@pytest.mark.parametrize("message", registry().values(), ids=lambda m: m.code)
def test_missing_required_element_is_named_with_its_path_and_label(message: Message) -> None:
    for number in range(len(blocks(message, opened(message)))):
        for field in blocks(message, opened(message))[number][2]:
            root = opened(message)
            path, block, _fields = blocks(message, root)[number]
            element = block.find(NS + field.name)
            if field.optional or element is None:
                continue
            block.remove(element)
            faults = schema_faults(message, root)
            assert [(without_positions(f.path), f.code) for f in faults] == [
                (f"{path}/{field.name}", "CEB.SCHEMA.MISSING")
            ]
            assert field.name in faults[0].message_en
            assert field.label in faults[0].message_zh


@pytest.mark.parametrize("message", declared(), ids=lambda m: m.code)
def test_missing_transfer_block_is_named(message: Message) -> None:
    root = opened(message)
    root.remove(root.find(NS + "BaseTransfer"))
    assert [(f.path, f.code) for f in schema_faults(message, root)] == [
        (f"/{message.code}/BaseTransfer", "CEB.SCHEMA.MISSING")
    ]


def test_schema_and_content_name_the_same_place() -> None:
    message = registry()["CEB411Message"]
    root = opened(message)
    _path, block, _fields = blocks(message, root)[0]
    block.find(NS + "currency").text = "?"
    assert schema_faults(message, root)[0].path == Paths(message).head(0, "currency")


def test_wrong_order_is_told_at_the_element_that_comes_too_early() -> None:
    message = registry()["CEB411Message"]
    root = opened(message)
    _path, block, _fields = blocks(message, root)[0]
    early = block.find(NS + "appTime")
    block.insert(0, early)
    faults = schema_faults(message, root)
    assert [(without_positions(f.path).rsplit("/", 1)[1], f.code) for f in faults] == [
        ("appTime", "CEB.SCHEMA.UNEXPECTED")
    ]
    assert faults[0].message_en == "The element appTime is not expected here; expected: guid"


def test_length_and_permitted_values_are_told() -> None:
    message = registry()["CEB311Message"]
    root = opened(message)
    _path, block, _fields = blocks(message, root)[0]
    block.find(NS + "orderNo").text = "9" * 61
    block.find(NS + "appType").text = "7"
    assert [(f.code, f.message_zh, f.message_en) for f in schema_faults(message, root)] == [
        (
            "CEB.SCHEMA.VALUE",
            "取值“7”不在允许范围内；允许：1, 2, 3",
            "The value “7” is not permitted; permitted: 1, 2, 3",
        ),
        (
            "CEB.SCHEMA.LENGTH",
            "长度不符：现为 61 个字符，规定为 60 个字符",
            "The length is wrong: 61 characters, permitted 60",
        ),
    ]


@pytest.mark.parametrize("message", declared(), ids=lambda m: m.code)
def test_personal_data_are_never_repeated(message: Message) -> None:
    for field in message.fields:
        if field.kind is Kind.PLAIN:
            continue
        root = opened(message)
        _path, block, _fields = blocks(message, root)[0]
        block.find(NS + field.name).text = "林小明13900001111" * 60
        faults = schema_faults(message, root)
        assert [f.path.rsplit("/", 1)[1] for f in faults] == [field.name]
        assert "林小明" not in faults[0].message_zh + faults[0].message_en
        assert "1390000" not in faults[0].message_zh + faults[0].message_en


def test_faults_of_a_hopeless_message_are_bounded() -> None:
    message = registry()["CEB411Message"]
    root = opened(message)
    document = root.find(NS + "Payment")
    head = document.find(NS + "PaymentHead")
    for element in head:
        element.text = "?" * 3000
    for _ in range(99):
        root.insert(
            0, open_message(SAMPLES.joinpath("CEB411Message-import-payment.xml").read_bytes()).root[0]
        )
    for block in root.iter(NS + "PaymentHead"):
        for element in block:
            element.text = "?" * 3000
    faults = schema_faults(message, root)
    assert len(faults) == 200
    assert all(len(f.message_zh) < 200 for f in faults)


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_speaks_both_languages_and_names_its_basis(code: str) -> None:
    sentence = SENTENCES[code]
    places = re.compile(r"\{(\w+)\}")
    assert re.search(r"[一-鿿]", sentence.zh)
    assert re.match(r"[A-Z]", sentence.en)
    assert set(places.findall(sentence.en)) <= set(places.findall(sentence.zh))
    assert sentence.field
    assert sentence.basis


def test_wrong_number_is_told_without_the_validators_words() -> None:
    message = registry()["CEB621Message"]
    root = opened(message)
    next(root.iter(NS + "packNo")).text = "x"
    (fault,) = schema_faults(message, root)
    assert fault.path == "/CEB621Message/Inventory[1]/InventoryHead/packNo"
    assert (fault.message_zh, fault.message_en) == ("不是有效数值：x", "Not a valid number: x")
