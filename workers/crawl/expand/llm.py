"""A language model's phrases for a subject, each checked before it is believed."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, field_validator

from agent.errors import BudgetSpent, DocumentRejected, GenerationFailed
from agent.spec import GenerateConfig
from workers.crawl.expand.belonging import belonging
from workers.crawl.expand.reading import prose
from workers.crawl.expand.way import Phrase, Proposal
from workers.crawl.sources.contract import Found
from workers.llm.prompt_file import Message, PromptFile
from workers.topics.wording import form

if TYPE_CHECKING:
    from workers.llm.chat import ChatModel

_PULSE_S = 1.0
MOST_PHRASES = 40
MOST_TITLES = 20
_LONGEST_CHARACTERS, _LONGEST_WORDS = 60, 6
_MOST_IMPORTANT = 5
_SUREST = 0.8
"""Weight of a phrase of the highest importance: models name things that nobody writes about as surely as others."""

_PLAIN = re.compile(r"[^\W_](?:[\w'’+#/().-]| (?! ))*")
"""No signs that end a sentence, open a quotation or mean something to a search engine."""
_INSTRUCTION = re.compile(
    r"\b(?:(?i:ignore|disregard|forget|instructions?|prompts?|please|you|your|must|assistant|answer)|AND|OR|NOT)\b"
    r"|https?|www\.|\.(?:com|org|net)\b"
)


class Suggestion(BaseModel):
    """One phrase as the model gives it."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    text: str
    kind: str
    importance: float


class Suggestions(BaseModel):
    """The whole answer; its JSON schema goes with the request, and what comes back is read with patience."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    phrases: list[Suggestion]

    @field_validator("phrases", mode="before")
    @classmethod
    def _with_patience(cls, value: Any) -> Any:
        """Bare strings count as phrases, items without a text as nothing."""
        if not isinstance(value, list):
            return value
        items = [{"text": item} if isinstance(item, str) else item for item in value]
        return [
            {"kind": "related", "importance": 3} | {name: known for name, known in item.items() if known is not None}
            for item in items
            if isinstance(item, dict) and isinstance(item.get("text"), str)
        ]


class LanguageModel:
    """Asks the endpoint of `GenerateConfig` once."""

    def __init__(
        self, spec: GenerateConfig, open_chat: Callable[[], ChatModel], pulse: Callable[[], None] = lambda: None
    ) -> None:
        """Ask nothing yet. ``pulse`` is called every second while the model thinks; what it raises ends the request."""
        self._spec = spec
        self._open_chat = open_chat
        self._pulse = pulse

    def propose(self, subject: str, first: Sequence[Found]) -> Proposal:
        """The phrases that stand up to `fault_of`; the note tells why there are none.

        Raises:
            MissingDependency: the openai or wordllama package is not installed.
        """
        if self._spec.backend != "openai":
            return Proposal(note="no language model is configured (generate.backend = openai, generate.model)")
        prompts = PromptFile.load("workers.crawl.expand", "phrases.toml")
        titles = "\n".join(f"- {item.candidate.title}" for item in first[:MOST_TITLES] if item.candidate.title)
        messages = prompts.messages(titles or "(none)", subject=subject, limit=MOST_PHRASES)
        try:
            answer = asyncio.run(self._asked(self._open_chat(), messages, prompts))
        except (GenerationFailed, DocumentRejected, BudgetSpent) as error:
            return Proposal(note=str(error))
        given = list({form(item.text): item for item in reversed(answer.phrases)}.values())[::-1]
        plain = [item for item in given if not fault_of(item.text, subject)]
        texts = [prose(f"{item.candidate.title}. {item.text}") for item in first]
        fits = belonging([item.text for item in plain], subject, texts)
        good = [item for item, fit in zip(plain, fits, strict=True) if fit]
        phrases = sorted((_phrase(item) for item in good[:MOST_PHRASES]), key=lambda each: (-each.weight, each.text))
        return Proposal(tuple(phrases), "" if phrases else f"none of the model's {len(given)} phrases could be used")

    async def _asked(self, chat: ChatModel, messages: list[Message], prompts: PromptFile) -> Suggestions:
        thinking = asyncio.ensure_future(chat.ask(messages, Suggestions, prompts.correction))
        try:
            while not (await asyncio.wait([thinking], timeout=_PULSE_S))[0]:
                self._pulse()
            return thinking.result()
        finally:
            thinking.cancel()
            await asyncio.gather(thinking, return_exceptions=True)
            await chat.close()


def fault_of(text: str, subject: str) -> str:
    """Why a suggested phrase is not believed; '' when nothing speaks against it."""
    if not 2 <= len(text) <= _LONGEST_CHARACTERS or len(text.split()) > _LONGEST_WORDS:
        return "length"
    if _INSTRUCTION.search(text):
        return "instruction"
    if not _PLAIN.fullmatch(text) or not form(text):
        return "signs"
    if form(text) == form(subject):
        return "subject"
    if not _scripts(text) <= _scripts(subject):
        return "language"
    return ""


def _phrase(item: Suggestion) -> Phrase:
    share = min(max(item.importance, 1), _MOST_IMPORTANT) / _MOST_IMPORTANT
    return Phrase(item.text.strip(), round(_SUREST * share, 3), "llm", same=item.kind == "synonym")


def _scripts(text: str) -> set[str]:
    """LATIN, CYRILLIC, CJK …: of another script is of another language; within one script nothing so short can tell."""
    names = [unicodedata.name(letter, "") for letter in text if letter.isalpha()]
    return {"LATIN"} | {name.split()[0] for name in names if name} if names else {"LATIN"}
