"""Whether the options of a multiple-choice question are fair."""

from __future__ import annotations

from collections.abc import Sequence

WRONG_ANSWERS = 3
MOST_TIMES_AS_LONG = 2.5
"""How many times as long as the shortest option the longest may be: the longest option is the right one too often in
questions that models write, and can be picked without knowing anything …"""
FREE_CHARACTERS = 12
"""… while among options of a word or a number so many characters more say nothing."""


def fault_of_choice(response: str, wrong_answers: Sequence[str], quotes: Sequence[str]) -> str:
    """The first thing wrong with the options as a snake_case reason, or '' when they are fair."""
    options = [_plain(option) for option in (response, *wrong_answers)]
    if len(wrong_answers) != WRONG_ANSWERS or not all(options):
        return "wrong_number_of_options"
    if len(set(options)) < len(options):
        return "repeated_option"
    shortest, longest = sorted(map(len, options))[:: len(options) - 1]
    if longest > max(MOST_TIMES_AS_LONG * shortest, shortest + FREE_CHARACTERS):
        return "options_of_unlike_length"
    if len({_has_digit(option) for option in options}) > 1:
        return "options_of_unlike_type"
    evidence = " ".join(_plain(quote) for quote in quotes)
    if any(f" {option} " in f" {evidence} " for option in options[1:]):
        return "wrong_option_in_evidence"
    return ""


def _plain(option: str) -> str:
    """Words and numbers alone, so that a full stop makes no other option."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in option.casefold()).split())


def _has_digit(option: str) -> bool:
    return any(sign.isdigit() for sign in option)
