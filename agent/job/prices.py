"""What a language model's tokens cost."""

from __future__ import annotations

import math

from pydantic import Field

from agent.job.records import Record


class ModelPrice(Record):
    """US dollars for a million tokens, which is millionths of a dollar for one."""

    prompt_usd: float = Field(ge=0)
    answer_usd: float = Field(ge=0)

    def usd_micros(self, prompt_tokens: int, completion_tokens: int) -> int:
        """What so many tokens cost, in millionths of a dollar, rounded up."""
        # Rounded first, so that 0.1 * 30 costs 3 and not 4.
        return math.ceil(round(prompt_tokens * self.prompt_usd + completion_tokens * self.answer_usd, 6))
