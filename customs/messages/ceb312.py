"""CEB312Message 电子订单回执 · Receipt for 311. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    GUID,
    MOMENT_MS,
    STATUS,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB312Message",
    label="电子订单回执",
    meaning="Receipt for 311",
    sender="customs side",
    document="OrderReturn",
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
        ),
        Field(
            "ebcCode",
            "电商企业代码",
            text(18),
            "Customs registration or social credit code of the e-commerce enterprise = consignor/consignee on the list",
        ),
        Field(
            "orderNo",
            "订单编号",
            text(60),
            "Order number on the trading platform, unique inside that platform",
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
