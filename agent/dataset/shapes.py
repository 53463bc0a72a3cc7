"""The shape of a line in each format: what is written and read back is checked against it.

Sources: TRL's dataset formats (https://huggingface.co/docs/trl/dataset_formats) for chat, prompt/completion and text;
Stanford Alpaca's data release for instruction/input/output; ShareGPT's dumps, as FastChat and Axolotl read them, for
conversations of from/value.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from agent.job.records import Difficulty, ExampleKind, Record


class ExportFormat(StrEnum):
    """A form in which the rows leave."""

    CHAT = "chat"
    PROMPT_COMPLETION = "prompt_completion"
    TEXT = "text"
    ALPACA = "alpaca"
    SHAREGPT = "sharegpt"


class Origin(Record):
    """What every line says of itself beside its content; no value is ever null, so that columns keep their type."""

    id: str
    kind: ExampleKind
    difficulty: Difficulty
    topic: str
    document_id: str
    url: str
    licence: str


class Message(Record):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Said(Record):
    """The same in ShareGPT's words."""

    speaker: Literal["system", "human", "gpt"] = Field(alias="from")
    value: str


class ChatLine(Origin):
    """``messages``: a system message or none, then user and assistant in turns."""

    messages: tuple[Message, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _alternates(self) -> ChatLine:
        _demand_turns([message.role for message in self.messages], "user", "assistant")
        return self


class ShareGPTLine(Origin):
    """``conversations``: system or none, then human and gpt in turns."""

    conversations: tuple[Said, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _alternates(self) -> ShareGPTLine:
        _demand_turns([said.speaker for said in self.conversations], "human", "gpt")
        return self


class PromptCompletionLine(Origin):
    """Trained on as ``prompt + completion``, nothing between."""

    prompt: str = Field(min_length=1)
    completion: str = Field(min_length=1)


class TextLine(Origin):
    """Running text."""

    text: str = Field(min_length=1)


class AlpacaLine(Origin):
    """``input`` holds the passage and the earlier exchanges, '' for neither."""

    instruction: str = Field(min_length=1)
    input: str
    output: str = Field(min_length=1)


class ChoiceLine(Origin):
    """A multiple-choice question: ``answer`` is the place of the right one among ``choices``, from 0."""

    context: str
    question: str = Field(min_length=1)
    choices: tuple[str, ...] = Field(min_length=2)
    answer: int = Field(ge=0)

    @model_validator(mode="after")
    def _answer_is_there(self) -> ChoiceLine:
        if self.answer >= len(self.choices):
            raise ValueError(f"answer {self.answer} is beyond {len(self.choices)} choices")
        return self


Line = ChatLine | PromptCompletionLine | TextLine | AlpacaLine | ShareGPTLine | ChoiceLine

SHAPE_OF: dict[ExportFormat, type[Line]] = {
    ExportFormat.CHAT: ChatLine,
    ExportFormat.PROMPT_COMPLETION: PromptCompletionLine,
    ExportFormat.TEXT: TextLine,
    ExportFormat.ALPACA: AlpacaLine,
    ExportFormat.SHAREGPT: ShareGPTLine,
}
"""The shape of a prompted row; plain text is `TextLine` and multiple choice `ChoiceLine` in all of them."""


def _demand_turns(speakers: list[str], user: str, assistant: str) -> None:
    spoken = speakers[1:] if speakers[0] == "system" else speakers
    if len(spoken) % 2 or spoken != [user, assistant] * (len(spoken) // 2):
        raise ValueError(f"speakers do not take turns: {', '.join(speakers)}")
