"""CEB792Message 汇总结果单 · Result of the summarising. Source: interface specification 202205, field table and schema."""

from customs.messages.codec import UNLIMITED, Message
from customs.messages.fields import (
    AMOUNT,
    COUNT,
    CUSTOMS_NUMBER,
    GOODS_CODE,
    GUID,
    LINE,
    MOMENT_MS,
    OFFICE,
    Field,
    text,
)

MESSAGE = Message(
    code="CEB792Message",
    label="汇总结果单",
    meaning="Result of the summarising",
    sender="customs side",
    document="SummaryResult",
    head="SummaryResultHead",
    lines="SummaryResultList",
    max_lines=UNLIMITED,
    min_lines=0,
    fields=(
        Field(
            "guid",
            "系统唯一序号",
            GUID,
            "Unique id of this document inside the sender system; the receipt echoes it. 36 chars, normally an upper-case UUID",
        ),
        Field(
            "customsCode",
            "申报地海关代码",
            OFFICE,
            "Customs office that takes the declaration. 4 digits, JGS/T 18",
        ),
        Field("sumNo", "汇总申请编号", CUSTOMS_NUMBER, "Number of the summary application given by customs"),
        Field("opDate", "汇总处理时间", MOMENT_MS, "Moment customs summarised. YYYYMMDDhhmmssSSS"),
        Field("declSeqNo", "汇总统一编号", CUSTOMS_NUMBER, "Unified number, one per customs declaration"),
        Field(
            "decTmpNo",
            "电子口岸暂存编号",
            CUSTOMS_NUMBER,
            "Draft number of the declaration, returned later",
            optional=True,
        ),
        Field(
            "decPreNo",
            "电子口岸预录入编",
            CUSTOMS_NUMBER,
            "Pre-entry number of the declaration, returned later",
            optional=True,
        ),
        Field(
            "entryId",
            "报关单编号",
            CUSTOMS_NUMBER,
            "Number of the customs declaration, returned later",
            optional=True,
        ),
        Field("decState", "报关单状态", text(3), "State of the declaration. values not published"),
        Field("agentCode", "申报企业代码", text(18), "Customs registration of the declaring enterprise"),
        Field("agentName", "申报企业名称", text(100), "Name of the declaring enterprise"),
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
        Field("grossWeight", "毛重（公斤）", AMOUNT, "Gross weight, kg"),
        Field("netWeight", "净重（公斤）", AMOUNT, "Net weight, kg. not above grossWeight"),
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
            "Number of the list given by customs: 4 office + 4 year + I/E + 9 digits (up to 11 since 2022, export). a list that was summarised",
        ),
        Field(
            "logisticsNo",
            "物流运单编号",
            text(32),
            "Parcel waybill number; the same carrier must not repeat it within 6 months",
        ),
        Field("gseqno", "汇总结果单顺序号", LINE, "Line number in the summary result", optional=True),
        Field("gnum", "清单商品项号", LINE, "Line number, 1,2,3...; order line n corresponds to list line n"),
        Field(
            "gcode",
            "清单商品编码",
            GOODS_CODE,
            "HS code, 10 digits. export simplified mode: only the first 4 are classified",
        ),
    ),
)
