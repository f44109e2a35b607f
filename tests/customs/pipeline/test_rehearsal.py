"""A rehearsal runs the steps of a turn: none is forgotten when the pipeline gets a new one."""

import pytest
from django.db import transaction

from customs.enums import BondedMode, Direction
from customs.messages import registry
from customs.messages.composing import DOCUMENTS
from customs.pipeline.rehearsal import LEFT_OUT, rehearse
from customs.pipeline.turn import statements
from customs.services.register_days import ensure_days
from exchange.models import Message
from tests.customs.world import World


@pytest.mark.parametrize("direction", Direction)
def test_every_step_that_leaves_nothing_behind_is_rehearsed(world: World, direction: Direction) -> None:
    bonded = BondedMode.BONDED.value
    with transaction.atomic():
        one = (
            world.make.import_parcel(trade_mode=bonded)
            if direction == Direction.IMPORT
            else world.make.export_parcel()
        )
        world.send(one)
        found = rehearse(direction, list(Message.objects.values_list("pk", flat=True)), ensure_days)
        transaction.set_rollback(True)
    assert {registry()[code].direction for code in DOCUMENTS[direction]} == {direction.value}
    assert found.steps == set(statements(direction)) - LEFT_OUT
    assert not Message.objects.exists()
