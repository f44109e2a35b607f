"""Inspection and quarantine for demonstrations and tests; speaks only HTTP to the agency API.

Answers by convention of the waybill's last two digits: 81 = received (S), then released; 82 = to inspect (Q), then released;
83 = to inspect, then not passed (N); 84 = receive failed (F); 85 = a verdict nobody knows; every other parcel is released (C).
"""

from typing import Any

STEPS = {"81": ("S", "C"), "82": ("Q", "C"), "83": ("Q", "N"), "84": ("F",), "85": ("X",)}
REMARKS = {
    "S": "已接收",
    "Q": "请预约检验检疫",
    "C": "检验检疫合格",
    "N": "未获准入，退运或销毁",
    "F": "数据缺项",
    "X": "?",
}


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """The next verdict on one parcel: `outcome` of the task is the last one given."""
    steps = STEPS.get(str(task["payload"].get("logisticsNo", ""))[-2:], ("C",))
    said = task.get("outcome", "")
    verdict = steps[min(steps.index(said) + 1, len(steps) - 1)] if said in steps else steps[0]
    return {"outcome": verdict, "detail": {"remark": REMARKS[verdict]}}
