"""Layout of a row for the model that shall learn from it.

Chat rows carry messages for the model's own template. Prompt-completion rows are trained on as ``prompt + completion``
without anything between, so the white space stands at the beginning of the completion. Whole chunks are plain text in
every layout.
"""

from __future__ import annotations

from agent.dataset.conversation import as_text, turns
from agent.errors import InvalidSpec
from agent.job.model import ModelFacts
from agent.job.records import Example, Row, RowFormat
from agent.spec import AssembleConfig


def layout_for(config: AssembleConfig, model: ModelFacts) -> RowFormat:
    """The layout of prompted rows; 'auto' follows the model.

    Raises:
        InvalidSpec: conversations are asked for and the model has no template to write them in.
    """
    if config.format == "auto":
        return RowFormat.CHAT if model.has_chat_template else RowFormat.PROMPT_COMPLETION
    if config.format == "chat" and not model.has_chat_template:
        raise InvalidSpec(
            f"assemble.format = 'chat' needs a model with a chat template, and {model.name!r} has none.",
            next_step="Use assemble.format 'auto', 'prompt_completion' or 'text', or an instruction-tuned model.",
        )
    return RowFormat(config.format)


def lay_out(example: Example, layout: RowFormat, system_prompt: str = "") -> Row:
    """The row for one example, in ``layout`` when it has a prompt, else as plain text."""
    row = Row(
        id=example.id,
        format=layout if example.prompt else RowFormat.TEXT,
        kind=example.kind,
        split=example.split,
        chunk_id=example.chunk_id,
        document_id=example.document_id,
        other_documents=example.other_documents,
        wrong_answers=example.wrong_answers,
        difficulty=example.difficulty,
        topic=example.topic,
        url=example.url,
        licence=example.licence,
    )
    if row.format is RowFormat.CHAT:
        return row.model_copy(update={"messages": _messages(example, system_prompt)})
    prompt, completion = as_text(example)
    if row.format is RowFormat.PROMPT_COMPLETION:
        return row.model_copy(update={"prompt": prompt, "completion": completion})
    return row.model_copy(update={"text": prompt + completion})


def _messages(example: Example, system_prompt: str) -> tuple[dict[str, str], ...]:
    messages = [{"role": "system", "content": system_prompt}] if system_prompt else []
    for turn in turns(example):
        messages += [{"role": "user", "content": turn.user}, {"role": "assistant", "content": turn.assistant}]
    return tuple(messages)
