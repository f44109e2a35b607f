"""The world of the pipeline's tests."""

from tests.customs.world import prepared, world

__all__ = ["prepared", "world"]
