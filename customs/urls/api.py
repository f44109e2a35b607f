"""Routes of the machine door; mounted at `/api/v1/`."""

from django.urls import path

from customs.api.account_books import AccountBooks, AccountEntries, AccountItems
from customs.api.parcels import Parcels
from customs.api.payment_data import PaymentData
from customs.api.simplified import SimplifiedCheck

urlpatterns = [
    path("parcels/", Parcels.as_view(), name="parcels-api"),
    path("payment-data/", PaymentData.as_view(), name="payment-data-api"),
    path("simplified-check/", SimplifiedCheck.as_view(), name="simplified-api"),
    path("account-books/", AccountBooks.as_view(), name="account-books-api"),
    path("account-books/<slug:ems_no>/items/", AccountItems.as_view(), name="account-items-api"),
    path("account-books/<slug:ems_no>/entries/", AccountEntries.as_view(), name="account-entries-api"),
]
