"""Concepts become a topic map: neighbours by meaning make one topic.

Average-linkage clustering (UPGMA), since it needs neither a number of clusters nor a start that is drawn by lot; by
fastcluster, which brings that and nothing else (scikit-learn or scipy would bring more than a hundred megabytes). The
tree is cut here.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.job.records import Topic, TopicMap
from workers.crawl.expand.concepts import Concept
from workers.topics.geometry import directions

FEWEST, MOST = 5, 20
"""Topics of a map. Fewer say nothing of coverage, more are not read."""

MOST_CONCEPTS = 60
"""The heaviest concepts make the map."""

APART = 0.75
"""Mean cosine distance, the subject taken out, beyond which two groups are two topics."""


def groups(subject: str, concepts: Sequence[Concept]) -> list[list[Concept]]:
    """Concepts by topic, the heaviest topic first; other names of the whole subject, if any, are the very first group.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    synonyms = [concept for concept in concepts if concept.same]
    parts = [concept for concept in concepts if not concept.same][:MOST_CONCEPTS]
    clusters = [[parts[each] for each in group] for group in _clusters(parts, subject)]
    heaviest = sorted(clusters, key=lambda group: (-_weight(group), group[0].text))
    return [synonyms, *heaviest] if synonyms else heaviest


def topic_map(subject: str, concepts: Sequence[Concept]) -> TopicMap:
    """Topics whose weights sum to 1, heaviest first; the subject alone where there are no parts of it.

    A topic weighs what its concepts weigh together, and is named by the concept nearest to all of them.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    parts = [group for group in groups(subject, concepts) if not group[0].same][:MOST]
    if not parts:
        names = tuple(name for concept in concepts for name in concept.names)
        return TopicMap(subject=subject, topics=(Topic(name=subject, weight=1.0, phrases=names),))
    total = sum(_weight(group) for group in parts)
    return TopicMap(subject=subject, topics=tuple(_topic(group, subject, _weight(group) / total) for group in parts))


def _weight(group: Sequence[Concept]) -> float:
    return sum(concept.weight for concept in group)


def _topic(group: Sequence[Concept], subject: str, weight: float) -> Topic:
    vectors = directions([concept.text for concept in group], subject)
    middle = (vectors * [[concept.weight] for concept in group]).sum(axis=0)
    central = max(range(len(group)), key=lambda each: (float(vectors[each] @ middle) * group[each].weight, -each))
    names = dict.fromkeys(name for concept in group for name in concept.names)
    names.pop(group[central].text, None)
    return Topic(name=group[central].text, weight=weight, phrases=tuple(names), origin=group[central].origin)


def _clusters(parts: Sequence[Concept], subject: str) -> list[list[int]]:
    """Numbers of concepts by cluster, in order; at least `FEWEST` clusters where there are so many concepts."""
    import fastcluster
    import numpy as np

    count = len(parts)
    groups = {number: [number] for number in range(count)}
    if count > 1:
        vectors = directions([concept.text for concept in parts], subject)
        distances = np.clip(1 - vectors @ vectors.T, 0, 2)[np.triu_indices(count, 1)].astype(np.float64)
        tree = fastcluster.linkage(distances, method="average")
        for step, (one, other, distance, _) in enumerate(tree):
            if (distance > APART and len(groups) <= 3 * MOST) or len(groups) <= FEWEST:
                break
            groups[count + step] = groups.pop(int(one)) + groups.pop(int(other))
    return [sorted(group) for group in groups.values()]
