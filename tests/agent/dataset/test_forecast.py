"""What is foretold of a training, from its figures."""

from __future__ import annotations

from typing import Any

from agent.dataset.forecast import MOVING_STEPS, STICKING_STEPS, Forecast, Measured, forecast


def foretold(sequences: int, *, epochs: float = 2.0, max_steps: int = 0, **fields: Any) -> Forecast:
    tokens = sequences * 250
    usual: dict[str, Any] = {
        "rows": sequences * 3,
        "tokens": tokens,
        "counted_by": "tokenizer.json",
        "sequences": sequences,
        "text_tokens": 0,
        "per_document": (tokens // 10,) * 10,
        "topics": {},
        "named": frozenset(),
    }
    found = Measured(**{**usual, **fields})
    return forecast(
        found, parameters=135_000_000, epochs=epochs, max_steps=max_steps, batch_sequences=8, train_share=0.75
    )


def test_very_few_steps_hardly_move_the_adapters_and_the_missing_documents_are_named() -> None:
    seen = foretold(16)
    assert (seen.steps, seen.outlook) == (4, "too_little")
    # 14 times as much again from documents of which three in four are trained on.
    assert seen.more_documents == (187, 187)
    assert "4 optimizer steps" in seen.sentences[0] and "187 more documents" in seen.sentences[0]


def test_documents_that_give_unequal_amounts_widen_the_estimate() -> None:
    low, high = foretold(16, per_document=(100, 100, 100, 3700)).more_documents or (0, 0)
    assert low < high


def test_more_passes_are_advised_only_as_far_as_they_help() -> None:
    within = foretold(8 * 16, epochs=2)
    assert within.outlook == "style_only" and "or raise train.epochs to 4" in within.sentences[0]
    beyond = foretold(8 * 4, epochs=2)
    assert "and raise train.epochs to 4 as well" in beyond.sentences[0]


def test_a_limit_on_steps_is_named_as_the_cause() -> None:
    seen = foretold(8000, max_steps=5)
    assert seen.steps == 5 and seen.more_documents is None and "train.max_steps" in seen.sentences[0]


def test_enough_steps_promise_a_gain_and_ask_for_nothing() -> None:
    seen = foretold(8 * 100)
    assert (seen.outlook, seen.steps, seen.more_documents) == ("enough", 200, None) and len(seen.sentences) == 1


def test_many_passes_over_little_data_are_learning_by_heart() -> None:
    seen = foretold(16, epochs=40)
    assert seen.outlook == "by_heart" and "lower train.epochs" in seen.sentences[0]


def test_the_outlook_grows_with_the_steps() -> None:
    outlooks = [foretold(8 * steps, epochs=1).outlook for steps in (MOVING_STEPS - 1, MOVING_STEPS, STICKING_STEPS)]
    assert outlooks == ["too_little", "style_only", "enough"]


def test_topics_without_rows_are_named_where_they_are_much_of_the_subject() -> None:
    topics = {"gates": 0.5, "noise": 0.3, "codes": 0.2}
    poor = foretold(800, topics=topics, named=frozenset({"gates"}))
    assert poor.missing == ("noise", "codes") and "noise, codes" in poor.sentences[1]
    good = foretold(800, topics=topics, named=frozenset({"gates", "noise"}))
    assert good.missing == ("codes",) and good.covered == 0.8 and len(good.sentences) == 1


def test_running_text_alone_is_warned_of_for_a_small_model() -> None:
    assert "running text" in foretold(800, text_tokens=800 * 250).sentences[1]
    assert len(foretold(800, text_tokens=800 * 100).sentences) == 1
