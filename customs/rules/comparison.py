"""Comparison of the three documents and the inventory, import: rules E.02–E.22."""

from django.utils.translation import gettext_lazy as _

from customs.enums import Direction, Severity
from customs.rules.base import Comparison

SPEC = "海关跨境统一版系统企业对接报文规范（202205版）"


class ImportComparison(Comparison):
    """Compares documents of an import parcel."""

    direction = Direction.IMPORT
    severity = Severity.REJECT
    basis = SPEC


class E02(ImportComparison):
    """E.02 The buyer of the order is the payer: number and name."""

    code = "E.02"
    title = _("订购人与支付人不一致")
    sentence = _("订单的订购人与支付单的支付人姓名或证件号码不一致，请核对后由支付企业或电商平台更正重报。")
    field = "buyerIdNumber / payerIdNumber"
    receipt_code = "1327"
    receipt_text = "订单订购人与支付单支付人姓名或证件号不一致"
    fails = (
        "o.buyer_id_hash <> p.payer_id_hash OR (o.buyer_name <> p.payer_name"
        " AND customs_plain_name(o.buyer_name) <> customs_plain_name(p.payer_name))"
    )
    left = "o.buyer_id_mask || ' ' || customs_mask_name(o.buyer_name)"
    right = "p.payer_id_mask || ' ' || customs_mask_name(p.payer_name)"


class E03(ImportComparison):
    """E.03 The buyer of the inventory is the buyer of the order."""

    code = "E.03"
    title = _("清单与订单的订购人不一致")
    sentence = _("清单的订购人与订单的订购人姓名或证件号码不一致，请按订单更正清单。")
    field = "buyerIdNumber / buyerName"
    receipt_code = "13127"
    receipt_text = "清单订购人与订单订购人不一致"
    fails = (
        "i.buyer_id_hash <> o.buyer_id_hash OR (i.buyer_name <> o.buyer_name"
        " AND customs_plain_name(i.buyer_name) <> customs_plain_name(o.buyer_name))"
    )
    left = "i.buyer_id_mask || ' ' || customs_mask_name(i.buyer_name)"
    right = "o.buyer_id_mask || ' ' || customs_mask_name(o.buyer_name)"


class E04(ImportComparison):
    """E.04 The payment enterprise named in the order is the one that sent the payment."""

    code = "E.04"
    title = _("支付企业不一致")
    sentence = _("订单填报的支付企业与支付单的支付企业不一致，请核对支付企业代码。")
    field = "payCode"
    receipt_code = "13035"
    receipt_text = "支付企业不一致"
    fails = "o.pay_code IS NOT NULL AND o.pay_code <> p.pay_code"
    left = "o.pay_code"
    right = "p.pay_code"


class E05(ImportComparison):
    """E.05 What the order says was paid is what the payment says, to the cent."""

    code = "E.05"
    title = _("实际支付金额与支付单不一致")
    sentence = _("订单的实际支付金额与支付单的支付金额不相等，两者必须完全一致。")
    field = "acturalPaid / amountPaid"
    receipt_text = "订单实际支付金额与支付单支付金额不一致"
    fails = "o.actual_paid <> p.amount_paid"
    left = "o.actual_paid::text"
    right = "p.amount_paid::text"


class E06(ImportComparison):
    """E.06 goodsValue + freight + taxTotal − discount = acturalPaid."""

    code = "E.06"
    title = _("订单金额合计不符")
    sentence = _("商品价格＋运杂费＋代扣税款－非现金抵扣金额应等于实际支付金额，请更正订单金额。")
    field = "acturalPaid"
    receipt_text = "订单金额合计不符"
    fails = "abs(o.goods_value + o.freight + o.tax_total - o.discount - o.actual_paid) > r.sum_tol"
    left = "(o.goods_value + o.freight + o.tax_total - o.discount)::text"
    right = "o.actual_paid::text"


class E07(ImportComparison):
    """E.07 Unit price × quantity = line total, on both documents."""

    code = "E.07"
    title = _("单价乘数量不等于总价")
    sentence = _("商品项的单价乘以数量与总价不符，请更正订单或清单的商品项。")
    field = "price / qty / totalPrice"
    receipt_text = "单价乘数量与总价不符"
    fails = "l.wrong_totals > 0"
    left = "l.wrong_totals::text || ' ' || '项'"


class E08(ImportComparison):
    """E.08 The lines of the order add up to its goods value."""

    code = "E.08"
    title = _("订单商品合计与商品价格不符")
    sentence = _("订单各商品项总价之和应等于商品价格，请更正订单。")
    field = "goodsValue"
    receipt_text = "订单商品合计不符"
    fails = "abs(l.order_total - o.goods_value) > r.sum_tol"
    left = "l.order_total::text"
    right = "o.goods_value::text"


class E09(ImportComparison):
    """E.09 The lines of the inventory are the lines of the order."""

    code = "E.09"
    title = _("清单与订单的商品项不一致")
    sentence = _("清单与订单的商品项数、序号、名称、数量、单位、单价或原产国不一致，请按订单更正清单。")
    field = "gnum / gname / qty / unit / price / country"
    receipt_code = "1322"
    receipt_text = "订单与清单商品项不一致"
    fails = "l.lines <> l.order_lines OR l.different > 0"
    left = "l.lines::text || ' 项 ' || coalesce(l.left_line, '')"
    right = "l.order_lines::text || ' 项 ' || coalesce(l.right_line, '')"


class E10(ImportComparison):
    """E.10 The consignee of the order is the consignee of the waybill (never the buyer: rules S.2)."""

    code = "E.10"
    title = _("收货人与运单不一致")
    sentence = _("订单的收货人姓名、电话或地址与运单不一致，请核对后更正订单或运单。")
    field = "consignee / consigneeTelephone / consigneeAddress"
    receipt_text = "订单收货人与运单收货人不一致"
    fails = (
        "(o.consignee <> w.consignee AND customs_plain_name(o.consignee) <> customs_plain_name(w.consignee))"
        " OR (o.consignee_telephone <> w.consignee_telephone"
        " AND customs_plain_phone(o.consignee_telephone) <> customs_plain_phone(w.consignee_telephone))"
        " OR a.likeness < r.address_manual"
    )
    left = (
        "customs_mask_name(o.consignee) || ' ' || customs_mask_phone(o.consignee_telephone)"
        " || ' ' || customs_mask_address(o.consignee_address)"
    )
    right = (
        "customs_mask_name(w.consignee) || ' ' || customs_mask_phone(w.consignee_telephone)"
        " || ' ' || customs_mask_address(w.consignee_address)"
    )


class E10M(ImportComparison):
    """E.10.M The two addresses are alike but not the same: an official looks (rules E.4)."""

    code = "E.10.M"
    severity = Severity.MANUAL
    title = _("收货地址相近但不相同")
    sentence = _("订单与运单的收货地址相近但不完全一致，转人工审核。")
    field = "consigneeAddress"
    fails = "a.likeness >= r.address_manual AND a.likeness < r.address_pass"
    left = "customs_mask_address(o.consignee_address)"
    right = "customs_mask_address(w.consignee_address) || ' ' || round(a.likeness::numeric, 2)::text"


class E11(ImportComparison):
    """E.11 Freight and insurance of the inventory are what the carrier charged."""

    code = "E.11"
    severity = Severity.WARNING
    title = _("运保费与运单不一致")
    sentence = _("清单的运费或保费与运单不一致，应为物流企业实际收取的费用。")
    field = "freight / insuredFee"
    fails = "abs(i.freight - w.freight) > r.sum_tol OR abs(i.insured_fee - w.insured_fee) > r.sum_tol"
    left = "i.freight::text || ' / ' || i.insured_fee::text"
    right = "w.freight::text || ' / ' || w.insured_fee::text"


class E12(ImportComparison):
    """E.12 One parcel each: packNo is 1 on waybill and inventory."""

    code = "E.12"
    title = _("件数必须为1")
    sentence = _("进口运单和清单的件数固定为1，请更正件数。")
    field = "packNo"
    receipt_text = "件数必须为1"
    fails = "w.pack_no <> 1 OR i.pack_no <> 1"
    left = "i.pack_no::text"
    right = "w.pack_no::text"


class E13(ImportComparison):
    """E.13 Gross weight not below net weight, waybill weight near gross weight."""

    code = "E.13"
    severity = Severity.WARNING
    basis = "平台设定（5%容差）"
    title = _("重量不符")
    sentence = _("毛重不应小于净重，且运单重量与清单毛重相差不应超过容差。")
    field = "grossWeight / netWeight / weight"
    fails = "i.gross_weight < i.net_weight OR abs(w.weight - i.gross_weight) > r.weight_tol * i.gross_weight"
    left = "i.gross_weight::text || ' / ' || i.net_weight::text"
    right = "w.weight::text"


class E14(ImportComparison):
    """E.14 Platform, e-commerce, payment, logistics and declaring enterprise are filed and active."""

    code = "E.14"
    basis = "海关总署公告2018年第219号"
    title = _("企业未备案或备案已失效")
    sentence = _(
        "报文中的电商平台、电商企业、支付企业、物流企业或申报企业未备案或备案已失效，请核对企业代码或先办理备案。"
    )
    field = "ebpCode / ebcCode / payCode / logisticsCode / agentCode"
    receipt_code = "-10102"
    receipt_text = "企业未备案或备案失效"
    fails = "NOT (x.ebp AND x.ebc AND x.payment AND x.logistics AND x.agent)"
    left = (
        "concat_ws(' ', CASE WHEN NOT x.ebp THEN 'ebpCode ' || i.ebp_code END,"
        " CASE WHEN NOT x.ebc THEN 'ebcCode ' || i.ebc_code END,"
        " CASE WHEN NOT x.payment THEN 'payCode ' || p.pay_code END,"
        " CASE WHEN NOT x.logistics THEN 'logisticsCode ' || i.logistics_code END,"
        " CASE WHEN NOT x.agent THEN 'agentCode ' || i.agent_code END)"
    )


class E15(ImportComparison):
    """E.15 Paid before declared and before the parcel was handed over."""

    code = "E.15"
    severity = Severity.WARNING
    basis = "平台设定"
    title = _("时间顺序不合理")
    sentence = _("支付时间晚于清单申报时间或运单时间，请核对支付时间。")
    field = "payTime"
    fails = "i.app_time < p.pay_time OR w.app_time < p.pay_time"
    left = "to_char(p.pay_time AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')"
    right = "to_char(least(i.app_time, w.app_time) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')"


class E16(ImportComparison):
    """E.16 Import retail is in CNY only (142)."""

    code = "E.16"
    title = _("币制必须为人民币")
    sentence = _("零售进口各单证的币制必须为人民币（142），请更正币制。")
    field = "currency"
    receipt_text = "币制必须为142"
    fails = (
        "o.currency <> '142' OR p.currency <> '142' OR w.currency <> '142' OR i.currency <> '142'"
        " OR l.foreign_currency > 0"
    )
    left = "i.currency || ' ' || o.currency"
    right = "p.currency || ' ' || w.currency"


class E20(ImportComparison):
    """E.20 The goods are on the positive list and may come in this mode."""

    code = "E.20"
    basis = "财政部等八部门公告2022年第7号（正面清单）"
    title = _("商品不在正面清单内")
    sentence = _(
        "商品编码不在跨境电商零售进口正面清单内，或该商品不得以此监管方式进口，请核对商品编码或改按一般贸易申报。"
    )
    field = "gcode"
    receipt_text = "商品不在正面清单内"
    fails = "l.off_list > 0"
    left = "l.off_list_codes"
    right = "i.trade_mode"


class E21(ImportComparison):
    """E.21 Bonded goods carry account book, area enterprise and item record number."""

    code = "E.21"
    title = _("保税商品未填账册或备案料号")
    sentence = _("保税进口（1210、1239）须填报账册编号、区内企业和每项商品的账册备案料号。")
    field = "emsNo / areaCode / itemRecordNo"
    receipt_text = "商品未备案"
    fails = (
        "i.trade_mode IN ('1210', '1239') AND (i.ems_no IS NULL OR i.area_code IS NULL OR l.unrecorded > 0)"
    )
    left = "concat_ws(' ', i.ems_no, i.area_code)"
    right = "l.unrecorded::text"


class E22(ImportComparison):
    """E.22 The guarantor is the platform, the e-commerce or the logistics enterprise of the inventory."""

    code = "E.22"
    title = _("担保企业不符")
    sentence = _("担保企业只能是清单中的电商平台、电商企业或物流企业，请更正担保企业编号。")
    field = "assureCode"
    receipt_text = "担保企业不符"
    fails = "i.assure_code NOT IN (i.ebp_code, i.ebc_code, i.logistics_code)"
    left = "i.assure_code"
    right = "concat_ws(' ', i.ebp_code, i.ebc_code, i.logistics_code)"
