"""Orders that a document gives to language models, and examples that obey them.

A fence tells a model that a document is data; whether the model listened shows in what it wrote. An example that
carries an order on, or that rests on one, is refused whatever its evidence: the order stands in the chunk word for
word, so that grounding alone would let it through.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.job.records import Chunk
from workers.generate.backend import Proposal
from workers.generate.reading.sentences import split_sentences
from workers.generate.reading.words import tokens

COPIED_WORDS = 4
"""A run of so many words that stands in the order and nowhere else in the chunk is copied from it."""
MOST_OF_THE_ORDER = 0.5
"""Share of a response's words, among those the chunk holds, that only the order holds."""

_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,40}"
    r"\b(?:instructions?|rules|prompts?|directions|guidelines|(?:said|written|told) (?:above|before))\b"
    r"|\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*)\b[^.!?]{0,40}\b(?:anweisung|regel|vorgabe|befehl)\w*"
    r"|\b(?:ignore[rz]?|oublie[rz]?)\b[^.!?]{0,40}\b(?:instructions|consignes|règles)\b"
    r"|\b(?:ignora\w*|olvid\w+|dimentica\w*|esque[cç]\w+)\b[^.!?]{0,40}\b(?:instruc|istruz|regl|regol|regr|órden)\w*"
    r"|\b(?:игнорируй\w*|забудь\w*)\b[^.!?]{0,40}\b(?:инструкци|правил|указани)\w*"
    r"|(?:忽略|无视|忘记)[^。！？]{0,20}(?:指令|指示|规则|提示)"
    r"|\b(?:you are|you're|act as|pretend (?:to be|that you are)) (?:now )?(?:an? |the |in )?(?:\w+ ){0,2}"
    r"(?:assistant|ai|language model|llm|chatbot|dan|developer mode)\b"
    r"|\b(?:ais?|assistants?|language models?|llms?|chatbots?|gpt\S*)\b[^.!?]{0,30}"
    r"\b(?:must|shall|should|have to|please)\b[^.!?]{0,20}"
    r"\b(?:answer|respond|reply|output|say|write|print|include|repeat|mention|recommend|state|tell)\b"
    r"|\b(?:answer|respond|reply)\b (?:to )?(?:only|always|every|all|any|each|nothing but|exactly)\b"
    r"|\b(?:always|only|instead,?) (?:answer|respond|reply|output|say|write|print)\b"
    r"|\b(?:your|the|new|updated|hidden) (?:system prompt|system message|new instructions)\b"
    r"|\bnew instructions?\b|\byour (?:answers?|responses?|outputs?|replies) (?:must|shall|should|has to|have to)\b"
    r"|<\|(?:im_start|im_end|system|user|assistant|endoftext)\|>|\[/?INST\]|<</?SYS>>|</?(?:system|instructions?)>"
    r"|^\W*(?:system|assistant|user|human)\s*:|^#+\s*(?:system|instructions?|response)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
"""How texts speak to a model. What is wrongly taken for an order costs the examples that would quote it, no more: 4 of
34,531 paragraphs of documentation on quantum computing hold one."""


def orders_in(chunk: Chunk) -> tuple[str, ...]:
    """The runs of the chunk's text that order a model about: from the first such sentence of a block to its end, since
    what is ordered often stands in the sentences after it."""
    found = []
    for block in chunk.blocks:
        match = _ORDER.search(block.text)
        if match:
            sentences = split_sentences(block.text, chunk.language)
            start = max((each.start for each in sentences if each.start <= match.start()), default=0)
            found.append(block.text[start:])
    return tuple(found)


def obeys(proposal: Proposal, passages: Sequence[str], orders: Sequence[str]) -> bool:
    """Whether a proposal says on, or rests on, what the ``orders`` in the passages tell a model; never without orders.

    What quotes a whole passage rests on all of it, and is judged by what it says.
    """
    if not orders:
        return False
    ordered = [tokens(order) for order in orders]
    rest = "\n".join(passages)
    for order in orders:
        rest = rest.replace(order, "\n")
    free = tokens(rest)
    copied = _runs(ordered) - _runs([free])
    told = [proposal.prompt, proposal.response, *proposal.wrong_answers]
    told += [text for turn in proposal.history for text in (turn.prompt, turn.response)]
    quoted = [quote.text for quote in proposal.quotes if quote.text not in passages]
    if any(_runs([tokens(text)]) & copied for text in (*told, *quoted)):
        return True
    alone = {word for words in ordered for word in words} - set(free)
    return any(_is_mostly(tokens(text), alone, set(free)) for text in (proposal.response, *quoted))


def _is_mostly(words: list[str], alone: set[str], free: set[str]) -> bool:
    """Whether what the words have of the chunk they have of its orders."""
    known = [word for word in words if word in alone or (word in free and len(word) > 3)]
    return bool(known) and sum(word in alone for word in known) >= MOST_OF_THE_ORDER * len(known)


def _runs(texts: list[list[str]]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + COPIED_WORDS]) for words in texts for at in range(len(words) - COPIED_WORDS + 1)}
