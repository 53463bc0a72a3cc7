"""One document's bytes to blocks: decides the road and takes it."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field

from agent.errors import DocumentRejected
from agent.job.records import Decision, Record
from workers.parse.encoding import decode, encodable
from workers.parse.media_types import Format
from workers.parse.parsed import Parsed
from workers.parse.route import route


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
        DocumentRejected: with the reason of the road that was taken; ``too_complex`` for what is nested too deeply.
    """
    road = route(content, request.media_type, request.url)
    chosen = Decision(step="route", choice=road.format.value, reason=road.reason, measured=road.measured)
    try:
        parsed = _read(road.format, content, request, on_page)
    except RecursionError as error:
        raise DocumentRejected("too_complex", "its elements are nested too deeply") from error
    return Reading(media_type=road.media_type, parsed=_storable(parsed, chosen))


def _read(format: Format, content: bytes, request: ReadRequest, on_page: Callable[[int, int], None]) -> Parsed:
    match format:  # what says its encoding itself
        case Format.PDF:
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
        case Format.JATS:
            from workers.parse.formats.jats import read_jats

            return read_jats(content)
        case Format.EPUB:
            from workers.parse.formats.epub import read_epub

            return read_epub(content)
        case Format.DOCX:
            from workers.parse.formats.docx import read_docx

            return read_docx(content)
    decoded = decode(content, request.media_type)
    parsed = _read_text(format, decoded.text, request)
    return parsed.model_copy(update={"decisions": (decoded.decision, *parsed.decisions)})


def _read_text(format: Format, text: str, request: ReadRequest) -> Parsed:
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
        case Format.LATEX:
            from workers.parse.formats.latex import read_latex

            return read_latex(text)
        case Format.NOTEBOOK:
            from workers.parse.formats.notebook import read_notebook

            return read_notebook(text)
        case Format.OCW:
            from workers.parse.formats.ocw import read_ocw

            return read_ocw(text, request.url)
        case _:
            from workers.parse.formats.text import read_text

            return read_text(text)


def _storable(parsed: Parsed, chosen: Decision) -> Parsed:
    """What was read, the route first among its decisions, without lone surrogates and NULs, which UTF-8 cannot hold."""
    blocks = tuple(
        block if (text := encodable(block.text)) == block.text else block.model_copy(update={"text": text})
        for block in parsed.blocks
    )
    return parsed.model_copy(
        update={
            "blocks": blocks,
            "title": encodable(parsed.title),
            "authors": tuple(encodable(author) for author in parsed.authors),
            "decisions": (chosen, *parsed.decisions),
        }
    )
