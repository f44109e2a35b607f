"""Routes of the whole product, one list per door; `settings.DOORS` says which doors this process serves."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from portal.views import (
    audit,
    files,
    inbox,
    invitations,
    mailbox,
    pages,
    probes,
    requests,
    rights,
    sessions,
    site,
)
from portal.views import people as members

Routes = list[URLPattern | URLResolver]

everywhere: Routes = [
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("language/setlang/", inbox.switch_language, name="set_language"),
]

public: Routes = [
    path("", pages.home, name="home"),
    path("help/", pages.guide, name="guide"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("design/", pages.design, name="design"),
    path("services/", site.services, name="services"),
    path("services/<slug:code>/", site.service, name="service"),
    path("notices/", site.notices, name="notices"),
    path("notices/feed/", site.NoticeFeed(), name="notices_feed"),
    path("notices/<int:notice_id>/", site.notice, name="notice"),
    path("faq/", site.faq, name="faq"),
    path("issues/", site.known_issues, name="known_issues"),
    path("legal/<slug:code>/", site.legal, name="legal"),
    path("help/screen/<str:code>/", site.screen_help, name="screen_help"),
    path("status/", site.status, name="status"),
    path("status/outages/", include("exchange.urls.public_outages")),
    path("robots.txt", site.robots, name="robots"),
    path("sitemap.xml", site.sitemap, name="sitemap"),
    path("check/", files.check, name="check_any"),
    path("check/<str:token>/", files.check, name="check"),
    path("filing/", include("filing.urls.public")),
    path("data/", include("exchange.urls.public")),
    path("signature/", include("exchange.urls.public_signatures")),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<int:number>/", mailbox.mail, name="mail"),
]

people: Routes = [
    path("accounts/invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("accounts/act-for/", members.act_for, name="act_for"),
    path("accounts/sessions/", sessions.devices, name="sessions"),
    path("accounts/sessions/end/", sessions.end_others, name="sessions_end_others"),
    path("accounts/sessions/<int:session_id>/end/", sessions.end_one, name="sessions_end"),
    path("accounts/", include("allauth.urls")),
    path("files/documents/<int:document_id>/", files.download_document, name="document"),
    path("files/attachments/<int:attachment_id>/", files.download_attachment, name="attachment"),
    path("inbox/", inbox.letters, name="inbox"),
    path("inbox/<int:letter_id>/", inbox.letter, name="letter"),
    path("inbox/<int:letter_id>/unread/", inbox.unread, name="letter_unread"),
    path("inbox/read/", inbox.read_all, name="inbox_read_all"),
    path("inbox/undo/", inbox.undo, name="inbox_undo"),
    path("inbox/preferences/", inbox.preferences, name="inbox_preferences"),
]

doors: dict[str, Routes] = {
    "public": public,
    "enterprise": [
        path("enterprise/audit/", audit.own_trail, name="enterprise_audit"),
        path("enterprise/audit/file/", audit.own_file, name="enterprise_audit_file"),
        path("enterprise/webhooks/", include("exchange.urls.enterprise_webhooks")),
        path("enterprise/", include("exchange.urls.sharing_enterprise")),
        path("enterprise/sandbox/", include("sandbox.urls.enterprise")),
        path("enterprise/", include("exchange.urls.enterprise")),
        path("enterprise/people/", members.people_page, name="people"),
        path("enterprise/people/invite/", members.invite, name="people_invite"),
        path("enterprise/people/<int:member_id>/", members.member, name="people_member"),
        path("enterprise/people/<int:member_id>/remove/", members.remove, name="people_remove"),
        path(
            "enterprise/people/invitations/<int:invitation_id>/resend/", members.resend, name="people_resend"
        ),
        path(
            "enterprise/people/invitations/<int:invitation_id>/withdraw/",
            members.withdraw,
            name="people_withdraw",
        ),
        path("enterprise/requests/", requests.information_requests, name="information_requests"),
        path(
            "enterprise/requests/<int:request_id>/", requests.information_request, name="information_request"
        ),
        path("enterprise/filing/", include("filing.urls.enterprise")),
        path("enterprise/goods/", include("filing.urls.goods")),
        path("enterprise/agreements/", include("filing.urls.agreements")),
        path("enterprise/", include("customs.urls")),
    ],
    "console": [
        path("console/audit/", audit.trail, name="console_audit"),
        path("console/audit/file/", audit.trail_file, name="console_audit_file"),
        path("console/journal/", include("exchange.urls.console")),
        path("console/webhooks/", include("exchange.urls.console_webhooks")),
        path("console/sharing/", include("exchange.urls.sharing")),
        path("console/parcels/", include("customs.urls.console")),
        path("console/summaries/", include("customs.urls.console_summaries")),
        path("console/rights/", rights.rights, name="rights"),
        path("console/rights/posts/", rights.posts, name="posts"),
        path("console/", include("portal.console")),
    ],
    "admin": [
        path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
        path("admin/logout/", RedirectView.as_view(pattern_name="account_logout")),
        path("admin/", admin.site.urls),
    ],
    "api": [
        path("api/v1/sandbox/", include("sandbox.urls.api")),
        path("api/v1/filing/", include("filing.urls.api")),
        path("api/v1/", include("customs.urls.api")),
        path("api/v1/", include("exchange.urls.api")),
        path("api/docs", RedirectView.as_view(pattern_name="exchange_api:docs"), name="api_docs"),
    ],
}


def routes(served: list[str]) -> Routes:
    """The routes of a process that serves these doors; people sign in where any door needs a person."""
    found = list(everywhere)
    if {"enterprise", "console", "admin"} & set(served):
        found += people
    for door in served:
        found += doors[door]
    if "public" not in served:
        found.append(path("", RedirectView.as_view(pattern_name="account_login"), name="home"))
    if settings.METRICS:
        found.append(path("", include("django_prometheus.urls")))
    return found


urlpatterns = routes(settings.DOORS)
handler400 = "portal.views.pages.bad_request"
