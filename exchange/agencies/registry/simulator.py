"""A business registry for demonstrations and tests: speaks only HTTP to the agency API.

Answers by convention of the made-up codes: the two characters before the check character 91 = licence revoked, 92 = cancelled,
93 = not found, 94 = a status nobody knows; every other company exists, with a name made from its code.
"""

from typing import Any

CONVENTION = {"91": "2", "92": "3", "93": "0", "94": "7"}
CITIES = {"3501": "福州", "3502": "厦门", "3505": "泉州", "3503": "莆田", "3506": "漳州"}


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """What the registry says of one company."""
    uscc = str(task["payload"].get("uscc", ""))
    status = CONVENTION.get(uscc[15:17], "1")
    if status == "0":
        return {"outcome": "answered", "detail": {"status": status}}
    city = CITIES.get(uscc[2:6], "福建")
    detail = {
        "status": status,
        "name": f"{city}示例{uscc[9:13]}贸易有限公司",
        "address": f"福建省{city}市示例路 {int(uscc[-5:-2], 36) % 900 + 1} 号",
        "since": "2019-05-20",
        "authority": f"{city}市市场监督管理局",
    }
    return {"outcome": "answered", "detail": detail}
