"""Resident numbers leave the codec protected: ciphertext, keyed hash and mask instead of the number."""

from datetime import date
from typing import TYPE_CHECKING

from portal.personal_data import (
    birth_date,
    check_resident_number,
    encrypt,
    identity_hash_hex,
    keyed_hash_hex,
    mask_resident_number,
    normalise_number,
)

if TYPE_CHECKING:
    from customs.messages.codec import Message


def protect(message: "Message", row: list[str], position: int, on: date) -> list[tuple[int, str, str]]:
    """Replace the numbers of one head row and append the derived columns; returns what is wrong with the numbers."""
    wrong = []
    derived: list[str] = []
    identity = born = ""
    for number_at, name_at, wire_name in message.resident_numbers:
        number = normalise_number(row[number_at])
        fault = check_resident_number(number, on)
        if fault:
            wrong.append((position, wire_name, fault))
        if message.declares_identity:
            day = None if fault else birth_date(number)
            identity, born = identity_hash_hex(number, row[name_at]), day.isoformat() if day else ""
        row[number_at] = encrypt(number)
        derived += [keyed_hash_hex(number), mask_resident_number(number)]
    if message.declares_identity:
        derived += [identity, born]
    row += derived
    return wrong
