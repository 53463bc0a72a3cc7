"""Talk to a published model: ``python -m workers.train.chat MODEL_FOLDER [--question TEXT]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.errors import FinetuneError, UnknownModel
from agent.settings import Settings
from workers.train.layout import PLAIN_QUESTION
from workers.train.provenance import PROVENANCE_MANIFEST, Provenance
from workers.train.reports import ADAPTER_FOLDER

_ANSWER_TOKENS = 256
_TURNS_KEPT = 6
"""Turns of the conversation given back to the model; small models lose the thread in longer ones."""
_REPETITION_PENALTY = 1.1
"""Greedy decoding of small models runs in circles without one (Keskar et al. 2019, arXiv:1909.05858, section
4.1)."""
_USAGE_ERROR = 2


@dataclass(frozen=True)
class Published:
    """A model folder, loaded."""

    model: Any
    tokenizer: Any
    system_prompt: str = ""

    def answer(self, turns: Sequence[dict[str, str]]) -> str:
        """Print the reply to the last turn as it comes, and return it."""
        import torch
        from transformers import TextStreamer

        from workers.train.base_model import most_positions

        batch = self._encoded(turns).to(self.model.device)
        asked = batch["input_ids"].shape[1]
        with torch.inference_mode():
            output = self.model.generate(
                **batch, max_length=most_positions(self.model, asked + _ANSWER_TOKENS), do_sample=False,
                repetition_penalty=_REPETITION_PENALTY, pad_token_id=self.tokenizer.pad_token_id,
                streamer=TextStreamer(self.tokenizer, skip_prompt=True, skip_special_tokens=True),
            )  # fmt: skip
        new = output[0, asked:]
        return str(self.tokenizer.decode(new, skip_special_tokens=True)).strip()

    def _encoded(self, turns: Sequence[dict[str, str]]) -> Any:
        if not self.tokenizer.chat_template:
            return self.tokenizer(PLAIN_QUESTION.format(turns[-1]["content"]), return_tensors="pt")
        system = [{"role": "system", "content": self.system_prompt}] if self.system_prompt else []
        return self.tokenizer.apply_chat_template(
            [*system, *turns], add_generation_prompt=True, return_tensors="pt", return_dict=True
        )


def load(folder: Path) -> Published:
    """The model in ``folder``: its merged weights, or the base with the adapter where none were merged.

    Raises:
        UnknownModel: there is no model in the folder, or its base cannot be found.
    """
    import torch

    from workers.train.accelerators import device_of, probe
    from workers.train.base_model import load_base, load_tokenizer, ready_base

    capability = probe()
    torch.set_num_threads(capability.threads)
    dtype = torch.bfloat16 if capability.bf16 else torch.float32
    device = device_of(capability)
    manifest = folder / PROVENANCE_MANIFEST
    provenance = Provenance.model_validate_json(manifest.read_bytes()) if manifest.is_file() else None
    model: Any
    if (folder / "config.json").is_file():
        model = load_base(folder, dtype, device)
    elif (folder / ADAPTER_FOLDER).is_dir() and provenance is not None:
        from peft import PeftModel

        base = load_base(ready_base(provenance.base, Settings().model_cache), dtype, device)
        model = PeftModel.from_pretrained(base, folder / ADAPTER_FOLDER)
    else:
        raise UnknownModel(f"There is no published model in {folder}.", next_step="Name the model folder of a job.")
    return Published(model.eval(), load_tokenizer(folder), provenance.system_prompt if provenance else "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one question, or talk until the end of input; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m workers.train.chat", description="Ask a published model.")
    parser.add_argument("folder", type=Path, help="The model folder.")
    parser.add_argument("--question", help="Answer this one question and end.")
    options = parser.parse_args(arguments)
    try:
        published = load(options.folder)
    except FinetuneError as error:
        print(error, file=sys.stderr)
        return _USAGE_ERROR
    if options.question:
        published.answer([{"role": "user", "content": options.question}])
    else:
        _talk(published)
    return 0


def _talk(published: Published) -> None:
    """Ask and answer until the input ends; with line editing on a terminal."""
    prompt = ""
    if sys.stdin.isatty():
        import readline  # noqa: F401  importing it is what gives input() history and editing

        prompt = "> "
        print("Ask something; Ctrl-D ends.")
    turns: list[dict[str, str]] = []
    while True:
        try:
            question = input(prompt).strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not question:
            continue
        turns = [*turns, {"role": "user", "content": question}][-_TURNS_KEPT + 1 :]
        turns.append({"role": "assistant", "content": published.answer(turns)})


if __name__ == "__main__":
    sys.exit(main())
