"""Comparison of export documents: rules E.X2–E.X7."""

from django.utils.translation import gettext_lazy as _

from customs.enums import Direction, Severity
from customs.rules.base import Comparison

SPEC = "海关跨境统一版系统企业对接报文规范（202205版）"


class ExportComparison(Comparison):
    """Compares documents of an export parcel."""

    direction = Direction.EXPORT
    severity = Severity.REJECT
    basis = SPEC


class EX2(ExportComparison):
    """E.X2 The FOB value of the order is the sum of the list lines."""

    code = "E.X2"
    title = _("订单商品金额与清单合计不符")
    sentence = _("订单商品金额（FOB，不含运费）应等于清单各商品项总价之和。")
    field = "goodsValue / totalPrice"
    receipt_text = "订单金额与清单合计不符"
    fails = "abs(o.goods_value - l.list_total) > r.sum_tol"
    left = "o.goods_value::text"
    right = "l.list_total::text"


class EX3(ExportComparison):
    """E.X3 Money received is near the order; marketplaces net their fees, so this only warns."""

    code = "E.X3"
    severity = Severity.WARNING
    basis = "平台设定（5%容差）"
    title = _("收款与订单金额相差较大")
    sentence = _("收款单币制与订单不同，或收款金额与订单金额相差超过容差，请核对（平台扣费可能造成差额）。")
    field = "charge / currency"
    fails = (
        "p.id IS NOT NULL AND (p.currency <> o.currency"
        " OR abs(p.charge - o.goods_value - o.freight) > r.charge_tol * (o.goods_value + o.freight))"
    )
    left = "p.charge::text || ' ' || p.currency"
    right = "(o.goods_value + o.freight)::text || ' ' || o.currency"


class EX4(ExportComparison):
    """E.X4 A receipt of money names its payment firm, or says 现金支付."""

    code = "E.X4"
    basis = "海关跨境统一版系统企业对接报文规范（202205版）表2-10"
    title = _("收款单缺少支付企业代码")
    sentence = _("境内支付企业须填报支付企业代码；非线上支付的，支付企业名称填“现金支付”。")
    field = "payCode / payName"
    receipt_text = "收款单缺少支付企业代码"
    fails = "p.id IS NOT NULL AND p.pay_code IS NULL AND p.pay_name <> '现金支付'"
    left = "p.pay_name"


class EX5(ExportComparison):
    """E.X5 The waybill found by carrier and number weighs what the list says (it names no consignee)."""

    code = "E.X5"
    severity = Severity.WARNING
    title = _("运单重量与清单不符")
    sentence = _("运单毛重与清单毛重相差超过容差，或毛重小于净重，请核对重量。")
    field = "grossWeight"
    fails = "abs(w.gross_weight - i.gross_weight) > r.weight_tol * i.gross_weight OR i.gross_weight < i.net_weight"
    left = "w.gross_weight::text"
    right = "i.gross_weight::text || ' / ' || i.net_weight::text"


class EX6(ExportComparison):
    """E.X6 Line n of the list is line n of the order; price × quantity = total on both."""

    code = "E.X6"
    title = _("清单与订单的商品项不一致")
    sentence = _("清单与订单的商品项数、序号、数量、单价或总价不一致，请按订单更正清单。")
    field = "gnum / qty / price / totalPrice"
    receipt_code = "1322"
    receipt_text = "订单与清单商品项不一致"
    fails = "l.lines <> l.order_lines OR l.different > 0 OR l.wrong_totals > 0"
    left = "l.lines::text || ' 项 ' || coalesce(l.left_line, '')"
    right = "l.order_lines::text || ' 项 ' || coalesce(l.right_line, '')"


class EX7(ExportComparison):
    """E.X7 The producer's code is a filed code, or NO when it is not registered."""

    code = "E.X7"
    severity = Severity.WARNING
    title = _("生产销售企业代码未备案")
    sentence = _("生产销售企业未在海关注册登记的，代码应填“NO”。")
    field = "ownerCode"
    fails = "i.owner_code <> 'NO' AND NOT x.owner"
    left = "i.owner_code"


class E14X(ExportComparison):
    """E.14 for export: e-commerce, logistics and declaring enterprise are filed; a foreign platform may be 无."""

    code = "E.14.X"
    basis = "海关总署公告2018年第219号"
    title = _("出口企业未备案或备案已失效")
    sentence = _(
        "报文中的电商平台、收发货人、物流企业或申报企业未备案或备案已失效，请核对企业代码或先办理备案。"
    )
    field = "ebpCode / ebcCode / logisticsCode / agentCode"
    receipt_code = "-10102"
    receipt_text = "企业未备案或备案失效"
    fails = "NOT ((x.ebp OR i.ebp_code = '无') AND x.ebc AND x.logistics AND x.agent)"
    left = (
        "concat_ws(' ', CASE WHEN NOT x.ebp THEN 'ebpCode ' || i.ebp_code END,"
        " CASE WHEN NOT x.ebc THEN 'ebcCode ' || i.ebc_code END,"
        " CASE WHEN NOT x.logistics THEN 'logisticsCode ' || i.logistics_code END,"
        " CASE WHEN NOT x.agent THEN 'agentCode ' || i.agent_code END)"
    )
