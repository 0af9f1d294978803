"""The one place that imports ONNX Runtime: telemetry off, and a session opened.

From version 1.29 on, ONNX Runtime collects events about its use: it leaves a device identifier and
a database under the user's cache folder, and looks the collector up in the DNS. The environment
variable that prevents this must be set before the import; ``lenet/__init__.py`` sets it, so that it
also holds for worker processes and for a program that imports `lenet` before ONNX Runtime. Where a
program imports ONNX Runtime first, its own import has done both already.
"""

import os
import sys
from collections.abc import Iterator

import numpy as np
import onnxruntime
from numpy.typing import NDArray

onnxruntime.disable_telemetry_events()  # no further events, where it was imported first

BATCH = 64  # images that go through a network at once: its feature maps stay in the cache


def open_session(
    model: bytes, threads: int = 0, *, keep_memory: bool = True
) -> onnxruntime.InferenceSession:
    """Open an ONNX file on the CPU.

    Parameters
    ----------
    model : bytes
        Content of the file. What is wrong with it is any of ONNX Runtime's exceptions.
    threads : int
        CPU threads of one call; 0 means one for each core that this process may use.
    keep_memory : bool
        Whether what a call needed is kept for the next ones; not where inputs differ in size.
    """
    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena = options.enable_mem_pattern = keep_memory
    # By itself ONNX Runtime takes all physical cores, also those that are denied to the process.
    is_confined = available_cores() < (os.cpu_count() or 1)
    options.add_session_config_entry("session.use_env_allocators", "1")  # see `share_memory`
    options.intra_op_num_threads = threads or (available_cores() if is_confined else 0)
    options.log_severity_level = 3  # errors only: warnings would go to a person's stderr
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def share_memory() -> None:
    """Let all sessions that are opened from now on work in the same memory, and keep it.

    It grows by what is asked for, where that of a session's own doubles. For a process that reads
    one page after another: threads would wait for each other.
    """
    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    memory = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
    growth = onnxruntime.OrtArenaCfg({"arena_extend_strategy": 1})  # by as much as is asked for
    onnxruntime.create_and_register_allocator(memory, growth)


def available_cores() -> int:
    """Return how many CPU cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def as_input(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn uint8 images ``(n, 28, 28)`` into what a network takes: float32 ``(n, 1, 28, 28)``."""
    values = images[:, None].astype(np.float32)
    values /= 255
    return values


def input_batches(images: NDArray[np.uint8]) -> Iterator[NDArray[np.float32]]:
    """Yield uint8 images ``(n, 28, 28)`` as a network takes them, `BATCH` at a time."""
    for start in range(0, len(images), BATCH):
        yield as_input(images[start : start + BATCH])
