"""Routes of the machine door; mounted at `/api/v1/filing/`."""

from django.urls import path

from filing.api.cases import Cases, OneCase, SubmitCase
from filing.api.goods import Goods, WithdrawGoods

app_name = "filing_api"
urlpatterns = [
    path("cases/", Cases.as_view(), name="cases"),
    path("cases/<int:case_id>/", OneCase.as_view(), name="case"),
    path("cases/<int:case_id>/submit/", SubmitCase.as_view(), name="submit"),
    path("goods/", Goods.as_view(), name="goods"),
    path("goods/withdraw/", WithdrawGoods.as_view(), name="withdraw_goods"),
]
