"""The codec engine: a message declares its field table once; schema, reader, writer and sample come from it.

Codecs know no database. Reading is for trusted well-formed trees (the exchange opens the bytes, hardened); every answer about
a wrong message is made by `customs.messages.checking`.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree

from customs.messages.fields import NAMESPACE, NS, Field, Kind, text
from customs.messages.reading import Block, Table

SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
HERE = Path(__file__).parent
UNLIMITED = 0
"""As the largest number of documents or lines; the bounds of the exchange hold nevertheless."""

TRANSFER_TYPES = """
<xs:complexType name="BaseTransfer"><xs:sequence>
  <xs:element name="copCode" type="c:Text18"/><xs:element name="copName" type="c:Text100"/>
  <xs:element name="dxpMode" type="c:DxpMode"/><xs:element name="dxpId" type="c:Text30"/>
  <xs:element name="note" type="c:Note" minOccurs="0"/></xs:sequence></xs:complexType>
<xs:complexType name="BaseSubscribe"><xs:sequence>
  <xs:element name="status" type="c:Text100"/><xs:element name="dxpMode" type="c:DxpMode"/>
  <xs:element name="dxpAddress" type="c:Text100"/>
  <xs:element name="note" type="c:Note" minOccurs="0"/></xs:sequence></xs:complexType>
<xs:complexType name="ExtendMessage"><xs:sequence>
  <xs:element name="name" type="c:Text30"/><xs:element name="version" type="c:Text30"/>
  <xs:element name="Message"><xs:complexType><xs:sequence>
    <xs:any minOccurs="0" processContents="lax"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType>
<xs:simpleType name="DxpMode"><xs:restriction base="xs:string"><xs:pattern value="[A-Z]{3}"/></xs:restriction></xs:simpleType>
<xs:simpleType name="Note"><xs:restriction base="xs:string"><xs:maxLength value="1000"/></xs:restriction></xs:simpleType>
""" + "".join(
    f'<xs:simpleType name="Text{n}"><xs:restriction base="xs:string"><xs:minLength value="1"/>'
    f'<xs:maxLength value="{n}"/></xs:restriction></xs:simpleType>'
    for n in (18, 30, 100)
)
"""Transfer block, subscribers and extension: the same in every enterprise message."""

TRANSFER_FIELDS = (
    Field(
        "copCode", "报文传输企业代码", text(18), "Customs registration or social credit code of who transmits"
    ),
    Field("copName", "报文传输企业名称", text(100), "Name of who transmits"),
    Field("dxpMode", "报文传输模式", text(3), "DXP"),
    Field("dxpId", "报文传输编号", text(30), "DXPENT + number of the client"),
    Field("note", "备注", text(1000), "Remark", optional=True),
)


@dataclass(slots=True)
class Parsed:
    """What was read from one message.

    `head_rows` follow `message.head_columns`, `line_rows` hold (position of the document, values in the order of
    `message.line_columns`). Values are COPY-ready text, "" for NULL. `keys`, `app_types` and `app_times` follow the documents.
    `identities` lists (position, wire name, fault code) of resident numbers that cannot exist.
    """

    code: str
    guid: str
    version: str
    cop_code: str
    cop_name: str
    dxp_id: str
    signed: bool
    head_rows: list[list[str]] = field(default_factory=list)
    line_rows: list[tuple[int, list[str]]] = field(default_factory=list)
    keys: list[tuple[str, ...]] = field(default_factory=list)
    app_types: list[str] = field(default_factory=list)
    app_times: list[str] = field(default_factory=list)
    identities: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def documents(self) -> int:
        return len(self.head_rows)


@dataclass(frozen=True)
class Message:
    """One message of the wire format.

    `document` is the repeated element; `head` and `lines` its parts (no `head`: the fields stand in the document itself).
    `key` makes two documents the same one, `line_key` two lines of a document;
    without `own_numbers` the lines carry the numbers of the list they refer to; `exists` and `old_data` are the official negative codes for a repetition and
    for a message older than the stored one. `direction` is I or E for what enterprises send, "" for receipts.
    """

    code: str
    label: str
    meaning: str
    sender: str
    document: str
    fields: tuple[Field, ...]
    head: str = ""
    lines: str = ""
    line_fields: tuple[Field, ...] = ()
    max_documents: int = 100
    line_key: str = "gnum"
    own_numbers: bool = True
    min_lines: int = 1
    max_lines: int = UNLIMITED
    direction: str = ""
    receipt: str = ""
    key: tuple[str, ...] = ()
    exists: str = ""
    old_data: str = ""

    @cached_property
    def head_table(self) -> Table:
        return Table(self.fields)

    @cached_property
    def line_table(self) -> Table:
        return Table(self.line_fields)

    @cached_property
    def head_block(self) -> Block:
        return Block(self.head_table, "/".join(filter(None, (self.code, self.document, self.head))))

    @cached_property
    def line_block(self) -> Block:
        return Block(self.line_table, f"{self.code}/{self.document}/{self.lines}")

    @cached_property
    def resident_numbers(self) -> list[tuple[int, int, str]]:
        """(index of the number, index of the name, wire name) of each resident number in the head."""
        found = []
        for i, f in enumerate(self.fields):
            if f.kind is Kind.RESIDENT_NUMBER:
                name = f.name.removesuffix("IdNumber") + "Name"
                found.append((i, self.head_table.index[name], f.name))
        return found

    @cached_property
    def personal(self) -> frozenset[str]:
        """Elements that hold personal data: their values are shown to nobody who only asks what is wrong."""
        return frozenset(f.name for f in (*self.fields, *self.line_fields) if f.kind is not Kind.PLAIN)

    def table_of(self, block: str) -> tuple[Field, ...]:
        """The fields of a block of the wire, e.g. `OrderHead`; none for what has no field table."""
        if block == "BaseTransfer":
            return TRANSFER_FIELDS
        if block == self.lines:
            return self.line_fields
        return self.fields if block == (self.head or self.document) else ()

    def label_of(self, name: str) -> str:
        """The official Chinese name of an element or block."""
        labels = {f.name: f.label for f in (*TRANSFER_FIELDS, *self.line_fields, *self.fields)}
        blocks = {
            self.document: self.label,
            self.head: "表头",
            self.lines: "商品明细",
            "BaseTransfer": "传输信息",
        }
        return labels.get(name) or blocks.get(name, name)

    @property
    def declares_identity(self) -> bool:
        """The inventory carries what the identity check needs (identity hash, birth date)."""
        return self.code == "CEB621Message"

    @cached_property
    def derived_columns(self) -> tuple[str, ...]:
        """Columns made from resident numbers, after the official ones."""
        columns: list[str] = []
        for _i, _n, wire_name in self.resident_numbers:
            stem = wire_name.removesuffix("IdNumber")
            columns += [f"{stem}_id_hash", f"{stem}_id_mask"]
        if self.declares_identity:
            columns += ["buyer_identity_hash", "buyer_birth_date"]
        return tuple(columns)

    @cached_property
    def head_columns(self) -> tuple[str, ...]:
        return tuple(f.column for f in self.fields) + self.derived_columns

    @cached_property
    def line_columns(self) -> tuple[str, ...]:
        return tuple(f.column for f in self.line_fields)

    @cached_property
    def schema(self) -> etree.XMLSchema:
        """The compiled schema; one per process. Threads share its verdict, never its error log."""
        return self.compiled()

    def compiled(self) -> etree.XMLSchema:
        """A schema of one's own, with an error log nobody else writes."""
        location = (HERE / f"{self.code}.xsd").as_uri()
        return etree.XMLSchema(etree.parse(BytesIO(self.xsd().encode()), base_url=location))

    def xsd(self) -> str:
        """The schema as text, made from the field table."""
        head = "".join(f.xsd() for f in self.fields)
        if self.head:
            head = f'<xs:element name="{self.head}"><xs:complexType><xs:sequence>{head}</xs:sequence></xs:complexType></xs:element>'
        lines = "".join(f.xsd() for f in self.line_fields)
        if self.lines:
            lines = (
                f'<xs:element name="{self.lines}" minOccurs="{self.min_lines}" maxOccurs="{occurs(self.max_lines)}"><xs:complexType><xs:sequence>{lines}'
                "</xs:sequence></xs:complexType></xs:element>"
            )
        return (
            '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
            f'xmlns:c="{NAMESPACE}" targetNamespace="{NAMESPACE}" elementFormDefault="qualified">'
            '<xs:import namespace="http://www.w3.org/2000/09/xmldsig#" schemaLocation="xmldsig.xsd"/>'
            f"{TRANSFER_TYPES if self.direction else ''}"
            f'<xs:element name="{self.code}"><xs:complexType><xs:sequence>'
            f'<xs:element name="{self.document}" maxOccurs="{occurs(self.max_documents)}"><xs:complexType><xs:sequence>'
            f"{head}{lines}</xs:sequence></xs:complexType></xs:element>{self._trailer()}</xs:sequence>"
            f'<xs:attribute name="guid" use="required"><xs:simpleType>{GUID_XSD}</xs:simpleType></xs:attribute>'
            '<xs:attribute name="version" use="required"><xs:simpleType><xs:restriction base="xs:string">'
            '<xs:minLength value="1"/><xs:maxLength value="10"/></xs:restriction></xs:simpleType></xs:attribute>'
            "</xs:complexType></xs:element></xs:schema>"
        )

    def _trailer(self) -> str:
        """What follows the documents; import and export schemas really differ in order (published schemas 202205)."""
        if not self.direction:
            return ""
        signature = '<xs:element ref="ds:Signature" minOccurs="0"/>'
        extend = '<xs:element name="ExtendMessage" type="c:ExtendMessage" minOccurs="0"/>'
        last = extend + signature if self.direction == "I" else signature + extend
        return (
            '<xs:element name="BaseTransfer" type="c:BaseTransfer"/>'
            '<xs:element name="BaseSubscribe" type="c:BaseSubscribe" minOccurs="0" maxOccurs="5"/>' + last
        )

    def parse(self, root: Any) -> Parsed:
        """Read a valid tree into COPY-ready rows. The tree must have passed `schema`."""
        transfer = root.find(NS + "BaseTransfer")
        values = {c.tag[len(NS) :]: c.text or "" for c in transfer} if transfer is not None else {}
        parsed = Parsed(
            self.code,
            root.get("guid"),
            root.get("version"),
            values.get("copCode", ""),
            values.get("copName", ""),
            values.get("dxpId", ""),
            root.find(SIGNATURE) is not None,
        )
        documents = list(root.iterchildren(NS + self.document))
        heads = [document[0] for document in documents] if self.head else documents
        parsed.head_rows = self.head_block.rows(root, heads)
        if self.lines:
            lines = [line for document in documents for line in document[1:]]
            places = [n for n, document in enumerate(documents) for _line in range(len(document) - 1)]
            parsed.line_rows = list(zip(places, self.line_block.rows(root, lines), strict=True))
        self._index(parsed)
        return parsed

    def _index(self, parsed: Parsed) -> None:
        """Business keys, application types and times; derived columns of resident numbers."""
        from customs.messages.identity import protect

        at = self.head_table.index
        key, app_type, app_time = [at[name] for name in self.key], at.get("appType"), at.get("appTime")
        for position, row in enumerate(parsed.head_rows):
            parsed.keys.append(tuple([row[i] for i in key]))
            if app_type is not None and app_time is not None:
                parsed.app_types.append(row[app_type])
                parsed.app_times.append(row[app_time])
            if self.resident_numbers:
                on = row[app_time] if app_time is not None else ""
                day = date(int(on[:4]), int(on[4:6]), int(on[6:8])) if on else date.max
                parsed.identities += protect(self, row, position, day)


def occurs(most: int) -> str:
    """`maxOccurs` of a schema."""
    return "unbounded" if most == UNLIMITED else str(most)


GUID_XSD = '<xs:restriction base="xs:string"><xs:pattern value="[0-9A-Za-z_\\-]{36}"/></xs:restriction>'
"""36 characters: senders use upper-case and lower-case UUIDs and readable ids too."""
