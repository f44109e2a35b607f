"""CEB505Message 物流运单 · Export waybill. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    AMOUNT,
    APP_STATUS,
    APP_TYPE,
    COUNT,
    CURRENCY,
    GUID,
    MOMENT,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB505Message",
    label="物流运单",
    meaning="Export waybill",
    sender="logistics enterprise",
    document="Logistics",
    direction="E",
    receipt="CEB506Message",
    key=(
        "logisticsCode",
        "logisticsNo",
    ),
    exists="-504015",
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
            "报送状态",
            APP_STATUS,
            "Draft or real declaration. 1 stored draft 暂存, 2 declare 申报",
        ),
        Field("logisticsCode", "物流企业代码", text(18), "Customs registration of the logistics enterprise"),
        Field("logisticsName", "物流企业名称", text(100), "Name of the logistics enterprise"),
        Field(
            "logisticsNo",
            "物流运单编号",
            text(32),
            "Parcel waybill number; the same carrier must not repeat it within 6 months",
        ),
        Field("freight", "运费", AMOUNT, "Freight and charges; 0 when none"),
        Field("insuredFee", "保价费", AMOUNT, "Insurance fee; 0 when none"),
        Field("currency", "币制", CURRENCY, "Customs currency code. import: fixed 142 (CNY)"),
        Field("grossWeight", "毛重", AMOUNT, "Gross weight, kg"),
        Field("packNo", "件数", COUNT, "Number of parcels. import: fixed 1"),
        Field("goodsInfo", "主要货物信息", text(200), "Goods as the carrier can see them: name, quantity..."),
        Field(
            "ebcCode",
            "电商企业代码",
            text(18),
            "Customs registration or social credit code of the e-commerce enterprise = consignor/consignee on the list",
            optional=True,
        ),
        Field(
            "ebcName",
            "电商企业名称",
            text(100),
            "Registered name of the e-commerce enterprise",
            optional=True,
        ),
        Field("ebcTelephone", "电商企业电话", text(50), "Phone of the e-commerce enterprise", optional=True),
        Field("note", "备注", text(1000), "Remark", optional=True),
    ),
)
