"""The demonstration's broker acts for the importer, and has offered to act for the exporter; the carrier shows the importer its events."""

from datetime import timedelta

from django.utils import timezone

from filing.enums import AgreementKind
from filing.models import Agreement
from filing.services.agreements import Offer, Party, answer_agreement, offer_agreement
from portal.models import ApiClient, Organisation

BROKER, IMPORTER, EXPORTER, CARRIER = "agent", "import-shop", "export-shop", "logistics"
TWO_YEARS = timedelta(days=730)


def load_agreements(organisations: dict[str, Organisation]) -> None:
    """Once."""
    if Agreement.objects.exists():
        return
    offer(organisations, BROKER, EXPORTER, as_agent=True)
    made = offer(organisations, IMPORTER, BROKER, as_agent=False)
    answer_agreement(party(organisations, BROKER), made.pk, accept=True)
    shown = offer(organisations, IMPORTER, CARRIER, as_agent=False, kind=AgreementKind.PARTNER_DATA)
    answer_agreement(party(organisations, CARRIER), shown.pk, accept=True)


def offer(
    organisations: dict[str, Organisation],
    key: str,
    other: str,
    *,
    as_agent: bool,
    kind: AgreementKind = AgreementKind.DECLARE,
) -> Agreement:
    today = timezone.localdate()
    return offer_agreement(
        party(organisations, key),
        Offer(
            organisations[other].uscc,
            as_agent,
            kind,
            today,
            today + TWO_YEARS,
            "代理全部清单申报" if kind == AgreementKind.DECLARE else "物流轨迹对接",
        ),
    )


def party(organisations: dict[str, Organisation], key: str) -> Party:
    return Party(organisations[key].pk, client=ApiClient.objects.get(client_id=f"demo-{key}"))
