"""CEB605Message 撤销申请单 · Request to cancel an export list. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import Message
from customs.messages.fields import (
    APP_STATUS,
    APP_TYPE,
    GUID,
    MOMENT,
    OFFICE,
    PRE_NO,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB605Message",
    label="撤销申请单",
    meaning="Request to cancel an export list",
    sender="as 603",
    document="InvtCancel",
    direction="E",
    receipt="CEB606Message",
    key=(
        "agentCode",
        "copNo",
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
        Field(
            "invtNo",
            "原清单编号",
            text(20),
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export). the list to cancel",
        ),
        Field("reason", "撤单原因", text(1000), "Reason of the cancellation or return"),
        Field("agentCode", "申报企业代码", text(18), "Customs registration of the declaring enterprise"),
        Field("agentName", "申报企业名称", text(100), "Name of the declaring enterprise"),
        Field(
            "ebcCode",
            "收发货人代码",
            text(18),
            "Customs registration or social credit code of the e-commerce enterprise = consignor/consignee on the list",
        ),
        Field("ebcName", "收发货人名称", text(100), "Registered name of the e-commerce enterprise"),
        Field("note", "备注", text(1000), "Remark", optional=True),
    ),
)
