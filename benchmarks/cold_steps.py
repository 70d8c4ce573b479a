"""One cold answer taken apart: when each step of it ended, as a line of JSON.

The steps are those of `edge-infer FILM`, called one by one; started by `benchmarks.cold`.
"""

import gc
import os
import time
from importlib import import_module


def main() -> None:
    """Milliseconds by step, from the moment in which the process was asked for."""
    marks = [("start of Python", time.clock_gettime(time.CLOCK_MONOTONIC))]

    def mark(name: str) -> None:
        marks.append((name, time.clock_gettime(time.CLOCK_MONOTONIC)))

    gc.disable()  # as the command does
    import_module("PIL.Image")
    mark("import Pillow")
    import_module("edge_runtime.__main__")
    import_module("edge_runtime.cli")
    mark("import the command")
    import json
    import sys

    from edge_runtime import container, golden, model_file, resolver
    from edge_runtime.contract import Contract
    from edge_runtime.model import Model
    from edge_runtime.pixels import open_film_info, resize

    mark("import the runtime")
    path = model_file.find(sys.argv[2] if len(sys.argv) > 2 else None)
    with open(path, "rb") as stream:
        graph, files = container.read(stream)
    mark("read the model")
    contract = Contract.from_json(files[container.CONTRACT])
    goldens = golden.from_json(files[container.GOLDEN])
    mark("contract")
    assert container.sha256(graph) == contract.graph_sha256
    mark("digest")
    (name, *_) = resolver.candidates()
    resolver.preload((name,))
    mark("import the interpreter")
    native = resolver.open_graph(name, graph, 1)
    mark("load the graph")
    model = Model(contract, native, goldens)
    assert model.self_test(first_only=True)[0].passed
    mark("golden check, the first run")
    image, info = open_film_info(sys.argv[1])
    mark("decode the film")
    pixels = resize(image, contract.input_size).tobytes()
    mark("resize")
    probabilities, _, novelty = model.run(pixels)
    mark("run")
    model.decide(pixels, probabilities, novelty, info)
    mark("decide")
    before = float(os.environ["COLD_BEGUN"])
    steps = {}
    for name, at in marks:
        steps[name], before = (at - before) * 1e3, at
    sys.stdout.write(json.dumps(steps))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
