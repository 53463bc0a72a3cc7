"""Pages joined to one text: sentences cut by a page's end, a table or a footnote are put together again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from agent.job.records import Block, BlockKind, Decision
from workers.parse.parsed import Parsed
from workers.parse.pdf.hyphens import joined_lines, words_in

_RUNNING = (BlockKind.PARAGRAPH, BlockKind.LIST)
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*(?:\[\^[^\]]+\])?$")
_MAX_FLOATS = 6
"""Tables, captions and footnotes that can stand between the two halves of a sentence."""


def appended(found: list[Block], after: Sequence[Block], known: frozenset[str] = frozenset()) -> None:
    """Puts the blocks of the next column, page or range behind ``found``, in place, mending what the border cut."""
    rest = list(after)
    index = next((index for index, block in enumerate(rest[: _MAX_FLOATS + 1]) if not _is_float(block)), None)
    last = next((step for step in range(1, min(len(found), _MAX_FLOATS + 1) + 1) if not _is_float(found[-step])), None)
    if index is not None and last is not None and _goes_on(found[-last], rest[index]):
        found[-last] = _continued(found[-last], rest.pop(index), known)
    elif found and rest and (whole := _same(found[-1], rest[0])):
        found[-1] = whole
        rest.pop(0)
    found.extend(rest)


def is_note(block: Block) -> bool:
    """Whether a footnote."""
    return block.kind is BlockKind.PARAGRAPH and block.text.startswith("[^")


def _is_float(block: Block) -> bool:
    return block.kind in (BlockKind.CAPTION, BlockKind.TABLE) or is_note(block)


def _goes_on(before: Block, after: Block) -> bool:
    if before.kind not in _RUNNING or after.kind is not BlockKind.PARAGRAPH or _SENTENCE_END.search(before.text):
        return False
    return after.text[0].islower() or before.text.endswith(("-", ","))


def _continued(before: Block, after: Block, known: frozenset[str]) -> Block:
    *lines, last = before.text.splitlines()
    update: dict[str, object] = {"text": "\n".join([*lines, joined_lines([last, after.text], known)])}
    if before.confidence is not None and after.confidence is not None:
        share = len(before.text) / (len(before.text) + len(after.text))
        update["confidence"] = round(before.confidence * share + after.confidence * (1 - share), 3)
    return before.model_copy(update=update)


def _same(before: Block, after: Block) -> Block | None:
    """Both as one where a list, a program or a table goes on behind the border."""
    if before.kind is not after.kind:
        return None
    if before.kind in (BlockKind.LIST, BlockKind.CODE):
        return before.model_copy(update={"text": f"{before.text}\n{after.text}"})
    if before.kind is BlockKind.TABLE:
        head, rule, *rows = after.text.splitlines()
        if before.text.splitlines()[:2] == [head, rule]:
            return before.model_copy(update={"text": "\n".join([before.text, *rows])})
    return None


def joined(parts: Sequence[Parsed]) -> Parsed:
    """The ranges of one document, in order, as if it had been read at once.

    What stands on page 1 and in the metadata is the same in all parts; decisions about the whole document stand once.
    """
    known = frozenset(words_in(line for part in parts for block in part.blocks for line in block.text.splitlines()))
    found: list[Block] = []
    for part in parts:
        appended(found, part.blocks, known)
    pages, scanned = sum(part.pages for part in parts), sum(part.ocr_pages for part in parts)
    return parts[0].model_copy(
        update={
            "blocks": tuple(found),
            "decisions": tuple(_once(decision for part in parts for decision in part.decisions)),
            "pages": pages,
            "ocr_pages": scanned,
            "parser": parser_name(scanned, pages),
        }
    )


def parser_name(scanned: int, pages: int) -> str:
    """``ocr`` where most of the pages were read by OCR, else ``pdf``."""
    return "ocr" if scanned * 2 > pages else "pdf"


def _once(items: Iterable[Decision]) -> list[Decision]:
    """The decisions, those about the whole document once."""
    found: list[Decision] = []
    whole: list[Decision] = []
    for item in items:
        if item.page:
            found.append(item)
        elif item not in whole:
            whole.append(item)
            found.append(item)
    return found
