"""Types of the wire format: what a value may look like, how it is stored, what it is called when it is wrong.

Facts: 海关跨境统一版系统企业对接报文规范 (edition 202205), tables of chapters 2 and 3 and its published schema.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

NAMESPACE = "http://www.chinaport.gov.cn/ceb"
NS = f"{{{NAMESPACE}}}"


class Store(StrEnum):
    """How a value is stored in a typed column."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    MOMENT = "moment"
    DAY = "day"


class Kind(StrEnum):
    """What a value is about, for masking and normalisation."""

    PLAIN = "plain"
    RESIDENT_NUMBER = "resident_number"
    PERSON = "person"
    PHONE = "phone"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Wire:
    """A type of the wire: its name in the published tables and the XSD facets that hold it."""

    name: str
    base: str = "xs:string"
    facets: tuple[tuple[str, str], ...] = ()
    store: Store = Store.TEXT
    width: int = 0
    codes: str = ""
    example: str = ""

    def xsd(self) -> str:
        """The restriction element of this type."""
        facets = "".join(f'<xs:{facet} value="{value}"/>' for facet, value in self.facets)
        return f'<xs:restriction base="{self.base}">{facets}</xs:restriction>'


def pattern(
    name: str, regex: str, width: int, example: str, *, codes: str = "", store: Store = Store.TEXT
) -> Wire:
    return Wire(name, facets=(("pattern", regex),), width=width, example=example, codes=codes, store=store)


def choice(*values: str) -> Wire:
    """Exactly one of the listed values."""
    facets = tuple(("enumeration", value) for value in values)
    return Wire("C" + str(len(values[0])), facets=facets, width=len(values[0]), example=values[0])


def text(width: int) -> Wire:
    """Text of at most `width` characters; a required field needs at least one."""
    return Wire(f"C..{width}", facets=(("maxLength", str(width)),), width=width, example="样例")


DAY_PATTERN = "(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
TIME_PATTERN = "([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
GUID = pattern("C36", r"[0-9A-Za-z_\-]{36}", 36, "4F3C2B1A-0000-4000-8000-000000000001")
APP_TYPE = choice("1", "2", "3")
APP_TYPE_NEW = choice("1")
APP_STATUS = Wire("C1", facets=(("enumeration", "1"), ("enumeration", "2")), width=1, example="2")
ID_TYPE = choice("1", "2")
IE_FLAG_IMPORT = choice("I", "E")
ANY_CHARACTER = pattern("C1", "[0-9A-Za-z]", 1, "1")
IE_FLAG_EXPORT = pattern("C1", "[0-9A-Za-z]", 1, "E")
TRANSPORT = pattern("C1", "[0-9A-Za-z]", 1, "5", codes="transport_mode")
WRAP = pattern("C1", "[0-9A-Za-z]", 1, "2", codes="wrap_type")
ORDER_TYPE_IMPORT = choice("I")
ORDER_TYPE_EXPORT = choice("E", "B", "W")
STATISTICS_FLAG = choice("A", "B")
SUMMARY_FLAG = choice("1", "2")
TAX_STATE = choice("1", "2", "3")
DELIVERY_STATE = pattern("C1", "[A-Z]", 1, "S")
FEE_FLAG = Wire("C1", facets=tuple(("enumeration", v) for v in "123"), width=1, example="3")
CURRENCY = pattern("C3", "[0-9A-Za-z]{3}", 3, "142", codes="currency")
UNIT = pattern("C3", "[0-9A-Za-z]{3}", 3, "011", codes="unit")
COUNTRY = pattern("C3", "[0-9A-Za-z]{3}", 3, "502", codes="country")
OFFICE = pattern("C4", "[0-9]{4}", 4, "3501", codes="customs_district")
TRADE_MODE = pattern("C4", "[0-9]{4}", 4, "9610", codes="supervision_mode")
PORT = pattern("C..4", "[0-9A-Za-z]{3,4}", 4, "502")
DISTRICT = pattern("C6", "[0-9]{6}", 6, "350102")
GOODS_CODE = pattern("C10", "[0-9]{10}", 10, "1901101000")
GOODS_CODE_EXPORT = pattern("C..10", "[0-9]{4,10}", 10, "6109100021")
PRE_NO = Wire("C18", facets=(("length", "18"),), width=18, example="B20261123000000001")
CUSTOMS_NUMBER = Wire("C18", facets=(("length", "18"),), width=18, example="350120261000000001")
STATUS = pattern("C..10", "-?[0-9]{1,9}", 10, "2")
MOMENT = pattern("C14", DAY_PATTERN + TIME_PATTERN, 14, "20261123101530", store=Store.MOMENT)
MOMENT_MS = pattern(
    "C17", DAY_PATTERN + TIME_PATTERN + "[0-9]{3}", 17, "20261123101530123", store=Store.MOMENT
)
DAY = pattern("C8", DAY_PATTERN, 8, "20261123", store=Store.DAY)
AMOUNT = Wire(
    "N19,5",
    "xs:decimal",
    (("totalDigits", "19"), ("fractionDigits", "5"), ("minInclusive", "0")),
    Store.NUMBER,
    19,
    example="100.00",
)
LINE = Wire("int5", "xs:int", (("minInclusive", "1"), ("maxInclusive", "99999")), Store.INTEGER, example="1")
COUNT = Wire(
    "int9", "xs:int", (("minInclusive", "1"), ("maxInclusive", "999999999")), Store.INTEGER, example="1"
)
UNBOUNDED = Wire("text", example="<![CDATA[...]]>")

SPELLINGS = {
    "acturalPaid": "actual_paid",
    "POD": "destination_port",
    "fCurrency": "freight_currency",
    "fFlag": "freight_flag",
    "iCurrency": "insurance_currency",
    "iFlag": "insurance_flag",
}
"""Official misspellings and abbreviations stay on the wire; columns are spelt right."""

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def column_name(wire_name: str) -> str:
    """Column of a wire element: `payTransactionId` → `pay_transaction_id`."""
    return SPELLINGS.get(wire_name) or CAMEL.sub("_", wire_name).lower()


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a published field table.

    `name` is the element on the wire, `label` the official Chinese name, `meaning` our English sentence.
    """

    name: str
    label: str
    wire: Wire
    meaning: str
    optional: bool = False
    may_be_empty: bool = False
    kind: Kind = Kind.PLAIN

    @property
    def column(self) -> str:
        return column_name(self.name)

    @property
    def presence(self) -> str:
        return "no" if self.optional else "yes"

    @property
    def nullable(self) -> bool:
        return self.optional or self.may_be_empty

    def xsd(self) -> str:
        """The element declaration of this field."""
        occurs = ' minOccurs="0"' if self.optional else ""
        restriction = self.wire.xsd()
        if self.wire.name.startswith("C..") and not self.nullable and self.wire.facets[0][0] == "maxLength":
            restriction = restriction.replace("<xs:maxLength", '<xs:minLength value="1"/><xs:maxLength', 1)
        return f'<xs:element name="{self.name}"{occurs}><xs:simpleType>{restriction}</xs:simpleType></xs:element>'
