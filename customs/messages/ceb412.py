"""CEB412Message 支付单回执 · Receipt for 411. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    GUID,
    MOMENT_MS,
    STATUS,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB412Message",
    label="支付单回执",
    meaning="Receipt for 411",
    sender="customs side",
    document="PaymentReturn",
    fields=(
        Field(
            "guid",
            "系统唯一序号",
            GUID,
            "Unique id of this document inside the sender system; the receipt echoes it. 36 chars, normally an upper-case UUID",
        ),
        Field(
            "payCode",
            "支付企业代码",
            text(18),
            "Customs registration of the payment enterprise. export receipts: required for domestic payment firms",
        ),
        Field(
            "payTransactionId",
            "支付交易编号",
            text(60),
            "Transaction id, unique inside the payment enterprise",
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
