"""How far two samples of named things are apart: Jensen-Shannon divergence, less what chance alone gives. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping


def divergence(sample: Mapping[str, int], reference: Mapping[str, int]) -> float:
    """0 for samples of one distribution, 1 for samples that share nothing.

    The Jensen-Shannon divergence in bits (Lin 1991, "Divergence measures based on the Shannon entropy") of the two
    distributions, less its expectation for two samples of these sizes from one distribution of k classes,
    (k - 1) / (8 ln 2) (1/n + 1/m) (Grosse et al. 2002, "Analysis of symbolic sequences using the Jensen-Shannon
    divergence"). It is bounded, symmetric, and defined where a class is missing on one side, which PSI and the
    Kullback-Leibler divergence are not; and it needs no order of the classes, as Kolmogorov-Smirnov does.
    """
    n, m = sum(sample.values()), sum(reference.values())
    if not n or not m:
        return 0.0
    classes = {name for counts in (sample, reference) for name, count in counts.items() if count}
    found = 0.0
    for name in classes:
        p, q = sample.get(name, 0) / n, reference.get(name, 0) / m
        found += _part(p, (p + q) / 2) + _part(q, (p + q) / 2)
    chance = (len(classes) - 1) / (8 * math.log(2)) * (1 / n + 1 / m)
    return max(0.0, found / 2 - chance)


def _part(share: float, middle: float) -> float:
    return share * math.log2(share / middle) if share else 0.0


def distance(shares: Mapping[str, float], target: Mapping[str, float]) -> float:
    """Half the sum of the differences (total variation): the share of examples that would have to be of another
    class."""
    return sum(abs(shares.get(name, 0.0) - target.get(name, 0.0)) for name in {*shares, *target}) / 2
