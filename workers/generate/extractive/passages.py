"""The passage directly under a heading that answers for it."""

from __future__ import annotations

from agent.job.records import BlockKind, Chunk
from workers.generate.reading.layout import PlacedBlock
from workers.generate.reading.narration import is_exposition
from workers.generate.reading.sentences import Sentence, is_balanced, split_sentences, word_count
from workers.generate.reading.words import points_elsewhere

MIN_WORDS = 20
MAX_WORDS = 160
FULL_TOKENS = 120
"""A chunk of the usual 220 tokens ends where the next block no longer fits; it seldom has fewer tokens than this."""


def leading_passage(chunk: Chunk, body: tuple[PlacedBlock, ...]) -> str:
    """The first sentences of ``body`` that stand alone, with a list that the last announces; '' for too few.

    It ends before the first sentence that points elsewhere or in which the author speaks, and at a paragraph's end
    where that is possible.
    """
    end = start = body[0].start
    for placed, following in zip(body, (*body[1:], None), strict=True):
        if placed.block.kind is not BlockKind.PARAGRAPH:
            break
        sound = _sound(placed, chunk.language)
        if following is not None and sound and _announces(sound[-1].text, placed, following):
            whole = chunk.text[start : following.end]
            if _is_whole(following, body, chunk) and word_count(whole) <= MAX_WORDS and is_exposition(whole):
                end = following.end
            break
        complete = [each for each in sound if each.is_complete]
        room = [each for each in complete if word_count(chunk.text[start : placed.start + each.end]) <= MAX_WORDS]
        if room:
            end = placed.start + room[-1].end
        if not room or room[-1].end < len(placed.block.text.rstrip()):
            break
    passage = chunk.text[start:end].rstrip()
    return passage if word_count(passage) >= MIN_WORDS and is_balanced(passage) and passage[0].isupper() else ""


def without_pointers(text: str, language: str) -> str:
    """``text`` up to its first sentence that sends the reader elsewhere ("For more information, see …")."""
    for sentence in split_sentences(text, language):
        if points_elsewhere(sentence.text) or sentence.text.startswith("See "):
            return text[: sentence.start].rstrip()
    return text


def _sound(placed: PlacedBlock, language: str) -> list[Sentence]:
    """The first sentences of a paragraph, up to one that does not stand by itself."""
    sound: list[Sentence] = []
    for sentence in split_sentences(placed.block.text, language):
        text = sentence.text
        announces = text.endswith(":") and "following" in text
        if not is_exposition(text) or (points_elsewhere(text) and not announces):
            break
        sound.append(sentence)
    return sound


def _announces(last: str, placed: PlacedBlock, following: PlacedBlock) -> bool:
    at_end = placed.block.text.rstrip().endswith(last)
    return at_end and last.endswith(":") and following.block.kind is BlockKind.LIST


def _is_whole(items: PlacedBlock, body: tuple[PlacedBlock, ...], chunk: Chunk) -> bool:
    after = next((each for each in body if each.start > items.start), None)
    return not goes_on(chunk, after, ended=items.end < len(chunk.text))


def goes_on(chunk: Chunk, after: PlacedBlock | None, *, ended: bool = False) -> bool:
    """Whether a list may go on behind the block ``after`` it, or was cut off by the end of the chunk."""
    if after is None:
        return not ended and chunk.tokens > FULL_TOKENS
    return after.block.kind in (BlockKind.CODE, BlockKind.LIST, BlockKind.TABLE, BlockKind.CAPTION)
