"""CEB900Message 报文格式校验回执 · Format-check receipt, for any message that fails the schema. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    GUID,
    MOMENT_MS,
    STATUS,
    UNBOUNDED,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB900Message",
    label="报文格式校验回执",
    meaning="Format-check receipt, for any message that fails the schema",
    sender="customs side",
    document="MessageReturn",
    max_documents=1,
    fields=(
        Field(
            "guid",
            "系统唯一序号",
            GUID,
            "Unique id of this document inside the sender system; the receipt echoes it. 36 chars, normally an upper-case UUID",
        ),
        Field(
            "returnStatus",
            "回执状态",
            STATUS,
            "Result code, see the status chapter. negative = processing error",
        ),
        Field(
            "returnInfo",
            "回执详细信息",
            text(5000),
            "Text of the result, e.g. why it was returned",
            may_be_empty=True,
        ),
        Field("returnTime", "操作时间", MOMENT_MS, "Moment of the result. YYYYMMDDhhmmssSSS"),
        Field(
            "oriCopMsgId",
            "原始传输报文的copMsgId",
            text(255),
            "CopMsgId of the envelope that was rejected",
            may_be_empty=True,
        ),
        Field(
            "oriMessageType",
            "原始报文类型",
            text(15),
            "Type of the rejected message, e.g. CEB311Message. Unknown when it cannot be told",
            may_be_empty=True,
        ),
        Field("oriBizMessage", "原始报文内容", UNBOUNDED, "The rejected message itself, in CDATA"),
    ),
)
