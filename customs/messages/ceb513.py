"""CEB513Message 运单状态 · Waybill status (signed for). Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    APP_STATUS,
    APP_TYPE,
    DELIVERY_STATE,
    GUID,
    MOMENT,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB513Message",
    label="运单状态",
    meaning="Waybill status (signed for)",
    sender="logistics enterprise",
    document="LogisticsStatus",
    direction="I",
    receipt="CEB514Message",
    key=(
        "logisticsCode",
        "logisticsNo",
        "logisticsStatus",
    ),
    exists="-505012",
    old_data="-505016",
    fields=(
        Field(
            "guid",
            "系统唯一序号",
            GUID,
            "Unique id of this document inside the sender system; the receipt echoes it. 36 chars, normally an upper-case UUID",
        ),
        Field(
            "appType",
            "报送类型",
            APP_TYPE,
            "What the sender wants done with the document. 1 new 新增, 2 change 变更, 3 delete 删除",
        ),
        Field(
            "appTime",
            "报送时间",
            MOMENT,
            "Moment the sender issued this version of the document. YYYYMMDDhhmmss",
        ),
        Field(
            "appStatus",
            "业务状态",
            APP_STATUS,
            "Draft or real declaration. 1 stored draft 暂存, 2 declare 申报",
        ),
        Field("logisticsCode", "物流企业代码", text(18), "Customs registration of the logistics enterprise"),
        Field("logisticsName", "物流企业名称", text(100), "Name of the logistics enterprise"),
        Field(
            "logisticsNo",
            "物流运单编号",
            text(60),
            "Parcel waybill number; the same carrier must not repeat it within 6 months",
        ),
        Field(
            "logisticsStatus",
            "物流运单状态",
            DELIVERY_STATE,
            "Delivery state. S signed for 签收 (only value)",
        ),
        Field("logisticsTime", "物流状态时间", MOMENT, "Moment of that state. YYYYMMDDhhmmss"),
        Field("note", "备注", text(1000), "Remark", optional=True),
    ),
)
