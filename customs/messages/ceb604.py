"""CEB604Message 出口清单回执 · Receipt for 603. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    ANY_CHARACTER,
    GUID,
    MOMENT_MS,
    PRE_NO,
    STATUS,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB604Message",
    label="出口清单回执",
    meaning="Receipt for 603",
    sender="customs side",
    document="InventoryReturn",
    fields=(
        Field(
            "guid",
            "系统唯一序号",
            GUID,
            "Unique id of this document inside the sender system; the receipt echoes it. 36 chars, normally an upper-case UUID",
        ),
        Field("agentCode", "申报企业代码", text(18), "Customs registration of the declaring enterprise"),
        Field("copNo", "企业唯一编号", text(30), "Number of the document inside the enterprise"),
        Field(
            "preNo",
            "电子口岸编号",
            PRE_NO,
            "Number given by the electronic port: B + YYYYMMDD + 9 digits. the enterprise must not make it up",
            optional=True,
        ),
        Field(
            "invtNo",
            "清单编号",
            text(20),
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export)",
            optional=True,
        ),
        Field(
            "ebcCode",
            "收发货人代码",
            text(18),
            "Customs registration or social credit code of the e-commerce enterprise = consignor/consignee on the list",
        ),
        Field(
            "ebpCode",
            "电商平台代码",
            text(18),
            "Customs registration (10) or social credit code (18) of the platform. export: a foreign platform without a code writes 无",
        ),
        Field(
            "orderNo",
            "订单编号",
            text(60),
            "Order number on the trading platform, unique inside that platform",
        ),
        Field(
            "statisticsFlag",
            "申报业务类型",
            ANY_CHARACTER,
            "Treatment of the export list. A simplified declaration 简化申报, B summary declaration 汇总申报",
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
