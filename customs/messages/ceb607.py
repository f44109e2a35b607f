"""CEB607Message 清单总分单 · Total-split list (one bill of lading - its waybills). Source: interface specification 202205, field table and schema."""

from customs.messages.codec import UNLIMITED, Message
from customs.messages.fields import (
    AMOUNT,
    APP_STATUS,
    APP_TYPE,
    COUNT,
    GUID,
    LINE,
    MOMENT,
    OFFICE,
    PRE_NO,
    TRANSPORT,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB607Message",
    label="清单总分单",
    meaning="Total-split list (one bill of lading - its waybills)",
    sender="declaring or logistics enterprise",
    document="WayBill",
    head="WayBillHead",
    lines="WayBillList",
    max_lines=UNLIMITED,
    direction="E",
    receipt="CEB608Message",
    key=(
        "agentCode",
        "copNo",
        "msgSeqNo",
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
            "customsCode",
            "申报地海关代码",
            OFFICE,
            "Customs office that takes the declaration. 4 digits, JGS/T 18",
        ),
        Field("copNo", "企业唯一编号", text(30), "Number of the document inside the enterprise"),
        Field(
            "preNo",
            "电子口岸编号",
            PRE_NO,
            "Number given by the electronic port: B + YYYYMMDD + 9 digits. the enterprise must not make it up",
            optional=True,
        ),
        Field("agentCode", "申报企业代码", text(18), "Customs registration of the declaring enterprise"),
        Field("agentName", "申报企业名称", text(100), "Name of the declaring enterprise"),
        Field(
            "loctNo", "监管场所代码", text(10), "Supervised site, when the office has several", optional=True
        ),
        Field("trafMode", "运输方式", TRANSPORT, "Transport mode. customs code, 1 character"),
        Field("trafName", "运输工具名称", text(100), "Name or number of the means of transport"),
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
        Field(
            "domesticTrafNo",
            "境内运输工具编号",
            text(100),
            "Domestic vehicle to the supervised site, e.g. truck plate",
            optional=True,
        ),
        Field("grossWeight", "毛重（公斤）", AMOUNT, "Gross weight, kg"),
        Field("logisticsCode", "物流企业代码", text(18), "Customs registration of the logistics enterprise"),
        Field("logisticsName", "物流企业名称", text(100), "Name of the logistics enterprise"),
        Field(
            "msgCount", "报文总数", COUNT, "How many messages the document was split into. 1 when not split"
        ),
        Field(
            "msgSeqNo", "报文序号", COUNT, "Which part this is, 1..msgCount without gaps. 1 when not split"
        ),
        Field("note", "备注", text(1000), "Remark", optional=True),
    ),
    line_fields=(
        Field("gnum", "序号", LINE, "Line number, 1,2,3...; order line n corresponds to list line n"),
        Field(
            "totalPackageNo",
            "总包号",
            text(60),
            "Number of the big bag/pallet (mail: mail bag)",
            optional=True,
        ),
        Field(
            "logisticsNo",
            "物流运单编号",
            text(32),
            "Parcel waybill number; the same carrier must not repeat it within 6 months",
        ),
        Field(
            "invtNo",
            "出口清单编号",
            text(20),
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export). original export list, for returned goods",
            optional=True,
        ),
        Field("note", "备注", text(1000), "Remark", optional=True),
    ),
)
