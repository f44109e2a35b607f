"""CEB213Message 出口退货申请单 · Request to return exported goods (edition 202205). Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    AMOUNT,
    APP_STATUS,
    APP_TYPE,
    COUNTRY,
    GOODS_CODE_EXPORT,
    GUID,
    IE_FLAG_IMPORT,
    LINE,
    MOMENT,
    OFFICE,
    TRADE_MODE,
    TRANSPORT,
    UNIT,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB213Message",
    label="出口退货申请单",
    meaning="Request to return exported goods (edition 202205)",
    sender="as 603",
    document="InvtRefund",
    head="InvtRefundHead",
    lines="InvtRefundList",
    max_lines=100,
    own_numbers=False,
    direction="E",
    receipt="CEB214Message",
    key=(
        "agentCode",
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
            "loctNo", "监管场所代码", text(10), "Supervised site, when the office has several", optional=True
        ),
        Field(
            "ebpCode",
            "电商平台代码",
            text(18),
            "Customs registration (10) or social credit code (18) of the platform. export: a foreign platform without a code writes 无",
        ),
        Field(
            "ebpName",
            "电商平台名称",
            text(100),
            "Registered name of the platform (or of the overseas warehouse for 9810)",
        ),
        Field(
            "ebcCode",
            "电商企业（收发货人）代码",
            text(18),
            "Customs registration or social credit code of the e-commerce enterprise = consignor/consignee on the list",
        ),
        Field(
            "ebcName", "电商企业（收发货人）名称", text(100), "Registered name of the e-commerce enterprise"
        ),
        Field(
            "logisticsNo",
            "物流运单编号",
            text(80),
            "Parcel waybill number; the same carrier must not repeat it within 6 months. original export waybill or the inbound one",
        ),
        Field("logisticsCode", "物流企业代码", text(18), "Customs registration of the logistics enterprise"),
        Field("logisticsName", "物流企业名称", text(100), "Name of the logistics enterprise"),
        Field(
            "coElNo",
            "企业内部标识",
            text(30),
            "Number of the document inside the enterprise (tag name differs here)",
        ),
        Field(
            "preNo",
            "电子口岸编号",
            text(18),
            "Number given by the electronic port: B + YYYYMMDD + 9 digits. the enterprise must not make it up",
            optional=True,
        ),
        Field(
            "invtNo",
            "原清单号",
            text(20),
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export). the original export list",
        ),
        Field(
            "tradeMode",
            "退货监管方式",
            TRADE_MODE,
            "Supervision mode. 9661 return of general export, 1261 return of special-zone export",
            optional=True,
        ),
        Field("agentCode", "申报企业代码", text(18), "Customs registration of the declaring enterprise"),
        Field("agentName", "申报企业名称", text(100), "Name of the declaring enterprise"),
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
            "portCode",
            "进出口岸",
            OFFICE,
            "Customs office where goods really cross the border. 4 digits, JGS/T 18",
        ),
        Field("reason", "退货原因", text(500), "Reason of the cancellation or return"),
        Field("country", "启运国（地区）", COUNTRY, "Country code. country of dispatch, not China"),
        Field(
            "voyageNo",
            "航班航次",
            text(32),
            "Voyage or flight number. import list: required for 9610, left out for 1210",
        ),
        Field("note", "备注", text(500), "Remark", optional=True),
    ),
    line_fields=(
        Field(
            "gnum",
            "商品项号",
            LINE,
            "Line number, 1,2,3...; order line n corresponds to list line n. line number on the original list",
        ),
        Field(
            "gcode",
            "商品编码",
            GOODS_CODE_EXPORT,
            "HS code, 10 digits. export simplified mode: only the first 4 are classified",
        ),
        Field("gname", "商品名称", text(250), "Goods name, must be truthful and agree with the order"),
        Field(
            "gmodel",
            "规格型号",
            text(250),
            "Specification for classification and valuation: name, brand, model, composition, grade...",
        ),
        Field("qty", "申报数量", AMOUNT, "Quantity in the declared unit. not above the original list"),
        Field(
            "qty1", "法定数量", AMOUNT, "Quantity in the first statutory unit. not above the original list"
        ),
        Field("unit", "申报计量单位", UNIT, "Unit of the declared quantity. customs unit code"),
        Field("unit1", "法定计量单位", UNIT, "First statutory unit. customs unit code"),
        Field(
            "qty2",
            "法定第二数量",
            AMOUNT,
            "Quantity in the second statutory unit. not above the original list",
            optional=True,
        ),
        Field(
            "unit2",
            "法定第二计量单位",
            UNIT,
            "Second statutory unit. customs unit code; present exactly when qty2 is",
            optional=True,
        ),
        Field("note", "备注", text(500), "Remark", optional=True),
    ),
)
