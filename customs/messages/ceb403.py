"""CEB403Message 收款单 · Export payment receipt (money received). Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    AMOUNT,
    APP_STATUS,
    APP_TYPE,
    CURRENCY,
    GUID,
    MOMENT,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB403Message",
    label="收款单",
    meaning="Export payment receipt (money received)",
    sender="payment or e-commerce enterprise",
    document="Receipts",
    direction="E",
    receipt="CEB404Message",
    key=(
        "ebpCode",
        "ebcCode",
        "orderNo",
    ),
    exists="-401007",
    old_data="-401012",
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
            "ebpCode",
            "电商平台代码",
            text(18),
            "Customs registration (10) or social credit code (18) of the platform. export: a foreign platform without a code writes 无",
        ),
        Field(
            "ebpName",
            "电商平台/海外仓名称",
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
            "orderNo",
            "电商订单/海外仓订仓单编号",
            text(60),
            "Order number on the trading platform, unique inside that platform",
        ),
        Field(
            "payCode",
            "支付企业代码",
            text(18),
            "Customs registration of the payment enterprise. export receipts: required for domestic payment firms",
            optional=True,
        ),
        Field(
            "payName",
            "支付企业名称",
            text(100),
            "Name of the payment enterprise. export receipts, not online: 现金支付",
        ),
        Field("payNo", "支付交易编号", text(60), "Transaction id of the payment", optional=True),
        Field("charge", "收款金额", AMOUNT, "Amount collected for the order"),
        Field("currency", "币制", CURRENCY, "Customs currency code. import: fixed 142 (CNY)"),
        Field("accountingDate", "到账时间", MOMENT, "Moment the money arrived. YYYYMMDDhhmmss"),
        Field("note", "备注", text(1000), "Remark", optional=True),
    ),
)
