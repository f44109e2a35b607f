"""Rules decided by other steps than the comparison: completeness, limits, identity, tax."""

from django.utils.translation import gettext_lazy as _

from customs.enums import Direction, Severity
from customs.rules.base import Step


class E01(Step):
    """E.01 Inventory, order, payment and waybill are all there before the deadline."""

    code = "E.01"
    direction = Direction.IMPORT
    severity = Severity.REJECT
    title = _("单证不齐")
    sentence = _("在等待时限内未收到订单、支付单或运单，请相关企业补报后重新申报清单。")
    field = "orderNo / logisticsNo"
    basis = "海关跨境统一版系统企业对接报文规范（202205版）"
    receipt_code = "1300"
    receipt_text = "单证不齐"


class EX1(Step):
    """E.X1 Export order, receipt and inventory agree in platform, e-commerce enterprise and order number; waybill by E.X5."""

    code = "E.X1"
    direction = Direction.EXPORT
    severity = Severity.REJECT
    title = _("出口单证不齐或主键不一致")
    sentence = _(
        "在等待时限内未找到电商平台、电商企业和订单编号均一致的订单（及收款单），或承运人与运单号一致的运单。"
    )
    field = "ebpCode / ebcCode / orderNo / logisticsNo"
    basis = "海关跨境统一版系统企业对接报文规范（202205版）表2-3、2-10"
    receipt_code = "1300"
    receipt_text = "出口单证不齐"


class EX8(Step):
    """E.X8 Whether a receipt of money is required depends on the declaration day."""

    code = "E.X8"
    direction = Direction.EXPORT
    severity = Severity.REJECT
    title = _("缺少收款单")
    sentence = _("该申报日期的出口清单须有收款单，请补报收款单后重新申报。")
    field = "orderNo"
    basis = "海关总署公告2024年第167号（2024-12-15起不再要求）"
    receipt_code = "1300"
    receipt_text = "缺少收款单"


class E17Single(Step):
    """E.17 Above the single limit with more than one item, or before 2019: general trade."""

    code = "E.17.SINGLE"
    direction = Direction.IMPORT
    severity = Severity.REJECT
    title = _("超过单次交易限值")
    sentence = _("完税价格超过单次交易限值且不是不可分割的单件商品，应按一般贸易申报。")
    field = "goodsValue"
    basis = "财关税〔2018〕49号 第一条、第二条"
    receipt_code = "-621005"
    receipt_text = "超过单次购买限值"


class E17Year(Step):
    """E.17 Above what is left of the buyer's annual limit: general trade."""

    code = "E.17.YEAR"
    direction = Direction.IMPORT
    severity = Severity.REJECT
    title = _("超过年度交易限值")
    sentence = _("订购人本年度累计交易额将超过年度限值，应按一般贸易申报。")
    field = "buyerIdNumber"
    basis = "财关税〔2018〕49号 第一条"
    receipt_code = "1313"
    receipt_text = "超过个人年度购买限值"


class E21Book(Step):
    """E.21.BOOK The account book is in force on the day, of this area enterprise, office and mode."""

    code = "E.21.BOOK"
    direction = Direction.IMPORT
    severity = Severity.REJECT
    title = _("账册不存在或未生效")
    sentence = _(
        "账册编号不存在、未经海关确认、已暂停或过期，或与区内企业、申报海关、监管方式不一致，请核对账册编号。"
    )
    field = "emsNo / areaCode"
    basis = "海关总署公告2016年第75号；海关总署公告2018年第194号"
    receipt_text = "账册不存在或未生效"


class E21Item(Step):
    """E.21.ITEM Every line names an item of the book, with its code and unit."""

    code = "E.21.ITEM"
    direction = Direction.IMPORT
    severity = Severity.REJECT
    title = _("账册中没有该料号")
    sentence = _("账册备案料号不在该账册内，或商品编码、计量单位与账册不一致，请核对料号或先办理入区。")
    field = "itemRecordNo / gcode / unit"
    basis = "海关总署公告2018年第194号"
    receipt_text = "账册中没有该料号"


class E21Balance(Step):
    """E.21.BALANCE The book holds as much as the list takes; earlier lists come first."""

    code = "E.21.BALANCE"
    direction = Direction.IMPORT
    severity = Severity.REJECT
    title = _("账册余量不足")
    sentence = _("清单数量超过账册该料号的可用数量，请更正数量，或在货物入区后重新申报。")
    field = "itemRecordNo / qty"
    basis = "海关总署公告2018年第194号"
    receipt_text = "账册余量不足"


class E18(Step):
    """E.18 The buyer's name and number agree with the population base."""

    code = "E.18"
    direction = Direction.IMPORT
    severity = Severity.REJECT
    title = _("订购人身份核验不一致")
    sentence = _("公安人口库核验订购人姓名与身份证号码不一致，请订购人更正实名信息。")
    field = "buyerName / buyerIdNumber"
    basis = "海关总署公告2018年第194号；个人信息保护法 第六条"
    receipt_code = "1300"
    receipt_text = "订购人身份核验不一致"


class E18Manual(Step):
    """E.18.M The population base does not know the number or did not answer in time: an official looks (F.2)."""

    code = "E.18.M"
    direction = Direction.IMPORT
    severity = Severity.MANUAL
    title = _("订购人身份未能核实")
    sentence = _("人口库中无此号码或未在时限内答复，转人工审核；不等同于不一致。")
    field = "buyerIdNumber"
    basis = "海关总署公告2018年第194号"


class E19(Step):
    """E.19 Tax computed again is near the tax collected with the order."""

    code = "E.19"
    direction = Direction.IMPORT
    severity = Severity.WARNING
    title = _("代扣税款与计算税款相差较大")
    sentence = _("按完税价格计算的税款与订单代扣税款相差超过容差，请核对税率和完税价格。")
    field = "taxTotal"
    basis = "业界资料（容差为可调参数）"


class Duplicate(Step):
    """Q.DUP The same purchase is declared already: same buyer, goods, price, consignee, paid within minutes."""

    code = "Q.DUP"
    direction = Direction.IMPORT
    severity = Severity.REJECT
    title = _("与已受理清单重复")
    sentence = _(
        "同一订购人的相同商品、金额、收件地址和电话已用另一订单号申报，支付时间相近，为避免重复征税予以退单；确为另一次购买的，可再次申报本清单，由关员人工审核。"
    )
    field = "orderNo"
    basis = "平台设定（防止重复征税）"
    receipt_code = "1300"
    receipt_text = "与已受理清单内容重复"


class NearDuplicate(Step):
    """Q.DUP.NEAR Nearly the same purchase is declared already: an official looks at both lists side by side."""

    code = "Q.DUP.NEAR"
    direction = Direction.IMPORT
    severity = Severity.MANUAL
    title = _("疑似与已受理清单重复")
    sentence = _("同一订购人在相近时间已申报商品、金额相近的另一清单，请关员对照两份清单后决定。")
    field = "orderNo"
    basis = "平台设定（防止重复征税）"


class Security(Step):
    """D.SECURITY The unpaid tax of the guarantor stays within what the guarantor has secured (D.8)."""

    code = "D.SECURITY"
    direction = Direction.IMPORT
    severity = Severity.MANUAL
    title = _("担保额度不足")
    sentence = _(
        "担保企业的未缴税款加上本清单税款将超过可用担保额度，暂不放行；请担保企业缴纳税款或增加担保。"
    )
    field = "assureCode"
    basis = "海关总署公告2018年第194号（担保义务）；海关法 第六十六条"
