"""Cuts a document into chunks: whole blocks under one path of headings, within a number of estimated tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agent.job.records import Block, BlockKind, Chunk, Document, Split
from workers.parse.curate.tokens import estimate_tokens


@dataclass
class _Draft:
    """A chunk being filled; ``path`` is the heading path all its blocks share."""

    path: tuple[str, ...] = ()
    blocks: list[Block] = field(default_factory=list)
    tokens: int = 0

    def add(self, block: Block) -> None:
        self.blocks.append(block)
        self.tokens += estimate_tokens(block.text)


def chunks_of(document: Document, split: Split, *, chunk_tokens: int, min_chunk_tokens: int) -> list[Chunk]:
    """The chunks of a document in order; together they hold every block but the headings of their own paths.

    A section becomes one chunk or several. A section shorter than ``min_chunk_tokens`` goes on into the next one, and
    the chunk then carries the path both share, with the headings below it as blocks. A block longer than
    ``chunk_tokens`` is cut: prose between sentences, lists between items, tables between rows (the head is repeated),
    code between lines; one longer sentence is cut between words.
    """
    drafts = list(_drafts(document, chunk_tokens, min_chunk_tokens))
    return [
        Chunk(
            id=f"{document.id}-{ordinal}",
            document_id=document.id,
            split=split,
            ordinal=ordinal,
            url=document.url,
            title=document.title,
            headings=draft.path,
            licence=document.licence,
            language=document.language,
            blocks=tuple(draft.blocks),
            tokens=draft.tokens,
            continues=ordinal > 0 and drafts[ordinal - 1].path == draft.path,
        )
        for ordinal, draft in enumerate(drafts)
    ]


def _drafts(document: Document, limit: int, least: int) -> Iterator[_Draft]:
    draft = _Draft()
    path: list[tuple[int, str]] = []
    for block in document.blocks:
        if block.level:
            path = [(level, text) for level, text in path if level < block.level] + [(block.level, block.text)]
            names = tuple(text for _, text in path)
            if _worth(draft, least):
                yield draft
                draft = _Draft(names)
            elif not draft.blocks:
                draft = _Draft(names)
            else:  # a short section goes on into the next: the headings they do not share become blocks
                shared = _shared(draft.path, names)
                opened = [Block(kind=BlockKind.HEADING, text=text, level=level) for level, text in path[len(shared) :]]
                own = [Block(kind=BlockKind.HEADING, text=text, level=len(shared) + 1 + depth)
                       for depth, text in enumerate(draft.path[len(shared) :])]  # fmt: skip
                draft = _refilled(shared, [*own, *draft.blocks, *opened])
            continue
        for part in _parts(block, limit):
            if draft.blocks and draft.tokens + estimate_tokens(part.text) > limit and not _only_headings(draft):
                lead = _lead_in(draft, part, limit)
                yield draft
                draft = _refilled(tuple(text for _, text in path), lead)
            draft.add(part)
    if draft.blocks and not _only_headings(draft):
        yield draft


def _worth(draft: _Draft, least: int) -> bool:
    """Whether a draft stands by itself: enough tokens in blocks that are no headings."""
    return sum(estimate_tokens(block.text) for block in draft.blocks if not block.level) >= least


def _lead_in(draft: _Draft, part: Block, limit: int) -> list[Block]:
    """The sentence that announces the part ("… as follows:"), taken from the draft's end when there is room for it."""
    last = draft.blocks[-1]
    announces = last.kind is BlockKind.PARAGRAPH and last.text.endswith(":") and len(draft.blocks) > 1
    if not announces or estimate_tokens(last.text) + estimate_tokens(part.text) > limit:
        return []
    draft.blocks.pop()
    draft.tokens -= estimate_tokens(last.text)
    return [last]


def _only_headings(draft: _Draft) -> bool:
    return all(block.level for block in draft.blocks)


def _refilled(path: tuple[str, ...], blocks: Sequence[Block]) -> _Draft:
    draft = _Draft(path)
    for block in blocks:
        draft.add(block)
    return draft


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    length = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:length]


_SENTENCES_JOIN = " "
_FORMULA = re.compile(r"\$\$.*\$\$|\\\[.*\\\]", re.DOTALL)
"""A displayed formula cannot be cut: half of one says nothing."""

_DISPLAYED = re.compile(r"(\$\$.*?\$\$|\\\[.*?\\\])", re.DOTALL)


def _parts(block: Block, limit: int) -> list[Block]:
    """The block, cut where its kind allows when it is longer than the limit."""
    if estimate_tokens(block.text) <= limit:
        return [block]
    lines = block.text.splitlines()
    match block.kind:
        case BlockKind.TABLE if len(lines) > 2:
            head = "\n".join(lines[:2])
            room = max(limit - estimate_tokens(head), limit // 2)
            texts = [f"{head}\n{rows}" for rows in _packed(lines[2:], "\n", room)]
        case BlockKind.LIST | BlockKind.CODE | BlockKind.TABLE | BlockKind.QUOTE if len(lines) > 1:
            texts = _packed(lines, "\n", limit)
        case _ if _FORMULA.fullmatch(block.text):
            return [block]
        case _:
            texts = _packed(_sentences(block.text), _SENTENCES_JOIN, limit)
    return [block.model_copy(update={"text": text}) for text in texts]


def _packed(units: Sequence[str], joint: str, limit: int) -> list[str]:
    """The units joined into texts of at most ``limit`` tokens; a longer unit is cut between words."""
    texts: list[str] = []
    current, tokens = "", 0
    for unit in units:
        for piece in _cut(unit, limit):
            size = estimate_tokens(piece)
            if current and tokens + size > limit:
                texts.append(current)
                current, tokens = "", 0
            current = f"{current}{joint}{piece}" if current else piece
            tokens += size
    return [*texts, current] if current.strip() else texts


def _cut(unit: str, limit: int) -> list[str]:
    if estimate_tokens(unit) <= limit:
        return [unit]
    if _FORMULA.search(unit):
        return [part.strip() for part in _DISPLAYED.split(unit) if part.strip()]
    from semantic_text_splitter import TextSplitter

    return TextSplitter.from_callback(estimate_tokens, limit).chunks(unit)


def _sentences(text: str) -> list[str]:
    from sentencex import segment

    return [sentence.strip() for sentence in segment("en", text) if sentence.strip()]


_REFERENCE_HEADING = re.compile(
    r"(?:\d+[.)]?\s*)?(?:references?|bibliography|works cited|literature(?: cited)?|citations?|further reading|"
    r"see also|external links|footnotes|acknowledge?ments?|related (?:links|content|articles|pages)|next steps)",
    re.IGNORECASE,
)
_CITATION = re.compile(
    r"\bdoi\b|arxiv|\bet al\.|\bpp?\. ?\d|\bvol\. ?\d|\((?:19|20)\d\d[a-z]?\)|, (?:19|20)\d\d[.,)]|^\W*\[\w{1,12}\]",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_TOLERANCE = 1.25
"""Joined headings may exceed the limit by a little; formulas exceed it by far."""

_MIN_CITATION_SHARE = 0.6
_MAX_LABEL_WORDS = 5
"""Menu entries and link lists are labels: a few words without the end of a sentence."""

_MIN_LABELS = 4
_MIN_LABEL_SHARE = 0.8
_MIN_LETTER_SHARE = 0.45
"""Below this, a stretch without code is formulas torn from a page, axis labels or numbers."""


def refusal(chunk: Chunk, *, chunk_tokens: int, min_chunk_tokens: int) -> str:
    """Why a chunk gives nothing to learn from ('' when it does): ``too_long`` (a formula that cannot be cut),
    ``reference_list``, ``too_short``, ``navigation`` or ``no_prose``.
    """
    if chunk.tokens > chunk_tokens * _TOLERANCE:
        return "too_long"
    body = [block for block in chunk.blocks if not block.level]
    lines = [line for block in body for line in block.text.splitlines() if line.strip()]
    if chunk.headings and _REFERENCE_HEADING.fullmatch(chunk.headings[-1].strip()):
        return "reference_list"
    if len(lines) >= 2 and sum(1 for line in lines if _CITATION.search(line)) >= _MIN_CITATION_SHARE * len(lines):
        return "reference_list"
    if sum(estimate_tokens(block.text) for block in body) < min_chunk_tokens:
        return "too_short"
    if any(block.kind in (BlockKind.CODE, BlockKind.TABLE) for block in body):
        return ""
    if len(lines) >= _MIN_LABELS and sum(1 for line in lines if _is_label(line)) >= _MIN_LABEL_SHARE * len(lines):
        return "navigation"
    text = "".join("".join(lines).split())
    letters = sum(len(word) for word in _WORD.findall(" ".join(lines)))
    return "no_prose" if letters < _MIN_LETTER_SHARE * len(text) else ""


def _is_label(line: str) -> bool:
    line = line.strip(" -")
    return len(line.split()) <= _MAX_LABEL_WORDS and not line.endswith((".", "!", "?", ":", ";")) and ":" not in line
