"""What is known of a base model without loading it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agent.job.records import Record


class ModelFacts(Record):
    """A base model as found by the pre-flight check; travels with the job."""

    name: str = Field(description="As the user wrote it.")
    origin: Literal["catalogue", "folder", "hub"]
    location: str = Field(description="Catalogue key, absolute folder, or hub id.")
    revision: str = Field("", description="Commit on the hub, so that every stage sees the same weights.")
    parameters: int = Field(description="Number of weights.")
    has_chat_template: bool
    licence: str = Field("", description="SPDX expression where stated.")
