"""Pages of real print and of our own text, spoilt as scanners spoil them, each with the text that stands on it.

Every picture is made from its page and its `Harm` alone, the chance in it from a seed, so that two runs see the same.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

ROOT = Path(__file__).resolve().parents[2]
PAPERS = ROOT / "agent" / "demo" / "site" / "papers"
CORPUS = ROOT.parent / "shared" / "data" / "corpus-quantum"


@dataclass(frozen=True)
class Source:
    """A page with a known text: of a PDF, or our own text set in a font."""

    name: str
    file: Path | None = None
    page: int = 0
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """The part that is used, as shares of the page: half a page shows as much in half the time."""
    font: str = "tiro"
    size: float = 11
    columns: int = 1
    text: str = "density-matrices.md"
    start: int = 0
    """First word of the text on the page."""
    height_points: float = 280
    """Of the print on pages of our own text."""
    tuning: bool = False
    """Whether thresholds were chosen while looking at it."""


@dataclass(frozen=True)
class Harm:
    """What befalls a page on its way, in this order; nothing by default."""

    name: str
    dpi: int = 200
    claimed_dpi: int = 0
    """What the file says, where that is not true."""
    bleed: float = 0.0
    """Darkness of the other side of the sheet shining through, 0 to 1."""
    stains: int = 0
    skew_degrees: float = 0.0
    quarter_turns: int = 0
    light: str = ""
    """Shade over the page: left | corner | spine | lamp."""
    shade: float = 0.0
    """How much of the light is missing at the darkest place, 0 to 1."""
    border: bool = False
    """A black edge where the lid did not close."""
    blur: float = 0.0
    """Standard deviation in pixels."""
    motion: int = 0
    """Length in pixels of a horizontal smear."""
    contrast: float = 1.0
    gauss: float = 0.0
    """Standard deviation in grey levels."""
    grain: float = 0.0
    """Noise in proportion to the light (speckle), standard deviation as a share."""
    salt: float = 0.0
    """Share of pixels that are turned black or white."""
    jpeg: int = 0
    """Quality; 0 for none."""
    tuning: bool = False
    """Whether thresholds were chosen while looking at it."""

    @property
    def clean(self) -> bool:
        """Whether nothing befalls the page but its resolution."""
        return self == Harm(self.name, dpi=self.dpi, claimed_dpi=self.claimed_dpi, tuning=self.tuning)


SOURCES = (
    Source("own Times 11", tuning=True),
    Source("own Helvetica 10, 2 columns", font="helv", size=10, columns=2, start=500, tuning=True),
    Source("paper 1", PAPERS / "density-matrices.pdf", 1, (0.0, 0.0, 1.0, 0.437), tuning=True),
    Source("own Courier 10", font="cour", size=10, text="quantum-annealing-scan.md"),
    Source("own Times 8", font="tiro", size=8, text="error-mitigation.md", start=300),
    Source("own Helvetica 12", font="helv", size=12, text="error-mitigation.md"),
    Source("own Times 9, 3 columns", size=9, columns=3, text="error-mitigation.md", start=200),
    Source("paper 2, 2 columns", PAPERS / "error-mitigation.pdf", 1, (0.0, 0.0, 1.0, 0.4)),
    Source("advert", CORPUS / "qutip-pdf" / "news__llnl_advert.pdf", 0, (0.0, 0.538, 0.735, 0.918)),
    Source("slide", CORPUS / "strilanc-slides" / "assets__2017-06-28-dirty-factoring-paper__martin-slides.pdf", 26),
)

HARMS = (
    Harm("clean 300", dpi=300, tuning=True),
    Harm("clean 200", tuning=True),
    Harm("clean 150", dpi=150, tuning=True),
    Harm("clean 100", dpi=100, tuning=True),
    Harm("noise 12", gauss=12, tuning=True),
    Harm("noise 40", gauss=40, tuning=True),
    Harm("salt and pepper 3 %", salt=0.03, tuning=True),
    Harm("blur 1.5", blur=1.5, tuning=True),
    Harm("skew 1", skew_degrees=1, tuning=True),
    Harm("skew -3", skew_degrees=-3, tuning=True),
    Harm("skew 15", skew_degrees=15, tuning=True),
    Harm("light from the left", light="left", shade=0.6, tuning=True),
    Harm("bleed-through", bleed=0.25, tuning=True),
    Harm("JPEG 15", jpeg=15, tuning=True),
    Harm("low contrast", contrast=0.25, gauss=3, tuning=True),
    Harm("mild mix 150", dpi=150, gauss=8, skew_degrees=2, light="left", shade=0.3, jpeg=50, tuning=True),
    Harm("hard mix 150", 150, gauss=20, skew_degrees=3, light="corner", shade=0.5, bleed=0.15, jpeg=40, tuning=True),
    Harm("turned 90", quarter_turns=1, tuning=True),
    Harm("turned 180", quarter_turns=2, tuning=True),
    Harm("says 72, is 200", claimed_dpi=72, tuning=True),
    # --- never looked at while choosing
    Harm("clean 250", dpi=250),
    Harm("clean 120", dpi=120),
    Harm("noise 20 at 300", dpi=300, gauss=20),
    Harm("noise 30 at 150", dpi=150, gauss=30),
    Harm("grain", grain=0.2),
    Harm("salt and pepper 8 %", salt=0.08),
    Harm("salt and pepper 1 % at 300", dpi=300, salt=0.01),
    Harm("blur 2.5 at 300", dpi=300, blur=2.5),
    Harm("smear", motion=5),
    Harm("skew 2", skew_degrees=2),
    Harm("skew -5", skew_degrees=-5),
    Harm("skew 7 at 150", dpi=150, skew_degrees=7),
    Harm("skew -15 at 300", dpi=300, skew_degrees=-15),
    Harm("shade of the spine", light="spine", shade=0.7),
    Harm("a lamp at 300", dpi=300, light="lamp", shade=0.5),
    Harm("bleed-through at 300", dpi=300, bleed=0.4),
    Harm("JPEG 8 at 150", dpi=150, jpeg=8),
    Harm("low contrast and noise", contrast=0.3, gauss=8),
    Harm("stains and border", stains=8, border=True),
    Harm("mild mix 200", gauss=10, skew_degrees=-1.5, light="corner", shade=0.35, blur=0.6, jpeg=60),
    Harm("hard mix 100", dpi=100, gauss=10, skew_degrees=-4, light="spine", shade=0.4, jpeg=60),
    Harm("hard mix 200", gauss=30, salt=0.02, skew_degrees=6, light="lamp", shade=0.5, contrast=0.7),
    Harm("turned 270, noise", quarter_turns=3, gauss=15),
    Harm("turned 180, skew 3", quarter_turns=2, skew_degrees=3),
    Harm("says 300, is 150", dpi=150, claimed_dpi=300),
)  # fmt: skip


@dataclass(frozen=True)
class Scan:
    """A spoilt page."""

    picture: Grey
    dpi: float
    """What the file claims."""
    gold: str


def sources() -> Iterator[Source]:
    """Those whose file is there."""
    return (source for source in SOURCES if source.file is None or source.file.is_file())


def scan(source: Source, harm: Harm) -> Scan:
    """The page as that scanner would give it."""
    picture = _printed(source, harm.dpi)
    other = _printed(SOURCES[0] if source is not SOURCES[0] else SOURCES[1], harm.dpi)
    return Scan(_spoilt(picture, other, harm), harm.claimed_dpi or harm.dpi, _book(source)[source.page].get_text())


def as_pdf_page(scan: Scan) -> Any:
    """The picture on a page of a PDF of its size."""
    import pymupdf

    height, width = scan.picture.shape
    book: Any = pymupdf.open()
    page = book.new_page(width=width * 72 / scan.dpi, height=height * 72 / scan.dpi)
    page.insert_image(page.rect, stream=cv2.imencode(".png", scan.picture)[1].tobytes())
    return page


def character_errors(found: str, gold: str) -> float:
    """Insertions, deletions and changes over the characters there are, 1 at most; white space counts as one space."""
    from rapidfuzz.distance import Levenshtein

    found, gold = _plain(found), _plain(gold)
    return min(1.0, Levenshtein.distance(found, gold) / max(1, len(gold)))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(str.maketrans("‘’“”–—−•", "''\"\"---*"))
    return re.sub(r"\s+", " ", text).strip()


@cache
def _book(source: Source) -> Any:
    import pymupdf

    if source.file is not None:
        book: Any = pymupdf.open(source.file)
        page = book[source.page]
        width, height = page.rect.width, page.rect.height
        x0, y0, x1, y1 = source.part
        page.set_cropbox(pymupdf.Rect(x0 * width, y0 * height, x1 * width, y1 * height))
        return book
    words = (ROOT / "scripts" / "demo_pdfs" / source.text).read_text(encoding="utf-8")
    words = re.sub(r"[$`#*|]|^- |^\W*$", "", words, flags=re.MULTILINE)
    paragraphs = " ".join(words.split(" ")[source.start :]).split("\n\n")
    text = "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())
    text = text.encode("latin-1", "ignore").decode("latin-1")
    book = pymupdf.open()
    page = book.new_page(width=595, height=source.height_points + 120)
    width = (595 - 2 * 60 - 18 * (source.columns - 1)) / source.columns
    lines = list(_wrapped(text, width, source.font, source.size))
    per_column = round(source.height_points / (source.size * 1.35))
    for index in range(source.columns):
        for row, line in enumerate(lines[index * per_column : (index + 1) * per_column]):
            place = (60 + index * (width + 18), 80 + row * source.size * 1.35)
            page.insert_text(place, line, fontsize=source.size, fontname=source.font)
    return book


def _wrapped(text: str, width: float, font: str, size: float) -> Iterator[str]:
    import pymupdf

    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            wider = f"{line} {word}".strip()
            if line and pymupdf.get_text_length(wider, font, size) > width:
                yield line
                wider = word
            line = wider
        yield line


@cache
def _printed(source: Source, dpi: int) -> Grey:
    import pymupdf

    pixels: Any = _book(source)[source.page].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY, alpha=False)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.stride)[:, : pixels.width].copy()


def _spoilt(picture: Grey, other: Grey, harm: Harm) -> Grey:
    if harm.clean:
        return picture
    dice = np.random.default_rng(zlib.crc32(harm.name.encode()))
    image = picture.astype(np.float32) / 255
    if harm.bleed:
        shone = cv2.GaussianBlur(cv2.resize(other[:, ::-1], image.shape[::-1]), (0, 0), harm.dpi / 130)
        image = np.minimum(image, 1 - harm.bleed * (1 - shone.astype(np.float32) / 255))
    for _ in range(harm.stains):
        centre = (int(dice.integers(image.shape[1])), int(dice.integers(image.shape[0])))
        stain = cv2.circle(np.zeros_like(image), centre, int(dice.integers(harm.dpi // 10, harm.dpi // 2)), 1.0, -1)
        image = image * (1 - 0.25 * cv2.GaussianBlur(stain, (0, 0), harm.dpi / 20))
    if harm.skew_degrees:
        image = _turned(image, harm.skew_degrees)
    image = np.ascontiguousarray(np.rot90(image, harm.quarter_turns))
    if harm.light:
        image = image * (1 - harm.shade * _shade(harm.light, image.shape))
    if harm.border:
        edge = harm.dpi // 5
        image[:, :edge] = 0.08
        image[-edge // 2 :] = 0.05
    if harm.blur:
        image = cv2.GaussianBlur(image, (0, 0), harm.blur)
    if harm.motion:
        image = cv2.blur(image, (harm.motion, 1))
    image = (image - 0.5) * harm.contrast + (0.5 if harm.contrast == 1 else 0.6)
    if harm.grain:
        image = image * (1 + dice.normal(0, harm.grain, image.shape))
    if harm.gauss:
        image = image + dice.normal(0, harm.gauss / 255, image.shape)
    if harm.salt:
        hit = dice.random(image.shape)
        image = np.where(hit < harm.salt / 2, 0.0, np.where(hit > 1 - harm.salt / 2, 1.0, image))
    spoilt: Grey = np.clip(image * 255, 0, 255).astype(np.uint8)
    if harm.jpeg:
        coded = cv2.imencode(".jpg", spoilt, [cv2.IMWRITE_JPEG_QUALITY, harm.jpeg])[1]
        spoilt = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE).astype(np.uint8)
    return spoilt


def _turned(image: NDArray[np.float32], degrees: float) -> NDArray[np.float32]:
    """The page laid askew on a larger glass, so that no corner is lost."""
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    wide, high = int(height * sine + width * cosine), int(height * cosine + width * sine)
    turn[:, 2] += ((wide - width) / 2, (high - height) / 2)
    return cv2.warpAffine(image, turn, (wide, high), flags=cv2.INTER_LINEAR, borderValue=1.0)  # type: ignore[return-value]


def _shade(kind: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Share of the light that is missing, 0 to 1."""
    y, x = np.mgrid[0.0 : 1.0 : complex(0, shape[0]), 0.0 : 1.0 : complex(0, shape[1])]
    match kind:
        case "left":
            return 1 - x
        case "corner":
            return np.clip(1 - np.hypot(1 - x, 1 - y) / 1.2, 0, 1)
        case "spine":
            return np.exp(-x / 0.08)
        case _:
            return 1 - np.exp(-((x - 0.4) ** 2 + (y - 0.3) ** 2) / 0.3)
