"""CEB411Message 支付单（支付凭证） · Import payment. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    AMOUNT,
    APP_STATUS,
    APP_TYPE,
    CURRENCY,
    GUID,
    ID_TYPE,
    MOMENT,
    Field,
    Kind,
    text,
)

MESSAGE = Message(
    code="CEB411Message",
    label="支付单（支付凭证）",
    meaning="Import payment",
    sender="payment enterprise, or entrusted courier/post",
    document="Payment",
    head="PaymentHead",
    direction="I",
    receipt="CEB412Message",
    key=(
        "ebpCode",
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
            "业务状态",
            APP_STATUS,
            "Draft or real declaration. 1 stored draft 暂存, 2 declare 申报",
        ),
        Field(
            "payCode",
            "支付企业代码",
            text(18),
            "Customs registration of the payment enterprise. export receipts: required for domestic payment firms",
        ),
        Field(
            "payName",
            "支付企业名称",
            text(100),
            "Name of the payment enterprise. export receipts, not online: 现金支付",
        ),
        Field(
            "payTransactionId",
            "支付交易编号",
            text(60),
            "Transaction id, unique inside the payment enterprise",
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
            "payerIdType",
            "支付人证件类型",
            ID_TYPE,
            "Document type of the payer. 1 resident ID card, 2 other; only 1 is accepted",
        ),
        Field(
            "payerIdNumber",
            "支付人证件号码",
            text(60),
            "Document number of the payer",
            kind=Kind.RESIDENT_NUMBER,
        ),
        Field("payerName", "支付人姓名", text(60), "Real name of the payer", kind=Kind.PERSON),
        Field("telephone", "支付人电话", text(60), "Phone of the payer", optional=True, kind=Kind.PHONE),
        Field("amountPaid", "支付金额", AMOUNT, "Amount paid"),
        Field("currency", "支付币制", CURRENCY, "Customs currency code. import: fixed 142 (CNY)"),
        Field("payTime", "支付时间", MOMENT, "Moment of payment. YYYYMMDDhhmmss"),
        Field("note", "备注", text(1000), "Remark", optional=True),
    ),
)
