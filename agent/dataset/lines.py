"""An example as a line of a format."""

from __future__ import annotations

import hashlib

from agent.dataset.conversation import Turn, as_text, turns
from agent.dataset.shapes import (
    AlpacaLine,
    ChatLine,
    ChoiceLine,
    ExportFormat,
    Line,
    Message,
    PromptCompletionLine,
    Said,
    ShareGPTLine,
    TextLine,
)
from agent.job.records import Example, ExampleKind


def line_of(example: Example, format: ExportFormat, system_prompt: str = "") -> Line:
    """The example in this format; multiple choice and plain text have one shape in all of them."""
    if example.kind is ExampleKind.CHOICE:
        return choice_line(example)
    prompt, completion = as_text(example)
    if format is ExportFormat.TEXT or not prompt:
        return TextLine(**_origin(example), text=prompt + completion)
    match format:
        case ExportFormat.CHAT:
            return ChatLine(**_origin(example), messages=_messages(turns(example), system_prompt))
        case ExportFormat.SHAREGPT:
            return ShareGPTLine(**_origin(example), conversations=_said(turns(example), system_prompt))
        case ExportFormat.PROMPT_COMPLETION:
            return PromptCompletionLine(**_origin(example), prompt=prompt, completion=completion)
        case ExportFormat.ALPACA:
            return _alpaca(example)


def choice_line(example: Example) -> ChoiceLine:
    """A multiple-choice question whose options stand in an order that depends on nothing but their text."""
    options = sorted((example.response, *example.wrong_answers), key=lambda text: _shuffle_key(example.id, text))
    return ChoiceLine(
        **_origin(example),
        context=example.context,
        question=example.prompt,
        choices=tuple(options),
        answer=options.index(example.response),
    )


def _origin(example: Example) -> dict[str, str]:
    return {name: getattr(example, name) for name in ("id", "kind", "difficulty", "topic", "document_id", "url",
                                                      "licence")}  # fmt: skip


def _messages(exchanges: tuple[Turn, ...], system_prompt: str) -> tuple[Message, ...]:
    system = (Message(role="system", content=system_prompt),) if system_prompt else ()
    said = ((Message(role="user", content=turn.user), Message(role="assistant", content=turn.assistant))
            for turn in exchanges)  # fmt: skip
    return (*system, *(message for pair in said for message in pair))


def _said(exchanges: tuple[Turn, ...], system_prompt: str) -> tuple[Said, ...]:
    speaker = {"system": "system", "user": "human", "assistant": "gpt"}
    return tuple(
        Said.model_validate({"from": speaker[message.role], "value": message.content})
        for message in _messages(exchanges, system_prompt)
    )


def _alpaca(example: Example) -> AlpacaLine:
    """Alpaca has one exchange: earlier ones are written out in its input, behind the passage."""
    *earlier, last = turns(example.model_copy(update={"context": ""}))
    transcript = "\n".join(f"User: {turn.user}\nAssistant: {turn.assistant}" for turn in earlier)
    return AlpacaLine(
        **_origin(example),
        instruction=last.user,
        input="\n\n".join(part for part in (example.context, transcript) if part),
        output=last.assistant,
    )


def _shuffle_key(id: str, text: str) -> bytes:
    return hashlib.sha256(f"{id}\0{text}".encode()).digest()
