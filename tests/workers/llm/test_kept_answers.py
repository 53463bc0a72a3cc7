"""Answers in the store: shared by all jobs, whole or not there, and found again by the same request only."""

from __future__ import annotations

import asyncio
from pathlib import Path

from agent.job.answers import KeptAnswer, answer_path
from agent.store import Store
from workers.llm.contract import StoredAnswer, answer_key
from workers.llm.kept_answers import KeptAnswers

KEY = answer_key("m", [{"role": "user", "content": "Why?"}], {"temperature": 0.3}, {}, 0)
ANSWER = StoredAnswer(content="Because.", finish="stop", prompt_tokens=12, completion_tokens=3)


def kept(folder: Path, job: str = "one", *, reuse: bool = True) -> KeptAnswers:
    return KeptAnswers(Store(str(folder)), f"jobs/{job}/generate/0000-e1", "m", reuse=reuse)


def test_an_answer_that_one_job_paid_for_is_there_for_another(tmp_path: Path) -> None:
    asyncio.run(kept(tmp_path).put(KEY, ANSWER))
    assert asyncio.run(kept(tmp_path, "two").get(KEY)) == ANSWER


def test_an_answer_that_nobody_asked_for_is_not_there(tmp_path: Path) -> None:
    assert asyncio.run(kept(tmp_path).get(KEY)) is None


def test_whoever_will_not_reuse_answers_still_keeps_them(tmp_path: Path) -> None:
    fresh = kept(tmp_path, reuse=False)
    asyncio.run(fresh.put(KEY, ANSWER))
    assert asyncio.run(fresh.get(KEY)) is None
    assert asyncio.run(kept(tmp_path).get(KEY)) == ANSWER


def test_a_file_that_is_no_answer_is_asked_for_anew(tmp_path: Path) -> None:
    for content in (b"", b"{}", b'{"by": "x", "asked": "m", "at": "", "answer": {"content": 3}}'):
        Store(str(tmp_path)).write(answer_path(KEY), content)
        assert asyncio.run(kept(tmp_path).get(KEY)) is None


def test_the_file_tells_who_paid_and_how_much(tmp_path: Path) -> None:
    asyncio.run(kept(tmp_path).put(KEY, ANSWER))
    told = KeptAnswer.model_validate_json(Store(str(tmp_path)).read(answer_path(KEY)))
    assert (told.by, told.asked) == ("jobs/one/generate/0000-e1", "m")
    assert (told.prompt_tokens, told.completion_tokens) == (12, 3)
    assert told.at
