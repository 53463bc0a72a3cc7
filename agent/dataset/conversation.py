"""What an example says to a model and what it shall answer, before any format."""

from __future__ import annotations

from typing import NamedTuple

from agent.job.records import Example, ExampleFamily

CONTINUE = "Continue this text:\n\n"
"""What a conversation asks where a document simply goes on."""


class Turn(NamedTuple):
    """One exchange."""

    user: str
    assistant: str


def turns(example: Example) -> tuple[Turn, ...]:
    """The exchanges of an example with a prompt, the earlier ones first.

    A passage that goes with the example stands at the head of the first user turn, where all later ones see it.
    """
    asked = CONTINUE + example.prompt if example.kind.family is ExampleFamily.COMPLETION else example.prompt
    exchanges = [Turn(each.prompt, each.response) for each in example.history] + [Turn(asked, example.response)]
    first = exchanges[0]
    return (Turn(with_context(example.context, first.user), first.assistant), *exchanges[1:])


def with_context(context: str, prompt: str) -> str:
    """The prompt behind its passage, a blank line between them; the prompt alone without one."""
    return f"{context}\n\n{prompt}" if context else prompt


def as_text(example: Example) -> tuple[str, str]:
    """Prompt and completion of an example for models without a chat template; the prompt of plain text is ''.

    Nothing stands between the two: the white space is at the beginning of the completion.
    """
    if not example.prompt:
        return "", example.response
    if example.kind.family is ExampleFamily.COMPLETION:
        return with_context(example.context, example.prompt), f" {example.response}"
    label = "Instruction" if example.kind.family is ExampleFamily.INSTRUCTION else "Question"
    earlier = [f"{label}: {each.prompt}\nAnswer: {each.response}" for each in example.history]
    asked = "\n\n".join((*earlier, f"{label}: {example.prompt}\nAnswer:"))
    return with_context(example.context, asked), f" {example.response}"
