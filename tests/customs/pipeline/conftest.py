"""The world of the pipeline's tests."""

from tests.customs.world import live_world, prepared, world

__all__ = ["live_world", "prepared", "world"]
