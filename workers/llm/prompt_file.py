"""The wording of requests to a language model, read from the ``prompts/`` folder of a pool."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from workers.llm.fence import defused, mark_of

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class PromptFile:
    """One versioned wording; ``$names`` are filled in, everything else stands as written."""

    version: int
    system: str
    user: str
    again: str

    @classmethod
    def load(cls, package: str, name: str) -> PromptFile:
        """The wording in ``prompts/<name>`` of a package."""
        return cls(**tomllib.loads((files(package) / "prompts" / name).read_text(encoding="utf-8")))

    def messages(self, text: str, **values: object) -> list[Message]:
        """The conversation that asks, with ``text`` fenced as data; ``values`` fill the other names."""
        fence = mark_of([text])
        user = Template(self.user.strip()).substitute(values, fence=fence, text=defused(text))
        system = Template(self.system.strip()).substitute(fence=fence)
        return [{"role": "system", "content": system}, {"role": "user", "content": user}]

    def correction(self, answer: str, fault: str) -> list[Message]:
        """What is said after an answer that could not be read."""
        again = Template(self.again.strip()).substitute(fault=fault)
        return [{"role": "assistant", "content": defused(answer)}, {"role": "user", "content": again}]
