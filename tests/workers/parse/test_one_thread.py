"""Sessions of onnxruntime use one thread."""

from __future__ import annotations

from pathlib import Path

import magika

from workers.parse.one_thread import one_thread

MODEL = next((Path(magika.__file__).parent / "models").rglob("*.onnx"))


def test_a_session_that_a_library_opens_has_one_thread() -> None:
    one_thread()
    import onnxruntime

    session = onnxruntime.InferenceSession(MODEL, providers=["CPUExecutionProvider"])
    assert session.get_session_options().intra_op_num_threads == 1
