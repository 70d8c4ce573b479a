"""One runtime in one fresh process, in whatever Python has it; started by `benchmarks.peers`.

The only argument is a job as JSON: `kind`, `file`, `size`, `threads`, `pixels` (files of
`size * size` grays), `positions` (output name -> place among the graph's), `samples` (0: one
answer and out). Prints a line of JSON: `version`, `outputs` by film, `ms`, `peak_kib`.

Needs the runtime and what it needs itself, NumPy as a rule, and nothing of this project but
where `kind` is this project. Each peer gets its input as the array it takes; ours gets grays.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["main"]

Job = dict[str, Any]
Take = Callable[[bytes], Any]  # grays -> what the runtime takes
Run = Callable[[Any], Any]  # that -> probabilities, heat map, novelty
Opened = tuple[str, Take, Run]  # with the runtime's version

MOST_SECONDS, FEWEST = 1.5, 10  # of one process's samples
WARM_SECONDS, WARM_RUNS = 0.1, 5
OUTPUTS = ("probabilities", "heatmap", "novelty")


def main() -> None:
    """Serve one job; native libraries print where they like, so stdout is kept from them."""
    out = os.dup(1)
    os.dup2(2, 1)
    job = json.loads(sys.argv[1])
    films = []
    for path in job["pixels"]:
        with open(path, "rb") as stream:
            films.append(stream.read())
    version, take, run = KINDS[job["kind"]](job)
    ready = take(films[0])
    said: dict[str, Any] = {"version": version, "outputs": [], "ms": []}
    if job["samples"]:
        for film in films:
            found = run(take(film))
            said["outputs"].append([[float(value) for value in one] for one in found])
        said["ms"] = samples(lambda: run(ready), job["samples"])
    else:
        said["outputs"].append([[float(value) for value in one] for one in run(ready)])
    said["peak_kib"] = peak_kib()
    os.write(out, json.dumps(said).encode() + b"\n")
    os._exit(0)  # no runtime's own ending is counted


def samples(run: Callable[[], object], count: int) -> list[float]:
    """Milliseconds of `count` runs after a warm-up; fewer where they take too long."""
    begun = time.perf_counter()
    warm = 0
    while warm < WARM_RUNS or time.perf_counter() - begun < WARM_SECONDS:
        run()
        warm += 1
    found: list[float] = []
    begun = time.perf_counter()
    while len(found) < count:
        start = time.perf_counter()
        run()
        end = time.perf_counter()
        found.append((end - start) * 1e3)
        if len(found) >= FEWEST and end - begun > MOST_SECONDS:
            break
    return found


def peak_kib() -> int:
    """VmHWM of this process."""
    with open("/proc/self/status") as stream:
        return next(int(line.split()[1]) for line in stream if line.startswith("VmHWM:"))


def taker(job: Job, dtype: Any) -> Take:
    """From grays to `[1, S, S, 3]` of the type that the graph takes."""
    import numpy as np

    size = job["size"]

    def take(film: bytes) -> Any:
        gray = np.frombuffer(film, np.uint8).reshape(1, size, size, 1)
        return np.ascontiguousarray(np.repeat(gray, 3, axis=3).astype(dtype))

    return take


def ours(job: Job) -> Opened:
    """This project, from the checkout that PYTHONPATH names."""
    from edge_runtime.model import Model

    model = Model.open(job["file"], threads=job["threads"])

    def run(film: bytes) -> Any:
        probabilities, heatmap, novelty = model.run(film)
        return probabilities, heatmap, (novelty,)

    return f"{model.interpreter.name} {model.interpreter.version}", bytes, run


def tflite(package: str) -> Callable[[Job], Opened]:
    """LiteRT's Interpreter, or its older form."""

    def opened(job: Job) -> Opened:
        module = import_module(f"{package}.interpreter")
        native = module.Interpreter(model_path=job["file"], num_threads=job["threads"])
        native.allocate_tensors()
        (film,), details = native.get_input_details(), native.get_output_details()
        places = [details[job["positions"][name]]["index"] for name in OUTPUTS]

        def run(ready: Any) -> Any:
            native.set_tensor(film["index"], ready)
            native.invoke()
            return [native.get_tensor(place)[0] for place in places]

        return version(package), taker(job, film["dtype"]), run

    return opened


def version(package: str) -> str:
    """As installed, by the name of its metadata's folder: to parse that takes its time."""
    for folder in sys.path:
        if os.path.isdir(folder):
            for name in os.listdir(folder):
                if name.startswith(f"{package}-") and name.endswith(".dist-info"):
                    return name[len(package) + 1 : -len(".dist-info")]
    return "unknown"


def onnxruntime(job: Job) -> Opened:
    """Read when the library is loaded: without it a device id is written under HOME."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    native = import_module("onnxruntime")

    options = native.SessionOptions()
    options.intra_op_num_threads = job["threads"]
    options.log_severity_level = 3
    session = native.InferenceSession(job["file"], options, providers=["CPUExecutionProvider"])
    (film,) = session.get_inputs()
    dtype = "uint8" if film.type == "tensor(uint8)" else "float32"

    def run(ready: Any) -> Any:
        return [one[0] for one in session.run(list(OUTPUTS), {film.name: ready})]

    return native.__version__, taker(job, dtype), run


def openvino(job: Job) -> Opened:
    """By default it would compute in bfloat16 on processors that have it."""
    native = import_module("openvino")

    core = native.Core()
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": job["threads"],
        "INFERENCE_PRECISION_HINT": "f32",
    }
    model = core.compile_model(core.read_model(job["file"]), "CPU", settings)
    request = model.create_infer_request()
    places = [job["positions"][name] for name in OUTPUTS]

    def run(ready: Any) -> Any:
        found = request.infer([ready], share_inputs=True, share_outputs=True)
        return [found[place][0] for place in places]

    dtype = model.inputs[0].element_type.to_dtype()
    return native.__version__.partition("-")[0], taker(job, dtype), run


def ncnn(job: Job) -> Opened:
    """Its file is two: the network's form and its weights. Float32 has to be asked for."""
    import numpy as np

    native = import_module("ncnn")

    net = native.Net()
    net.opt.num_threads = job["threads"]
    for part in ("packed", "storage", "arithmetic"):
        setattr(net.opt, f"use_fp16_{part}", False)
    net.load_param(f"{job['file']}.param")
    net.load_model(f"{job['file']}.bin")
    names = [f"out{job['positions'][name]}" for name in OUTPUTS]
    take = taker(job, "float32")

    def film_of(film: bytes) -> Any:
        return native.Mat(take(film), batch_index=0).clone()

    def run(ready: Any) -> Any:
        with net.create_extractor() as extractor:
            extractor.input("in0", ready)
            return [np.array(extractor.extract(name)[1]).ravel() for name in names]

    return native.__version__, film_of, run


def executorch(job: Job) -> Opened:
    """Its number of threads is no setting of the Python part; the library's own call sets it."""
    import ctypes

    torch, runtime = import_module("torch"), import_module("executorch.runtime")
    folder = next(path for path in sys.path if os.path.isdir(f"{path}/executorch/lib"))
    pool = ctypes.CDLL(f"{folder}/executorch/lib/libexecutorch_threadpool.so")
    space = "_ZN10executorch9extension10threadpool"
    get = getattr(pool, f"{space}14get_threadpoolEv")
    get.restype = ctypes.c_void_p
    reset = getattr(pool, f"{space}10ThreadPool24_unsafe_reset_threadpoolEj")
    reset.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    reset(get(), job["threads"])
    method = runtime.Runtime.get().load_program(job["file"]).load_method("forward")
    places = [job["positions"][name] for name in OUTPUTS]
    take = taker(job, "float32")

    def run(ready: Any) -> Any:
        found = method.execute([ready])
        return [found[place].ravel() for place in places]

    return version("executorch"), lambda film: torch.from_numpy(take(film)), run


KINDS = {
    "cxr-edge": ours,
    "litert": tflite("ai_edge_litert"),
    "tflite-runtime": tflite("tflite_runtime"),
    "onnxruntime": onnxruntime,
    "openvino": openvino,
    "ncnn": ncnn,
    "executorch": executorch,
}

if __name__ == "__main__":
    del sys.path[0]  # this folder: its modules must not stand before the runtimes'
    main()
