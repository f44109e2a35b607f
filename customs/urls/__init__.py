"""Routes of the enterprise door; mounted at `/enterprise/`."""

from django.urls import path

from customs.views import entry, home, parcels, receipts, requests, taxes, upload

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
    path("waiting/", parcels.waiting_list, name="waiting"),
    path("taxes/", taxes.taxes, name="taxes"),
    path("taxes/request/", taxes.request_duty, name="request_duty"),
    path("taxes/file/<slug:file_format>/", taxes.export, name="export_bills"),
    path("receipts/", receipts.receipts, name="receipts"),
    path(
        "receipts/<int:receipt_id>.json", receipts.receipt_file, {"file_format": "json"}, name="receipt_json"
    ),
    path("receipts/<int:receipt_id>.xml", receipts.receipt_file, {"file_format": "xml"}, name="receipt_xml"),
]
