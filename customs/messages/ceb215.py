"""CEB215Message 退货理货明细单（运抵） · Tally/arrival list of returned goods (edition 202205). Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    APP_STATUS,
    APP_TYPE,
    GUID,
    IE_FLAG_IMPORT,
    MOMENT,
    OFFICE,
    TRANSPORT,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB215Message",
    label="退货理货明细单（运抵）",
    meaning="Tally/arrival list of returned goods (edition 202205)",
    sender="supervised-site operator",
    document="InvtRefundDetail",
    direction="E",
    receipt="CEB216Message",
    key=(
        "operatorCode",
        "coElNo",
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
            "报送状态",
            APP_STATUS,
            "Draft or real declaration. 1 stored draft 暂存, 2 declare 申报",
        ),
        Field(
            "customsCode", "关区代码", OFFICE, "Customs office that takes the declaration. 4 digits, JGS/T 18"
        ),
        Field(
            "operatorCode",
            "监管场所经营人代码",
            text(18),
            "Customs registration of the supervised-site operator. postal route: the postal enterprise",
        ),
        Field("operatorName", "监管场所经营人名称", text(100), "Name of the supervised-site operator"),
        Field("logisticsCode", "物流企业代码", text(18), "Customs registration of the logistics enterprise"),
        Field("logisticsName", "物流企业名称", text(100), "Name of the logistics enterprise"),
        Field(
            "logisticsNo",
            "物流运单号",
            text(80),
            "Parcel waybill number; the same carrier must not repeat it within 6 months. original export waybill or the inbound one",
        ),
        Field(
            "invtNo",
            "清单编号",
            text(20),
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export). the original export list",
            optional=True,
        ),
        Field(
            "coElNo",
            "企业内部编号",
            text(20),
            "Number of the document inside the enterprise (tag name differs here)",
        ),
        Field(
            "preNo",
            "电子口岸编号",
            text(18),
            "Number given by the electronic port: B + YYYYMMDD + 9 digits. o + YYYYMMDD + 9 digits",
            optional=True,
        ),
        Field(
            "billNo",
            "提运单号",
            text(37),
            "Bill of lading / master air waybill / truck manifest number. import: required for 9610, left out for 1210",
        ),
        Field("ieFlag", "进出口标识", IE_FLAG_IMPORT, "Direction. I (goods come back)"),
        Field("trafMode", "运输方式", TRANSPORT, "Transport mode. customs code, 1 character"),
        Field("trafName", "运输工具名称", text(100), "Name or number of the means of transport"),
        Field(
            "voyageNo",
            "航班航次",
            text(32),
            "Voyage or flight number. import list: required for 9610, left out for 1210",
        ),
        Field(
            "location", "卸货堆货的仓储位置", text(250), "Place of unloading in the warehouse", optional=True
        ),
        Field("note", "备注", text(250), "Remark", optional=True),
    ),
)
