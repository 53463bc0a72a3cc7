"""One model asked over real HTTP: what servers do wrong, and what becomes of it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel

from agent.errors import BudgetSpent, DocumentRejected, EndpointAway, FinetuneError, GenerationFailed
from agent.job.prices import ModelPrice
from agent.job.usage import Usage
from agent.spec import GenerateConfig
from tests.workers.llm.server import COMPLETION_TOKENS, PROMPT_TOKENS, Cap, Endpoint, Reply, llm_server
from workers.llm.call import Patience
from workers.llm.chat import Answered, ChatModel
from workers.llm.in_memory import AnswersInMemory, SpendingInMemory
from workers.llm.prompt_file import Message

QUICK = Patience(retries=4, first_wait_s=0.01, longest_wait_s=0.05, busy_s=2.0)
NEVER = Patience(retries=0, timeout_retries=0, busy_s=0.5)
T = TypeVar("T")


class Told(BaseModel):
    text: str


GOOD = Reply('{"text": "two states"}')
Work = Callable[[ChatModel], Awaitable[T]]


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def said(number: int = 0) -> list[Message]:
    return [{"role": "system", "content": "Answer in JSON."}, {"role": "user", "content": f"What is qubit {number}?"}]


def correction(answer: str, fault: str) -> list[Message]:
    return [{"role": "assistant", "content": answer}, {"role": "user", "content": f"Not valid: {fault}"}]


def with_model(base_url: str, work: Work[T], patience: Patience = QUICK, *, at_once: int = 64, **more: Any) -> T:
    names = ("cache", "spending", "price")
    parts = {name: more.pop(name) for name in names if name in more}
    spec = GenerateConfig(
        backend="openai", model="m", base_url=base_url, max_requests_at_once=at_once, **{"request_timeout_s": 5} | more
    )

    async def run() -> T:
        chat = ChatModel(spec, patience=patience, **parts)
        try:
            return await work(chat)
        finally:
            await chat.close()

    return asyncio.run(run())


def ask(endpoint: Endpoint, patience: Patience = QUICK, **more: Any) -> Answered[Told]:
    return with_model(endpoint.base_url, lambda chat: chat.answer(said(), Told, correction), patience, **more)


async def each(chat: ChatModel, count: int) -> list[Answered[Told] | FinetuneError]:
    async def one(number: int) -> Answered[Told] | FinetuneError:
        try:
            return await chat.answer(said(number), Told, correction)
        except FinetuneError as error:
            return error

    return await asyncio.gather(*(one(number) for number in range(count)))


def ask_many(
    endpoint: Endpoint, count: int, patience: Patience = QUICK, **more: Any
) -> tuple[list[Answered[Told] | FinetuneError], dict[str, int], Usage]:
    async def work(chat: ChatModel) -> Any:
        return await each(chat, count), chat.counts, chat.usage

    return with_model(endpoint.base_url, work, patience, **more)


def reasons(answers: Sequence[object]) -> list[str]:
    return [answer.reason if isinstance(answer, DocumentRejected) else type(answer).__name__ for answer in answers]


def forms(endpoint: Endpoint) -> list[str]:
    return [request.get("response_format", {}).get("type", "none") for request in endpoint.requests]


# The ladder


def test_a_good_answer_is_read_at_the_first_rung_and_counted() -> None:
    with llm_server(GOOD) as endpoint:
        (answer,), counts, usage = ask_many(endpoint, 1)
    assert isinstance(answer, Answered)
    assert (answer.form.text, answer.rung, answer.reading, answer.asked, answer.cached) == (
        "two states", "schema", "as_is", 1, False,
    )  # fmt: skip
    assert counts == {"read_as_is": 1, "rung_schema": 1}
    assert usage == Usage(requests=1, prompt_tokens=PROMPT_TOKENS, completion_tokens=COMPLETION_TOKENS)


def knows(*known: str) -> Callable[[dict[str, Any]], Reply]:
    def reply(body: dict[str, Any]) -> Reply:
        form = body.get("response_format", {}).get("type")
        return GOOD if form is None or form in known else Reply(status=400, error=f"response_format {form} unknown")

    return reply


@pytest.mark.parametrize(
    ("known", "rung", "tried"),
    [
        (("json_schema",), "schema", ["json_schema"]),
        (("json_object",), "json", ["json_schema", "json_object"]),
        ((), "text", ["json_schema", "json_object", "none"]),
    ],
)
def test_the_ladder_goes_down_to_what_the_server_knows_and_stays_there(
    known: tuple[str, ...], rung: str, tried: list[str]
) -> None:
    with llm_server(script=knows(*known)) as endpoint:
        assert ask(endpoint).rung == rung
        assert forms(endpoint) == tried
        assert ask(endpoint).rung == rung
        assert forms(endpoint)[len(tried) :] == tried[-1:], "remembered by the process"


def test_one_odd_refusal_does_not_take_the_schema_away_for_ever() -> None:
    with llm_server(Reply(status=400, error="odd"), GOOD) as endpoint:
        for _ in range(12):
            ask(endpoint)
    assert forms(endpoint)[:2] == ["json_schema", "json_object"]
    assert forms(endpoint)[-3:] == ["json_schema"] * 3


def test_a_server_error_that_speaks_of_the_grammar_leads_down_too() -> None:
    with llm_server(Reply(status=500, error="failed to compile grammar"), GOOD) as endpoint:
        assert ask(endpoint).rung == "json"


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        ("Unsupported parameter: 'max_tokens' is not supported, use 'max_completion_tokens'", "max_completion_tokens"),
        ("Conversation roles must alternate user/assistant; system role not supported", "merged"),
        ("'temperature' does not support 0.3 with this model", "no temperature"),
    ],
)
def test_parameters_a_server_does_not_take_are_said_otherwise(error: str, seen: str) -> None:
    with llm_server(Reply(status=400, error=error), GOOD) as endpoint:
        assert ask(endpoint).rung == "schema"
    first, second = endpoint.requests
    assert (first["max_tokens"], first["temperature"], len(first["messages"])) == (2048, 0.3, 2)
    if seen == "merged":
        assert second["messages"] == [{"role": "user", "content": "Answer in JSON.\n\nWhat is qubit 0?"}]
    assert (second.get("max_completion_tokens") == 2048) == (seen == "max_completion_tokens")
    assert ("max_tokens" not in second) == (seen == "max_completion_tokens")
    assert ("temperature" not in second) == (seen == "no temperature")


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (Reply("Certainly!"), "malformed_answer"),
        (Reply('{"texts": 5}'), "wrong_schema"),
        (Reply(""), "empty_answer"),
        (Reply('{"text": "two sta', finish="length"), "truncated_answer"),
        (Reply("Answer in JSON. What is qubit 0? Answer in JSON. What is qubit 0?"), "malformed_answer"),
    ],
)
def test_an_unreadable_answer_is_asked_for_once_more_with_its_fault_and_then_rejected(
    first: Reply, reason: str
) -> None:
    with llm_server(first, GOOD) as endpoint:
        (answer,), counts, _ = ask_many(endpoint, 1)
        assert isinstance(answer, Answered) and answer.asked == 2
        assert counts[f"fault_{reason}"] == 1 and counts["asked_again"] == 1
        assert "Not valid: " in endpoint.requests[1]["messages"][-1]["content"]
    with llm_server(first) as endpoint:
        answers, counts, usage = ask_many(endpoint, 1)
    assert reasons(answers) == [reason] and counts[f"fault_{reason}"] == 2
    assert usage.requests == 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply("I'm sorry, I can't help with that."),
        Reply("", message={"refusal": "I won't."}),
        Reply("", finish="content_filter"),
        Reply(status=400, error="flagged", headers={}, code="content_filter"),
    ],
)
def test_a_refusal_is_rejected_without_asking_again(reply: Reply) -> None:
    with llm_server(reply) as endpoint:
        answers, _, _ = ask_many(endpoint, 1)
    assert reasons(answers) == ["refused_answer"]
    assert len(endpoint.requests) == 1


def test_thinking_is_left_out_wherever_the_server_puts_it() -> None:
    for reply in (
        Reply(f"<think>{{hm}}</think>\n{GOOD.content}"),
        Reply(GOOD.content, message={"reasoning_content": "hm {"}),
        Reply("", message={"reasoning_content": GOOD.content}),
        Reply("", message={"content": [{"type": "thinking"}, {"type": "text", "text": GOOD.content}]}),
    ):
        with llm_server(reply) as endpoint:
            assert ask(endpoint).form.text == "two states"
    with llm_server(Reply("", finish="length", message={"reasoning": "hm " * 99})) as endpoint:
        assert reasons(ask_many(endpoint, 1)[0]) == ["truncated_answer"]


def test_missing_usage_is_counted_at_its_bound_and_said() -> None:
    with llm_server(Reply(GOOD.content, usage=None)) as endpoint:
        _, counts, usage = ask_many(endpoint, 1)
    assert counts["estimated_usage"] == 1
    assert usage.completion_tokens == len(GOOD.content)
    assert usage.prompt_tokens > 200


# Faults


def test_errors_and_dropped_connections_are_tried_again_to_an_end() -> None:
    faults = (Reply(status=500), Reply(fault="drop"), Reply(status=502), Reply(fault="garbage"))
    with llm_server(*faults, GOOD) as endpoint:
        (answer,), counts, _ = ask_many(endpoint, 1)
    assert isinstance(answer, Answered)
    assert (counts["retried_server_error"], counts["retried_connection_lost"]) == (3, 1)
    with llm_server(Reply(status=500)) as endpoint:
        assert reasons(ask_many(endpoint, 1)[0]) == ["server_error"]
        assert len(endpoint.requests) == 1 + QUICK.retries


def test_a_web_page_is_named_at_once_and_costs_nothing() -> None:
    budget = SpendingInMemory()
    with llm_server(Reply(fault="page")) as endpoint:
        (answer,), _, usage = ask_many(endpoint, 1, spending=budget)
    assert isinstance(answer, GenerationFailed) and "answered with a web page" in str(answer)
    assert "generate.base_url" in answer.next_step
    assert (usage.requests, budget.tokens) == (1, 0)


def test_an_answer_of_odd_shape_costs_its_own_request_only() -> None:
    with llm_server(Reply(message={"content": {"a": 1}}), GOOD) as endpoint:
        answers, counts, _ = ask_many(endpoint, 1)
    assert (reasons(answers), counts["fault_empty_answer"]) == (["Answered"], 1)
    with llm_server(Reply(message={"content": "\ud83d"}, usage=None), GOOD) as endpoint:
        answers, counts, _ = ask_many(endpoint, 1)
    assert (reasons(answers), counts["estimated_usage"]) == (["Answered"], 1)


def test_an_endpoint_that_fails_every_call_is_named_in_one_line() -> None:
    with llm_server(Reply(status=500, error="out of memory")) as endpoint:
        answers, _, _ = ask_many(endpoint, 6)
    failed = [answer for answer in answers if isinstance(answer, GenerationFailed)]
    assert failed and "requests in a row" in str(failed[0]) and "out of memory" in str(failed[0])
    assert "\n" not in str(failed[0]) and failed[0].next_step


def test_a_dead_endpoint_is_named_before_all_that_waits_was_tried() -> None:
    with llm_server(Reply(status=500)) as endpoint:
        answers, _, _ = ask_many(endpoint, 100, NEVER)
        first = next(at for at, answer in enumerate(answers) if isinstance(answer, GenerationFailed))
    assert first < 10


def test_an_endpoint_that_accepts_no_request_is_named() -> None:
    with llm_server(Reply(status=400, error="no")) as endpoint:
        answers, _, _ = ask_many(endpoint, 40)
    assert reasons(answers[:5]) == ["request_refused"] * 5
    assert any(isinstance(answer, GenerationFailed) and "in a row" in answer.message for answer in answers)


def test_some_bad_requests_among_good_ones_are_not_the_endpoints_fault() -> None:
    def reply(body: dict[str, Any]) -> Reply:
        number = int(body["messages"][-1]["content"].rstrip("?").split()[-1])
        return Reply(status=400, error="no") if number < 5 else Reply(GOOD.content, pause_s=0.1)

    with llm_server(script=reply) as endpoint:
        answers, _, _ = ask_many(endpoint, 12)
    assert reasons(answers) == ["request_refused"] * 5 + ["Answered"] * 7


def test_a_prompt_too_long_for_the_model_says_so_and_is_not_tried_otherwise() -> None:
    with llm_server(Reply(status=400, error="maximum context length is 2048, max_tokens is too large")) as endpoint:
        assert reasons(ask_many(endpoint, 1)[0]) == ["request_too_long"]
    assert len(endpoint.requests) == 1


def test_a_server_that_hangs_or_trickles_is_cut_off() -> None:
    for fault in (Reply(pause_s=9), Reply(fault="trickle")):
        with llm_server(fault, GOOD) as endpoint:
            began = time.monotonic()
            answers, _, _ = ask_many(endpoint, 1, NEVER, request_timeout_s=0.2)
            assert time.monotonic() - began < 1
            assert reasons(answers) == ["request_timed_out"]


@pytest.mark.parametrize(("status", "told"), [(401, "refused the key"), (403, "refused the key"), (404, "'m'")])
def test_a_key_or_model_that_is_not_known_ends_it_at_once(status: int, told: str) -> None:
    with llm_server(Reply(status=status, error="nope")) as endpoint, pytest.raises(GenerationFailed, match=told):
        ask(endpoint)
    assert len(endpoint.requests) == 1


def test_a_wrong_key_is_met_by_one_call_alone() -> None:
    with llm_server(Reply(status=401, error="nope", pause_s=0.1)) as endpoint:

        async def until_the_first_fails(chat: ChatModel) -> int:
            asked = [asyncio.ensure_future(chat.answer(said(number), Told, correction)) for number in range(20)]
            await asyncio.wait(asked, return_when=asyncio.FIRST_EXCEPTION)
            for each in asked:
                each.cancel()
            return len(endpoint.requests)

        assert with_model(endpoint.base_url, until_the_first_fails) == 1


def test_an_empty_account_is_no_rate_limit() -> None:
    empty = Reply(status=429, error="You exceeded your quota", code="insufficient_quota")
    with llm_server(empty) as endpoint, pytest.raises(GenerationFailed, match="exceeded your quota"):
        ask(endpoint)
    assert len(endpoint.requests) == 1


def test_an_address_where_nobody_listens_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        with pytest.raises(GenerationFailed, match=f"{url}/ cannot be reached") as never_there:
            with_model(url, lambda chat: chat.ask(said(), Told, correction))
    assert not isinstance(never_there.value, EndpointAway)


def test_an_endpoint_that_answered_before_is_away_and_may_come_back() -> None:
    with llm_server(GOOD) as endpoint:
        ask(endpoint)
    with pytest.raises(EndpointAway, match="cannot be reached"):
        ask(endpoint)


# Many at once


def test_a_storm_of_429_loses_nothing_and_all_calls_rest_together() -> None:
    busy = Reply(status=429, headers={"Retry-After": "0.3"})
    with llm_server(GOOD, *[busy] * 5, GOOD) as endpoint:
        answers, counts, _ = ask_many(endpoint, 40)
    assert all(isinstance(answer, Answered) for answer in answers)
    assert counts["retried_busy"] == 5


def test_a_server_that_is_busy_for_longer_than_we_wait_is_named() -> None:
    busy = Reply(status=429, headers={"Retry-After": "3600"})
    with llm_server(busy) as endpoint, pytest.raises(GenerationFailed, match="too busy"):
        ask(endpoint)
    assert len(endpoint.requests) == 1


def test_a_server_that_refuses_beyond_its_cap_is_never_far_above_it_and_answers_all() -> None:
    with llm_server(Reply(GOOD.content, pause_s=0.02), cap=Cap(6, "refuse")) as endpoint:
        answers, _, _ = ask_many(endpoint, 150)
    assert all(isinstance(answer, Answered) for answer in answers)
    assert endpoint.refused <= 10 and endpoint.most_at_once == 6


def test_no_more_calls_are_under_way_than_allowed() -> None:
    with llm_server(Reply(GOOD.content, pause_s=0.02)) as endpoint:
        ask_many(endpoint, 60, at_once=7)
    assert endpoint.most_at_once == 7


def test_what_was_found_out_of_a_server_serves_the_next_unit_of_the_process() -> None:
    with llm_server(Reply(GOOD.content, pause_s=0.05)) as endpoint:
        ask_many(endpoint, 60, at_once=32)
        endpoint.most_at_once = 0
        ask_many(endpoint, 32, at_once=32)
        assert endpoint.most_at_once >= 16


def test_a_cancelled_unit_leaves_no_place_taken() -> None:
    async def cancelled(chat: ChatModel) -> None:
        asked = asyncio.ensure_future(each(chat, 20))
        await asyncio.sleep(0.1)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)

    with llm_server(GOOD, *[Reply(pause_s=5)] * 4, GOOD) as endpoint:
        ask(endpoint)  # The first call of all goes alone.
        with_model(endpoint.base_url, cancelled)
        assert len(endpoint.requests) == 5
        answers, _, _ = ask_many(endpoint, 10)
    assert all(isinstance(answer, Answered) for answer in answers)


# What is plugged in


def test_an_answer_kept_from_earlier_is_not_asked_for_again() -> None:
    kept = AnswersInMemory()
    with llm_server(Reply("Certainly!"), GOOD) as endpoint:
        assert ask(endpoint, cache=kept).asked == 2
        (answer,), counts, usage = ask_many(endpoint, 1, cache=kept)
    assert isinstance(answer, Answered) and answer.cached and answer.form.text == "two states"
    assert (usage.requests, counts["cached"], len(endpoint.requests)) == (0, 2, 2)


def test_every_call_is_reserved_at_its_bound_and_settled_as_the_server_counts() -> None:
    budget = SpendingInMemory(limit_tokens=1_000_000)
    with llm_server(GOOD) as endpoint:
        _, _, usage = ask_many(endpoint, 5, spending=budget, price=ModelPrice(prompt_usd=1.0, answer_usd=10.0))
    assert budget.tokens == 5 * (PROMPT_TOKENS + COMPLETION_TOKENS)
    assert budget.usd_micros == 5 * (PROMPT_TOKENS + 10 * COMPLETION_TOKENS) == usage.usd_micros


def test_a_call_of_unknown_outcome_stays_spent_and_a_refused_one_does_not() -> None:
    for fault, stays in ((Reply(pause_s=3), True), (Reply(fault="drop"), True), (Reply(status=400), False)):
        budget = SpendingInMemory()
        with llm_server(fault) as endpoint:
            ask_many(endpoint, 1, NEVER, spending=budget, request_timeout_s=0.2)
        assert (budget.tokens > 2048) == stays, fault


def test_a_spent_budget_sends_nothing_more_even_under_64_calls_at_once() -> None:
    budget = SpendingInMemory(limit_tokens=40_000)
    with llm_server(Reply(GOOD.content, pause_s=0.01)) as endpoint:
        answers, _, usage = ask_many(endpoint, 500, spending=budget)
    spent = [answer for answer in answers if isinstance(answer, BudgetSpent)]
    assert spent and len(spent) + len(endpoint.sent) == 500
    assert budget.tokens <= 40_000 and usage.requests == len(endpoint.requests)
