"""What is said of a job's language models: what they took, by stage, of which budget, and what they will likely take.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.contract import Stage
from agent.job.cost_forecast import CostForecast
from agent.job.usage import Amount, Usage
from agent.ledger.contract import JobView
from agent.report.words import STAGE_NAMES, count, percent
from agent.spec import GenerateConfig

_MICROS = 1_000_000
_CENTS_FROM_MICROS = 1_000_000
"""From a dollar on, cents are exact enough."""
BUDGET_SPENT_NEXT_STEP = (
    "Raise {setting} and run the job again under another id: what was answered is kept and costs nothing."
)


@dataclass(frozen=True)
class UsageLine:
    """One stage, or all together."""

    stage: str
    usage: Usage
    cost: str


@dataclass(frozen=True)
class LanguageModels:
    """What the report and the command line show."""

    lines: tuple[UsageLine, ...]
    notes: tuple[str, ...]
    alert: str
    """That the budget is spent, and what to do; '' where it is not."""


def language_models(
    view: JobView, usage: Mapping[Stage, Usage], foreseen: CostForecast | None
) -> LanguageModels | None:
    """All of it; None for a job that asks no language model, or has not asked one."""
    spent = view.spent
    if not usage and spent.amount == Amount() and not spent.refused:
        return None
    priced = bool(view.job.prices)
    total = sum(usage.values(), Usage())
    lines = [UsageLine(STAGE_NAMES[stage], each, _cost(each.usd_micros, priced)) for stage, each in usage.items()]
    if len(lines) > 1:
        lines.append(UsageLine("All together", total, _cost(total.usd_micros, priced)))
    return LanguageModels(tuple(lines), tuple(_notes(view, total, foreseen)), budget_alert(view))


def budget_alert(view: JobView) -> str:
    """What to say loudly once a call was refused for want of budget; '' before."""
    if not view.spent.refused:
        return ""
    config = view.job.spec.generate
    setting = " or ".join(_settings_of(config)) or "generate.budget_tokens"
    return (
        f"The budget for language models is spent ({of_budget(view)}): chunks that were not asked are counted as "
        f"failed under “budget spent”. {BUDGET_SPENT_NEXT_STEP.format(setting=setting)}"
    )


def of_budget(view: JobView) -> str:
    """``312 000 of 500 000 tokens, $0.11 of $2.00``: what is spent, of those limits that are set."""
    config, spent = view.job.spec.generate, view.spent.amount
    tokens = f"{count(spent.tokens)} of {count(config.budget_tokens)} tokens" if config.budget_tokens else ""
    usd = f"{money(spent.usd_micros)} of {money(round(config.budget_usd * _MICROS))}" if config.budget_usd else ""
    return ", ".join(filter(None, (tokens, usd))) or _taken(spent, bool(view.job.prices))


def forecast_line(view: JobView, foreseen: CostForecast) -> str:
    """The forecast in one line."""
    priced = bool(view.job.prices)
    return (
        f"language model: about {count(foreseen.requests)} requests, {_taken(foreseen.expected, priced)} expected; "
        f"at the very most {_taken(foreseen.most, priced)}"
    )


def money(usd_micros: int) -> str:
    """Dollars, with cents from a dollar on and with what matters below."""
    usd = usd_micros / _MICROS
    return f"${usd:,.2f}" if usd_micros >= _CENTS_FROM_MICROS or not usd_micros else f"${usd:.4f}"


def _notes(view: JobView, told: Usage, foreseen: CostForecast | None) -> list[str]:
    config, spent = view.job.spec.generate, view.spent
    notes = []
    if config.budget_tokens or config.budget_usd:
        notes.append(f"Of the budget: {of_budget(view)}{_share(view)}.")
    lost = spent.amount.tokens - told.amount.tokens
    if lost > 0:
        notes.append(
            f"{count(lost)} further tokens are held for calls that may have been billed though no answer came, or "
            "were spent by attempts that did not finish; answers that came to them are kept."
        )
    if foreseen:
        notes.append(f"Foreseen before the first request: {_taken(foreseen.expected, bool(view.job.prices))}.")
    if not view.job.prices:
        notes.append("The price of the model is not known, so that no money is counted.")
    return notes


def _share(view: JobView) -> str:
    config, spent = view.job.spec.generate, view.spent.amount
    shares = [spent.tokens / config.budget_tokens] if config.budget_tokens else []
    shares += [spent.usd_micros / _MICROS / config.budget_usd] if config.budget_usd else []
    return f" ({percent(max(shares))})"


def _settings_of(config: GenerateConfig) -> list[str]:
    return [f"generate.{name}" for name in ("budget_tokens", "budget_usd") if getattr(config, name)]


def _taken(amount: Amount, priced: bool) -> str:
    return f"{count(amount.tokens)} tokens" + (f", {money(amount.usd_micros)}" if priced else "")


def _cost(usd_micros: int, priced: bool) -> str:
    return money(usd_micros) if priced else "not known"
