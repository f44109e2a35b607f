"""Official negative codes by message (interface specification 202205, ch. 7): wrong parameters, signatures that do not hold."""

from exchange.messages.signatures import WORDINGS, Flaw

WRONG_PARAMETER = {
    "CEB311Message": "-301008",
    "CEB303Message": "-301008",
    "CEB411Message": "-401009",
    "CEB403Message": "-401009",
    "CEB511Message": "-504011",
    "CEB505Message": "-504011",
    "CEB621Message": "-621001",
    "CEB603Message": "-621001",
    "CEB513Message": "-505011",
    "CEB623Message": "-623001",
    "CEB605Message": "-623001",
    "CEB625Message": "-625001",
    "CEB213Message": "-625001",
    "CEB215Message": "-625001",
    "CEB711Message": "-800001",
    "CEB507Message": "-800001",
    "CEB509Message": "-800001",
    "CEB607Message": "-800001",
    "CEB701Message": "-800001",
}
"""Official code for "parameter check failed" of each family, interface specification ch. 7."""

LIST_CODES = {Flaw.ABSENT: "-621025", Flaw.DIGEST: "-621028"}
"""Interface specification ch. 7: signature empty, signed data differ; everything else is -621029, check failed."""

FAMILY_CODES = {
    "CEB621Message": "-621029",
    "CEB603Message": "-621029",
    "CEB623Message": "-623029",
    "CEB605Message": "-623029",
    "CEB625Message": "-625005",
    "CEB213Message": "-625005",
}
"""Official code for "signature check failed" of the families that have one."""


def refusal_codes(code: str, flaw: Flaw) -> tuple[str, str]:
    """Status of the receipt and the code inside its text."""
    family = FAMILY_CODES.get(code)
    if family is None:
        return WRONG_PARAMETER[code], WORDINGS[flaw].number
    if family == "-621029":
        family = LIST_CODES.get(flaw, family)
    return family, family
