"""`/api/v1/sandbox/`: a single window opens, reads and resets the practice tenants of its enterprises. Sandbox instances only."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import MachineView, ProblemShape
from exchange.enums import Scope
from exchange.permissions import agency_of
from sandbox.enums import Part
from sandbox.models import Tenant
from sandbox.selectors.conformance import checklist
from sandbox.services.samples import samples
from sandbox.services.tenants import Issued, open_tenant, renew_secrets, reset_tenant, tenant_of

USCC = r"^[0-9ABCDEFGHJKLMNPQRTUWXY]{18}$"
REFUSED = {401: ProblemShape, 403: ProblemShape, 404: ProblemShape}


class NewTenantShape(serializers.Serializer[Any]):
    """The enterprise, and the parts it plays itself; counterpart firms play the others."""

    uscc = serializers.RegexField(USCC)
    name = serializers.CharField(max_length=150)
    plays = serializers.ListField(
        child=serializers.ChoiceField(choices=Part.choices), min_length=1, max_length=5
    )


class FirmShape(serializers.Serializer[Any]):
    """One firm of the tenant."""

    part = serializers.CharField()
    name = serializers.CharField()
    customs_code = serializers.CharField()
    uscc = serializers.CharField()
    dxp_id = serializers.CharField()
    client_id = serializers.CharField()


class CheckShape(serializers.Serializer[Any]):
    """One line of the conformance checklist."""

    group = serializers.CharField()
    code = serializers.CharField()
    title = serializers.CharField()
    seen = serializers.IntegerField()
    done = serializers.BooleanField()


class TenantShape(serializers.Serializer[Any]):
    """A practice tenant; `renewed` of `firms` have begun anew since the last reset was asked for."""

    uscc = serializers.CharField()
    name = serializers.CharField()
    plays = serializers.ListField(child=serializers.CharField())
    opened_at = serializers.DateTimeField()
    reset_at = serializers.DateTimeField(allow_null=True)
    renewed = serializers.IntegerField()
    firms = FirmShape(many=True)
    checks = CheckShape(many=True)


class IssuedShape(serializers.Serializer[Any]):
    """Credentials of one firm; shown once."""

    part = serializers.CharField()
    client_id = serializers.CharField()
    client_secret = serializers.CharField()


class IssuedListShape(serializers.Serializer[Any]):
    """Credentials of all firms of a tenant."""

    results = IssuedShape(many=True)


class SampleShape(serializers.Serializer[Any]):
    """One message, ready to send with the client named."""

    name = serializers.CharField()
    message_type = serializers.CharField()
    part = serializers.CharField()
    client_id = serializers.CharField()
    content = serializers.CharField()


class SamplesShape(serializers.Serializer[Any]):
    """Messages of a scenario in the order in which they are sent."""

    results = SampleShape(many=True)


class SandboxView(MachineView):
    """Base: only machines of an agency, with the scope of provisioning."""

    scope = Scope.PROVISION_SANDBOX

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises WrongParty."""
        super().initial(request, *args, **kwargs)
        agency_of(self.caller)


class Tenants(SandboxView):
    """Open a practice tenant: the twin of the enterprise, its counterparts, and an API client for each."""

    @extend_schema(
        operation_id="sandbox_tenants_create",
        description=__doc__,
        tags=["sandbox"],
        request=NewTenantShape,
        responses={201: IssuedListShape, 400: ProblemShape, 409: ProblemShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """The credentials, once."""
        shape = NewTenantShape(data=request.data)
        shape.is_valid(raise_exception=True)
        _tenant, issued = open_tenant(**shape.validated_data, client=self.caller.client)
        return Response(as_issued(issued), status=201)


class OneTenant(SandboxView):
    """A tenant with its firms and its conformance checklist."""

    @extend_schema(
        operation_id="sandbox_tenants_retrieve",
        description=__doc__,
        tags=["sandbox"],
        responses={200: TenantShape, **REFUSED},
    )
    def get(self, request: Request, uscc: str) -> Response:
        """How it stands."""
        return Response(as_tenant(tenant_of(uscc)))


class Secrets(SandboxView):
    """Other secrets for all firms of a tenant; the old ones end at once."""

    @extend_schema(
        operation_id="sandbox_secrets_renew",
        description=__doc__,
        tags=["sandbox"],
        request=None,
        responses={200: IssuedListShape, **REFUSED},
    )
    def post(self, request: Request, uscc: str) -> Response:
        """The credentials, once."""
        return Response(as_issued(renew_secrets(uscc=uscc, client=self.caller.client)))


class Reset(SandboxView):
    """Begin anew: every firm gets fresh codes, what was sent before is out of sight. Done in the background."""

    @extend_schema(
        operation_id="sandbox_reset",
        description=__doc__,
        tags=["sandbox"],
        request=None,
        responses={202: TenantShape, 409: ProblemShape, **REFUSED},
    )
    def post(self, request: Request, uscc: str) -> Response:
        """How it stands at this moment."""
        return Response(as_tenant(reset_tenant(uscc=uscc, client=self.caller.client)), status=202)


class Samples(SandboxView):
    """Sample messages of one scenario, drawn anew for this tenant's firms."""

    @extend_schema(
        operation_id="sandbox_samples",
        description=__doc__,
        tags=["sandbox"],
        responses={200: SamplesShape, **REFUSED},
    )
    def get(self, request: Request, uscc: str, scenario: str) -> Response:
        """The messages."""
        found = samples(uscc=uscc, scenario=scenario)
        return Response({"results": [{name: getattr(one, name) for name in one.__slots__} for one in found]})


def as_issued(issued: list[Issued]) -> dict[str, Any]:
    """Credentials as the API shows them."""
    return {
        "results": [
            {"part": one.part, "client_id": one.client_id, "client_secret": one.client_secret}
            for one in issued
        ]
    }


def as_tenant(tenant: Tenant) -> dict[str, Any]:
    """A tenant as the API shows it."""
    firms = list(tenant.firms.select_related("organisation", "client"))
    return {
        "uscc": tenant.uscc,
        "name": tenant.name,
        "plays": tenant.plays,
        "opened_at": tenant.opened_at,
        "reset_at": tenant.reset_at,
        "renewed": sum(firm.generation == tenant.generation for firm in firms),
        "firms": [
            {
                "part": firm.part,
                "name": firm.organisation.name,
                "customs_code": firm.organisation.customs_code,
                "uscc": firm.organisation.uscc,
                "dxp_id": firm.organisation.dxp_id,
                "client_id": firm.client.client_id,
            }
            for firm in firms
        ],
        "checks": [
            {"group": c.group, "code": c.code, "title": str(c.title), "seen": c.seen, "done": c.done}
            for c in checklist(tenant)
        ],
    }
