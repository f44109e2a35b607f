"""Fonts of PDF documents: static weights cut once from the variable font (`python -m tools.fonts`).

A variable or sliced web font gives wrong characters or slow documents; a static cut of the whole font holds every character of
GB2312, GBK and extension A. The source is Noto Sans SC (SIL Open Font License 1.1) from the package `justmytype-intl-cjk`.
"""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

WEIGHTS = (400, 700)
PACKAGE = "justmytype_intl_cjk"
FOLDER = "fonts/ofl/notosanssc"


def font_folder() -> Path:
    """Where the cut fonts lie; the same rule as in the settings. All instances of one checkout share them."""
    return Path(os.environ.get("SW_FONTS") or Path(__file__).resolve().parents[1] / "var" / "fonts")


def font_file(folder: Path, weight: int) -> Path:
    return folder / f"NotoSansSC-{weight}.ttf"


def source_folder() -> Path | None:
    """Folder of the variable font and its licence; None when the package is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / FOLDER
    return folder if folder.is_dir() else None


def cut_weight(source: Path, weight: int, target: Path) -> None:
    """Write one static weight; a file of this name is always complete."""
    unfinished = target.with_suffix(".new")
    font = TTFont(source)
    instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
    font.save(unfinished)
    unfinished.rename(target)


@contextmanager
def only_cutter(folder: Path) -> Iterator[None]:
    """One process cuts, others wait for it; the system releases the lock of a killed one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "cut.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def missing(folder: Path) -> list[int]:
    """Weights that are not cut yet."""
    return [weight for weight in WEIGHTS if not font_file(folder, weight).is_file()]


def cut(folder: Path) -> bool:
    """Cut what is missing (about 20 s a weight, once); False when there is no font to cut from."""
    source = source_folder()
    if not missing(folder):
        return True
    if source is None:
        return False
    with only_cutter(folder):
        for weight in missing(folder):
            cut_weight(source / "NotoSansSC[wght].ttf", weight, font_file(folder, weight))
        shutil.copyfile(source / "OFL.txt", folder / "OFL.txt")
    return True


if __name__ == "__main__":
    sys.exit(0 if cut(font_folder()) else 3)
