"""The accelerator of this process, as torch sees it. Only child processes import this module."""

from __future__ import annotations

import psutil
import torch

from workers.train.capability import Capability, physical_cores

_GB = 1_000_000_000


def probe() -> Capability:
    """The best backend here: CUDA or ROCm, then MPS, then the processor."""
    if torch.cuda.is_available():
        devices = [torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count())]
        return Capability(
            backend="rocm" if torch.version.hip else "cuda",
            devices=len(devices),
            names=tuple(device.name for device in devices),
            memory_gb=round(min(device.total_memory for device in devices) / _GB, 1),
            bf16=torch.cuda.is_bf16_supported(including_emulation=False),
            threads=physical_cores(),
        )
    mps = torch.backends.mps.is_available()
    return Capability(
        backend="mps" if mps else "cpu",
        devices=1,
        names=("Apple GPU",) if mps else (_processor_name(),),
        memory_gb=round(psutil.virtual_memory().total / _GB, 1),
        bf16=mps or _processor_has_bf16(),
        threads=physical_cores(),
    )


def device_of(capability: Capability) -> torch.device:
    """The torch device of a backend; ROCm answers to the name cuda."""
    names = {"cuda": "cuda", "rocm": "cuda", "mps": "mps", "cpu": "cpu"}
    return torch.device(names[capability.backend])


def peak_memory_mb(device: torch.device) -> float:
    """Most memory used so far, in 10^6 bytes: of the device for CUDA and ROCm, of the process elsewhere."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated() / 1e6
    import resource
    import sys

    # The kernel counts in KiB, that of macOS in bytes (getrusage(2) of each).
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _processor_name() -> str:
    return str(torch.cpu.get_capabilities().get("cpu_name") or "CPU")


def _processor_has_bf16() -> bool:
    """Without these instructions bf16 products are emulated and slower than fp32."""
    found = torch.cpu.get_capabilities()
    return any(found.get(flag) for flag in ("avx512_bf16", "amx_bf16", "bf16"))
