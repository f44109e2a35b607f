"""Column types that Django does not have."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class TransactionId(models.Func):
    """`pg_current_xact_id()`: the 64-bit id of the writing transaction; never wraps around."""

    function = "pg_current_xact_id"
    arity = 0


class TransactionIdField(models.BigIntegerField):  # type: ignore[type-arg]
    """`xid8`. Filled by the database; a feed shows only rows below the oldest running transaction."""

    description = "transaction id"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_default", TransactionId())
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def from_db_value(self, value: Any, *_: Any) -> int | None:
        """psycopg2 hands unknown types over as text."""
        return None if value is None else int(value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        prepared_value = super().get_db_prep_value(value, connection, prepared)
        return str(prepared_value) if isinstance(prepared_value, int) else prepared_value
