"""What making examples costs beyond the language model: asking it, checking its answers, finding repetitions."""

from __future__ import annotations

import logging
import math
import multiprocessing
import os
import resource
import time
from typing import Any

from agent.errors import DocumentRejected
from tests.bench import generate_asking as asking
from tests.bench.generate_questions import Planted, questions
from tests.workers.generate.assignments import assignment, proposed
from tests.workers.generate.chunks import chunk
from workers.generate.check import accepted

CHECKS_MS = 5.0
LEAST_CHECKS = 400
QUESTIONS = 100_000
DEDUP_S = 60.0
DEDUP_GIB = 2.0


def main() -> None:
    """Print the four tables."""
    logging.disable(logging.WARNING)
    os.environ["NO_PROXY"] = "127.0.0.1"
    asking.throughput("queue")
    asking.throughput("refuse")
    asking.budget()
    checks()
    deduplication()


def checks() -> None:
    """Print the CPU time of all checks on what the rules propose, and on the same beside a chunk it is not from."""
    chunks = [chunk(text, document=f"d{number}", title="Qubits") for number, text in enumerate(_PASSAGES)]
    good = [(assignment(each), proposal) for each in chunks for proposal in proposed(each)]
    cases = {"as proposed": good, "of another chunk": [(good[-1 - at][0], each[1]) for at, each in enumerate(good)]}
    print(f"checks on {len(good)} proposals of {len(chunks)} chunks (at most {CHECKS_MS:g} ms of CPU wanted)")
    for name, pairs in cases.items():
        taken: list[float] = []
        kept = 0
        for _ in range(math.ceil(LEAST_CHECKS / len(pairs))):
            for task, proposal in pairs:
                began = time.process_time()
                try:
                    accepted(task, proposal, "bench/1", "")
                    kept += 1
                except DocumentRejected:
                    pass
                taken.append((time.process_time() - began) * 1000)
        first, warm = taken[0], sorted(taken[1:])
        mean, late = sum(warm) / len(warm), warm[int(len(warm) * 0.95)]
        print(
            f"  {name:20} mean {mean:.3f} ms   95 % within {late:.3f} ms   most {warm[-1]:.2f} ms (the very first "
            f"{first:.0f} ms)   kept {kept / len(taken):.0%}"
        )


_PASSAGES = (
    "A qubit is a two-level quantum system. Because its state is a superposition of two basis states, a register of "
    "n qubits is described by 2^n amplitudes. Decoherence is the loss of phase information to the environment, which "
    "limits how long a computation may take. In transmons the coherence time is about 100 microseconds.",
    "Quantum error correction is a method that spreads one logical qubit over many physical qubits. The surface code "
    "tolerates error rates up to about 1 percent, since its checks act on neighbours only. Unlike classical codes, it "
    "must not measure the data itself. It therefore measures parities with ancilla qubits.",
    "Grover's algorithm is a quantum algorithm for searching an unsorted list. It needs about the square root of N "
    "queries, while a classical search needs N/2 on average. The gain is quadratic and cannot be improved.",
    "Trapped ions are charged atoms that are held by electric fields in vacuum. Their gates are driven by lasers, and "
    "two ions interact through their shared motion. Ion traps have the longest coherence times, but their gates take "
    "tens of microseconds, which makes deep circuits slow.",
)


def deduplication() -> None:
    """Print wall and CPU time and the peak of memory of a process that does nothing else, and what it found."""
    planted = questions(QUESTIONS)
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_deduplicate, args=(planted, sender))
    process.start()
    seconds, cpu_s, peak_gib, gone = receiver.recv()
    process.join()
    print(
        f"{QUESTIONS:,} questions deduplicated in {seconds:.1f} s of wall time, {cpu_s:.1f} s of CPU (at most "
        f"{DEDUP_S:g} s wanted), peak {peak_gib:.2f} GiB (at most {DEDUP_GIB:g} wanted)"
    )
    for name, pairs in (("in the same words", planted.same_words), ("rephrased", planted.rephrased)):
        found = sum(gone.get(again) == of for again, of in pairs.items())
        print(f"  planted {name:20} {len(pairs):5}   found {found / len(pairs):.1%}")
    false = gone.keys() - planted.same_words.keys() - planted.rephrased.keys()
    print(f"  taken for one that is none   {len(false):5}   {len(false) / QUESTIONS:.3%} of all")


def _deduplicate(planted: Planted, sender: Any) -> None:
    from workers.generate.dataset.duplicates import near_duplicates

    began, cpu = time.perf_counter(), time.process_time()
    gone = near_duplicates(planted.ids, planted.texts, planted.scores)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    sender.send((seconds, cpu_s, peak_gib, {each.id: each.of for each in gone}))


if __name__ == "__main__":
    main()
