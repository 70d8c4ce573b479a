"""A graph in LiteRT's C API: half of a cold answer's time would be the import of NumPy."""

import ctypes
import math
import struct
from ctypes import c_size_t
from typing import Any, NamedTuple

from edge_runtime.errors import ModelError
from edge_runtime.interpreters import OUTPUTS, Interpreter, output_positions, square_input
from edge_runtime.litert_library import Handles, PerTensor, RankedType, find
from edge_runtime.native_messages import native_messages

__all__ = ["LiteRtC", "open_litert_c"]

ELEMENT_TYPES = {1: ("float32", 4), 3: ("uint8", 1)}  # TFLite's numbers: name, bytes
CPU, HOST_MEMORY, PER_TENSOR = 1, 1, 1
READ, WRITE = 0, 1
FIRST = c_size_t(0)
CREATED = "Created TensorFlow Lite XNNPACK delegate"
told: set[int] = set()  # processes to which the library has said so


class Compiled(NamedTuple):
    """A graph that is ready to run, with its buffers and what they need to live."""

    handles: Handles
    graph: bytes  # the library reads the weights where they are
    model: ctypes.c_void_p
    input: ctypes.c_void_p
    outputs: tuple[ctypes.c_void_p, ...]  # in the order of the signature
    input_array: Any  # the same handles, as the library takes them
    output_array: Any
    names: tuple[str, ...]  # of the outputs, in that order
    sizes: tuple[int, ...]  # floats in each
    film: bytearray  # three equal channels, interleaved
    film_array: Any  # the same memory, as the library takes it


class LiteRtC(Interpreter):
    """An `Interpreter` whose `native` is `Compiled`."""

    def run(self, pixels: bytes) -> dict[str, tuple[float, ...]]:
        """`pixels` are `S * S` grays; each output as floats, flat."""
        compiled: Compiled = self.native
        handles = compiled.handles
        if not handles.held:
            raise ModelError("the model is closed")
        # In place, and here rather than in the buffer: a step of three is slow through ctypes.
        for channel in range(3):
            compiled.film[channel::3] = pixels
        film = compiled.film_array
        if self.input_dtype == "float32":
            film = _floats(compiled.film, self.input_size)
        place = ctypes.c_void_p()
        # A buffer's address may change, so it is asked for at each run.
        handles.call("LockTensorBuffer", compiled.input, ctypes.byref(place), WRITE)
        ctypes.memmove(place, film, len(film))
        handles.call("UnlockTensorBuffer", compiled.input)
        handles.call(
            "RunCompiledModel", compiled.model, FIRST, c_size_t(1), compiled.input_array,
            c_size_t(len(compiled.outputs)), compiled.output_array,
        )  # fmt: skip
        found = {}
        for name, size, buffer in zip(
            compiled.names, compiled.sizes, compiled.outputs, strict=True
        ):
            handles.call("LockTensorBuffer", buffer, ctypes.byref(place), READ)
            found[name] = struct.unpack(f"={size}f", ctypes.string_at(place, 4 * size))
            handles.call("UnlockTensorBuffer", buffer)
        return {name: found[name] for name in OUTPUTS}

    def close(self) -> None:
        """Give the library's memory back."""
        self.native.handles.close()


def _floats(film: bytearray, size: int) -> bytes:
    from PIL import Image

    return Image.frombytes("L", (3 * size, size), bytes(film)).convert("F").tobytes()


def open_litert_c(graph: bytes, threads: int = 1) -> LiteRtC:
    """Load a graph into LiteRT's C API.

    Raises `InterpreterError` where it cannot be used here, `ModelError` where the graph is not
    one of this project.
    """
    path, version = find()
    handles = Handles(path)
    try:
        with native_messages() as said:
            environment = handles.create("Environment", "CreateEnvironment", 0, None)
            model = handles.create(
                "Model", "CreateModelFromBuffer", environment, ctypes.c_char_p(graph),
                c_size_t(len(graph)),
            )  # fmt: skip
            signature = handles.get("GetModelSignature", model, FIRST)
            shape, dtype, scale, zero_point = _input(handles, signature)
            names, positions = _outputs(handles, signature)
            compiled = handles.create(
                "CompiledModel", "CreateCompiledModel", environment, model,
                _options(handles, threads),
            )  # fmt: skip
        film, numbers = _buffer(handles, environment, compiled, signature, "Input", 0)
        pairs = [
            _buffer(handles, environment, compiled, signature, "Output", place)
            for place in range(len(names))
        ]
        outputs = tuple(buffer for buffer, _ in pairs)
        channels = bytearray(numbers)
    except BaseException:
        handles.close()
        raise
    return LiteRtC(
        name="litert",
        version=version,
        delegate=_delegate(handles, compiled, said.text),
        threads=threads,
        input_size=shape[1],
        input_dtype=dtype,
        input_scale=scale,
        input_zero_point=zero_point,
        positions=positions,
        native=Compiled(
            handles=handles,
            graph=graph,
            model=compiled,
            input=film,
            outputs=outputs,
            input_array=(ctypes.c_void_p * 1)(film),
            output_array=(ctypes.c_void_p * len(outputs))(*outputs),
            names=names,
            sizes=tuple(size for _, size in pairs),
            film=channels,
            film_array=(ctypes.c_char * numbers).from_buffer(channels),
        ),
        tensors={},
        api="c",
    )


def _input(handles: Handles, signature: ctypes.c_void_p) -> tuple[list[int], str, float, int]:
    """Shape, type, scale and zero point of the one input; raises `ModelError`."""
    count = handles.count("GetNumSignatureInputs", signature)
    tensor = handles.get("GetSignatureInputTensorByIndex", signature, FIRST)
    kind = RankedType()
    handles.call("GetRankedTensorType", tensor, ctypes.byref(kind))
    shape = square_input(kind.shape(), count)
    if kind.element_type not in ELEMENT_TYPES:
        raise ModelError(f"the model's input is of TFLite's type {kind.element_type}")
    told, quantization = ctypes.c_int(), PerTensor()
    handles.call("GetQuantizationTypeId", tensor, ctypes.byref(told))
    if told.value == PER_TENSOR:
        handles.call("GetPerTensorQuantization", tensor, ctypes.byref(quantization))
    dtype = ELEMENT_TYPES[kind.element_type][0]
    return shape, dtype, float(quantization.scale), int(quantization.zero_point)


def _outputs(
    handles: Handles, signature: ctypes.c_void_p
) -> tuple[tuple[str, ...], dict[str, int]]:
    """Names in the signature's order, by which outputs are given; places in the subgraph's."""
    count = handles.count("GetNumSignatureOutputs", signature)
    names = tuple(
        handles.text("GetSignatureOutputName", signature, c_size_t(place)) for place in range(count)
    )
    subgraph = handles.get("GetSignatureSubgraph", signature)
    order = [
        handles.get("GetSubgraphOutput", subgraph, c_size_t(place)).value
        for place in range(handles.count("GetNumSubgraphOutputs", subgraph))
    ]
    tensors = {
        name: handles.get("GetSignatureOutputTensorByIndex", signature, c_size_t(place)).value
        for place, name in enumerate(names)
    }
    return names, output_positions(tensors, order)


def _options(handles: Handles, threads: int) -> ctypes.c_void_p:
    options = handles.create("Options", "CreateOptions")
    handles.call("SetOptionsHardwareAccelerators", options, CPU)
    if threads > 1:  # one is what it takes unasked
        libc = ctypes.CDLL(None)
        libc.strdup.restype = ctypes.c_void_p
        text = ctypes.c_void_p(libc.strdup(f"num_threads = {threads}\n".encode()))
        free = ctypes.cast(libc.free, ctypes.c_void_p)  # the library's call, when it is done
        chosen = handles.get("CreateOpaqueOptions", b"xnnpack", text, free)
        handles.call("AddOpaqueOptions", options, chosen)
    return options


def _delegate(handles: Handles, compiled: ctypes.c_void_p, said: str) -> str:
    """Whether XNNPACK runs the graph: the library tells it once a process, in a message."""
    if CREATED in said:
        told.add(handles.process)
    whole = ctypes.c_bool()
    handles.call("CompiledModelIsFullyAccelerated", compiled, ctypes.byref(whole))
    return "xnnpack" if whole.value or told else "none"


def _buffer(
    handles: Handles,
    environment: ctypes.c_void_p,
    compiled: ctypes.c_void_p,
    signature: ctypes.c_void_p,
    side: str,
    place: int,
) -> tuple[ctypes.c_void_p, int]:
    """A buffer for an input or an output, and how many numbers it holds."""
    tensor = handles.get(f"GetSignature{side}TensorByIndex", signature, c_size_t(place))
    kind, size = RankedType(), c_size_t()
    handles.call("GetRankedTensorType", tensor, ctypes.byref(kind))
    needs = handles.get(
        f"GetCompiledModel{side}BufferRequirements", compiled, FIRST, c_size_t(place)
    )
    handles.call("GetTensorBufferRequirementsBufferSize", needs, ctypes.byref(size))
    count = math.prod(kind.shape())
    name, each = ELEMENT_TYPES.get(kind.element_type, ("", 0))
    if (side == "Output" and name != "float32") or not 0 < count * each <= size.value:
        raise ModelError(f"the model's {side.lower()} {place} has a type or size that is not ours")
    buffer = handles.create(
        "TensorBuffer", "CreateManagedTensorBuffer", environment, HOST_MEMORY,
        ctypes.byref(kind), size,
    )  # fmt: skip
    return buffer, count
