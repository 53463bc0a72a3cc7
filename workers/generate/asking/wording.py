"""The wording of requests for examples: versioned files under ``prompts/``, document text fenced as data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from workers.llm.fence import defused, mark_of
from workers.llm.prompt_file import Message


@dataclass(frozen=True, slots=True)
class Wording:
    """What one family of examples is asked with; ``$names`` are filled in, everything else stands as written."""

    label: str
    """Name and versions as they stand in each example: ``examples-2.1`` is version 2 of it under version 1 of the
    rules."""
    system: str
    """The same for every document, so that servers that keep the beginnings of prompts read it once."""
    user: str
    again: str
    kinds: Mapping[str, str] = field(default_factory=dict)
    """What is said of each kind where it is ordered."""

    def messages(self, fenced: Mapping[str, str], kinds: Iterable[str] = (), **values: object) -> list[Message]:
        """The conversation that asks; ``fenced`` are texts that go in as data under their names, '' for none.

        The mark of the fence stands in none of them, so that no text can write its own end.
        """
        mark = mark_of(fenced.values())
        data = {name: _fenced(mark, name, text) for name, text in fenced.items()}
        told = "\n".join(f"- {kind}: {self.kinds[kind]}" for kind in kinds)
        paragraphs = (
            Template(each).substitute(values, kinds=told, mark=mark, **data) for each in self.user.split("\n\n")
        )
        user = "\n\n".join(filter(None, paragraphs))
        return [{"role": "system", "content": self.system}, {"role": "user", "content": user}]

    def correction(self, answer: str, fault: str) -> list[Message]:
        """What is said after an answer that could not be read."""
        again = Template(self.again).substitute(fault=fault)
        return [{"role": "assistant", "content": defused(answer)}, {"role": "user", "content": again}]


@cache
def wording(name: str) -> Wording:
    """The wording in ``prompts/<name>.toml``, with the rules that all examples share where it names them."""
    own, shared = _read(name), _read("rules")
    rules = shared["rules"].strip()
    label = f"{name}-{own['version']}"
    if "$rules" in own["system"]:
        label += f".{shared['version']}"
    return Wording(
        label=label,
        system=Template(own["system"].strip()).substitute(rules=rules),
        user=own["user"].strip(),
        again=own.get("again", shared["again"]).strip(),
        kinds={kind: text.strip() for kind, text in own.get("kinds", {}).items()},
    )


def _fenced(mark: str, name: str, text: str) -> str:
    return f"{mark} {name} begins\n{defused(text)}\n{mark} {name} ends" if text else ""


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "prompts" / f"{name}.toml").read_text(encoding="utf-8"))
