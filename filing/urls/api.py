"""Routes of the machine door; mounted at `/api/v1/filing/`."""

from django.urls import path

from filing.api.cases import Cases, OneCase, SubmitCase
from filing.api.enterprise import Agreements, AgreementStep, Enterprise
from filing.api.goods import Goods, WithdrawGoods

app_name = "filing_api"
urlpatterns = [
    path("cases/", Cases.as_view(), name="cases"),
    path("cases/<int:case_id>/", OneCase.as_view(), name="case"),
    path("cases/<int:case_id>/submit/", SubmitCase.as_view(), name="submit"),
    path("enterprise/", Enterprise.as_view(), name="enterprise"),
    path("agreements/", Agreements.as_view(), name="agreements"),
    path("agreements/<int:agreement_id>/", AgreementStep.as_view(), name="agreement"),
    path("goods/", Goods.as_view(), name="goods"),
    path("goods/withdraw/", WithdrawGoods.as_view(), name="withdraw_goods"),
]
