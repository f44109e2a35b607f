"""CEB514Message 运单状态回执 · Receipt for 513. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    DELIVERY_STATE,
    GUID,
    MOMENT_MS,
    STATUS,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB514Message",
    label="运单状态回执",
    meaning="Receipt for 513",
    sender="customs side",
    document="LogisticsStatusReturn",
    fields=(
        Field(
            "guid",
            "系统唯一序号",
            GUID,
            "Unique id of this document inside the sender system; the receipt echoes it. 36 chars, normally an upper-case UUID",
        ),
        Field("logisticsCode", "物流企业代码", text(18), "Customs registration of the logistics enterprise"),
        Field(
            "logisticsNo",
            "物流运单编号",
            text(60),
            "Parcel waybill number; the same carrier must not repeat it within 6 months",
        ),
        Field(
            "logisticsStatus", "物流状态", DELIVERY_STATE, "Delivery state. S signed for 签收 (only value)"
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
