"""Routes of the enterprise door; mounted at `/enterprise/filing/`."""

from django.urls import path

from filing.views import cases, diagnosis, editing

app_name = "filing"
urlpatterns = [
    path("diagnosis/", diagnosis.page, name="diagnosis"),
    path("cases/", cases.overview, name="cases"),
    path("cases/begin/", cases.begin, name="begin"),
    path("cases/<int:case_id>/", cases.one, name="case"),
    path("cases/<int:case_id>/edit/", editing.edit, name="edit"),
    path("cases/<int:case_id>/autosave/", editing.autosave, name="autosave"),
    path("cases/<int:case_id>/licences/", editing.licences, name="licences"),
    path("cases/<int:case_id>/check/", cases.check, name="check"),
    path("cases/<int:case_id>/submit/", cases.submit, name="submit"),
    path("cases/<int:case_id>/withdraw/", cases.withdraw, name="withdraw"),
]
