"""CEB216Message 退货理货明细单回执 · Receipt for 215. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    GUID,
    MOMENT_MS,
    STATUS,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB216Message",
    label="退货理货明细单回执",
    meaning="Receipt for 215",
    sender="customs side",
    document="InvtRefundDetailReturn",
    fields=(
        Field(
            "guid",
            "系统唯一序号",
            GUID,
            "Unique id of this document inside the sender system; the receipt echoes it. 36 chars, normally an upper-case UUID",
        ),
        Field(
            "operatorCode",
            "监管场所经营人代码",
            text(18),
            "Customs registration of the supervised-site operator. postal route: the postal enterprise",
        ),
        Field("logisticsCode", "物流企业代码", text(18), "Customs registration of the logistics enterprise"),
        Field(
            "logisticsNo",
            "物流运单号",
            text(80),
            "Parcel waybill number; the same carrier must not repeat it within 6 months",
        ),
        Field(
            "coElNo",
            "企业内部编号",
            text(30),
            "Number of the document inside the enterprise (tag name differs here)",
        ),
        Field(
            "preNo",
            "预录入编号",
            text(18),
            "Number given by the electronic port: B + YYYYMMDD + 9 digits. the enterprise must not make it up",
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
