"""What filing stores: one file per thing that is filed."""

from filing.models.agreements import AgreedCode, Agreement
from filing.models.application import RegistrationApplication
from filing.models.cases import EnterpriseFiling, FilingRemark, Qualification
from filing.models.goods import FiledGoods, GoodsImport, GoodsVersion
from filing.models.places import FiledWarehouse, SupervisedSite
from filing.models.registration import RegisteredCode, Registration

__all__ = [
    "AgreedCode",
    "Agreement",
    "EnterpriseFiling",
    "FiledGoods",
    "FiledWarehouse",
    "FilingRemark",
    "GoodsImport",
    "GoodsVersion",
    "Qualification",
    "RegisteredCode",
    "Registration",
    "RegistrationApplication",
    "SupervisedSite",
]
