"""One document's bytes to blocks: decides the road and takes it."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field

from agent.job.records import Record
from workers.parse.encoding import decode
from workers.parse.parsed import Parsed
from workers.parse.route import Format, route


class ReadRequest(Record):
    """What a reader must know beside the bytes."""

    url: str
    media_type: str = Field("", description="As declared, parameters allowed.")
    max_pages: int
    ocr_language: str | None = Field(None, description="Tesseract language, None leaves scans unread.")


class Reading(Record):
    """A document that was read: what it was, why it was taken for that, and its blocks."""

    media_type: str
    reason: str
    parsed: Parsed


def read(content: bytes, request: ReadRequest, on_page: Callable[[int, int], None]) -> Reading:
    """The blocks of a document of any format there is a reader for.

    Readers are imported when first needed: they bring libraries that weigh more than the rest of the project.

    Raises:
        DocumentRejected: with the reason of the road that was taken.
    """
    road = route(content, request.media_type, request.url)
    return Reading(media_type=road.media_type, reason=road.reason, parsed=_read(road.format, content, request, on_page))


def _read(format: Format, content: bytes, request: ReadRequest, on_page: Callable[[int, int], None]) -> Parsed:
    if format is Format.PDF:
        from workers.parse.pdf import read_pdf

        return read_pdf(content, max_pages=request.max_pages, ocr_language=request.ocr_language, on_page=on_page)
    if format is Format.JATS:  # XML says its encoding itself
        from workers.parse.jats import read_jats

        return read_jats(content)
    text = decode(content, request.media_type)
    match format:
        case Format.HTML:
            from workers.parse.html import read_html

            return read_html(text, request.url)
        case Format.MARKDOWN:
            from workers.parse.markdown import read_markdown

            return read_markdown(text)
        case Format.RST:
            from workers.parse.rst import read_rst

            return read_rst(text)
        case Format.NOTEBOOK:
            from workers.parse.notebook import read_notebook

            return read_notebook(text)
        case Format.OCW:
            from workers.parse.ocw import read_ocw

            return read_ocw(text, request.url)
        case Format.TEXT:
            from workers.parse.text import read_text

            return read_text(text)
