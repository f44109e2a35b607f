"""CEB606Message 撤销申请单回执 · Receipt for 605. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    GUID,
    MOMENT_MS,
    PRE_NO,
    STATUS,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB606Message",
    label="撤销申请单回执",
    meaning="Receipt for 605",
    sender="customs side",
    document="InvtCancelReturn",
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
            "原清单编号",
            text(20),
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export). the list to cancel",
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
