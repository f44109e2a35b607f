"""CEB701Message 汇总申请单 · Request to summarise lists into a customs declaration. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import UNLIMITED, Message
from customs.messages.fields import (
    ANY_CHARACTER,
    APP_STATUS,
    APP_TYPE,
    COUNT,
    GUID,
    MOMENT,
    OFFICE,
    SUMMARY_FLAG,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB701Message",
    label="汇总申请单",
    meaning="Request to summarise lists into a customs declaration",
    sender="declaring enterprise",
    document="SummaryApply",
    head="SummaryApplyHead",
    lines="SummaryApplyList",
    max_lines=UNLIMITED,
    min_lines=0,
    line_key="invtNo",
    direction="E",
    receipt="CEB702Message",
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
            text(18),
            "Number given by the electronic port: B + YYYYMMDD + 9 digits. the enterprise must not make it up",
            optional=True,
        ),
        Field(
            "sumNo",
            "汇总申请编号",
            text(18),
            "Number of the summary application given by customs",
            optional=True,
        ),
        Field("agentCode", "申报单位代码", text(18), "Customs registration of the declaring enterprise"),
        Field("agentName", "申报单位名称", text(100), "Name of the declaring enterprise"),
        Field(
            "ebcCode",
            "收发货人代码",
            text(18),
            "Customs registration or social credit code of the e-commerce enterprise = consignor/consignee on the list",
        ),
        Field("ebcName", "收发货人名称", text(100), "Registered name of the e-commerce enterprise"),
        Field(
            "declAgentCode",
            "报关单位代码",
            text(18),
            "Code of the broker that will lodge the summarised declaration",
        ),
        Field("declAgentName", "报关单位名称", text(100), "Name of that broker"),
        Field(
            "startTime",
            "汇总开始时间",
            MOMENT,
            "Summarise the lists from this moment; comes together with endTime; lists in the body are then ignored. YYYYMMDDhhmmss",
            optional=True,
        ),
        Field(
            "endTime",
            "汇总结束时间",
            MOMENT,
            "...until this moment, not before startTime. YYYYMMDDhhmmss",
            optional=True,
        ),
        Field(
            "loctNo", "监管场所代码", text(10), "Supervised site, when the office has several", optional=True
        ),
        Field(
            "summaryFlag",
            "收发货人汇总标志",
            SUMMARY_FLAG,
            "Grouping. 1 by consignor only, 2 by consignor and producer",
        ),
        Field(
            "itemNameFlag",
            "按商品名汇总标志",
            ANY_CHARACTER,
            "1: group by the original goods name; otherwise by general category. 1",
        ),
        Field(
            "msgCount", "报文总数", COUNT, "How many messages the document was split into. 1 when not split"
        ),
        Field(
            "msgSeqNo", "报文序号", COUNT, "Which part this is, 1..msgCount without gaps. 1 when not split"
        ),
        Field("note", "备注", text(1000), "Remark", optional=True),
    ),
    line_fields=(
        Field(
            "invtNo",
            "清单编号",
            text(20),
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export). a list to summarise",
        ),
    ),
)
