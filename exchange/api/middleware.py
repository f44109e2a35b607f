"""The machine door's only own middleware: no HTML leaves this door, no NUL character enters by an address."""

from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.problems import problem

SENTENCES = {
    400: ("REQUEST", _("请求无法识别。")),
    404: ("ADDRESS", _("没有此地址。")),
    405: ("METHOD", _("此地址不接受该请求方法。")),
    500: ("SERVER", _("系统内部错误，请稍后重试。")),
    503: ("DATABASE", _("系统暂时不可用，请稍后重试。")),
}


def marked(response: HttpResponse) -> HttpResponse:
    """On a sandbox instance every answer says so, that no system takes it for the real one."""
    if settings.SANDBOX:
        response["X-Single-Window-Sandbox"] = "1"
    return response


class ProblemsOnly:
    """Turns Django's HTML answers of an error into problem+json; a database that is away becomes 503.

    NUL is no character of any value here, and PostgreSQL cannot store it: an address that holds one is refused at once.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return marked(problem(400, *SENTENCES[400]))
        response = marked(self.get_response(request))
        if response.status_code in SENTENCES and response["Content-Type"].startswith("text/html"):
            return marked(problem(response.status_code, *SENTENCES[response.status_code]))
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """503 when the error says that the database is away; any other error stays a server error."""
        if not isinstance(error, OperationalError | InterfaceError):
            return None
        response = problem(503, *SENTENCES[503])
        response["Retry-After"] = "2"
        return response
