"""The mix of kinds that a job aims at: from its target, the model's type and the user's own shares."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from agent.job.model import ModelFacts
from agent.job.records import ExampleFamily, ExampleKind
from agent.spec import JobSpec

_QUESTION, _INSTRUCTION, _COMPLETION = ExampleFamily.QUESTION, ExampleFamily.INSTRUCTION, ExampleFamily.COMPLETION

_FAMILIES_TUNED = {
    "mixed": {_QUESTION: 0.55, _INSTRUCTION: 0.35, _COMPLETION: 0.10},
    "question_answering": {_QUESTION: 0.80, _INSTRUCTION: 0.15, _COMPLETION: 0.05},
    "instruction_following": {_QUESTION: 0.25, _INSTRUCTION: 0.70, _COMPLETION: 0.05},
    "completion": {_QUESTION: 0.10, _INSTRUCTION: 0.10, _COMPLETION: 0.80},
}
"""Of models with a chat template, by the job's target: they know the form already and shall keep it."""
_FAMILIES_BASE = {
    "mixed": {_QUESTION: 0.45, _INSTRUCTION: 0.25, _COMPLETION: 0.30},
    "question_answering": {_QUESTION: 0.70, _INSTRUCTION: 0.10, _COMPLETION: 0.20},
    "instruction_following": {_QUESTION: 0.20, _INSTRUCTION: 0.60, _COMPLETION: 0.20},
    "completion": {_QUESTION: 0.05, _INSTRUCTION: 0.05, _COMPLETION: 0.90},
}
"""Of base models: running text is the form in which they learn."""
CONVERSATION_SHARE = 0.10
"""Where conversations are switched on; the other families give it in proportion."""

_WITHIN = {
    _QUESTION: {
        ExampleKind.FACTUAL: 0.34,
        ExampleKind.ANALYTICAL: 0.17,
        ExampleKind.INFERENTIAL: 0.13,
        ExampleKind.COMPARATIVE: 0.10,
        ExampleKind.MULTI_HOP: 0.10,
        ExampleKind.FALSE_PREMISE: 0.08,
        ExampleKind.UNANSWERABLE: 0.08,
    },
    _INSTRUCTION: {
        ExampleKind.EXPLAIN: 0.25,
        ExampleKind.SUMMARY_SHORT: 0.15,
        ExampleKind.SUMMARY_DETAILED: 0.12,
        ExampleKind.SUMMARY_BULLETS: 0.12,
        ExampleKind.EXTRACT: 0.12,
        ExampleKind.ANALYSE: 0.12,
        ExampleKind.REWRITE: 0.12,
    },
    _COMPLETION: {ExampleKind.CONTINUE: 0.5, ExampleKind.PLAIN: 0.5},
    ExampleFamily.CONVERSATION: {ExampleKind.CONVERSATION: 1.0},
}
"""Within a family: facts first, every kind present; the two that teach to say no stay under a sixth of the questions,
so that a model learns when to refuse and no habit of it."""


def target_mix(spec: JobSpec, model: ModelFacts, kinds: Collection[ExampleKind]) -> dict[ExampleKind, float]:
    """The share of each of ``kinds`` in what is trained on; above 0 and together 1, in the order of `ExampleKind`.

    A kind that is not among ``kinds`` leaves its share to its family, a whole family to the others; so name those that
    can be had: a backend's, or those in a dataset (with ``plain``, which no backend makes). Multiple choice has no
    share: it is never trained on. ``generate.mix`` overrules: shares named there stand, the other kinds divide the
    rest. Empty where nothing is left to ask for.
    """
    usual = _usual(spec, model, {kind for kind in kinds if spec.generate.mix.get(kind) != 0})
    named = {kind: spec.generate.mix[kind] for kind in usual if kind in spec.generate.mix}
    rest = {kind: share for kind, share in usual.items() if kind not in named}
    left = 1 - sum(named.values())
    shares = named | {kind: share * left for kind, share in _normalised(rest).items()}
    return _normalised({kind: shares[kind] for kind in ExampleKind if shares.get(kind, 0) > 0})


def _usual(spec: JobSpec, model: ModelFacts, kinds: Collection[ExampleKind]) -> dict[ExampleKind, float]:
    """Shares without the user's word."""
    families = dict((_FAMILIES_TUNED if model.has_chat_template else _FAMILIES_BASE)[spec.target])
    if spec.generate.conversation_turns:
        families = {family: share * (1 - CONVERSATION_SHARE) for family, share in families.items()}
        families[ExampleFamily.CONVERSATION] = CONVERSATION_SHARE
    shares: dict[ExampleKind, float] = {}
    for family, share in families.items():
        within = _normalised({kind: part for kind, part in _WITHIN[family].items() if kind in kinds})
        shares |= {kind: share * part for kind, part in within.items()}
    return _normalised(shares)


def _normalised(shares: Mapping[ExampleKind, float]) -> dict[ExampleKind, float]:
    total = sum(shares.values())
    return {kind: share / total for kind, share in shares.items()} if total else {}
