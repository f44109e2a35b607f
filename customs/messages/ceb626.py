"""CEB626Message 退货申请单回执 · Receipt for 625. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    CUSTOMS_NUMBER,
    GUID,
    MOMENT_MS,
    OFFICE,
    PRE_NO,
    STATUS,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB626Message",
    label="退货申请单回执",
    meaning="Receipt for 625",
    sender="customs side",
    document="InvtRefundReturn",
    fields=(
        Field(
            "guid",
            "系统唯一序号",
            GUID,
            "Unique id of this document inside the sender system; the receipt echoes it. 36 chars, normally an upper-case UUID",
        ),
        Field(
            "customsCode",
            "申报海关代码",
            OFFICE,
            "Customs office that takes the declaration. 4 digits, JGS/T 18",
            optional=True,
        ),
        Field(
            "agentCode",
            "申报企业代码",
            text(18),
            "Customs registration of the declaring enterprise",
            optional=True,
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
        Field("copNo", "企业内部编号", text(20), "Number of the document inside the enterprise"),
        Field(
            "preNo",
            "预录入编号",
            PRE_NO,
            "Number given by the electronic port: B + YYYYMMDD + 9 digits. the enterprise must not make it up",
            optional=True,
        ),
        Field(
            "invtNo",
            "清单编号",
            CUSTOMS_NUMBER,
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export). the list the goods were imported on",
            optional=True,
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
