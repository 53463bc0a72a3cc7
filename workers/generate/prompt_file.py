"""The wording of the requests, read from ``prompts/``."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from agent.job.records import Chunk

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class PromptFile:
    """One versioned wording; ``$names`` are filled in, everything else stands as written."""

    version: int
    system: str
    user: str
    again: str

    @classmethod
    def load(cls, name: str = "examples.toml") -> PromptFile:
        """The wording in ``workers/generate/prompts/<name>``."""
        content = tomllib.loads((files("workers.generate") / "prompts" / name).read_text(encoding="utf-8"))
        return cls(**content)

    def messages(self, chunk: Chunk, limit: int) -> list[Message]:
        """The conversation that asks for at most ``limit`` examples; the document stands fenced, as data.

        The fence is a hash of the text it encloses, so that no document can write its own end.
        """
        fence = hashlib.sha256(chunk.text.encode()).hexdigest()[:16]
        user = Template(self.user.strip()).substitute(
            title=chunk.title or "(none)",
            headings=" > ".join(chunk.headings) or "(none)",
            fence=fence,
            text=chunk.text,
            limit=limit,
        )
        system = Template(self.system.strip()).substitute(fence=fence)
        return [{"role": "system", "content": system}, {"role": "user", "content": user}]

    def correction(self, answer: str, fault: str) -> list[Message]:
        """What is said after an answer that could not be read."""
        again = Template(self.again.strip()).substitute(fault=fault)
        return [{"role": "assistant", "content": answer}, {"role": "user", "content": again}]
