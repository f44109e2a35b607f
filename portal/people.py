"""Signing in and up: who may sign up by themselves and where a person lands."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from portal.selectors import is_official


class AccountAdapter(DefaultAccountAdapter):
    """Enterprise staff are invited, officials are appointed: nobody signs up by themselves yet."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        if is_official(user):
            return reverse("console:queues")
        if user.memberships.exists():
            return reverse("customs:home")
        if user.is_staff:
            return reverse("admin:index")
        return reverse("home")
