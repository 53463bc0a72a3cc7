"""Every format says what the example says, whatever is in it."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.dataset.conversation import turns
from agent.dataset.lines import line_of
from agent.dataset.shapes import SHAPE_OF, ChoiceLine, ExportFormat
from agent.job.records import Example, ExampleKind, Exchange
from tests.workers.generate.examples import example

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)
ASKING = [kind for kind in ExampleKind if kind not in (ExampleKind.PLAIN, ExampleKind.CHOICE)]


@st.composite
def asked(draw: st.DrawFn) -> Example:
    made = example(draw(TEXT), draw(TEXT), kind=draw(st.sampled_from(ASKING)))
    earlier = draw(st.integers(0, 2)) if made.kind is ExampleKind.CONVERSATION else 0
    history = [Exchange(prompt=draw(TEXT), response=draw(TEXT)) for _ in range(earlier)]
    return made.model_copy(update={"context": draw(st.just("") | TEXT), "history": tuple(history)})


@settings(max_examples=50, deadline=None)
@given(asked(), st.just("") | TEXT)
def test_a_line_read_back_is_the_same_conversation(made: Example, system_prompt: str) -> None:
    spoken = [text for turn in turns(made) for text in turn]
    system = [system_prompt] if system_prompt else []
    back = {
        format: json.loads(
            SHAPE_OF[format]
            .model_validate_json(line_of(made, format, system_prompt).model_dump_json(by_alias=True))
            .model_dump_json(by_alias=True)
        )
        for format in ExportFormat
    }
    assert [message["content"] for message in back[ExportFormat.CHAT]["messages"]] == system + spoken
    assert [said["value"] for said in back[ExportFormat.SHAREGPT]["conversations"]] == system + spoken
    parts = back[ExportFormat.PROMPT_COMPLETION]
    assert parts["prompt"] + parts["completion"] == back[ExportFormat.TEXT]["text"]
    assert parts["completion"].removeprefix(" ") == back[ExportFormat.ALPACA]["output"] == made.response
    for text in (made.context, made.prompt, *(text for each in made.history for text in (each.prompt, each.response))):
        assert text in parts["prompt"]
        assert text in back[ExportFormat.ALPACA]["instruction"] + back[ExportFormat.ALPACA]["input"]


@settings(max_examples=30, deadline=None)
@given(TEXT, st.lists(TEXT, min_size=1, max_size=4, unique=True))
def test_the_right_choice_is_where_the_line_says(prompt: str, options: list[str]) -> None:
    right, *wrong = options
    made = example(prompt, right, kind=ExampleKind.CHOICE).model_copy(update={"wrong_answers": tuple(wrong) or ("No",)})
    line = line_of(made, ExportFormat.CHAT)
    assert isinstance(line, ChoiceLine)
    assert line.choices[line.answer] == right
    assert sorted(line.choices) == sorted((right, *made.wrong_answers))
