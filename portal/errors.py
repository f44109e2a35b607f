"""Refusals: every "no" has a stable code, a sentence, the field to fix and the legal basis."""

from typing import Any

from django.utils.functional import Promise


class Refusal(Exception):
    """Something was refused; nothing has moved.

    Subclasses live beside the service that raises them and set the class attributes; instances may fill in
    parameters of the sentence. Bad input never becomes a 500: doors turn a Refusal into a page or problem+json.
    """

    code: str = "REFUSED"
    message: str | Promise = ""
    field: str = ""
    basis: str = ""
    status: int = 422
    retry_after: int = 0
    """Seconds after which trying again makes sense; 0 = it does not."""

    def __init__(
        self, message: str | Promise | None = None, *, field: str | None = None, **params: Any
    ) -> None:
        if message is not None:
            self.message = message
        if field is not None:
            self.field = field
        self.params = params
        super().__init__(self.code)

    @property
    def sentence(self) -> str:
        """The sentence in the active language with its parameters filled in."""
        text = str(self.message)
        return text % self.params if self.params else text

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"
