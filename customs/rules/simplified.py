"""Simplified declaration of export lists: rules B.A (four digits, 9610), B.B.3 (six digits, 9710 and 9810), B.B.2 (summary lists).

Each reason is a rule of its own, so the trader reads why. `services.simplifying` asks the same rules before anything is declared.
"""

from django.utils.translation import gettext_lazy as _

from customs.enums import Direction, Severity
from customs.rules.base import Comparison, Rule

SEED = "任务分解表 举措21"
SPEC = "海关跨境统一版系统企业对接报文规范（202205版）表2-38、2-42"
TABLE = "9710/9810监管方式对照表"
SIMPLE = "i.statistics_flag = 'A' AND "
DIGITS = "(r.modes->'digits'->>i.trade_mode)::int"


class Simplified(Comparison):
    """A condition of the simplified declaration."""

    direction = Direction.EXPORT
    severity = Severity.REJECT
    field = "statisticsFlag / gcode"
    basis = f"{SPEC}；{SEED}"


class BA1Licence(Simplified):
    """B.A.1.LICENCE No goods that leave only against a licence."""

    code = "B.A.1.LICENCE"
    title = _("涉及出口许可证件")
    sentence = _("涉及出口许可证件的商品不能简化申报，请以汇总申报（B）或报关单申报，并填报许可证号。")
    receipt_text = "涉及出口许可证件，不能简化申报"
    fails = SIMPLE + "(l.licensed IS NOT NULL OR i.license_no IS NOT NULL)"
    left = "coalesce(l.licensed, i.license_no)"


class BA1Duty(Simplified):
    """B.A.1.DUTY No goods that pay export duty."""

    code = "B.A.1.DUTY"
    title = _("涉及出口关税")
    sentence = _("应征出口关税的商品不能简化申报，请以汇总申报（B）或报关单申报。")
    receipt_text = "涉及出口关税，不能简化申报"
    fails = SIMPLE + "l.dutied IS NOT NULL"
    left = "l.dutied"


class BA1Heading(Simplified):
    """B.A.1.HEADING The first four digits are a heading of the tariff."""

    code = "B.A.1.HEADING"
    title = _("品目不存在")
    sentence = _("商品编码前四位应为税则中存在的品目，请更正商品编码。")
    field = "gcode"
    receipt_text = "前四位税号不存在"
    fails = SIMPLE + "l.no_heading IS NOT NULL"
    left = "l.no_heading"


class BA1Refund(Rule):
    """B.A.1.REFUND No goods for which the exporter claims a refund. A list does not say so; a trader who asks does."""

    code = "B.A.1.REFUND"
    direction = Direction.EXPORT
    severity = Severity.REJECT
    title = _("涉及出口退税")
    sentence = _("需要办理出口退税的商品不能简化申报，请以汇总申报（B）并填报十位商品编码。")
    field = "statisticsFlag"
    basis = f"{SPEC}；{SEED}"


class BA2(Simplified):
    """B.A.2 One list is worth at most 5,000 CNY (dated parameter), at the assessment rate of the declaration day."""

    code = "B.A.2"
    basis = SEED
    title = _("超过简化申报单票限额")
    sentence = _("简化申报（A）单票价值折合人民币不得超过限额；请改为汇总申报（B）。")
    field = "statisticsFlag / totalPrice"
    receipt_text = "超过简化申报单票限额"
    fails = SIMPLE + "l.value_cny > r.simple_max"
    left = "round(l.value_cny, 2)::text"
    right = "r.simple_max::text"


class BA2Rate(Simplified):
    """B.A.2.RATE The value in CNY can be told: every currency has an assessment rate."""

    code = "B.A.2.RATE"
    basis = "关税法 第六十条"
    title = _("币制没有计征汇率")
    sentence = _("该币制在申报之日没有海关计征汇率，无法判断单票价值，不能简化申报。")
    field = "currency"
    receipt_text = "币制没有计征汇率"
    fails = SIMPLE + "l.no_rate IS NOT NULL"
    left = "l.no_rate"


class BA3(Simplified):
    """B.A.3 Only modes that know a simplified code: 9610, from 2020-07-01 also 9710 and 9810."""

    code = "B.A.3"
    basis = TABLE
    title = _("监管方式不适用简化申报")
    sentence = _(
        "该监管方式在申报之日不适用简化申报：四位税号仅适用于9610零售出口，六位税号适用于9710、9810。"
    )
    field = "tradeMode / statisticsFlag"
    receipt_text = "监管方式不适用简化申报"
    fails = SIMPLE + f"{DIGITS} IS NULL"
    left = "i.trade_mode"


class BA3Zone(Simplified):
    """B.A.3.ZONE Four-digit lists are declared at customs of a pilot zone."""

    code = "B.A.3.ZONE"
    basis = f"{TABLE}；综试区批复（国函〔2018〕93号等）"
    title = _("申报地不在综试区")
    sentence = _("四位税号简化申报须在跨境电商综合试验区所在地海关申报，请更正申报海关或改为汇总申报（B）。")
    field = "customsCode"
    receipt_text = "申报地不在综试区，不能简化申报"
    fails = SIMPLE + "i.trade_mode = '9610' AND NOT r.modes->'simple' ? i.customs_code"
    left = "i.customs_code"


class BB3(Simplified):
    """B.B.3 The code has at least the digits of its mode: four for 9610, six for 9710 and 9810."""

    code = "B.B.3"
    basis = TABLE
    title = _("商品编码位数不足")
    sentence = _("简化申报的商品编码位数不足：9610至少四位，9710、9810至少六位，请补足商品编码。")
    field = "gcode"
    receipt_text = "商品编码位数不足"
    fails = SIMPLE + f"l.shortest_code < {DIGITS}"
    left = "l.shortest_code::text"
    right = f"{DIGITS}::text"


class BB3Subheading(Simplified):
    """B.B.3.CODE The first six digits of a simplified B2B list are a subheading of the Harmonized System."""

    code = "B.B.3.CODE"
    basis = TABLE
    title = _("子目不存在")
    sentence = _("9710、9810简化申报的商品编码前六位应为协调制度中存在的子目，请更正商品编码。")
    field = "gcode"
    receipt_text = "前六位税号不存在"
    fails = SIMPLE + f"{DIGITS} = 6 AND l.shortest_code >= 6 AND l.no_subheading IS NOT NULL"
    left = "l.no_subheading"


class BB2(Comparison):
    """B.B.2 Summary declaration (B) needs the full ten-digit code."""

    code = "B.B.2"
    direction = Direction.EXPORT
    severity = Severity.REJECT
    basis = "海关总署公告2018年第194号"
    title = _("汇总申报须填十位商品编码")
    sentence = _("汇总申报（B）的每项商品须填报完整的十位商品编码。")
    field = "gcode"
    receipt_text = "汇总申报须填十位商品编码"
    fails = "i.statistics_flag = 'B' AND l.shortest_code < 10"
    left = "l.shortest_code::text"
