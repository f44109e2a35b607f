"""CEB712Message 入库明细单回执 · Receipt for 711. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    GUID,
    MOMENT_MS,
    OFFICE,
    STATUS,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB712Message",
    label="入库明细单回执",
    meaning="Receipt for 711",
    sender="customs side",
    document="DeliveryReturn",
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
            "operatorCode",
            "监管场所经营人代码",
            text(18),
            "Customs registration of the supervised-site operator. postal route: the postal enterprise",
            optional=True,
        ),
        Field(
            "copNo", "企业内部编号", text(20), "Number of the document inside the enterprise", optional=True
        ),
        Field(
            "preNo",
            "预录入编号",
            text(18),
            "Number given by the electronic port: B + YYYYMMDD + 9 digits. the enterprise must not make it up",
            optional=True,
        ),
        Field(
            "rkdNo", "入库单编号", text(18), "Number of the warehousing list given by customs", optional=True
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
