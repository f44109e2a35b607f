"""Routes of the enterprise door; mounted at `/enterprise/`."""

from django.urls import path

from exchange.views import certificates, doctor, journal, outages

app_name = "exchange"
urlpatterns = [
    path("journal/", journal.journal_list, name="journal"),
    path("journal/<int:message_id>/", journal.journal_entry, name="journal_entry"),
    path("journal/<int:message_id>/raw/", journal.journal_raw, name="journal_raw"),
    path("journal/<int:message_id>/evidence/", journal.journal_evidence, name="journal_evidence"),
    path("certificates/", certificates.certificates, name="certificates"),
    path("certificates/<int:certificate_id>/", certificates.certificate, name="certificate"),
    path("certificates/<int:certificate_id>/revoke/", certificates.revoke, name="certificate_revoke"),
    path("certificates/<int:certificate_id>/file/", certificates.certificate_file, name="certificate_file"),
    path("outages/", outages.statements, name="statements"),
    path("outages/<int:statement_id>/", outages.statement, name="statement"),
    path("signature/", doctor.doctor, name="doctor"),
]
