"""The demonstration's carrier reports by contract: its connection, the importer's agreement with it, and what happened to released parcels."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from exchange.models import PartnerConnection
from portal.models import Organisation, User
from tools.parcels import LOGISTICS, Parcel

CONTRACT = "logistics-event-1"
CARRIER = "logistics"
INTERVAL = 1440
"""Minutes: the demonstration's carrier reports once, when the demonstration is posted."""
STAGES = (("accepted", 180, "福州"), ("departed", 120, "福州"), ("customs", 5, "平潭"))
"""Stage, minutes ago, place."""


def load_partners(organisations: dict[str, Organisation]) -> None:
    """The carrier's connection, once."""
    PartnerConnection.objects.get_or_create(
        organisation=organisations[CARRIER],
        contract=CONTRACT,
        defaults={
            "interval_minutes": INTERVAL,
            "opened_by": User.objects.get(username="warehouse"),
            "opened_at": timezone.now(),
        },
    )


def carried(parcels: Iterable[Parcel]) -> list[dict[str, Any]]:
    """What the carrier's system reports of parcels that were released."""
    now = datetime.now(UTC)
    return [
        {
            "event_id": f"{parcel.waybill['logisticsNo']}-{kind}",
            "carrier": LOGISTICS.code,
            "waybill": parcel.waybill["logisticsNo"],
            "kind": kind,
            "happened_at": (now - timedelta(minutes=ago)).isoformat(),
            "place": place,
        }
        for parcel in parcels
        for kind, ago, place in STAGES
    ]
