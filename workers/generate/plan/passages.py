"""Whether an example that carries its passage fits a training sequence: what is cut loses the end of its answer."""

from __future__ import annotations

from agent.job.records import ExampleKind

FRAME_TOKENS = 40
"""The instruction, and what a chat template puts around it."""
_ANSWER_SHARES = {
    ExampleKind.UNANSWERABLE: 0.4,
    ExampleKind.SUMMARY_SHORT: 0.4,
    ExampleKind.SUMMARY_BULLETS: 0.6,
    ExampleKind.SUMMARY_DETAILED: 0.7,
    ExampleKind.EXTRACT: 0.9,
    ExampleKind.REWRITE: 1.1,
}
"""Tokens of the answer for each one of the passage, of the kinds that go with it."""


def fits_training(kind: ExampleKind, chunk_tokens: int, sequence_length: int) -> bool:
    """Whether passage, instruction and answer together will likely be no longer than ``train.sequence_length``."""
    share = _ANSWER_SHARES.get(kind)
    return share is None or FRAME_TOKENS + (1 + share) * chunk_tokens <= sequence_length
