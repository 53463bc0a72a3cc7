"""The options that describe a job, shared by ``run`` and ``submit``, and the `JobSpec` they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from agent.cli.assignments import Fields, assign, read_assignments, read_base
from agent.errors import InvalidSpec
from agent.spec import JobSpec
from agent.spec.sources import DEFAULT_SOURCES, SOURCE_KINDS, absolute

DEFAULT_MODEL = "smollm2-135m"
"""The one base model that needs no model hub: 93 MB from the package index."""

_FIELDS = {
    "--max-documents": "discover.max_documents",
    "--profile": "permission.profile",
    "--intended-use": "permission.intended_use",
    "--backend": "generate.backend",
    "--llm-base-url": "generate.base_url",
    "--llm-model": "generate.model",
    "--method": "train.method",
    "--epochs": "train.epochs",
    "--max-steps": "train.max_steps",
    "--job-id": "job_id",
    "--user": "user",
    "--priority": "priority",
    "--seed": "seed",
}
"""Option -> the field it sets. Type, default and help of the option are the field's own."""


def spec_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The subject and all options that describe a job; `spec_from` turns them into a `JobSpec`."""
    for option, path in reversed(_FIELDS.items()):
        command = _option_of(option, path)(command)
    command = set_option(command)
    command = click.option(
        "--declare", "declared", multiple=True, metavar="SOURCE=LICENCE",
        help="Your word for a source whose documents state no licence: --declare dir:papers=own if the rights are "
        "yours, else their SPDX licence. May be given several times.",
    )(command)  # fmt: skip
    command = click.option(
        "--spec", "base", type=click.Path(path_type=Path), metavar="FILE",
        help="A job specification as .json or .toml; the other options override it.",
    )(command)  # fmt: skip
    command = click.option(
        "--source", "sources", multiple=True, metavar="SOURCE",
        help="Where to look; may be given several times: "
        f"{'; '.join(kind.summary for kind in SOURCE_KINDS.values())}.  [default: {', '.join(DEFAULT_SOURCES)}]",
    )(command)  # fmt: skip
    return click.argument("subject", required=False)(model_option(command))


def model_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--model``."""
    return click.option("--model", metavar="MODEL", help=f"{_field('model').description}  [default: {DEFAULT_MODEL}]")(
        command
    )


def set_option(
    command: Callable[..., Any], *, fields: str = "Any field of any stage", example: str = "train.lora_rank=8"
) -> Callable[..., Any]:
    """``--set``, the way to every field that has no option of its own."""
    return click.option(
        "--set", "assignments", multiple=True, metavar="FIELD=VALUE",
        help=f"{fields}, for example --set {example}; lists as JSON. May be given several times.",
    )(command)  # fmt: skip


def spec_from(chosen: Mapping[str, Any]) -> JobSpec:
    """The specification: the base file, overridden by options, overridden by ``--set``.

    ``chosen`` holds what click gives for `spec_options`, by click's names; None means not given.

    Raises:
        InvalidSpec: a field is wrong, or the subject is given nowhere.
    """
    fields: Fields = read_base(chosen["base"]) if chosen["base"] else {}
    given = {
        "subject": chosen["subject"],
        "model": chosen["model"],
        "sources": [absolute(source) for source in chosen["sources"]] or None,
    }
    for option, path in _FIELDS.items():
        given[path] = chosen[option.removeprefix("--").replace("-", "_")]
    given["permission.declared"] = dict(map(_declaration, chosen["declared"])) or None
    if given["generate.model"] and not given["generate.backend"]:
        # A model name is of use to one backend only: naming it is asking for it.
        given["generate.backend"] = "openai"
    for path, value in given.items():
        if value is not None:
            fields = assign(fields, path, value)
    for path, value in read_assignments(chosen["assignments"]):
        fields = assign(fields, path, value)
    fields.setdefault("model", DEFAULT_MODEL)
    _demand(fields)
    return JobSpec(**fields)


def _declaration(text: str) -> tuple[str, str]:
    source, equals, licence = text.rpartition("=")
    if not equals or not source or not licence:
        raise InvalidSpec(f"--declare {text!r} names no licence.", next_step="It looks like --declare dir:papers=own.")
    return absolute(source), licence


def _demand(fields: Mapping[str, Any]) -> None:
    if not fields.get("subject"):
        raise InvalidSpec("No subject is given.", next_step='Say what to learn: finetune run "quantum computing" …')


def _option_of(option: str, path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    field = _field(path)
    kind = _click_type(field)
    default = "" if field.default in (None, "") else f"  [default: {field.default}]"
    return click.option(option, type=kind, help=f"{field.description}{default}")


def _field(path: str) -> FieldInfo:
    section, _, name = path.partition(".")
    field = JobSpec.model_fields[section]
    return field.annotation.model_fields[name] if name else field  # type: ignore[union-attr]


def _click_type(field: FieldInfo) -> Any:
    """What click checks by itself; ranges are left to the specification, whose message names the field."""
    kind = field.annotation
    if get_origin(kind) is UnionType:
        kind = next(each for each in get_args(kind) if each is not type(None))
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind))
    return kind
