"""Real PDFs with known text for the benchmark: Debian manuals that are packaged as PDF and as text or HTML.

They are fetched by ``apt-get download`` into the folder that PDF_BOOKS names (default: one under the system's temporary
folder) and unpacked there; nothing of them is kept in the project. Where that is not possible the benchmark says so.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(os.environ.get("PDF_BOOKS") or Path(tempfile.gettempdir()) / "finetune-bench-pdf")


@dataclass(frozen=True)
class Book:
    """A PDF and what it says as plain text."""

    package: str
    pdf: str
    """Path inside the package."""
    text: str = ""
    """Path of the same as text, '' where there is none."""
    html: str = ""
    """Glob of its chapters as HTML, '' where there are none."""

    @property
    def name(self) -> str:
        """What the table calls it."""
        return Path(self.pdf.removesuffix(".gz")).stem.removesuffix(".en")


BOOKS = (
    Book(
        "debian-reference-en", "usr/share/debian-reference/debian-reference.en.pdf",
        "usr/share/debian-reference/debian-reference.en.txt.gz", "usr/share/debian-reference/*.en.html",
    ),
    Book(
        "debian-policy", "usr/share/doc/debian-policy/policy.pdf.gz", "usr/share/doc/debian-policy/policy.txt.gz",
        "usr/share/doc/debian-policy/policy.html/*.html",
    ),
    Book(
        "developers-reference", "usr/share/developers-reference/developers-reference.pdf",
        "usr/share/developers-reference/developers-reference.txt.gz",
    ),
    Book(
        "maint-guide", "usr/share/doc/maint-guide/maint-guide.en.pdf", "usr/share/doc/maint-guide/maint-guide.en.txt.gz"
    ),
    Book(
        "debian-faq", "usr/share/doc/debian/FAQ/debian-faq.en.pdf.gz", "usr/share/doc/debian/FAQ/debian-faq.en.txt.gz"
    ),
    Book(
        "debmake-doc", "usr/share/doc/debmake-doc/debmake-doc.en.pdf", "usr/share/doc/debmake-doc/debmake-doc.en.txt.gz"
    ),
)  # fmt: skip
HEADED = (
    Book("valgrind", "usr/share/doc/valgrind/valgrind_manual.pdf.gz"),
    Book("pari-doc", "usr/share/pari/doc/users.pdf"),
    Book("octave-doc", "usr/share/doc/octave/octave.pdf"),
    Book("bash-doc", "usr/share/doc/bash/bashref.pdf"),
    Book("r-doc-pdf", "usr/share/R/doc/manual/R-exts.pdf"),
    Book("libscotch-dev", "usr/share/doc/libscotch-dev/scotch_user7.0.pdf.gz"),
    Book("asymptote-doc", "usr/share/doc/asymptote/asymptote.pdf"),
    Book("gnuplot-doc", "usr/share/doc/gnuplot/gnuplot.pdf"),
)
"""Books with an outline, set by LaTeX, Texinfo, DocBook and others, for the headings alone."""


def fetched(book: Book) -> Path | None:
    """The folder of the unpacked package, None where it cannot be had."""
    unpacked = FOLDER / "unpacked" / book.package
    if (unpacked / book.pdf).is_file():
        return unpacked
    try:
        (FOLDER / "packages").mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["apt-get", "download", book.package], cwd=FOLDER / "packages", check=True, capture_output=True, timeout=120
        )
        package = next((FOLDER / "packages").glob(f"{book.package}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", str(package), str(unpacked)], check=True, capture_output=True, timeout=120)
    except (OSError, subprocess.SubprocessError, StopIteration):
        return None
    return unpacked if (unpacked / book.pdf).is_file() else None


def content_of(file: Path) -> bytes:
    """The bytes of a file, unpacked where it is gzipped."""
    raw = file.read_bytes()
    return gzip.decompress(raw) if file.suffix == ".gz" else raw
