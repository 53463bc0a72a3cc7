"""Static sentence embeddings, on the real weights."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agent.errors import MissingDependency
from workers import embedding

SHARED = Path(__file__).parents[3] / "shared" / "data"


def test_vectors_are_unit_length_and_a_text_without_tokens_is_zero() -> None:
    vectors = embedding.embed(["a qubit", "", "Überlagerung von Zuständen"])

    assert vectors.shape == (3, 256)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1], abs=1e-5)


def test_no_texts_give_no_vectors() -> None:
    assert embedding.embed([]).shape == (0, 256)
    assert embedding.similarity("quantum computing", []) == []


def test_similarity_lies_between_nought_and_one_and_knows_what_belongs_together() -> None:
    texts = ["Qubits and quantum gates", "Pruning roses in winter", "", "1234 +++ ---", "quantum computing"]
    near, far, empty, wordless, same = embedding.similarity("quantum computing", texts)

    assert near > 0.4 > 0.2 > far >= 0
    assert (empty, wordless) == (0, 0)
    assert same == pytest.approx(1)


def test_a_foreign_preamble_costs_a_document_little() -> None:
    preamble = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software. " * 5
    about = "A quantum computer applies gates to qubits, whose amplitudes interfere before they are measured. " * 10
    alone, behind = embedding.similarity("quantum computing", [about, preamble + about])
    assert behind > 0.8 * alone


def test_a_missing_package_is_named_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "find_spec", lambda name: None)
    embedding._model.cache_clear()
    with pytest.raises(MissingDependency, match=r"wordllama.*pip install"):
        embedding.embed(["x"])


def test_loading_the_weights_leaves_the_root_logger_and_the_network_alone() -> None:
    code = (
        "import logging, sys; from workers.embedding import embed; embed(['x']); "
        "print(len(logging.getLogger().handlers), 'wordllama' in sys.modules, 'requests' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert told.stdout.split() == ["0", "False", "False"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the measured material is not part of the project")
def test_the_default_threshold_parts_the_measured_material() -> None:
    from agent.spec import DiscoverConfig
    from workers.crawl.glance import glance

    def openings(files: list[tuple[bytes, str]]) -> list[str]:
        return [f"{seen.title}\n{seen.text}" for seen in (glance(body, kind) for body, kind in files)]

    folder = SHARED / "corpus-quantum"
    entries = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    katas = [(folder / e["path"]).read_bytes() for e in entries if e["path"].startswith("ms-quantum-docs/")]
    about = openings([(body, "text/markdown") for body in katas])
    pages = sorted((SHARED / "html" / "pages").glob("*.gz"))[::4]
    web = openings([(gzip.decompress(page.read_bytes()), "text/html") for page in pages])

    threshold = DiscoverConfig().min_relevance
    recall = np.mean([score >= threshold for score in embedding.similarity("quantum computing", about)])
    false_alarms = np.mean([score >= threshold for score in embedding.similarity("quantum computing", web)])
    assert recall > 0.9
    assert false_alarms < 0.03
