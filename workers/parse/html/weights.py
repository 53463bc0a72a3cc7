"""How much each thing seen of a run of text speaks for content: the weights of a logistic regression, log-odds.

Learnt by ``python -m tests.bench.fit_html`` from 345 pages of seven types with hand-made main content. On pages held
out (five folds, twice) they reach a mean F1 of 0.858; trafilatura alone has 0.806. `features` says what each name
means; values are shares and flags from 0 to 1, but for the ``log_`` ones (natural logarithm of one more).
"""

from __future__ import annotations

BIAS = -0.11
"""Log-odds of a run of which nothing is seen."""

WEIGHTS: dict[str, float] = {
    # What the extractors say of the run itself and of runs of the same form; `missed` is the share of the page that
    # trafilatura left out, where it left out this run too: the more it missed, the less its silence says.
    "both": 0.73,
    "missed": 1.27,
    "alike_trafilatura": 0.50,
    "alike_resiliparse": 0.77,
    "near_resiliparse": -0.63,
    "far_resiliparse": 0.58,
    "page_resiliparse": -0.50,
    # Content is one stretch: what lies near or before all that trafilatura kept.
    "near_kept_before": 0.50,
    "near_kept_after": 0.60,
    "before_all_kept": -0.88,
    "after_all_kept": -0.10,
    "place": -1.38,
    # Form: sentences are content, links and scraps are not; many of one form are a listing.
    "log_words": 0.13,
    "long": 0.91,
    "short": -0.67,
    "ends_sentence": 0.81,
    "linked": -0.30,
    "near_linked": -0.23,
    "far_linked": -0.52,
    "repeated": 0.22,
    "alike_log_count": 0.40,
    "page_log_words": -0.41,
    # What the element is.
    "is_title": 1.19,
    "is_heading": 1.66,
    "is_minor_heading": 1.41,
    "is_paragraph": 0.48,
    "is_item": 1.46,
    "is_cell": -0.78,
    "is_definition": -0.59,
    "is_code": 1.39,
    # What it stands in, by element and ARIA role.
    "in_main": 0.27,
    "in_article": 0.47,
    "in_nav": -1.45,
    "in_header": -0.57,
    "in_footer": -2.67,
    "in_aside": -0.70,
    "in_form": -0.44,
    "in_control": -0.62,
    "in_dialog": -2.67,
    "in_code": -0.22,
    "in_noscript": 1.30,
    # What its site calls it, in class and id.
    "in_named_content": 0.70,
    "in_named_furniture": -0.63,
    "in_named_comments": -1.88,
    "in_named_notice": -2.15,
}
