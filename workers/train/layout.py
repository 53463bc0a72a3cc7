"""How a row reads to a model: segments of text, each trained on or only read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.errors import UnknownModel
from agent.job.records import Row, RowFormat

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


PLAIN_QUESTION = "Question: {}\nAnswer:"
"""How a question reads in prompt-completion rows, for models without a chat template."""


@dataclass(frozen=True)
class Segment:
    """A run of text; ``trained`` says whether the loss reads it."""

    text: str
    trained: bool


@dataclass(frozen=True)
class Layout:
    """A whole row as text.

    ``bare``: the text has no special tokens yet, so the tokenizer adds its own; a chat template writes them
    itself. ``closed``: the end-of-text token is put after it.
    """

    segments: tuple[Segment, ...]
    bare: bool
    closed: bool


def lay_out(row: Row, tokenizer: PreTrainedTokenizerBase) -> Layout:
    """The row's text: all of a text row is trained on, of the others only the completion or assistant turns.

    Raises:
        UnknownModel: a chat row, and the model has no chat template.
    """
    match row.format:
        case RowFormat.TEXT:
            return Layout((Segment(row.text, True),), bare=True, closed=True)
        case RowFormat.PROMPT_COMPLETION:
            prompt, completion = _split_before_space(row.prompt, row.completion)
            return Layout((Segment(prompt, False), Segment(completion, True)), bare=True, closed=True)
        case RowFormat.CHAT:
            return Layout(_turns(row.messages, tokenizer), bare=False, closed=False)


def question_of(row: Row) -> str:
    """What is asked: the last user turn, the last question of the prompt, or '' for plain text."""
    if row.format is RowFormat.CHAT:
        return next((turn["content"] for turn in reversed(row.messages) if turn["role"] == "user"), "")
    before, after = PLAIN_QUESTION.split("{}")
    return row.prompt.rpartition(before)[2].removesuffix(after)


def answer_of(row: Row) -> str:
    """The expected answer: the last assistant turn, the completion, or the text."""
    match row.format:
        case RowFormat.CHAT:
            answers = (turn["content"] for turn in reversed(row.messages) if turn["role"] == "assistant")
            return next(answers, "")
        case RowFormat.PROMPT_COMPLETION:
            return row.completion
        case RowFormat.TEXT:
            return row.text


def prompt_of(layout: Layout) -> str:
    """The text up to the last trained segment: what the model is given when it shall answer."""
    last = max(index for index, segment in enumerate(layout.segments) if segment.trained)
    return "".join(segment.text for segment in layout.segments[:last])


def only_answer(layout: Layout, answer: str) -> Layout:
    """The layout up to the end of the answer, with nothing but the answer trained on: no closing tokens."""
    prompt = prompt_of(layout)
    rest = "".join(segment.text for segment in layout.segments)[len(prompt) :]
    end = rest.index(answer.strip()) + len(answer.strip())
    return Layout((Segment(prompt, False), Segment(rest[:end], True)), bare=layout.bare, closed=False)


def with_answer(row: Row, answer: str) -> Row:
    """The same question with another answer, laid out alike."""
    if row.format is not RowFormat.CHAT:
        space = row.completion[: len(row.completion) - len(row.completion.lstrip())]
        return row.model_copy(update={"completion": space + answer.strip()})
    turns = list(row.messages)
    last = max(index for index, turn in enumerate(turns) if turn["role"] == "assistant")
    turns[last] = {**turns[last], "content": answer}
    return row.model_copy(update={"messages": tuple(turns)})


def _split_before_space(prompt: str, completion: str) -> tuple[str, str]:
    """Move blanks at the prompt's end into the completion: tokenizers join a blank with the word after it."""
    stripped = prompt.rstrip(" ")
    return stripped, prompt[len(stripped) :] + completion


def _turns(messages: Sequence[dict[str, str]], tokenizer: PreTrainedTokenizerBase) -> tuple[Segment, ...]:
    if not tokenizer.chat_template:
        raise UnknownModel(
            "The rows are conversations, and the model has no chat template.",
            next_step="Set assemble.format to prompt_completion or text.",
        )
    whole = _rendered(messages, tokenizer, prompt=False)
    segments: list[Segment] = []
    at = 0
    for index, turn in enumerate(messages):
        if turn["role"] != "assistant":
            continue
        start, end = _span_of_turn(whole, messages, index, tokenizer)
        segments += [Segment(whole[at:start], False), Segment(whole[start:end], True)]
        at = end
    if at < len(whole):
        segments.append(Segment(whole[at:], False))
    return tuple(segment for segment in segments if segment.text)


def _span_of_turn(
    whole: str, messages: Sequence[dict[str, str]], index: int, tokenizer: PreTrainedTokenizerBase
) -> tuple[int, int]:
    """Where the assistant's turn and its closing token stand in the rendered conversation."""
    before = _rendered(messages[:index], tokenizer, prompt=True)
    after = _rendered(messages[: index + 1], tokenizer, prompt=False)
    if whole.startswith(before) and whole.startswith(after) and len(before) < len(after):
        return len(before), len(after)
    # Some templates render a turn differently once others follow; then the content itself marks the place.
    content = messages[index]["content"].strip()
    start = whole.rfind(content)
    is_last = index == len(messages) - 1
    return start, len(whole) if is_last else start + len(content)


def _rendered(messages: Sequence[dict[str, str]], tokenizer: PreTrainedTokenizerBase, *, prompt: bool) -> str:
    return str(tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=prompt))
