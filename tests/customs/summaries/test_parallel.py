"""Two requests for one list at the same moment: one gets it (B.S.6; the row's lock, then the key of the mapping)."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from customs.models import ClearedList, SummarisedLine, SummaryApplication, SummaryDeclaration
from customs.services.summarising import summarise
from tests.customs.summaries.conftest import Summaries
from tests.customs.world import World, live_world, prepared

__all__ = ["live_world", "prepared"]


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once(live_world: World) -> None:
    summaries = Summaries(live_world)
    numbers = summaries.clear(*[summaries.draw() for _ in range(6)])
    summaries.send(numbers[:4])
    summaries.send(numbers[2:])
    ids = list(SummaryApplication.objects.order_by("id").values_list("id", flat=True))
    gate = threading.Barrier(2)

    def work(application_id: int) -> None:
        gate.wait(10)
        try:
            summarise(application_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(pk,)) for pk in ids]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert sorted(SummaryApplication.objects.values_list("state", flat=True)) == ["done", "refused"]
    assert SummarisedLine.objects.count() == 4
    assert ClearedList.objects.filter(application=None).count() == 2
    assert SummaryDeclaration.objects.get().lists == 4
    line = SummarisedLine.objects.earliest("parcel_id")
    with pytest.raises(IntegrityError), transaction.atomic():
        SummarisedLine.objects.create(
            parcel_id=line.parcel_id, gnum=line.gnum, declaration_id=line.declaration_id, gseqno=2
        )
