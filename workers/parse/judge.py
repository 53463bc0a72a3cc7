"""What was read becomes a `Document`: cleaned, its language found, its quality scored, and the first rules applied."""

from __future__ import annotations

import hashlib

from pydantic import Field

from agent.job.licences import joined
from agent.job.records import Document, Page, Record
from agent.spec import ParseConfig
from workers.language.identify import Language
from workers.parse.clean.document import cleaned
from workers.parse.prose import prose_of, word_count
from workers.parse.quality.parts import CORRUPTED
from workers.parse.quality.score import Quality, quality
from workers.parse.read import Reading
from workers.parse.titles import title_of
from workers.personal.mask import without_emails


class Judgement(Record):
    """A document and why it may not go on, '' where it may."""

    document: Document
    reason: str = Field(
        "",
        description=(
            "no_text, too_short, wrong_language, or that of its quality: corrupted, machine_generated, thin, "
            "low_quality."
        ),
    )
    detail: str = ""


def judge(page: Page, reading: Reading, config: ParseConfig) -> Judgement:
    """The document that a reading gives, whatever it is worth, and the first rule it breaks."""
    parsed = reading.parsed
    clean = cleaned(parsed.blocks, mask=config.mask_personal_data)
    blocks, language = clean.blocks, clean.language
    prose = prose_of(blocks)
    worth = quality(blocks, language.code)
    document = Document(
        id=page.id,
        url=page.url,
        source=page.source,
        title=title_of(parsed.title, page.title, blocks, page.url),
        authors=without_emails(parsed.authors) if config.mask_personal_data else parsed.authors,
        date=parsed.date,
        doi=parsed.doi,
        language=language.code,
        licence=joined((page.licence, parsed.licence)),
        opt_outs=parsed.opt_outs,
        obtained=parsed.obtained,
        blob=page.blob,
        text_sha256=hashlib.sha256("\n\n".join(block.text for block in blocks).encode()).hexdigest(),
        media_type=reading.media_type,
        parser=parsed.parser,
        pages=parsed.pages,
        ocr_pages=parsed.ocr_pages,
        quality=worth.score,
        quality_parts=worth.parts,
        score=page.score,
        blocks=blocks,
        masked=clean.masked,
        decisions=(*parsed.decisions, *clean.decisions),
        fetched_at=page.fetched_at,
        fetched_from=page.headers.get("content-location", ""),
        evidence=page.evidence,
    )
    reason, detail = _broken_rule(document, word_count(prose), language, worth, config)
    return Judgement(document=document, reason=reason, detail=detail)


def _broken_rule(
    document: Document, words: int, language: Language, worth: Quality, config: ParseConfig
) -> tuple[str, str]:
    """Reason and detail of the first rule that the document breaks, two empty texts for none.

    Corruption comes first: broken text seems short, or in a language that it is not in.
    """
    poor = worth.score < config.min_quality
    found = worth.reason, f"{worth.score:.2f} below {config.min_quality:.2f}: {worth.detail}"
    if not words:
        return "no_text", f"read as {document.media_type}"
    if poor and worth.reason == CORRUPTED:
        return found
    if words < config.min_words:
        return "too_short", f"{words} words, parse.min_words is {config.min_words}"
    if config.languages and language.code and language.code not in config.languages:
        return "wrong_language", f"{language.code} ({language.confidence:.2f}), wanted {', '.join(config.languages)}"
    return found if poor else ("", "")
