"""Routes of the public door; mounted at `/data/`."""

from django.urls import path

from exchange.views import catalogue, partners

app_name = "data"
urlpatterns = [
    path("", catalogue.catalogue_page, name="catalogue"),
    path("catalogue.csv", catalogue.catalogue_file, name="catalogue_file"),
    path("contracts/", partners.contract_list, name="contracts"),
    path("contracts/<slug:code>/", partners.contract_page, name="contract"),
    path("contracts/<slug:code>/schema/", partners.contract_schema, name="contract_schema"),
    path("open/", catalogue.open_data, name="open"),
    path("open/<slug:code>/", catalogue.dataset_page, name="dataset"),
    path("open/<slug:code>/file/<slug:file_format>/", catalogue.dataset_file, name="dataset_file"),
]
