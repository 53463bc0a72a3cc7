"""What was read becomes a `Document`: cleaned, its language found, its quality scored, and the first rules applied."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from agent.job.licences import joined
from agent.job.records import Document, Page
from agent.spec import ParseConfig
from workers.parse.clean.document import cleaned
from workers.parse.clean.personal.mask import without_emails
from workers.parse.language import Language
from workers.parse.prose import prose_of, word_count
from workers.parse.quality.score import Parts, quality
from workers.parse.read import Reading
from workers.parse.titles import title_of


@dataclass(frozen=True)
class Judgement:
    """A document and why it may not go on, '' where it may."""

    document: Document
    reason: str = ""
    """``no_text``, ``too_short``, ``wrong_language`` or ``low_quality``."""
    detail: str = ""


def judge(page: Page, reading: Reading, config: ParseConfig) -> Judgement:
    """The document that a reading gives, whatever it is worth, and the first rule it breaks."""
    parsed = reading.parsed
    clean = cleaned(parsed.blocks, mask=config.mask_personal_data)
    blocks, language = clean.blocks, clean.language
    prose = prose_of(blocks)
    parts = quality(blocks)
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
        obtained=parsed.obtained,
        blob=page.blob,
        text_sha256=hashlib.sha256("\n\n".join(block.text for block in blocks).encode()).hexdigest(),
        media_type=reading.media_type,
        parser=parsed.parser,
        pages=parsed.pages,
        ocr_pages=parsed.ocr_pages,
        quality=parts.score,
        quality_parts=dict(parts._asdict()),
        score=page.score,
        blocks=blocks,
        masked=clean.masked,
        decisions=(*parsed.decisions, *clean.decisions),
        fetched_at=page.fetched_at,
        fetched_from=page.headers.get("content-location", ""),
        evidence=page.evidence,
    )
    reason, detail = _broken_rule(document, word_count(prose), language, parts, config)
    return Judgement(document, reason, detail)


def _broken_rule(
    document: Document, words: int, language: Language, parts: Parts, config: ParseConfig
) -> tuple[str, str]:
    """Reason and detail of the first rule that the document breaks, two empty texts for none."""
    if not words:
        return "no_text", f"read as {document.media_type}"
    if words < config.min_words:
        return "too_short", f"{words} words, parse.min_words is {config.min_words}"
    if config.languages and language.code and language.code not in config.languages:
        return "wrong_language", f"{language.code} ({language.confidence:.2f}), wanted {', '.join(config.languages)}"
    if parts.score < config.min_quality:
        shown = ", ".join(f"{name} {value:.2f}" for name, value in parts._asdict().items())
        return "low_quality", f"{parts.score:.2f} below {config.min_quality:.2f}: {shown}"
    return "", ""
