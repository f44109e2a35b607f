"""CEB623Message 撤销申请单 · Request to cancel an import list. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    APP_STATUS,
    APP_TYPE_NEW,
    GUID,
    ID_TYPE,
    MOMENT,
    OFFICE,
    Field,
    Kind,
    text,
)

MESSAGE = Message(
    code="CEB623Message",
    label="撤销申请单",
    meaning="Request to cancel an import list",
    sender="as 621",
    document="InvtCancel",
    direction="I",
    receipt="CEB624Message",
    key=(
        "agentCode",
        "copNo",
        "invtNo",
    ),
    exists="-623009",
    old_data="-800005",
    fields=(
        Field(
            "guid",
            "系统唯一序号",
            GUID,
            "Unique id of this document inside the sender system; the receipt echoes it. 36 chars, normally an upper-case UUID",
        ),
        Field("appType", "报送类型", APP_TYPE_NEW, "What the sender wants done with the document. 1 only"),
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
            "orderNo",
            "订单编号",
            text(60),
            "Order number on the trading platform, unique inside that platform",
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
            "电商企业代码",
            text(18),
            "Customs registration or social credit code of the e-commerce enterprise = consignor/consignee on the list",
        ),
        Field("ebcName", "电商企业名称", text(100), "Registered name of the e-commerce enterprise"),
        Field(
            "logisticsNo",
            "物流运单编号",
            text(60),
            "Parcel waybill number; the same carrier must not repeat it within 6 months",
        ),
        Field("logisticsCode", "物流企业代码", text(18), "Customs registration of the logistics enterprise"),
        Field("logisticsName", "物流企业名称", text(100), "Name of the logistics enterprise"),
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
            "invtNo",
            "清单编号",
            text(18),
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export). the list to cancel",
        ),
        Field(
            "buyerIdType",
            "订购人证件类型",
            ID_TYPE,
            "Document type of the buyer. 1 resident ID card 身份证, 2 other; only 1 is accepted",
        ),
        Field(
            "buyerIdNumber",
            "订购人证件号码",
            text(60),
            "Document number of the buyer",
            kind=Kind.RESIDENT_NUMBER,
        ),
        Field("buyerName", "订购人姓名", text(60), "Real name of the buyer", kind=Kind.PERSON),
        Field("buyerTelephone", "订购人电话", text(30), "Phone of the buyer", kind=Kind.PHONE),
        Field("agentCode", "申报企业代码", text(18), "Customs registration of the declaring enterprise"),
        Field("agentName", "申报企业名称", text(100), "Name of the declaring enterprise"),
        Field("reason", "撤单原因", text(1000), "Reason of the cancellation or return"),
        Field("note", "备注", text(1000), "Remark", optional=True),
    ),
)
