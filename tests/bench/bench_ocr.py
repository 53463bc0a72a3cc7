"""How many characters Tesseract gets wrong on spoilt pages: as they are, after the usual chain, and as we read them.

Thresholds were chosen on the pages and harms marked ``tuning`` in `degraded_pages.py`; all other pairs are held out.
Times are CPU seconds of this process and of Tesseract on one thread. OCRmyPDF joins the table where it is installed.
``BENCH_OCR_PAGES`` says on how many pages each harm is tried (3, in turn; 99 is all), ``BENCH_OCR_METHODS`` which
methods are (all).
"""

from __future__ import annotations

import importlib.util
import os
import re
import resource
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import cv2

from tests.bench.degraded_pages import HARMS, Grey, Harm, Scan, Source, as_pdf_page, character_errors, scan, sources
from workers.parse.ocr import tesseract
from workers.parse.ocr.correct import Correction
from workers.parse.ocr.page import read_page
from workers.parse.pdf.layout import reading_order

_EFFECTS = ("mended", "broken", "neither")
_PAGES = int(os.environ.get("BENCH_OCR_PAGES", "3"))


class Score(NamedTuple):
    """What one method made of one page."""

    errors: float
    """Character error rate, 0 to 1."""
    seconds: float


class Sheet(NamedTuple):
    """A spoilt page as a picture and as the page of a PDF."""

    scan: Scan
    pdf: Any
    corrections: list[Correction]
    """What we made of its words, filled by `ours`."""


class Tried(NamedTuple):
    """One page in one condition under every method."""

    source: Source
    harm: Harm
    scores: dict[str, Score]
    corrections: Counter[str]
    """What our corrections of words did: mended | broken | neither (wrong before and after)."""

    @property
    def held_out(self) -> bool:
        """Whether neither page nor harm was seen while choosing thresholds."""
        return not (self.source.tuning or self.harm.tuning)


def raw(page: Sheet) -> str:
    """Tesseract on the page as it is."""
    return _tesseract(page.scan.picture, page.scan.dpi)


def classic(page: Sheet) -> str:
    """The chain of most tutorials: denoise, equalise, adaptive threshold."""
    picture = cv2.fastNlMeansDenoising(page.scan.picture, None, 10, 7, 21)
    picture = cv2.createCLAHE(2.0, (8, 8)).apply(picture)
    picture = cv2.adaptiveThreshold(picture, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 11, 2)
    return _tesseract(picture, page.scan.dpi)  # type: ignore[arg-type]


def ocrmypdf(page: Sheet) -> str:
    """OCRmyPDF with deskew and clean, its text layer as Tesseract's sidecar gives it."""
    import ocrmypdf as program

    with tempfile.TemporaryDirectory() as folder:
        before, after, text = (Path(folder) / name for name in ("in.pdf", "out.pdf", "out.txt"))
        page.pdf.parent.save(before)
        program.ocr(
            before, after, sidecar=text, deskew=True, clean=True, language=["eng"], output_type="pdf",
            progress_bar=False, jobs=1, optimize=0,
        )  # fmt: skip
        return text.read_text(encoding="utf-8")


def ours(page: Sheet) -> str:
    """The parse pool's own reading, in the order that the layout rules give."""
    found = read_page(page.pdf, 1, "auto")
    page.corrections.extend(found.corrections)
    return "\n".join(line.text for region in reading_order(found.lines) for line in region)


def methods() -> dict[str, Callable[[Sheet], str]]:
    """Name -> method, of those that can run here and are asked for."""
    every: dict[str, Callable[[Sheet], str]] = {"raw": raw, "classic": classic, "ours": ours}
    if importlib.util.find_spec("ocrmypdf") and shutil.which("unpaper"):
        every["ocrmypdf"] = ocrmypdf
    wanted = os.environ.get("BENCH_OCR_METHODS", "").split()
    return {name: method for name, method in every.items() if not wanted or name in wanted}


def main() -> None:
    """Print every harm as it is done, then the means of what was tuned on and what was not."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    names = list(methods())
    if "ocrmypdf" not in names:
        print("OCRmyPDF: not installed, or not its unpaper")
    print(f"{'character errors in % (CPU s)':30}" + "".join(f"{name:>16}" for name in names))
    done: list[Tried] = []
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        pairs = list(_pairs())
        for harm in HARMS:
            tried = list(pool.map(_try, *zip(*[pair for pair in pairs if pair[1] is harm], strict=True)))
            _line(harm.name + ("" if harm.tuning else " *"), tried, names)
            done += tried
    print("* never looked at while choosing thresholds")
    _line("MEAN, tuned on", [one for one in done if one.source.tuning and one.harm.tuning], names)
    _line("MEAN, HELD OUT", [one for one in done if one.held_out], names)
    _line("MEAN, all", done, names)
    _verdict(done)
    effects = sum((one.corrections for one in done), Counter[str]())
    print(f"words corrected: {effects.total()}; " + ", ".join(f"{effects[one]} {one}" for one in _EFFECTS))


def _pairs() -> Iterable[tuple[Source, Harm]]:
    """Each harm on `_PAGES` pages; the pages take turns."""
    pages = list(sources())
    for index, harm in enumerate(HARMS):
        for step in range(min(_PAGES, len(pages))):
            yield pages[(index * _PAGES + step) % len(pages)], harm


def _try(source: Source, harm: Harm) -> Tried:
    spoilt = scan(source, harm)
    page = Sheet(spoilt, as_pdf_page(spoilt), [])
    scores = {}
    for name, method in methods().items():
        began = _cpu_seconds()
        found = method(page)
        scores[name] = Score(character_errors(found, spoilt.gold), _cpu_seconds() - began)
    return Tried(source, harm, scores, Counter(_effect(one, spoilt.gold) for one in page.corrections))


def _effect(correction: Correction, gold: str) -> str:
    """Judged by which of the two stands on the page at all."""
    words = f" {' '.join(gold.split())} "
    before, after = (re.search(rf"(?<!\w){re.escape(one)}(?!\w)", words) for one in correction)
    return "broken" if before else "mended" if after else "neither"


def _line(name: str, tried: Sequence[Tried], names: Sequence[str]) -> None:
    cells = []
    for method in names if tried else ():
        errors = statistics.fmean(one.scores[method].errors for one in tried)
        seconds = statistics.fmean(one.scores[method].seconds for one in tried)
        cells.append(f"{100 * errors:9.2f} ({seconds:4.2f})")
    print(f"{name:30}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


def _verdict(done: Sequence[Tried]) -> None:
    """The three promises, as far as raw Tesseract ran beside us."""
    if not all({"raw", "ours"} <= one.scores.keys() for one in done):
        return
    for name, tried in (("held out", [one for one in done if one.held_out]), ("all", done)):
        theirs, mine = ([one.scores[method] for one in tried] for method in ("raw", "ours"))
        errors = sum(one.errors for one in theirs) / max(sum(one.errors for one in mine), 1e-9)
        seconds = sum(one.seconds for one in mine) / sum(one.seconds for one in theirs)
        print(f"{name}: raw Tesseract's error over ours {errors:.1f}; our time over raw's {seconds:.2f}")
    worst = max(
        (one for one in done if one.harm.clean), key=lambda one: one.scores["ours"].errors - one.scores["raw"].errors
    )
    loss = worst.scores["ours"].errors - worst.scores["raw"].errors
    print(f"clean pages: at worst {loss:+.4f} beside raw ({worst.source.name}, {worst.harm.name})")


def _tesseract(picture: Grey, dpi: float) -> str:
    import pytesseract

    program = tesseract.find("eng")
    pytesseract.pytesseract.tesseract_cmd = program.program
    with tempfile.TemporaryDirectory() as folder:
        # The same uncompressed hand-over as ours, which spares raw Tesseract the packing as PNG too.
        file = str(Path(folder) / "page.pgm")
        cv2.imwrite(file, picture)
        return str(pytesseract.image_to_string(file, lang="eng", config=f"--dpi {round(dpi)} {program.options}"))


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
