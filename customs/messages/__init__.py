"""CEB messages: one file per message, found by name. Adding a file is enough."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from customs.messages.codec import Message


@cache
def registry() -> dict[str, Message]:
    """Root name → message, e.g. `CEB311Message`."""
    names = sorted(m.name for m in iter_modules(__path__) if m.name.startswith("ceb"))
    messages = (import_module(f"{__name__}.{name}").MESSAGE for name in names)
    return {message.code: message for message in messages}


def declared() -> list[Message]:
    """The messages enterprises send."""
    return [message for message in registry().values() if message.direction]
