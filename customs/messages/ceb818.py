"""CEB818Message 电子税单状态 · State of the electronic tax bill. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import UNLIMITED, Message
from customs.messages.fields import (
    GUID,
    MOMENT_MS,
    TAX_STATE,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB818Message",
    label="电子税单状态",
    meaning="State of the electronic tax bill",
    sender="customs side",
    document="Tax",
    head="TaxHeadStatus",
    max_documents=UNLIMITED,
    fields=(
        Field(
            "guid",
            "系统唯一序号",
            GUID,
            "Unique id of this document inside the sender system; the receipt echoes it. 36 chars, normally an upper-case UUID",
        ),
        Field("returnTime", "回执时间", MOMENT_MS, "Moment of the result. YYYYMMDDhhmmssSSS"),
        Field(
            "invtNo",
            "进境清单编号",
            text(18),
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export)",
        ),
        Field("taxNo", "电子税单编号", text(50), "Number of the electronic tax bill (seen: invtNo + _0)"),
        Field(
            "status",
            "税单状态",
            TAX_STATE,
            "State of the tax bill. 1 created 已生成, 2 summarised 已汇总, 3 void 作废",
        ),
        Field("entDutyNo", "缴款书编号", text(50), "Number of the payment form", optional=True),
        Field(
            "assureCode",
            "担保企业代码",
            text(64),
            "Enterprise that guarantees the tax. one of platform, e-commerce or logistics enterprise of the list",
            optional=True,
        ),
    ),
)
