"""Tiny random models with a tokenizer trained on the spot: real enough for every stage, small enough for a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SENTENCES = (
    "A qubit is a two level system whose state is a unit vector.",
    "A gate turns one state into another without losing norm.",
    "Measurement gives a bit and leaves the matching basis state.",
    "Entangled qubits have no state of their own.",
    "The surface code corrects errors with local checks.",
    "An oracle marks the solution by a change of sign.",
    "Annealing follows the ground state of a slow field.",
    "A trapped ion is moved by electric fields and driven by light.",
)
CHAT_TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
_SEED = 1


def tiny_llama(folder: Path, chat_template: str = CHAT_TEMPLATE) -> Path:
    """Write a two-layer Llama with a chat template into ``folder`` and return it."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(_SEED)
    tokenizer = _tokenizer()
    tokenizer.chat_template = chat_template
    shape = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, eos_token_id=0, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(shape).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def tiny_gpt2(folder: Path) -> Path:
    """Write a two-layer GPT-2 without a chat template into ``folder`` and return it."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(_SEED)
    tokenizer = _tokenizer()
    shape = GPT2Config(
        vocab_size=len(tokenizer), n_embd=32, n_layer=2, n_head=4, n_positions=256, bos_token_id=0, eos_token_id=0
    )
    GPT2LMHeadModel(shape).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    special = ["<|eos|>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>"]
    # The whole byte alphabet, so that any document can be written with it.
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    raw.train_from_iterator(
        SENTENCES, trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|eos|>")
    tokenizer.add_special_tokens({"additional_special_tokens": special[1:]})
    return tokenizer
