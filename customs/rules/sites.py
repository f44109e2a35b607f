"""The supervised site of a list: rules C.1. The same three conditions for both directions; a list without a site has none to keep.

Declared in one place and released in another is allowed (customsCode ≠ portCode): the site belongs to the office where the goods pass.
"""

from django.utils.translation import gettext_lazy as _

from customs.enums import Direction, Severity
from customs.rules.base import Comparison

BASIS = "海关跨境统一版系统企业对接报文规范（202205版）表2-38、3-31；任务分解表 举措20"


class KnownSite(Comparison):
    """The site is known and in operation on the day."""

    severity = Severity.REJECT
    title = _("监管场所不存在或未运行")
    sentence = _("监管场所代码不存在，或该场所在申报之日已暂停、关闭，请更正监管场所代码。")
    field = "loctNo"
    basis = BASIS
    receipt_text = "监管场所不存在或未运行"
    fails = "i.loct_no IS NOT NULL AND coalesce(site.state, '') <> 'active'"
    left = "i.loct_no"
    right = "site.state"


class SiteOfPort(Comparison):
    """The site belongs to the office where the goods cross the border."""

    severity = Severity.REJECT
    title = _("监管场所不属于口岸海关")
    sentence = _("监管场所的主管海关与口岸海关代码不一致；异地申报的，货物应在口岸海关所属的监管场所放行。")
    field = "loctNo / portCode"
    basis = BASIS
    receipt_text = "监管场所不属于口岸海关"
    fails = "site.state = 'active' AND site.customs_code <> i.port_code"
    left = "i.loct_no || ' ' || site.customs_code"
    right = "i.port_code"


class FiledOperator(Comparison):
    """The operator of the site is filed as one."""

    severity = Severity.REJECT
    title = _("监管场所经营人未备案")
    sentence = _("监管场所经营人未备案或备案已失效，该场所不能接收货物，请选择其他监管场所。")
    field = "loctNo"
    basis = f"{BASIS}；海关总署令第171号"
    receipt_text = "监管场所经营人未备案"
    fails = "site.state = 'active' AND NOT site.filed"
    left = "i.loct_no"


class C1Known(KnownSite):
    """C.1.SITE import."""

    code = "C.1.SITE"
    direction = Direction.IMPORT


class C1Port(SiteOfPort):
    """C.1.PORT import."""

    code = "C.1.PORT"
    direction = Direction.IMPORT


class C1Operator(FiledOperator):
    """C.1.OPERATOR import."""

    code = "C.1.OPERATOR"
    direction = Direction.IMPORT


class C1KnownX(KnownSite):
    """C.1.SITE.X export."""

    code = "C.1.SITE.X"
    direction = Direction.EXPORT


class C1PortX(SiteOfPort):
    """C.1.PORT.X export."""

    code = "C.1.PORT.X"
    direction = Direction.EXPORT


class C1OperatorX(FiledOperator):
    """C.1.OPERATOR.X export."""

    code = "C.1.OPERATOR.X"
    direction = Direction.EXPORT
