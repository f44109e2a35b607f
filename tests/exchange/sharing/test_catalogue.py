"""The data catalogue is complete and consistent (rules P.1 – P.3)."""

from collections.abc import Iterator

import pytest
from drf_spectacular.generators import SchemaGenerator

from exchange.agencies.contract import Contract, Part
from exchange.agencies.contracts import CONTRACTS
from exchange.enums import Level, Opening, Sharing
from exchange.selectors.catalogue import (
    CatalogueFilter,
    catalogue,
    every_field,
    gaps,
    owners,
    shared_fields,
    shared_objects,
)
from exchange.selectors.grants import standing_grants
from portal.workbench import registry


def test_every_column_of_a_registered_object_is_in_the_catalogue_and_no_row_is_stale() -> None:
    """Whoever adds a column decides its level, sharing type and basis in `exchange/data/shared_fields.csv`."""
    assert gaps() == ([], [])


def test_every_field_of_a_registered_shape_of_the_api_is_in_the_catalogue() -> None:
    shapes = SchemaGenerator().get_schema(request=None, public=True)["components"]["schemas"]
    registered = {
        one.code: one.source[4:] for one in shared_objects().values() if one.source.startswith("api:")
    }
    assert len(registered) == 3
    for code, shape in registered.items():
        fields = shapes[
            shape.removesuffix("Shape") + "Shape" if shape in shapes else shape.removesuffix("Shape")
        ]
        assert set(fields["properties"]) == set(shared_fields()[code]), code


def test_levels_decide_sharing_and_opening() -> None:
    """P.3: L1 open and unconditional, L2 unconditional and opened as totals, L3 and L4 never unconditional, never open."""
    allowed = {
        Level.PUBLIC: {(Sharing.UNCONDITIONAL, Opening.YES)},
        Level.INTERNAL: {(Sharing.UNCONDITIONAL, Opening.AGGREGATED)},
        Level.SENSITIVE: {(Sharing.CONDITIONAL, Opening.NO), (Sharing.NONE, Opening.NO)},
        Level.PERSONAL: {(Sharing.CONDITIONAL, Opening.NO), (Sharing.NONE, Opening.NO)},
    }
    wrong = [
        f"{one.object}.{one.name}"
        for one in every_field()
        if (one.sharing, one.open) not in allowed[one.level]
    ]
    assert wrong == []
    assert [
        f"{one.object}.{one.name}" for one in every_field() if one.mask and one.level != Level.PERSONAL
    ] == []


def test_every_field_has_a_basis_and_names_in_both_languages() -> None:
    assert [one for one in every_field() if not (one.basis and one.name_zh and one.name_en)] == []


def test_personal_fields_of_documents_are_level_four_because_the_codec_says_so() -> None:
    from customs.messages.fields import Kind
    from customs.models.documents import HEADS

    models = {f"customs.{model.__name__}": model for model in HEADS.values()}
    personal = {
        f"{one.code}.{field.column}"
        for one in shared_objects().values()
        if one.source in models
        for field in models[one.source].message.fields
        if field.kind is not Kind.PLAIN
    }
    assert len(personal) > 15
    level_four = {
        f"{one.object}.{one.name}" for one in every_field() if one.level == Level.PERSONAL and one.mask
    }
    assert personal - level_four == set()


def test_every_owner_has_a_queue_for_requests() -> None:
    queues = {queue.code: queue.agency for queue in registry.queues()}
    assert {f"exchange.grants-{owner}": owner for owner in owners()}.items() <= queues.items()


def parts_of(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if part.of:
            yield from parts_of(part.of)
        else:
            yield part.name


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda one: f"{one.agency}-{one.kind}")
def test_every_part_of_a_question_is_in_the_catalogue_and_granted_to_the_agency_that_is_asked(
    contract: Contract,
) -> None:
    assert set(parts_of(contract.asks)) <= shared_fields()[f"task.{contract.kind}"].keys()
    granted = {(one.agency, one.object, one.purpose) for one in standing_grants()}
    assert (contract.agency, f"task.{contract.kind}", "task") in granted


def test_standing_grants_name_objects_and_fields_of_the_catalogue() -> None:
    for grant in standing_grants():
        assert grant.fields - shared_fields()[grant.object].keys() - {"*"} == set()
        assert grant.basis


def test_search_and_filters() -> None:
    found = catalogue(CatalogueFilter(q="Waybill number", level="L3"))
    assert {one.level for one in found} == {Level.SENSITIVE}
    assert "task.INSPECTION.logisticsNo" in {f"{one.object}.{one.name}" for one in found}
    assert [one.name for one in catalogue(CatalogueFilter(object="enterprise", open="yes"))] == [
        "name",
        "name_en",
        "district",
    ]
    assert catalogue(CatalogueFilter(q="nothing-like-this")) == []
