"""`JobSpec`: one frozen description of everything a job does."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from agent.errors import InvalidSpec
from agent.spec.sources import DEFAULT_SOURCES, fault_of, identity
from agent.spec.stages import (
    AssembleConfig,
    CurateConfig,
    DiscoverConfig,
    EvaluateConfig,
    FailurePolicy,
    GenerateConfig,
    ParseConfig,
    PermissionConfig,
    PublishConfig,
    RetrieveConfig,
    TrainConfig,
)

_JOB_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class JobSpec(BaseModel):
    """What a user asks for: a base model, a subject, where to look, and a choice for every stage.

    Frozen, and JSON both ways (``model_dump_json`` / ``JobSpec.from_json``). Two specifications with equal content
    have equal ``sha256``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(description="Catalogue name (smollm2-135m), a model folder, or a Hugging Face model id.")
    subject: str = Field(min_length=2, max_length=400, description="What the model shall know.")
    sources: tuple[str, ...] = Field(
        DEFAULT_SOURCES,
        min_length=1,
        description="Where to look, for example arxiv, wikipedia, site:URL, dir:PATH; `agent/spec/sources.py` has all.",
    )
    endpoints: dict[str, str] = Field(
        {},
        description=(
            "Addresses that stand in for a service's own: a mirror, a proxy, a replay; for example "
            "arxiv.api = http://localhost:8000/api/."
        ),
    )
    job_id: str | None = Field(
        None, description="Your own id: submitting it twice gives the same job. Empty makes a new one."
    )
    until: Literal["discover", "publish"] = Field(
        "publish", description="The last stage; 'discover' ends with the ranked list of documents."
    )
    target: Literal["mixed", "question_answering", "instruction_following", "completion"] = Field(
        "mixed", description="What the model shall become good at; decides the mix of example kinds."
    )
    user: str = Field("", max_length=100, description="Who asks; empty takes the login name at submission.")
    priority: int = Field(4, ge=0, le=9, description="Larger shares of the workers go to larger numbers.")
    seed: int = Field(17, ge=0, lt=2**31, description="Seed of every random choice.")

    discover: DiscoverConfig = DiscoverConfig()
    permission: PermissionConfig = PermissionConfig()
    retrieve: RetrieveConfig = RetrieveConfig()
    parse: ParseConfig = ParseConfig()
    curate: CurateConfig = CurateConfig()
    generate: GenerateConfig = GenerateConfig()
    assemble: AssembleConfig = AssembleConfig()
    train: TrainConfig = TrainConfig()
    evaluate: EvaluateConfig = EvaluateConfig()
    publish: PublishConfig = PublishConfig()
    failure: FailurePolicy = FailurePolicy()

    def __init__(self, **data: Any) -> None:
        """Build and cross-check.

        Raises:
            InvalidSpec: with one line that names each wrong field, its value and what it takes.
        """
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise InvalidSpec(_one_line(error)) from error

    @field_validator("job_id")
    @classmethod
    def _plain_job_id(cls, value: str | None) -> str | None:
        if value is not None and not _JOB_ID.fullmatch(value):
            raise ValueError("takes 1 to 63 characters: lower-case letters, digits, dot, dash, underscore")
        return value

    @field_validator("subject")
    @classmethod
    def _words(cls, value: str) -> str:
        if not re.search(r"\w", value):
            raise ValueError("has no word to search for; write for example 'quantum computing'")
        if not " ".join(value.split()).isprintable():
            raise ValueError("holds control characters, which no source takes; leave them out")
        return value

    @field_validator("endpoints")
    @classmethod
    def _addresses(cls, value: dict[str, str]) -> dict[str, str]:
        for name, address in value.items():
            # Whatever begins with it is asked under the service's terms: an empty one would open the whole web.
            parts = urlsplit(address)
            if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
                raise ValueError(
                    f"{name} = {address!r} is no web address without a password; "
                    "it looks like http://localhost:8000/api/"
                )
        return value

    @field_validator("sources")
    @classmethod
    def _known_sources(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for source in value:
            if fault := fault_of(source):
                raise ValueError(f"source {source!r} {fault}")
        return value

    @model_validator(mode="after")
    def _stages_agree(self) -> JobSpec:
        if self.curate.chunk_tokens > self.train.sequence_length:
            raise ValueError(
                f"curate.chunk_tokens ({self.curate.chunk_tokens}) must not exceed "
                f"train.sequence_length ({self.train.sequence_length}), or rows are cut"
            )
        # The documents on a list of candidates keep the sources they were found by, which no job names again.
        listed = any(source.startswith("candidates:") for source in self.sources)
        named = set(map(identity, self.sources))
        for source in self.permission.declared:
            if identity(source) not in named and not listed:
                raise ValueError(
                    f"permission.declared names {source!r}, which is not among the sources "
                    f"({', '.join(self.sources)}); write it as it stands there"
                )
            if source.startswith("candidates:"):
                raise ValueError(
                    f"permission.declared names {source!r}, but the documents on that list have sources of their own; "
                    "name those, as they stand in the list"
                )
        return self

    @classmethod
    def from_json(cls, text: str | bytes) -> JobSpec:
        """The specification that ``model_dump_json`` wrote.

        Raises:
            InvalidSpec: as the constructor does.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise InvalidSpec(_one_line(error)) from error

    @property
    def sha256(self) -> str:
        """Hash of the content, without the job id: what two runs must share to be comparable."""
        return hashlib.sha256(self.model_dump_json(exclude={"job_id"}).encode()).hexdigest()


def _one_line(error: ValidationError) -> str:
    faults = []
    for fault in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in fault["loc"]) or "job"
        message = fault["msg"].removeprefix("Value error, ")
        value = fault.get("input")
        shown = f" = {value!r}" if isinstance(value, (str, int, float, bool)) else ""
        faults.append(f"{where}{shown}: {message}")
    return "Job specification: " + "; ".join(faults) + "."
