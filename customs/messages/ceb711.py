"""CEB711Message 入库明细单 · Warehousing list (goods entered the supervised site). Source: interface specification 202205, field table and schema."""

from customs.messages.codec import UNLIMITED, Message
from customs.messages.fields import (
    APP_STATUS,
    APP_TYPE,
    GUID,
    IE_FLAG_IMPORT,
    LINE,
    MOMENT,
    OFFICE,
    TRANSPORT,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB711Message",
    label="入库明细单",
    meaning="Warehousing list (goods entered the supervised site)",
    sender="supervised-site operator",
    document="Delivery",
    head="DeliveryHead",
    lines="DeliveryList",
    max_lines=UNLIMITED,
    max_documents=1,
    direction="I",
    receipt="CEB712Message",
    key=(
        "operatorCode",
        "copNo",
    ),
    exists="-800003",
    old_data="-800005",
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
        Field(
            "customsCode",
            "申报海关代码",
            OFFICE,
            "Customs office that takes the declaration. 4 digits, JGS/T 18",
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
            "operatorCode",
            "监管场所经营人代码",
            text(18),
            "Customs registration of the supervised-site operator. postal route: the postal enterprise",
        ),
        Field("operatorName", "监管场所经营人名称", text(100), "Name of the supervised-site operator"),
        Field("ieFlag", "进出口标记", IE_FLAG_IMPORT, "Direction. I import, E export"),
        Field("trafMode", "运输方式", TRANSPORT, "Transport mode. customs code, 1 character"),
        Field(
            "trafNo",
            "运输工具编号",
            text(100),
            "Name or number of the means of transport. import list: required for 9610, left out for 1210",
        ),
        Field(
            "voyageNo",
            "航班航次号",
            text(32),
            "Voyage or flight number. import list: required for 9610, left out for 1210",
        ),
        Field(
            "billNo",
            "提运单号",
            text(37),
            "Bill of lading / master air waybill / truck manifest number. import: required for 9610, left out for 1210",
        ),
        Field("logisticsCode", "物流企业代码", text(18), "Customs registration of the logistics enterprise"),
        Field("logisticsName", "物流企业名称", text(100), "Name of the logistics enterprise"),
        Field("unloadLocation", "卸货库位", text(100), "Place of unloading in the warehouse", optional=True),
        Field("note", "备注", text(1000), "Remark", optional=True),
    ),
    line_fields=(
        Field("gnum", "序号", LINE, "Line number, 1,2,3...; order line n corresponds to list line n"),
        Field(
            "logisticsNo",
            "物流运单编号",
            text(60),
            "Parcel waybill number; the same carrier must not repeat it within 6 months",
        ),
        Field("note", "备注", text(1000), "Remark", optional=True),
    ),
)
