"""Examples written by hand."""

from __future__ import annotations

import hashlib

from agent.job.records import Example, ExampleKind, Span, Split


def example(
    prompt: str,
    response: str,
    *,
    split: Split = Split.TRAIN,
    kind: ExampleKind | None = None,
    document: str = "d1",
    score: float = 0.8,
    licence: str = "CC-BY-4.0",
) -> Example:
    chosen = kind or (ExampleKind.FACTUAL if prompt else ExampleKind.PLAIN)
    content = f"{document}{split}{prompt}{response}"
    return Example(
        id=hashlib.sha256(content.encode()).hexdigest()[:16], kind=chosen, split=split, chunk_id=f"{document}-0",
        document_id=document, prompt=prompt, response=response,
        evidence=(Span(text=response, start=0, chunk_id=f"{document}-0"),),
        generator="test/1", score=score, licence=licence, url=f"http://example.org/{document}",
    )  # fmt: skip
