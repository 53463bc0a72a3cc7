"""PDF reading on real books with known text, beside the usual libraries; headings, tables, the OCR decision, all pages.

PDF_BOOKS names the folder of the books (see `pdf_books`); PDF_BENCH names the parts to run, of: text headings tables
layer ranges all. CPU seconds of this process; the first page of each library pays for its import outside the clock.
"""

from __future__ import annotations

import bisect
import itertools
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from agent.errors import DocumentRejected
from agent.job.records import BlockKind
from tests.bench.pdf_books import BOOKS, FOLDER, HEADED, Book, content_of, fetched
from tests.bench.pdf_layers import mixed_pages
from workers.parse.parsed import Parsed
from workers.parse.pdf.join import joined
from workers.parse.pdf.layer import judged
from workers.parse.pdf.read import read_pdf
from workers.parse.pdf.spans import page_text
from workers.parse.pdf.style import letters_of

PARTS = os.environ.get("PDF_BENCH", "text headings tables layer ranges all").split()
SLOW_BOOK = "maint-guide"
"""The one that libraries below 10 pages a second read, too."""
SLOW = ("pdfplumber", "pymupdf4llm")
LAYER_PAGES_PER_BOOK = 3

Reader = Callable[[bytes], str]


def ours(content: bytes, *, outline: bool = True, layout: bool = False) -> Parsed:
    """Read by the spans, the layout model only where it is asked for."""
    return read_pdf(content, max_pages=100_000, ocr_language=None, layout=layout, outline=outline)


def text_of(parsed: Parsed) -> str:
    """The text of all blocks, tables without their rules."""
    return "\n\n".join(block.text.replace("| --- ", "").replace("|", " ") for block in parsed.blocks)


def pymupdf_text(content: bytes) -> str:
    """Plain text, words at line ends joined."""
    import pymupdf

    library: Any = pymupdf
    flags = library.TEXTFLAGS_TEXT | library.TEXT_DEHYPHENATE
    with library.open(stream=content, filetype="pdf") as book:
        return "\n".join(page.get_text("text", flags=flags) for page in book)


def pypdfium2_text(content: bytes) -> str:
    """What pdfium gives."""
    import pypdfium2

    with pypdfium2.PdfDocument(content) as book:
        return "\n".join(page.get_textpage().get_text_bounded() for page in book)


def pdfplumber_text(content: bytes) -> str:
    """What pdfplumber gives."""
    import io

    import pdfplumber

    with pdfplumber.open(io.BytesIO(content)) as book:
        return "\n".join(page.extract_text() or "" for page in book.pages)


def pymupdf4llm_text(content: bytes) -> str:
    """Layout as Markdown, without running lines."""
    import pymupdf
    import pymupdf4llm

    library: Any = pymupdf4llm
    with pymupdf.open(stream=content, filetype="pdf") as book:
        return str(library.to_markdown(book, header=False, footer=False, use_ocr=False)).replace("|", " ")


READERS: dict[str, Reader] = {
    "ours": lambda content: text_of(ours(content)),
    "ours + layout": lambda content: text_of(ours(content, layout=True)),
    "pymupdf": pymupdf_text,
    "pypdfium2": pypdfium2_text,
    "pdfplumber": pdfplumber_text,
    "pymupdf4llm": pymupdf4llm_text,
}


def words(text: str) -> list[str]:
    """Lower-cased words."""
    return re.findall(r"\w+", text.lower())


def bag_f1(found: Sequence[str], truth: Sequence[str]) -> float:
    """Of words as multisets."""
    shared = sum((Counter(found) & Counter(truth)).values())
    return 2 * shared / max(1, len(found) + len(truth))


def order(found: Sequence[str], truth: Sequence[str]) -> float:
    """Share of the truth's runs of four words that are found, as multisets: what a reader meets in the right order."""
    left, right = (Counter(zip(*(text[start:] for start in range(4)), strict=False)) for text in (found, truth))
    return sum((left & right).values()) / max(1, sum(right.values()))


def long_order(found: Sequence[str], truth: Sequence[str]) -> float:
    """Of the words that stand once in both, the share in the longest run of the same order."""
    once = {word for word, count in Counter(truth).items() if count == 1}
    place = {word: index for index, word in enumerate(truth) if word in once}
    counts = Counter(found)
    sequence = [place[word] for word in found if word in place and counts[word] == 1]
    tails: list[int] = []
    for value in sequence:
        index = bisect.bisect_left(tails, value)
        tails[index : index + 1] = [value]
    return len(tails) / max(1, len(sequence))


def bench_text() -> None:
    """Word F1, order and speed for each book and library."""
    print(f"{'book':22} {'library':14} {'F1':>6} {'runs of 4':>9} {'order':>6} {'pages/cpu-s':>11}")
    for book, folder in _available(BOOKS):
        content, truth = content_of(folder / book.pdf), words(content_of(folder / book.text).decode("utf-8", "replace"))
        pages = _pages(content)
        for name, reader in READERS.items():
            if name in SLOW and book.package != SLOW_BOOK:
                continue
            try:
                started = time.process_time()
                found = words(reader(content))
                spent = time.process_time() - started
            except ImportError:
                print(f"{book.name:22} {name:14} not installed")
                continue
            print(
                f"{book.name:22} {name:14} {bag_f1(found, truth):6.3f} {order(found, truth):9.3f} "
                f"{long_order(found, truth):6.3f} {pages / spent:11.1f}",
                flush=True,
            )


def bench_headings() -> None:
    """Headings against the PDF's own outline, which our reader is not shown; then with it."""
    print(f"{'book':22} {'outline':8} {'in it':>6} {'recall':>7} {'precision':>9} {'levels':>7}")
    for book, folder in _available((*BOOKS, *HEADED)):
        content = content_of(folder / book.pdf)
        for shown in (False, True):
            recall, precision, levels, count = heading_figures(content, outline=shown)
            print(
                f"{book.name:22} {'shown' if shown else 'hidden':8} {count:6} {recall:7.3f} {precision:9.3f} "
                f"{levels:7.3f}",
                flush=True,
            )


def heading_figures(content: bytes, *, outline: bool) -> tuple[float, float, float, int]:
    """Recall, precision (down to the outline's depth), share of neighbouring headings whose step is right, entries."""
    import pymupdf

    library: Any = pymupdf
    with library.open(stream=content, filetype="pdf") as book:
        entries = [(page, level, letters_of(title)) for level, title, page in book.get_toc(simple=True) if page > 0]
    parsed = ours(content, outline=outline)
    found = [
        (block.page, block.level, letters_of(block.text)) for block in parsed.blocks if block.kind is BlockKind.HEADING
    ]
    truth = defaultdict(list)
    for page, level, title in entries:
        truth[title].append((page, level))
    matched: list[tuple[int, int]] = []
    for page, level, title in found:
        key = next((key for key in (title, re.sub(r"^[\dixv]+", "", title)) if truth.get(key)), "")
        if not key:
            key = next(
                (
                    one
                    for one in truth
                    if title
                    and truth[one]
                    and (one.endswith(title) or title.endswith(one))
                    and len(title) > 4
                    and len(one) > 4
                ),
                "",
            )
        near = next((pair for pair in truth.get(key, ()) if abs(pair[0] - page) <= 1), None)
        if near:
            truth[key].remove(near)
            matched.append((level, near[1]))
    deepest = max((level for level, _ in matched), default=6)
    claimed = sum(1 for _, level, _ in found if level <= deepest)
    steps = [_sign(one[0] - two[0]) == _sign(one[1] - two[1]) for one, two in itertools.pairwise(matched)]
    return (
        len(matched) / max(1, len(entries)),
        len(matched) / max(1, claimed),
        sum(steps) / max(1, len(steps)),
        len(entries),
    )


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


Row = tuple[str, ...]


def bench_tables() -> None:
    """Rows of tables (all cells right) against the same book in HTML, beside PyMuPDF's own table finder."""
    print(f"{'book':22} {'method':14} {'rows':>6} {'recall':>7} {'precision':>9} {'pages/cpu-s':>11}")
    for book, folder in _available(book for book in BOOKS if book.html):
        truth = Counter(html_rows(folder, book.html))
        content = content_of(folder / book.pdf)
        for name, reader in (("ours", our_rows), ("find_tables", finder_rows)):
            started = time.process_time()
            found = Counter(reader(content))
            spent = time.process_time() - started
            shared = sum((truth & found).values())
            print(
                f"{book.name:22} {name:14} {sum(truth.values()):6} {shared / max(1, sum(truth.values())):7.3f} "
                f"{shared / max(1, sum(found.values())):9.3f} {_pages(content) / spent:11.1f}",
                flush=True,
            )


def html_rows(folder: Path, pattern: str) -> Iterable[Row]:
    """The rows of two and more cells of the tables of HTML files, but for those that lay pages out."""
    import lxml.html

    for file in sorted(folder.glob(pattern)):
        for row in lxml.html.fromstring(file.read_bytes()).xpath("//table[not(@summary='Navigation header')]//tr"):
            cells = [letters_of(cell.text_content()) for cell in row.xpath("./td|./th")]
            if len(cells) >= 2 and sum(map(bool, cells)) >= 2:
                yield tuple(cells)


def our_rows(content: bytes) -> Iterable[Row]:
    """The rows of our table blocks."""
    for block in ours(content, layout=True).blocks:
        if block.kind is BlockKind.TABLE:
            head, _, *rows = block.text.splitlines()
            for row in (head, *rows):
                yield tuple(letters_of(cell) for cell in re.split(r"(?<!\\)\|", row)[1:-1])


def finder_rows(content: bytes) -> Iterable[Row]:
    """The rows that ``page.find_tables`` gives."""
    import pymupdf

    library: Any = pymupdf
    with library.open(stream=content, filetype="pdf") as book:
        for page in book:
            for table in page.find_tables(use_layout=False).tables:
                for row in table.extract():
                    yield tuple(letters_of(cell or "") for cell in row)


def bench_layer() -> None:
    """The decision for or against OCR on each kind of page."""
    sources = [content_of(folder / book.pdf) for book, folder in _available((*BOOKS, *HEADED))]
    sources += [file.read_bytes() for file in _demo_papers()]
    figures: dict[str, Counter[bool]] = defaultdict(Counter)
    for kind, needs_ocr, content in mixed_pages(sources, LAYER_PAGES_PER_BOOK):
        figures[kind][decides_ocr(content) == needs_ocr] += 1
    for kind, counts in figures.items():
        print(f"{kind:36} {counts[True]:4} of {counts.total():4} right")
    right, total = (sum(values) for values in zip(*((c[True], c.total()) for c in figures.values()), strict=True))
    print(f"{'all':36} {right:4} of {total:4} right: {right / max(1, total):.3f}")


def decides_ocr(content: bytes) -> bool:
    """Whether the first page of a PDF would go to OCR."""
    import pymupdf

    with pymupdf.open(stream=content, filetype="pdf") as book:
        page = book[0]
        decision = judged(page, page_text(page, 1))
    return decision is not None and decision.choice == "ocr"


def bench_ranges() -> None:
    """Books read in ranges of 40 pages and joined, against the same read at once."""
    for book, folder in _available(BOOKS):
        content = content_of(folder / book.pdf)
        whole = ours(content)
        parts = [
            read_pdf(
                content, max_pages=100_000, ocr_language=None, layout=False, first_page=first, last_page=first + 39
            )
            for first in range(1, whole.pages + 1, 40)
        ]
        together = joined(parts)
        same = sum((Counter(whole.blocks) & Counter(together.blocks)).values())
        print(f"{book.name:22} {len(parts)} ranges, {same} of {len(whole.blocks)} blocks the same", flush=True)


def bench_all() -> None:
    """Every PDF in the folder: pages a second, what was refused, and that nothing fails."""
    files = sorted(
        {file.resolve() for pattern in ("*.pdf", "*.pdf.gz") for file in FOLDER.rglob(pattern) if file.is_file()}
    )
    pages, spent, choices, refused = 0, 0.0, Counter[str](), Counter[str]()
    for file in files:
        content = content_of(file)
        started = time.process_time()
        try:
            parsed = ours(content)
        except DocumentRejected as rejected:
            refused[rejected.reason] += 1
            continue
        spent += time.process_time() - started
        pages += parsed.pages
        choices.update(f"{decision.step} {decision.choice}" for decision in parsed.decisions)
    print(f"{len(files)} files, {pages} pages, {pages / max(spent, 0.001):.0f} pages a CPU second")
    print(f"decisions: {dict(choices)}; refused: {dict(refused)}")


def _available(books: Iterable[Book]) -> Iterable[tuple[Book, Path]]:
    for book in books:
        folder = fetched(book)
        if folder is None:
            print(f"{book.name:22} not here: apt-get download {book.package} failed")
        else:
            yield book, folder


def _pages(content: bytes) -> int:
    import pymupdf

    with pymupdf.open(stream=content, filetype="pdf") as book:
        return int(book.page_count)


def _demo_papers() -> list[Path]:
    folder = Path(__file__).resolve().parents[2] / "agent" / "demo" / "site" / "papers"
    return sorted(file for file in folder.glob("*.pdf") if "scan" not in file.name)


def main() -> None:
    """Run the parts that PDF_BENCH names."""
    parts = {
        "text": bench_text,
        "headings": bench_headings,
        "tables": bench_tables,
        "layer": bench_layer,
        "ranges": bench_ranges,
        "all": bench_all,
    }
    for name in PARTS:
        print(f"-- {name}", flush=True)
        parts[name]()
