"""API clients: issued, handed to another enterprise, given another secret. Secrets are told once and kept hashed."""

from typing import TYPE_CHECKING

from django.utils.crypto import get_random_string

from portal.models import ApiClient

if TYPE_CHECKING:
    from portal.models import Organisation

SECRET_LENGTH = 48


def issue_client(
    *,
    client_id: str,
    name: str,
    scopes: str,
    organisation_id: int | None = None,
    agency_id: int | None = None,
    purpose: str = "",
) -> tuple[ApiClient, str]:
    """A new client of an enterprise or of an agency, and its secret."""
    secret = get_random_string(SECRET_LENGTH)
    client = ApiClient.objects.create(
        client_id=client_id,
        name=name,
        organisation_id=organisation_id,
        agency_id=agency_id,
        allowed_scopes=scopes,
        purpose=purpose,
        client_secret=secret,
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
    )
    return client, secret


def new_client_secret(client: ApiClient) -> str:
    """Another secret; the old one ends at once."""
    secret = get_random_string(SECRET_LENGTH)
    client.client_secret = secret
    client.save(update_fields=["client_secret"])
    return secret


def hand_over_client(client: ApiClient, organisation: "Organisation") -> None:
    """The client works for another enterprise from now on, under its old secret."""
    client.organisation = organisation
    client.save(update_fields=["organisation"])
