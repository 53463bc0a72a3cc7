"""One document's bytes to blocks: decides the road and takes it."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field

from agent.job.records import Decision, Record
from workers.parse.encoding import decode
from workers.parse.parsed import Parsed
from workers.parse.route import Format, route


class ReadRequest(Record):
    """What a reader must know beside the bytes."""

    url: str
    media_type: str = Field("", description="As declared, parameters allowed.")
    max_pages: int = 5000
    ocr_language: str | None = Field(None, description="Tesseract languages or 'auto'; None leaves scans unread.")
    pdf_layout: bool = Field(True, description="Whether PDF pages that need it are read by the layout model.")
    first_page: int = Field(1, description="Of a paged document: the first page to read, from 1.")
    last_page: int = Field(0, description="The last page to read; 0 for the document's last.")


class Reading(Record):
    """A document that was read: what it was, why it was taken for that, and its blocks."""

    media_type: str = Field(description="What the bytes are, by content.")
    parsed: Parsed = Field(description="Its first decisions are those about the route and the encoding.")


def read(content: bytes, request: ReadRequest, on_page: Callable[[int, int], None]) -> Reading:
    """The blocks of a document of any format there is a reader for.

    Readers are imported when first needed: they bring libraries that weigh more than the rest of the project.

    Raises:
        DocumentRejected: with the reason of the road that was taken.
    """
    road = route(content, request.media_type, request.url)
    parsed = _read(road.format, content, request, on_page)
    chosen = Decision(step="route", choice=road.format.value, reason=road.reason)
    return Reading(
        media_type=road.media_type, parsed=parsed.model_copy(update={"decisions": (chosen, *parsed.decisions)})
    )


def _read(format: Format, content: bytes, request: ReadRequest, on_page: Callable[[int, int], None]) -> Parsed:
    if format is Format.PDF:
        from workers.parse.pdf.read import read_pdf

        return read_pdf(
            content,
            max_pages=request.max_pages,
            ocr_language=request.ocr_language,
            layout=request.pdf_layout,
            first_page=request.first_page,
            last_page=request.last_page,
            on_page=on_page,
        )
    if format is Format.JATS:  # XML says its encoding itself
        from workers.parse.formats.jats import read_jats

        return read_jats(content)
    text = decode(content, request.media_type)
    match format:
        case Format.HTML:
            from workers.parse.html.read import read_html

            return read_html(text, request.url)
        case Format.MARKDOWN:
            from workers.parse.formats.markdown import read_markdown

            return read_markdown(text)
        case Format.RST:
            from workers.parse.formats.rst import read_rst

            return read_rst(text)
        case Format.NOTEBOOK:
            from workers.parse.formats.notebook import read_notebook

            return read_notebook(text)
        case Format.OCW:
            from workers.parse.formats.ocw import read_ocw

            return read_ocw(text, request.url)
        case Format.TEXT:
            from workers.parse.formats.text import read_text

            return read_text(text)
