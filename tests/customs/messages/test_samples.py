"""Messages declared by their field tables: samples, spellings, schema, hostile input."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from customs.messages import declared, registry
from customs.messages.checking import read, schema_faults
from customs.messages.codec import Message
from customs.messages.describing import faults_page, page
from customs.messages.fields import NS, Kind, Store
from customs.messages.sampling import example, sample
from customs.models.documents import HEADS, LINES, taken_in
from exchange.messages import MessageRefused, open_message
from portal.codes import load_codes
from portal.selectors import code_set
from tools.parcels import Generator, messages

SAMPLES = Path(__file__).parent / "samples"
PAGES = Path(__file__).resolve().parents[3] / "docs" / "messages"
FILES = sorted(SAMPLES.glob("*.xml"))


def root_of(path: Path) -> tuple[Message, etree._Element]:
    opened = open_message(path.read_bytes())
    return registry()[opened.code], opened.root


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_own_sample_is_valid(path: Path) -> None:
    message, root = root_of(path)
    assert schema_faults(message, root) == []


@pytest.mark.parametrize("message", registry().values(), ids=lambda m: m.code)
def test_documentation_page_is_current(message: Message) -> None:
    name = message.code.removesuffix("Message").lower()
    assert (PAGES / f"{name}.md").read_text("utf-8") == page(message)


def test_page_of_fault_codes_is_current() -> None:
    assert (PAGES / "faults.md").read_text("utf-8") == faults_page()


@pytest.mark.parametrize("complete", [False, True], ids=["required", "complete"])
@pytest.mark.parametrize("message", registry().values(), ids=lambda m: m.code)
@pytest.mark.usefixtures("codes")
def test_sample_of_the_field_table_is_valid_and_reads_back(message: Message, complete: bool) -> None:
    root = open_message(sample(message, complete=complete)).root
    assert schema_faults(message, root) == []
    if message.direction:
        parsed, faults = read(message, root, code_set)
        assert faults == []
        assert parsed is not None
        assert (parsed.documents, len(parsed.line_rows)) == (1, 1 if message.lines else 0)
        plain = [f for f in message.fields if f.kind is Kind.PLAIN and f.wire.store is not Store.MOMENT]
        wanted = {f.name: example(f) if complete or not f.optional else "" for f in plain}
        assert {f.name: parsed.head_rows[0][message.head_table.index[f.name]] for f in plain} == wanted


def test_official_misspellings_stay_on_the_wire_only() -> None:
    order = registry()["CEB311Message"]
    assert "acturalPaid" in order.head_table.names
    assert "actual_paid" in order.head_columns
    assert "actural_paid" not in order.head_columns
    assert "POD" in registry()["CEB603Message"].head_table.names
    assert "destination_port" in registry()["CEB603Message"].head_columns


@pytest.mark.parametrize("message", taken_in(), ids=lambda m: m.code)
def test_columns_of_model_and_codec_are_the_same(message: Message) -> None:
    own = {"id", "sender_id", "received_at"}
    assert {f.column for f in HEADS[message.code]._meta.concrete_fields} - own == set(message.head_columns)
    if message.lines:
        line_columns = {f.column for f in LINES[message.code]._meta.concrete_fields if f.column} - {
            "head_id",
            None,
        }
        assert line_columns == set(message.line_columns)


def first_row(root: etree._Element, message: Message) -> etree._Element:
    document = root.find(NS + message.document)
    return document.find(NS + message.head) if message.head else document


@pytest.mark.parametrize("message", declared(), ids=lambda m: m.code)
def test_each_missing_required_element_is_one_fault_at_its_place(message: Message) -> None:
    path = next(p for p in FILES if p.name.startswith(message.code))
    for field in message.fields:
        _message, root = root_of(path)
        row = first_row(root, message)
        element = row.find(NS + field.name)
        if field.optional or element is None:
            continue
        row.remove(element)
        faults = schema_faults(message, root)
        assert faults, field.name
        assert faults[0].code in {"CEB.SCHEMA.MISSING", "CEB.SCHEMA.UNEXPECTED"}
        assert field.name in faults[0].message_en


@pytest.mark.parametrize("message", declared(), ids=lambda m: m.code)
def test_text_longer_than_its_type_is_refused_and_at_the_limit_accepted(message: Message) -> None:
    path = next(p for p in FILES if p.name.startswith(message.code))
    for field in message.fields:
        if not field.wire.name.startswith("C..") or field.wire.facets[0][0] != "maxLength":
            continue
        _message, root = root_of(path)
        element = first_row(root, message).find(NS + field.name)
        if element is None:
            continue
        element.text = "字" * field.wire.width
        assert schema_faults(message, root) == [], field.name
        element.text = "字" * (field.wire.width + 1)
        faults = schema_faults(message, root)
        assert [f.code for f in faults] == ["CEB.SCHEMA.LENGTH"], field.name
        assert faults[0].path.endswith("/" + field.name)


@pytest.mark.parametrize(
    "text", ["NaN", "1e400", "INF", "-1", "1.123456", "12345678901234567890", "１００", ""]
)
def test_amount_that_is_no_amount_is_refused(text: str) -> None:
    message, root = root_of(SAMPLES / "CEB311Message-import-order.xml")
    first_row(root, message).find(NS + "goodsValue").text = text
    faults = schema_faults(message, root)
    assert [f.path.rsplit("/", 1)[1] for f in faults] == ["goodsValue"]
    assert faults[0].code in {"CEB.SCHEMA.NUMBER", "CEB.SCHEMA.EMPTY"}


def test_default_namespace_and_prefix_read_alike() -> None:
    path = SAMPLES / "CEB311Message-import-order.xml"
    prefixed = path.read_bytes()
    plain = prefixed.replace(b"ceb:", b"").replace(b"xmlns:ceb=", b"xmlns=")
    message, first = root_of(path)
    second = open_message(plain).root
    assert [r[:14] for r in message.parse(first).head_rows] == [
        r[:14] for r in message.parse(second).head_rows
    ]


@pytest.fixture
def codes(db: None) -> None:
    load_codes()


def one_order(**changes: str) -> bytes:
    generator = Generator(7, prefix="S")
    parcel = generator.import_parcel()
    parcel.order |= changes
    return dict(messages([parcel], generator))["CEB311Message"]


@pytest.mark.parametrize(
    ("changes", "code", "name"),
    [
        ({"currency": "999"}, "CEB.CODE.CURRENCY", "currency"),
        ({"buyerIdNumber": "110105194912310021"}, "CEB.ID.CHECK", "buyerIdNumber"),
        ({"buyerIdNumber": "350102209901010013"}, "CEB.ID.FUTURE", "buyerIdNumber"),
        ({"buyerIdNumber": "350102198813010010"}, "CEB.ID.DATE", "buyerIdNumber"),
        ({"buyerIdNumber": "123"}, "CEB.ID.LENGTH", "buyerIdNumber"),
        ({"buyerIdType": "2"}, "CEB.ID.TYPE", "buyerIdType"),
        ({"appTime": "20260231101010"}, "CEB.MOMENT", "appTime"),
    ],
)
@pytest.mark.usefixtures("codes")
def test_content_fault_names_code_and_element(changes: dict[str, str], code: str, name: str) -> None:
    if changes.get("buyerIdNumber", "").startswith("350102"):
        changes = {"buyerIdNumber": with_check(changes["buyerIdNumber"])}
    parsed, faults = read(registry()["CEB311Message"], open_message(one_order(**changes)).root, code_set)
    assert parsed is None
    assert [(f.code, f.path.rsplit("/", 1)[1]) for f in faults] == [(code, name)]
    assert "1101051949" not in faults[0].message_en


def with_check(number: str) -> str:
    from tools.parcels import check_character

    return number[:17] + check_character(number[:17])


@pytest.mark.usefixtures("codes")
def test_business_key_twice_in_one_message_is_refused() -> None:
    generator = Generator(8, prefix="D")
    parcel = generator.import_parcel()
    body = dict(messages([parcel, parcel], generator))["CEB311Message"]
    parsed, faults = read(registry()["CEB311Message"], open_message(body).root, code_set)
    assert parsed is None
    assert {f.code for f in faults} == {"CEB.DUPLICATE"}
    assert len(faults) == 2


@pytest.mark.usefixtures("codes")
def test_generated_parcels_pass_every_check() -> None:
    generator = Generator(9, prefix="G")
    parcels = [generator.import_parcel() for _ in range(30)] + [generator.export_parcel() for _ in range(30)]
    for code, body in messages(parcels, generator, per_message=30):
        parsed, faults = read(registry()[code], open_message(body).root, code_set)
        assert faults == []
        assert parsed is not None
        assert parsed.documents == 30


def test_hundred_and_one_documents_are_refused() -> None:
    generator = Generator(10, prefix="H")
    parcels = [generator.import_parcel() for _ in range(101)]
    body = dict(messages(parcels, generator, per_message=101))["CEB411Message"]
    faults = schema_faults(registry()["CEB411Message"], open_message(body).root)
    assert [f.code for f in faults] == ["CEB.SCHEMA.UNEXPECTED"]
    assert faults[0].path == "/CEB411Message/Payment[101]"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_opened_or_refused_but_never_crash(body: bytes) -> None:
    try:
        opened = open_message(body)
    except MessageRefused as refusal:
        assert refusal.status in {400, 422}
        assert refusal.faults
    else:
        assert opened.code


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_a_message_with_changed_bytes_never_crashes(position: int, junk: bytes) -> None:
    body = bytearray((SAMPLES / "CEB621Message-import-inventory.xml").read_bytes())
    start = position % len(body)
    body[start : start + len(junk)] = junk
    try:
        opened = open_message(bytes(body))
    except MessageRefused as refusal:
        assert refusal.faults
        return
    message = registry().get(opened.code)
    if message is not None and not schema_faults(message, opened.root):
        assert message.parse(opened.root).documents >= 1
