"""The shapes of a language model's answers; their JSON schemas go with the requests."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator

Tag = Literal[
    "factual",
    "analytical",
    "inferential",
    "comparative",
    "false_premise",
    "unanswerable",
    "answerable",
    "summary_short",
    "summary_detailed",
    "summary_bullets",
    "explain",
    "analyse",
    "rewrite",
]
"""What an example is called in an answer: a kind, or ``answerable``, the twin of ``unanswerable``."""


def _several(value: Any) -> Any:
    """A single quote where a list is wanted; small models write one."""
    return [value] if isinstance(value, str) else value


Quotes = Annotated[list[str], BeforeValidator(_several)]


class Form(BaseModel):
    """Asked for without further keys, as strict mode demands; read without complaint where there are some."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"additionalProperties": False})


class ListForm(Form):
    """An answer that is a list of items: the good ones are taken though others break the form."""

    _unreadable: list[str] = []

    @property
    def unreadable(self) -> list[str]:
        """Where each item that was left out breaks the form."""
        return self._unreadable

    @model_validator(mode="wrap")
    @classmethod
    def _spare_the_good(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            (name,) = cls.model_fields
            items = data.get(name) if isinstance(data, dict) else None
            faults = {fault["loc"][1]: fault for fault in error.errors(include_url=False) if len(fault["loc"]) > 1}
            if not isinstance(items, list) or len(faults) >= len(items):
                raise
            form = handler({name: [item for at, item in enumerate(items) if at not in faults]})
            form._unreadable = [f"{fault['loc'][-1]}: {fault['msg']}" for fault in faults.values()]
            return form


class WrittenExample(Form):
    """One example on one document."""

    kind: Tag
    prompt: str
    response: str
    evidence: Quotes


class WrittenExamples(ListForm):
    """What ``examples.toml`` asks for."""

    examples: list[WrittenExample]


class WrittenTable(Form):
    """One extraction; its evidence is the passage, where every cell must stand."""

    prompt: str
    columns: list[str]
    rows: list[list[str]]


class WrittenTables(ListForm):
    """What ``extract.toml`` asks for."""

    examples: list[WrittenTable]


class WrittenHop(Form):
    """One question that needs two documents."""

    prompt: str
    response: str
    first_evidence: Quotes
    second_evidence: Quotes


class WrittenHops(ListForm):
    """What ``multi_hop.toml`` asks for."""

    examples: list[WrittenHop]


class WrittenTurn(Form):
    """One exchange of a conversation."""

    prompt: str
    response: str
    evidence: Quotes


class WrittenConversation(Form):
    """What ``conversation.toml`` asks for."""

    turns: list[WrittenTurn]


class WrittenChoice(Form):
    """One multiple-choice question."""

    prompt: str
    response: str
    wrong_answers: list[str]
    evidence: Quotes


class WrittenChoices(ListForm):
    """What ``choice.toml`` asks for."""

    examples: list[WrittenChoice]


class Verdict(Form):
    """What the judge says of one example; the reason is written first, so that the verdict follows from it."""

    example: int
    reason: str
    verdict: Literal["good", "unsupported", "unanswerable", "not_self_contained", "not_subject"]


class Verdicts(ListForm):
    """What ``judge.toml`` asks for."""

    verdicts: list[Verdict]
