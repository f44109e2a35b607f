"""Routes of goods behind the enterprise door; mounted at `/enterprise/goods/`."""

from django.urls import path

from filing.views import goods, goods_import

app_name = "goods"
urlpatterns = [
    path("", goods.catalogue, name="list"),
    path("new/", goods.new, name="new"),
    path("hint/", goods.hint, name="hint"),
    path("codes/", goods.search, name="search"),
    path("codes/choose/", goods.choose, name="choose"),
    path("export.xlsx", goods.export, name="export"),
    path("template.xlsx", goods_import.blank, name="template"),
    path("import/", goods_import.upload, name="upload"),
    path("import/<int:import_id>/", goods_import.one, name="import"),
    path("import/<int:import_id>/rejected.xlsx", goods_import.rejects, name="rejects"),
    path("<int:goods_id>/", goods.one, name="one"),
    path("<int:goods_id>/edit/", goods.edit, name="edit"),
    path("<int:goods_id>/withdraw/", goods.withdraw, name="withdraw"),
]
