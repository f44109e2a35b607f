"""Supervision modes: which is used where and when, and what makes an export a B2B export (rules A, A.1, A.2)."""

from django.utils.translation import gettext_lazy as _

from customs.enums import Direction, Severity
from customs.rules.base import Comparison

PILOT = "海关总署公告2020年第75号"
TABLE = "9710/9810监管方式对照表"
IN_MODES = "r.modes->'{name}' ? i.customs_code"


class AImportMode(Comparison):
    """A.MODE.I Retail imports are 9610, or bonded 1210 and 1239."""

    code = "A.MODE.I"
    direction = Direction.IMPORT
    severity = Severity.REJECT
    title = _("进口清单不适用该监管方式")
    sentence = _(
        "零售进口清单的监管方式只能是9610（直购进口）、1210（网购保税）或1239（保税电商A），请更正监管方式。"
    )
    field = "tradeMode"
    basis = "海关跨境统一版系统企业对接报文规范（202205版）表3-31；海关总署公告2016年第75号"
    receipt_text = "进口清单监管方式不符"
    fails = "i.trade_mode NOT IN ('9610', '1210', '1239')"
    left = "i.trade_mode"


class A1210(Comparison):
    """A.1210 Bonded import 1210 only in the cities that have it on the day."""

    code = "A.1210"
    direction = Direction.IMPORT
    severity = Severity.REJECT
    title = _("该关区不适用1210监管方式")
    sentence = _(
        "申报之日申报地海关所在城市不在1210网购保税进口城市名单内，请改按1239（保税电商A）申报或更正申报海关。"
    )
    field = "tradeMode / customsCode"
    basis = "海关总署公告2016年第75号；商财发〔2018〕486号"
    receipt_text = "该关区不适用1210监管方式"
    fails = f"i.trade_mode = '1210' AND {IN_MODES.format(name='no_1210')}"
    left = "i.trade_mode"
    right = "i.customs_code"


class A1239(Comparison):
    """A.1239 Bonded import 1239 not in the ten cities (from 2016-12-01), nor before it existed."""

    code = "A.1239"
    direction = Direction.IMPORT
    severity = Severity.REJECT
    title = _("该关区不适用1239监管方式")
    sentence = _(
        "天津、上海、杭州、宁波、福州、平潭、郑州、广州、深圳、重庆不适用1239监管方式，且该方式自2016年12月1日起施行；请改按1210申报。"
    )
    field = "tradeMode / customsCode"
    basis = "海关总署公告2016年第75号"
    receipt_text = "该关区不适用1239监管方式"
    fails = (
        f"i.trade_mode = '1239' AND ({IN_MODES.format(name='no_1239')} OR i.decl_time < date '2016-12-01')"
    )
    left = "i.trade_mode"
    right = "i.customs_code"


class ExportMode(Comparison):
    """A rule about the mode of an export."""

    direction = Direction.EXPORT
    severity = Severity.REJECT


class AMode(ExportMode):
    """A.MODE B2B exports are declared in a mode that exists on the day: 0110 with DS before 2020-07-01, 9710 or 9810 from then on."""

    code = "A.MODE"
    title = _("申报之日不适用该监管方式")
    sentence = _(
        "2020年7月1日以前申报的B2B出口适用0110（合同号前加DS），此后适用9710（B2B直接出口）或9810（出口海外仓），请按申报日期更正监管方式。"
    )
    field = "tradeMode"
    basis = f"{PILOT}；任务分解表 举措22"
    receipt_text = "监管方式不适用：B2B出口请申报9710或9810"
    fails = "i.trade_mode NOT IN ('9610', '1210', '1239') AND NOT r.modes->'b2b' ? i.trade_mode"
    left = "i.trade_mode"
    right = "(SELECT string_agg(m, ' ') FROM jsonb_array_elements_text(r.modes->'b2b') m)"


class ARetail(ExportMode):
    """A.9610 Retail exports (9610, 1210) carry a consumer's order (E)."""

    code = "A.9610"
    title = _("零售出口的订单类型应为E")
    sentence = _(
        "9610、1210零售出口的订单类型应为E（B2C）；卖给境外企业的请申报9710，发往海外仓的请申报9810。"
    )
    field = "orderType / tradeMode"
    basis = "海关跨境统一版系统企业对接报文规范（202205版）表2-3"
    receipt_text = "零售出口订单类型不符"
    fails = "i.trade_mode IN ('9610', '1210') AND o.order_type <> 'E'"
    left = "o.order_type"
    right = "i.trade_mode"


class B2BRule(ExportMode):
    """What makes an export a B2B export (rules A.1): who keeps all of these is counted as one."""


class ADS(B2BRule):
    """A.DS Before 2020-07-01 the contract number of a B2B export begins with DS; the list carries it as order number."""

    code = "A.DS"
    title = _("合同号缺少DS标识")
    sentence = _("以0110申报的跨境电商B2B出口，合同号（订单编号）前应加“DS”，以区别于一般贸易。")
    field = "orderNo"
    basis = "任务分解表 举措22"
    receipt_text = "合同号缺少DS标识"
    fails = (
        "i.trade_mode = '0110' AND NOT starts_with(i.order_no, coalesce(nullif(r.modes->>'mark', ''), 'DS'))"
    )
    left = "i.order_no"


class ABusinessOrder(B2BRule):
    """A.9710 Direct B2B exports carry an order between enterprises (B)."""

    code = "A.9710"
    title = _("B2B直接出口的订单类型应为B")
    sentence = _(
        "9710（及2020年7月1日前的0110）须凭与境外企业的B2B订单申报，订单类型应为B；卖给消费者的请申报9610。"
    )
    field = "orderType / tradeMode"
    basis = f"{PILOT}；海关跨境统一版系统企业对接报文规范（202205版）表2-3"
    receipt_text = "B2B直接出口订单类型不符"
    fails = "i.trade_mode IN ('9710', '0110') AND o.order_type <> 'B'"
    left = "o.order_type"
    right = "i.trade_mode"


class AForeignBuyer(B2BRule):
    """A.BUYER The buyer of a B2B export is abroad: the goods go to another country than China."""

    code = "A.BUYER"
    title = _("B2B出口的买方应在境外")
    sentence = _("B2B出口的买方应为境外企业，运抵国（地区）不能是中国，请核对运抵国（地区）。")
    field = "country"
    basis = f"{PILOT} 第一条"
    receipt_text = "B2B出口买方不在境外"
    fails = "i.trade_mode IN ('9710', '9810', '0110') AND i.country = '142'"
    left = "i.country"


class ABookingOrder(B2BRule):
    """A.9810 Exports to an overseas warehouse carry its booking order (W)."""

    code = "A.9810"
    title = _("出口海外仓须凭订仓单申报")
    sentence = _("9810须凭海外仓订仓单申报，订单类型应为W，并填报海外仓名称和订仓单编号。")
    field = "orderType / orderNo"
    basis = "海关总署公告2024年第167号；海关跨境统一版系统企业对接报文规范（202205版）表2-3"
    receipt_text = "出口海外仓缺少订仓单"
    fails = "i.trade_mode = '9810' AND o.order_type <> 'W'"
    left = "o.order_type"
    right = "i.trade_mode"


class AWarehouse(B2BRule):
    """A.9810.FILING Until 2024-12-14 the exporter has filed its business with this warehouse (rules A.2)."""

    code = "A.9810.FILING"
    title = _("海外仓业务未备案")
    sentence = _(
        "2024年12月15日以前申报的9810，出口企业须事先向海关办理该海外仓的业务备案，仓名和国别应与备案一致。"
    )
    field = "ebpName / country"
    basis = f"{PILOT}；海关总署公告2024年第167号（2024-12-15起取消）"
    receipt_text = "海外仓业务未备案"
    fails = "i.trade_mode = '9810' AND (r.modes->>'warehouse_filing')::boolean AND NOT x.warehouse"
    left = "o.ebp_name || ' ' || i.country"
    right = "i.ebc_code"


class AChannel(ExportMode):
    """A.B2B.LIST Lists take B2B exports up to 5,000 CNY without licence and export duty; all others need a declaration form (H2018)."""

    code = "A.B2B.LIST"
    title = _("不符合清单通道条件")
    sentence = _(
        "单票超过限额，或涉及出口许可证件、出口关税的B2B出口，不能以清单申报，请通过H2018系统申报报关单。"
    )
    field = "totalPrice / gcode"
    basis = TABLE
    receipt_text = "B2B出口不符合清单通道条件"
    fails = (
        "i.trade_mode IN ('9710', '9810') AND (l.value_cny > (r.modes->>'list_max')::numeric"
        " OR l.licensed IS NOT NULL OR l.dutied IS NOT NULL)"
    )
    left = "concat_ws(' ', round(l.value_cny, 2)::text, l.licensed, l.dutied)"
    right = "r.modes->>'list_max'"
