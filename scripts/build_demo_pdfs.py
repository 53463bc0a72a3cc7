"""Builds the three PDFs of the demo site from the Markdown sources in ``demo_pdfs/``.

Two are laid out as text, one of them in two columns. The third is laid out in the same way, then turned into
pictures of its pages, a little skewed and noisy, as an office scanner would leave them: it has no text layer.
The same sources always give the same bytes, so a rebuilt file that differs means a changed source or library.

    python scripts/build_demo_pdfs.py [--out FOLDER]
"""

from __future__ import annotations

import argparse
import html
import io
import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np

# PyMuPDF has half its types; asked for by name, all of it counts as untyped rather than as wrongly typed.
pymupdf: Any = import_module("pymupdf")

SOURCES = Path(__file__).resolve().parent / "demo_pdfs"
DEFAULT_OUT = Path(__file__).resolve().parent.parent / "agent" / "demo" / "site" / "papers"

LICENCE = "Licence: CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)"

MARGIN = 56.0
COLUMN_GAP = 20.0

SEED = 20250303
SCAN_DPI = 150
SCAN_JPEG_QUALITY = 55

STYLE = """
body { font-family: serif; font-size: %(size)spt; line-height: 1.35; }
h1 { font-size: 19pt; margin-bottom: 4pt; }
h2 { font-size: 13pt; margin-top: 10pt; margin-bottom: 3pt; }
h3 { font-size: 11pt; margin-top: 8pt; margin-bottom: 2pt; }
p { margin-top: 0; margin-bottom: 6pt; }
li { margin-bottom: 2pt; }
pre { font-family: monospace; font-size: %(code)spt; margin-top: 2pt; margin-bottom: 8pt; }
"""


@dataclass(frozen=True)
class Paper:
    """How one source becomes one PDF."""

    source: str
    title: str
    author: str
    date: str
    columns: int = 1
    font_size: float = 11.0
    scanned: bool = False

    @property
    def target(self) -> str:
        """The name of the built file."""
        return f"{self.source}.pdf"


PAPERS = (
    Paper(
        source="density-matrices",
        title="Density Matrices: A Working Introduction",
        author="R. Almqvist",
        date="20250115",
        font_size=12.0,
    ),
    Paper(
        source="error-mitigation",
        title="Error Mitigation on Noisy Quantum Computers",
        author="T. Okonjo and L. Sarkany",
        date="20250218",
        columns=2,
        font_size=10.5,
    ),
    Paper(
        source="quantum-annealing-scan",
        title="Lecture Handout: Quantum Annealing",
        author="T. Okonjo",
        date="20250225",
        font_size=11.5,
        scanned=True,
    ),
)


def build(paper: Paper, out: Path) -> Path:
    """Return the path of the PDF built for ``paper`` in the folder ``out``."""
    document = laid_out(paper)
    if paper.scanned:
        document = scanned(document)
    stamp = f"D:{paper.date}120000Z"
    document.set_metadata(
        {
            "title": paper.title,
            "author": paper.author,
            "subject": "Quantum computing",
            "keywords": f"quantum computing; {LICENCE}",
            "creationDate": stamp,
            "modDate": stamp,
        }
    )
    target = out / paper.target
    # no_new_id: a fresh random identifier would make every build differ.
    document.save(target, garbage=4, deflate=True, no_new_id=True)
    document.close()
    return target


def laid_out(paper: Paper) -> Any:
    """The text document for ``paper``: its Markdown flowed into columns over as many pages as it takes."""
    source = (SOURCES / f"{paper.source}.md").read_text(encoding="utf-8")
    # A narrow column must hold the widest formula, so code is set smaller there.
    style = STYLE % {"size": paper.font_size, "code": paper.font_size - (1.5 if paper.columns > 1 else 1.0)}
    head, first_heading, body = source.partition("\n## ")
    # Title, authors and licence run over the full width, as on a printed paper, so the licence's address
    # stays on one line.
    title = pymupdf.Story(html=html_of(head), user_css=style)
    story = pymupdf.Story(html=html_of(first_heading + body), user_css=style)
    page_box = pymupdf.paper_rect("a4")
    buffer = io.BytesIO()
    writer = pymupdf.DocumentWriter(buffer)
    device = writer.begin_page(page_box)
    _, filled = title.place(column_boxes(page_box, columns=1)[0])
    title.draw(device)
    top = filled[3]
    more = True
    while more:
        for column in column_boxes(page_box, paper.columns, top):
            if more:
                more, _ = story.place(column)
                story.draw(device)
        writer.end_page()
        if more:
            device = writer.begin_page(page_box)
        top = MARGIN
    writer.close()
    document = pymupdf.open(stream=buffer.getvalue(), filetype="pdf")
    for number, page in enumerate(document, start=1):
        foot = pymupdf.Point(page_box.width / 2 - 60, page_box.height - 30)
        page.insert_text(foot, f"Qubit Primer Papers - page {number}", fontname="tiro", fontsize=8)
    return document


def column_boxes(page_box: Any, columns: int, top: float = MARGIN) -> list[Any]:
    """The boxes of the page's text columns, from left to right, beginning at the height ``top``."""
    width = (page_box.width - 2 * MARGIN - (columns - 1) * COLUMN_GAP) / columns
    lefts = [MARGIN + number * (width + COLUMN_GAP) for number in range(columns)]
    return [pymupdf.Rect(left, top, left + width, page_box.height - MARGIN) for left in lefts]


def scanned(document: Any) -> Any:
    """A document of page pictures only, as if ``document`` had been printed and scanned; closes that one."""
    noise = np.random.default_rng(SEED)
    scan = pymupdf.open()
    for page in document:
        pixels = page.get_pixmap(dpi=SCAN_DPI, colorspace=pymupdf.csGRAY)
        picture = np.frombuffer(pixels.samples, dtype=np.uint8).reshape(pixels.height, pixels.width)
        quality = [cv2.IMWRITE_JPEG_QUALITY, SCAN_JPEG_QUALITY]
        done, jpeg = cv2.imencode(".jpg", as_scanned(picture, noise), quality)
        if not done:
            raise RuntimeError("OpenCV could not encode the scanned page")
        target = scan.new_page(width=page.rect.width, height=page.rect.height)
        target.insert_image(target.rect, stream=jpeg.tobytes())
    document.close()
    return scan


def as_scanned(picture: Any, noise: np.random.Generator) -> Any:
    """The page picture turned by a fraction of a degree on greyish paper, blurred, with grain and specks."""
    height, width = picture.shape
    angle = float(noise.uniform(0.4, 0.9)) * float(noise.choice([-1.0, 1.0]))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    page = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    page = cv2.GaussianBlur(page, (0, 0), 0.5).astype(np.float32)
    # Paper is not white and the lamp is not even: darker towards one edge.
    shade = np.linspace(236, 214, width, dtype=np.float32)[np.newaxis, :]
    page = 30 + page / 255 * (shade - 30)
    page += noise.normal(0, 5, size=page.shape)
    for _ in range(60):
        x, y = int(noise.integers(0, width)), int(noise.integers(0, height))
        cv2.circle(page, (x, y), 1, float(noise.integers(60, 150)), -1)
    return np.clip(page, 0, 255).astype(np.uint8)


def html_of(markdown: str) -> str:
    """The HTML of the few Markdown forms the sources use: headings, paragraphs, lists, code, emphasis."""
    blocks: list[str] = []
    lines = markdown.strip().splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif line.startswith("```"):
            end = lines.index("```", at + 1)
            blocks.append(f"<pre>{html.escape(chr(10).join(lines[at + 1 : end]))}</pre>")
            at = end + 1
        elif heading := re.match(r"(#{1,3}) (.+)", line):
            level = len(heading[1])
            blocks.append(f"<h{level}>{_inline(heading[2])}</h{level}>")
            at += 1
        elif item := re.match(r"(-|\d+\.) ", line):
            kind = "ul" if item[1] == "-" else "ol"
            items: list[str] = []
            while at < len(lines) and (item := re.match(r"(?:-|\d+\.) (.+)", lines[at])):
                items.append(f"<li>{_inline(item[1])}</li>")
                at += 1
            blocks.append(f"<{kind}>{''.join(items)}</{kind}>")
        else:
            blocks.append(f"<p>{_inline(line)}</p>")
            at += 1
    return "\n".join(blocks)


def _inline(text: str) -> str:
    text = re.sub(r"^\*(.+)\*$", r"<i>\1</i>", html.escape(text, quote=False))
    # A line must not end between the bar and the name of a ket.
    return re.sub(r"(\|[\w+-]+&gt;)", r'<span style="white-space: nowrap">\1</span>', text)


def main(arguments: list[str] | None = None) -> int:
    """Return 0 after building all the PDFs and printing their paths and sizes."""
    parser = argparse.ArgumentParser(description="Build the PDFs of the demo site.")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder to write the PDFs to")
    out: Path = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    for paper in PAPERS:
        target = build(paper, out)
        print(f"{target.name}: {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
