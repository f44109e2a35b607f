"""Risk rules that can be computed in the batch (rules Q). Points and thresholds are dated rows of the register."""

from django.utils.translation import gettext_lazy as _

from customs.enums import Direction, Severity
from customs.rules.base import RiskRule

OFFICIALS_ONLY = "平台风险规则（参数不对外公开）"


class ImportRisk(RiskRule):
    """Applies to import parcels."""

    direction = Direction.IMPORT
    basis = OFFICIALS_ONLY
    field = ""


class Q01(ImportRisk):
    """Q.01 Same address or phone used by different buyers."""

    code = "Q.01"
    title = _("同一地址或电话对应多名订购人")
    sentence = _("近期同一收货地址或电话被多名订购人使用。")
    hits = "u.buyers >= (r.risk->'Q.01'->>'threshold')::int"
    left = "u.buyers::text"


class Q02(ImportRisk):
    """Q.02 One address receives very many parcels."""

    code = "Q.02"
    title = _("同一地址包裹过多")
    sentence = _("近期同一收货地址的包裹数量过多。")
    hits = "u.at_address >= (r.risk->'Q.02'->>'threshold')::int"
    left = "u.at_address::text"


class Q03(ImportRisk):
    """Q.03 Several orders of one buyer on one day, together above the single limit (split)."""

    code = "Q.03"
    title = _("疑似拆单")
    sentence = _("同一订购人当日多笔订单合计超过单次限值。")
    hits = "u.orders >= (r.risk->'Q.03'->>'threshold')::int AND u.ordered > r.single_limit"
    left = "u.orders::text || ' / ' || u.ordered::text"


class Q04(ImportRisk):
    """Q.04 Annual limit used up fast."""

    code = "Q.04"
    title = _("年度额度快速用尽")
    sentence = _("年度额度在短期内使用过快。")
    hits = (
        "t.used + t.dutiable >= (r.risk->'Q.04'->>'share')::numeric * r.year_limit"
        " AND t.declared_on - t.first_on <= (r.risk->'Q.04'->>'days')::int"
    )
    left = "(t.used + t.dutiable)::text"


class Q13(ImportRisk):
    """Q.13 Buyer younger than 16 or older than 90: an official looks, whatever the score."""

    code = "Q.13"
    severity = Severity.MANUAL
    title = _("订购人年龄异常")
    sentence = _("订购人年龄超出通常范围，转人工审核。")
    hits = (
        "extract(year FROM age(t.declared_on, t.birth_date)) < (r.risk->'Q.13'->>'min_age')::int"
        " OR extract(year FROM age(t.declared_on, t.birth_date)) > (r.risk->'Q.13'->>'max_age')::int"
    )
    left = "extract(year FROM age(t.declared_on, t.birth_date))::text"


class Q14(RiskRule):
    """Q.14 Goods on the alert list: inspection, whatever the score."""

    code = "Q.14"
    direction = Direction.IMPORT
    severity = Severity.INSPECT
    basis = OFFICIALS_ONLY
    field = ""
    title = _("布控商品")
    sentence = _("商品在布控清单内，须查验。")
    hits = "t.headings && ARRAY(SELECT jsonb_array_elements_text(r.risk->'Q.14'->'hs4'))"
    left = "array_to_string(t.headings, ' ')"


class Q16(ImportRisk):
    """Q.16 The e-commerce enterprise was filed less than 30 days ago."""

    code = "Q.16"
    title = _("新备案企业")
    sentence = _("电商企业备案未满观察期。")
    hits = "t.declared_on - t.filed_from < (r.risk->'Q.16'->>'days')::int"
    left = "t.filed_from::text"


class Q20(RiskRule):
    """Q.20 Random selection, drawn by a keyed hash of the list's id so that it can be audited."""

    code = "Q.20"
    direction = Direction.IMPORT
    severity = Severity.INSPECT
    basis = OFFICIALS_ONLY
    field = ""
    title = _("随机布控")
    sentence = _("随机抽中查验。")
    hits = "t.draw < (r.risk->'Q.20'->>'share')::numeric"


class Q14X(RiskRule):
    """Q.14 for export."""

    code = "Q.14.X"
    direction = Direction.EXPORT
    severity = Severity.INSPECT
    basis = OFFICIALS_ONLY
    field = ""
    title = _("布控出口商品")
    sentence = _("商品在布控清单内，须查验。")
    hits = Q14.hits
    left = Q14.left


class Q16X(RiskRule):
    """Q.16 for export."""

    code = "Q.16.X"
    direction = Direction.EXPORT
    basis = OFFICIALS_ONLY
    field = ""
    title = _("新备案出口企业")
    sentence = _("收发货人备案未满观察期。")
    hits = Q16.hits
    left = Q16.left


class Q20X(RiskRule):
    """Q.20 for export."""

    code = "Q.20.X"
    direction = Direction.EXPORT
    severity = Severity.INSPECT
    basis = OFFICIALS_ONLY
    field = ""
    title = _("出口随机布控")
    sentence = _("随机抽中查验。")
    hits = Q20.hits
