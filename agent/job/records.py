"""The record types that cross the boundaries between stages, one for each boundary.

subject -> `Candidate` -> `Page` -> `Document` -> `Chunk` -> `Example` -> `Row`. Text is Unicode (NFC), hashes are
lower-case hexadecimal SHA-256, times are ISO 8601 in UTC, offsets count Unicode code points.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """Base of all records: immutable, refuses unknown fields, so that a typing error cannot travel."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(Record):
    """One fact that a permission decision rests on: where it was read, what it said, when."""

    kind: str = Field(
        description=(
            "robots | signal | tdmrep | rsl | aitxt | terms | licence | meta | header | operator | cache | decision "
            "| unanswered; 'decision' is the verdict itself, with what it was reached under, 'unanswered' a site that "
            "could not be asked again."
        )
    )
    url: str = Field(description="Where the line was read.")
    line: str = Field(description="The raw line or value that decided.")
    time: str = Field(description="When it was read, ISO 8601 UTC.")


class Query(Record):
    """One question that every searching source is asked."""

    text: str
    weight: float = Field(1.0, description="0 to 1: how near its results are expected to be; the subject itself is 1.")
    origin: str = Field("subject", description="Who proposed it: subject | llm | feedback | wikipedia.")


class Topic(Record):
    """One part of the subject, for the coverage of the corpus."""

    name: str
    weight: float = Field(description="Share of the subject that it stands for; all topics together make 1.")
    phrases: tuple[str, ...] = Field((), description="Other words for it: synonyms, acronyms, near concepts.")
    origin: str = Field("subject", description="Who proposed it: subject | llm | feedback | wikipedia.")


class TopicMap(Record):
    """What the subject consists of, as the expansion sees it."""

    subject: str
    topics: tuple[Topic, ...]


class Copy(Record):
    """One place that the full text of a document can be had from."""

    url: str = Field(description="Canonical address.")
    media_type: str = Field("", description="What it will be, where the service's own declaration says too little.")
    licence: str = Field("", description="SPDX expression for this copy, '' when none is stated.")
    version: str = Field("", description="published | accepted | submitted, '' when not known.")


class Foreseen(Record):
    """What discovery can tell of a candidate's permission; retrieve decides."""

    verdict: Literal["allowed", "licence_fits", "open"] = Field(
        "open",
        description=(
            "allowed: all of it was read; licence_fits: the licence is within the profile, and the page itself may "
            "still object; open: the licence is not known yet."
        ),
    )
    licence: str = Field("", description="SPDX expression of all that was stated so far.")


class Candidate(Record):
    """A document that discovery found and believes to be about the subject."""

    id: str = Field(description="Stable id: the first 16 hex digits of sha256(canonical URL).")
    url: str = Field(description="Canonical address that people open; file:// for folders.")
    source: str = Field(description="The source as the user wrote it, for example site:http://…")
    title: str = ""
    score: float = Field(description="Relevance, 0 to 1; what it is made of stands in parts.")
    parts: dict[str, float] = Field(default_factory=dict, description="Part of the score -> its value, 0 to 1.")
    topics: dict[str, float] = Field(default_factory=dict, description="Topic of the map -> how much of it is here.")
    authors: tuple[str, ...] = ()
    date: str = Field("", description="Publication, ISO 8601, as exact as is known: 2024, 2024-05, 2024-05-17.")
    venue: str = Field("", description="Journal, conference, site or course it appeared in.")
    doi: str = Field("", description="Lower case, without https://doi.org/.")
    citations: int | None = Field(None, description="Works that cite it, where a service says so.")
    retracted: bool = False
    language: str = Field("", description="ISO 639-1 code where the source states one.")
    licence: str = Field("", description="SPDX expression where the source states one, else empty.")
    foreseen: Foreseen = Field(default_factory=lambda: Foreseen(), description="Its permission, before it is fetched.")
    media_type: str = Field("", description="Declared type where known.")
    copies: tuple[Copy, ...] = Field((), description="Where to fetch it, best first; empty: at its url.")
    also: tuple[str, ...] = Field((), description="Sources and addresses of the same work that were merged into it.")
    queries: tuple[str, ...] = Field((), description="Texts of the queries that found it.")
    blob: str = Field("", description="sha256 of the bytes when discovery already had to fetch them, else empty.")
    headers: dict[str, str] = Field(default_factory=dict, description="Response headers, lower-case names.")
    fetched_at: str = ""
    evidence: tuple[Evidence, ...] = ()


class Page(Record):
    """The bytes of one document as retrieved, by hash, with the evidence that we may use them."""

    id: str
    url: str
    source: str
    title: str = ""
    score: float = 0.0
    blob: str = Field(description="sha256 of the bytes in the blob store.")
    size_bytes: int
    media_type: str = Field("", description="As declared by the server or the file extension.")
    headers: dict[str, str] = Field(default_factory=dict)
    licence: str = ""
    fetched_at: str = ""
    evidence: tuple[Evidence, ...] = ()


class Decision(Record):
    """One choice that was made about a document or a page of it, with what it rests on, so that it can be explained."""

    step: str = Field(
        description="Where it was made, dotted: route, encoding, html.content, pdf.layer, pdf.layout, ocr.prepare, …"
    )
    choice: str = Field(description="What was chosen, a word or two.")
    reason: str = Field("", description="Why, for people.")
    page: int = Field(0, description="1-based page it concerns, 0 for the whole document.")
    measured: dict[str, float] = Field(default_factory=dict, description="Figures it rests on, named with their units.")


class BlockKind(StrEnum):
    """What a block of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    CODE = "code"
    TABLE = "table"
    FORMULA = "formula"
    CAPTION = "caption"
    QUOTE = "quote"


def _unknown(value: object) -> bool:
    """Fields of a block that say nothing are not written: blocks are most of what a job stores."""
    return value is None or value == ""


class Block(Record):
    """One block in reading order, and where it stood."""

    kind: BlockKind
    text: str = Field(
        description=(
            "Plain text with inline TeX between $; list items one a line with '- '; tables as Markdown; displayed "
            "formulas as TeX between $$, or as the characters printed where no TeX is known."
        )
    )
    level: int = Field(0, description="1 to 6 for headings, else 0.")
    language: str = Field(
        "",
        description=(
            "Of code: the programming language where known. Of anything else: ISO 639-1, where it is surely not the "
            "document's."
        ),
    )
    page: int = Field(0, description="1-based page of a paged document, else 0.")
    box: tuple[float, float, float, float] | None = Field(
        None, exclude_if=_unknown, description="x0, y0, x1, y1 on its page in points from the top left, where known."
    )
    path: str = Field(
        "", exclude_if=_unknown, description="Where it stood in a tree: XPath of its element; file#path in an archive."
    )
    start: int | None = Field(
        None, exclude_if=_unknown, description="Offset of its first code point in the decoded source, where known."
    )
    end: int | None = Field(None, exclude_if=_unknown, description="Offset after its last one.")
    confidence: float | None = Field(
        None, exclude_if=_unknown, description="Of text read by OCR: mean word confidence, 0 to 1; else None."
    )


class Document(Record):
    """A parsed document: typed blocks, what is known about it, and how that was found out."""

    id: str
    url: str
    source: str
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    doi: str = Field("", description="Lower case, without https://doi.org/.")
    language: str = Field("", description="ISO 639-1 code of the main language, '' when undecided.")
    licence: str = Field("", description="SPDX expression, or '' when none is stated.")
    opt_outs: tuple[str, ...] = Field(
        (),
        description="Lines in it that object to training, as they stand; permission is decided at the fetch.",
    )
    obtained: dict[str, str] = Field(
        default_factory=dict, description="Field (title, date, …) -> where it was read, for example 'JSON-LD headline'."
    )
    blob: str = Field(description="sha256 of the original bytes.")
    text_sha256: str = Field(description="sha256 of the text of all blocks.")
    media_type: str = Field(description="What the bytes are, by content.")
    parser: str = Field(description="Which road read it: html | jats | pdf | ocr | markdown | text …")
    pages: int = Field(0, description="Pages of a paged document, else 0.")
    ocr_pages: int = Field(0, description="Pages read by OCR.")
    quality: float = Field(description="0 to 1, the product of its parts; see workers/parse/quality/.")
    quality_parts: dict[str, float] = Field(default_factory=dict, description="Part of the quality -> 0 to 1.")
    masked: dict[str, int] = Field(default_factory=dict, description="Kind of personal data -> how often masked.")
    score: float = Field(0.0, description="Relevance carried from discovery.")
    blocks: tuple[Block, ...]
    decisions: tuple[Decision, ...] = Field((), description="What was chosen on the way, in order.")
    copies: tuple[str, ...] = Field((), description="Addresses of the documents that repeat it and were set aside.")
    fetched_at: str = ""
    fetched_from: str = Field("", description="Where the bytes came from, when that is not the url.")
    evidence: tuple[Evidence, ...] = ()

    @property
    def text(self) -> str:
        """All blocks as text, one blank line between blocks."""
        return "\n\n".join(block.text for block in self.blocks)


class Split(StrEnum):
    """Which part of the data a document, and all that is made of it, belongs to."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Chunk(Record):
    """A run of whole blocks of one document, small enough for one example."""

    id: str = Field(description="<document id>-<ordinal>")
    document_id: str
    split: Split
    ordinal: int
    url: str
    title: str = ""
    headings: tuple[str, ...] = Field((), description="Path of headings above the chunk.")
    continues: bool = Field(False, description="Whether it goes on under the same headings as the chunk before it.")
    licence: str = ""
    language: str = ""
    blocks: tuple[Block, ...]
    overlap: int = Field(0, description="So many of its first blocks are the last ones of the chunk before it.")
    tokens: int = Field(description="Tokens of the job's own model, see workers/tokens/counter.py.")

    @property
    def text(self) -> str:
        """All blocks as text, one blank line between blocks."""
        return "\n\n".join(block.text for block in self.blocks)

    @property
    def own_text(self) -> str:
        """The text without what it repeats of the chunk before, so that all chunks together say each thing once."""
        return "\n\n".join(block.text for block in self.blocks[self.overlap :])


class ExampleFamily(StrEnum):
    """The form an example has, whatever it teaches."""

    QUESTION = "question"
    INSTRUCTION = "instruction"
    COMPLETION = "completion"
    CONVERSATION = "conversation"
    CHOICE = "choice"
    """Multiple choice: held-out splits only, never trained on."""


class ExampleKind(StrEnum):
    """What an example teaches."""

    FACTUAL = "factual"
    """A fact, as the text states it."""
    ANALYTICAL = "analytical"
    """Why or how: causes, mechanisms, consequences that the text gives."""
    INFERENTIAL = "inferential"
    """What follows from statements of the text without standing there in so many words."""
    COMPARATIVE = "comparative"
    """What two things share and where they differ."""
    MULTI_HOP = "multi_hop"
    """Needs two chunks of one topic."""
    FALSE_PREMISE = "false_premise"
    """The question assumes what the text denies; the answer corrects it."""
    UNANSWERABLE = "unanswerable"
    """The passage that goes with the question does not answer it; the answer says so."""
    SUMMARY_SHORT = "summary_short"
    SUMMARY_DETAILED = "summary_detailed"
    SUMMARY_BULLETS = "summary_bullets"
    EXPLAIN = "explain"
    ANALYSE = "analyse"
    EXTRACT = "extract"
    """From a passage to structure: JSON or a table."""
    REWRITE = "rewrite"
    """A passage for another audience."""
    CONTINUE = "continue"
    """A paragraph continued from its opening."""
    PLAIN = "plain"
    """A chunk as it stands."""
    CONVERSATION = "conversation"
    """Several questions and answers about one chunk; the last exchange is the example's prompt and response."""
    CHOICE = "choice"

    @property
    def family(self) -> ExampleFamily:
        """The form of examples of this kind."""
        return _FAMILY_OF.get(self, ExampleFamily.INSTRUCTION)


_FAMILY_OF = {
    **dict.fromkeys(
        (
            ExampleKind.FACTUAL,
            ExampleKind.ANALYTICAL,
            ExampleKind.INFERENTIAL,
            ExampleKind.COMPARATIVE,
            ExampleKind.MULTI_HOP,
            ExampleKind.FALSE_PREMISE,
            ExampleKind.UNANSWERABLE,
        ),
        ExampleFamily.QUESTION,
    ),
    ExampleKind.CONTINUE: ExampleFamily.COMPLETION,
    ExampleKind.PLAIN: ExampleFamily.COMPLETION,
    ExampleKind.CONVERSATION: ExampleFamily.CONVERSATION,
    ExampleKind.CHOICE: ExampleFamily.CHOICE,
}


class Difficulty(StrEnum):
    """How much an example asks of its reader; see workers/generate/quality/."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class Span(Record):
    """A verbatim run of a chunk's text that supports an answer."""

    text: str
    start: int = Field(description="Offset in the text of the chunk.")
    chunk_id: str
    match: Literal["exact", "normalised", "fuzzy"] = Field(
        "exact", description="How the generator's quotation was found: as it stands, but for signs, or nearly."
    )


class Exchange(Record):
    """One earlier turn of a conversation: what was asked and answered."""

    prompt: str
    response: str


class Example(Record):
    """One training example with the verbatim spans that support the answer."""

    id: str = Field(description="First 16 hex digits of sha256(chunk id, kind, context, prompt, response).")
    kind: ExampleKind
    split: Split
    chunk_id: str
    document_id: str
    other_documents: tuple[str, ...] = Field((), description="Further documents it rests on (multi_hop), same split.")
    context: str = Field("", description="Passage that is given with the prompt, '' for none.")
    history: tuple[Exchange, ...] = Field((), description="Earlier turns of a conversation.")
    prompt: str = Field("", description="Question, instruction, or the opening of a completion ('' for plain text).")
    response: str
    wrong_answers: tuple[str, ...] = Field((), description="Of multiple choice: the other options.")
    evidence: tuple[Span, ...] = Field(min_length=1, description="Spans of its chunk, or of its two chunks.")
    generator: str = Field(description="Backend and version that made it, for example extractive/2.")
    score: float = Field(description="0 to 1: the weighted quality of its parts, see workers/generate/quality/.")
    quality_parts: dict[str, float] = Field(default_factory=dict, description="Part of the quality -> 0 to 1.")
    difficulty: Difficulty = Difficulty.MEDIUM
    topic: str = Field("", description="Topic of the subject's map that its chunk speaks most of, '' for none.")
    licence: str = Field("", description="SPDX expression; with other documents all of theirs joined by AND.")
    url: str = ""

    @property
    def documents(self) -> tuple[str, ...]:
        """Ids of all documents that it rests on: without the permission of any of them it must go."""
        return (self.document_id, *self.other_documents)


class RowFormat(StrEnum):
    """How a row of the dataset is laid out for the model."""

    CHAT = "chat"
    PROMPT_COMPLETION = "prompt_completion"
    TEXT = "text"


class Row(Record):
    """One row of the dataset, ready for the trainer, traceable to its source.

    Exactly one of ``messages`` (chat), ``prompt`` with ``completion``, or ``text`` is filled, by ``format``.
    """

    id: str = Field(description="The example's id.")
    format: RowFormat
    kind: ExampleKind
    split: Split
    messages: tuple[dict[str, str], ...] = ()
    prompt: str = ""
    completion: str = ""
    text: str = ""
    wrong_answers: tuple[str, ...] = Field((), description="Of multiple choice: the options beside the right one.")
    difficulty: Difficulty = Difficulty.MEDIUM
    topic: str = ""
    chunk_id: str
    document_id: str
    other_documents: tuple[str, ...] = Field((), description="Further documents it rests on.")
    url: str = ""
    licence: str = ""

    @property
    def documents(self) -> tuple[str, ...]:
        """Ids of all documents that it rests on: without the permission of any of them it must go."""
        return (self.document_id, *self.other_documents)


class SourceEntry(Record):
    """One document behind the dataset: where it came from, what allows its use, and how many rows it gave."""

    document_id: str
    url: str
    source: str = Field("", description="The source as the user wrote it.")
    title: str = ""
    licence: str = Field("", description="SPDX expression, or '' when none is stated.")
    split: Split
    blob: str = Field(description="sha256 of the original bytes.")
    media_type: str = ""
    score: float = Field(0.0, description="Relevance, 0 to 1.")
    fetched_at: str = ""
    fetched_from: str = Field("", description="Where the bytes came from, when that is not the url.")
    evidence: tuple[Evidence, ...] = Field(
        (), description="What the permission to use it rests on, in the order in which it was read."
    )
    rows: int = Field(description="Rows of the dataset made from it, in its own split.")

    @property
    def decision(self) -> Evidence | None:
        """The last verdict on its use, None where none was recorded."""
        return next((each for each in reversed(self.evidence) if each.kind == "decision"), None)

    @property
    def unanswered(self) -> Evidence | None:
        """What says that its site could not be asked again, None when it was or need not be."""
        return self.evidence[-1] if self.evidence and self.evidence[-1].kind == "unanswered" else None


class Rejected(Record):
    """One item that a stage set aside, so that it can be read again."""

    id: str
    url: str = ""
    noun: str = Field(description="What was counted: candidates, pages, documents, chunks, examples.")
    reason: str = Field(description="Short snake_case word, the counter in the funnel.")
    detail: str = ""
    failed: bool = Field(False, description="True when something broke, False when a rule said no.")
    record: dict[str, Any] = Field(default_factory=dict, description="The item itself where it is small.")
