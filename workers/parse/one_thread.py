"""Lets onnxruntime, which several libraries bring, use one thread: there are as many readers as cores."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any


@cache
def one_thread() -> None:
    """From now on every session that a library opens has one thread; to be called before the first is opened.

    Its threads wait for each other in busy loops: magika takes 14 ms of processor time a file on two cores and 8.6 ms
    with one thread, the layout model 0.37 s a page and 0.23 s, and less wall time as well. The libraries give no way to
    say so.
    """
    onnxruntime: Any = import_module("onnxruntime")

    opened = onnxruntime.InferenceSession

    class OneThreadSession(opened):  # type: ignore[misc, valid-type]
        def __init__(self, path_or_bytes: Any, sess_options: Any = None, *args: Any, **options: Any) -> None:
            sess_options = sess_options or onnxruntime.SessionOptions()
            sess_options.intra_op_num_threads = 1
            super().__init__(path_or_bytes, sess_options, *args, **options)

    onnxruntime.InferenceSession = OneThreadSession
