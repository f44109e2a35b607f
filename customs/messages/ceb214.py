"""CEB214Message 出口退货申请单回执 · Receipt for 213. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    GUID,
    MOMENT_MS,
    STATUS,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB214Message",
    label="出口退货申请单回执",
    meaning="Receipt for 213",
    sender="customs side",
    document="RefundReturn",
    fields=(
        Field(
            "guid",
            "系统唯一序号",
            GUID,
            "Unique id of this document inside the sender system; the receipt echoes it. 36 chars, normally an upper-case UUID",
        ),
        Field(
            "ebpCode",
            "电商平台代码",
            text(18),
            "Customs registration (10) or social credit code (18) of the platform. export: a foreign platform without a code writes 无",
            optional=True,
        ),
        Field(
            "ebcCode",
            "电商企业代码",
            text(18),
            "Customs registration or social credit code of the e-commerce enterprise = consignor/consignee on the list",
            optional=True,
        ),
        Field("agentCode", "申报企业代码", text(18), "Customs registration of the declaring enterprise"),
        Field(
            "coElNo",
            "企业内部编号",
            text(30),
            "Number of the document inside the enterprise (tag name differs here)",
        ),
        Field(
            "preNo",
            "电子口岸编号",
            text(18),
            "Number given by the electronic port: B + YYYYMMDD + 9 digits. the enterprise must not make it up",
            optional=True,
        ),
        Field(
            "invtNo",
            "清单编号",
            text(20),
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export)",
        ),
        Field(
            "returnStatus",
            "回执状态",
            STATUS,
            "Result code, see the status chapter. negative = processing error",
        ),
        Field("returnTime", "回执时间", MOMENT_MS, "Moment of the result. YYYYMMDDhhmmssSSS"),
        Field("returnInfo", "回执信息", text(1000), "Text of the result, e.g. why it was returned"),
    ),
)
