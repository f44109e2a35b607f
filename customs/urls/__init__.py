"""Routes of the enterprise door; mounted at `/enterprise/`."""

from django.urls import path

from customs.views import (
    account_books,
    entry,
    home,
    parcels,
    receipts,
    requests,
    simplified,
    summaries,
    taxes,
    upload,
)

app_name = "customs"
urlpatterns = [
    path("", home.home, name="home"),
    path("upload/", upload.upload, name="upload"),
    path("enter/<slug:code>/", entry.enter, name="enter"),
    path("parcels/", parcels.parcels, name="parcels"),
    path("parcels/file/<slug:file_format>/", parcels.export, name="export"),
    path("parcels/<int:parcel_id>/", parcels.parcel, name="parcel"),
    path("parcels/<int:parcel_id>/cancel/", requests.cancel, name="cancel"),
    path("parcels/<int:parcel_id>/return/", requests.send_back, name="send_back"),
    path("books/", account_books.books, name="books"),
    path("books/open/", account_books.open_one, name="open_book"),
    path("books/template.xlsx", account_books.template, name="book_template"),
    path("books/<int:book_id>/", account_books.book, name="book"),
    path("books/<int:book_id>/enter/", account_books.enter, name="book_enter"),
    path("books/<int:book_id>/ledger/", account_books.ledger, name="ledger"),
    path("books/<int:book_id>/ledger/file/<slug:file_format>/", account_books.export, name="ledger_file"),
    path("simplified/", simplified.check, name="simplified"),
    path("simplified/excluded/", simplified.excluded, name="excluded_goods"),
    path("waiting/", parcels.waiting_list, name="waiting"),
    path("taxes/", taxes.taxes, name="taxes"),
    path("taxes/request/", taxes.request_duty, name="request_duty"),
    path("taxes/file/<slug:file_format>/", taxes.export, name="export_bills"),
    path("summaries/", summaries.summaries, name="summaries"),
    path("summaries/ask/", summaries.ask, name="summary_ask"),
    path("summaries/sent/<int:message_id>/", summaries.sent, name="summary_sent"),
    path("summaries/<int:application_id>/", summaries.summary, name="summary"),
    path("summaries/<int:application_id>/file/<slug:file_format>/", summaries.export, name="summary_export"),
    path("declarations/<int:declaration_id>/", summaries.declaration, name="declaration"),
    path("declarations/<int:declaration_id>/again/", summaries.again, name="declaration_again"),
    path("receipts/", receipts.receipts, name="receipts"),
    path(
        "receipts/<int:receipt_id>.json", receipts.receipt_file, {"file_format": "json"}, name="receipt_json"
    ),
    path("receipts/<int:receipt_id>.xml", receipts.receipt_file, {"file_format": "xml"}, name="receipt_xml"),
]
