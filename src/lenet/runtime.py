"""The one place that imports ONNX Runtime: telemetry off, and a session opened.

From version 1.29 on, ONNX Runtime collects events about its use: it leaves a device identifier and
a database under the user's cache folder, and looks the collector up in the DNS. The environment
variable that prevents this must be set before the import; ``lenet/__init__.py`` sets it, so that it
also holds for worker processes and for a program that imports `lenet` before ONNX Runtime.
"""

import onnxruntime

onnxruntime.disable_telemetry_events()  # for a program that imported ONNX Runtime before `lenet`

BATCH = 256  # images that go through a network at once: its feature maps stay in the cache


def open_session(model: bytes, threads: int = 0) -> onnxruntime.InferenceSession:
    """Open an ONNX file on the CPU.

    Parameters
    ----------
    model : bytes
        Content of the file. What is wrong with it is any of ONNX Runtime's exceptions.
    threads : int
        CPU threads of one call; 0 means one for each core.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors only: warnings would go to a person's stderr
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
