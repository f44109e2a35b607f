"""CEB508Message 运抵单回执 · Receipt for 507. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    COUNT,
    GUID,
    MOMENT_MS,
    PRE_NO,
    STATUS,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB508Message",
    label="运抵单回执",
    meaning="Receipt for 507",
    sender="customs side",
    document="ArrivalReturn",
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
            "preNo",
            "电子口岸编号",
            PRE_NO,
            "Number given by the electronic port: B + YYYYMMDD + 9 digits. the enterprise must not make it up",
            optional=True,
        ),
        Field("copNo", "企业唯一编号", text(30), "Number of the document inside the enterprise"),
        Field(
            "billNo",
            "提运单号",
            text(37),
            "Bill of lading / master air waybill / truck manifest number. import: required for 9610, left out for 1210",
        ),
        Field(
            "msgSeqNo", "报文序号", COUNT, "Which part this is, 1..msgCount without gaps. 1 when not split"
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
