"""A folded network that rounds as its int8 file will: the graph of quantization-aware training.

Weights are rounded per channel and symmetrically, activations per tensor, in the ranges that
familiar films reach; the gradient passes through the rounding (Jacob et al. 2018,
arXiv 1712.05877). TensorFlow only: the rounding is its own operation.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from training.folding import body_of
from training.networks import FEATURES, HIDDEN

__all__ = ["FLOAT_BLOCKS", "RoundedActivation", "is_float", "rounded", "stored"]

# What export leaves in float (export/recipes.py): rounding costs most where maps are largest.
FLOAT_BLOCKS = ("Conv1", "expanded_conv", "block_1_", "block_2_")

Ranges = dict[str, tuple[float, float]]


def _round_kernel(kernel: Any) -> Any:
    """Symmetric, one scale for each entry of the last axis."""
    import tensorflow as tf

    axes = list(range(len(kernel.shape) - 1))
    most = tf.stop_gradient(tf.maximum(tf.reduce_max(tf.abs(kernel), axes), 1e-8))
    return tf.quantization.fake_quant_with_min_max_vars_per_channel(
        kernel, -most, most, num_bits=8, narrow_range=True
    )


class _RoundedConv2D(layers.Conv2D):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        outputs = self.convolution_op(inputs, _round_kernel(self.kernel))
        return outputs if self.bias is None else outputs + self.bias


class _RoundedDepthwise(layers.DepthwiseConv2D):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        kernel = _round_kernel(self.kernel[..., 0])[..., None]
        outputs = keras.ops.depthwise_conv(
            inputs, kernel, strides=self.strides, padding=self.padding
        )
        return outputs if self.bias is None else outputs + self.bias


class _RoundedDense(layers.Dense):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        outputs = keras.ops.matmul(inputs, _round_kernel(self.kernel)) + self.bias
        return self.activation(outputs)


class RoundedActivation(layers.Layer):  # type: ignore[misc]
    """A tensor rounded to 256 steps of a range that holds 0."""

    def __init__(self, low: float, high: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.low, self.high = min(low, 0.0), max(high, 1e-6)

    def call(self, inputs: Any) -> Any:
        """The same shape."""
        import tensorflow as tf

        return tf.quantization.fake_quant_with_min_max_args(inputs, self.low, self.high)


ROUNDED: dict[type, Any] = {
    layers.Conv2D: _RoundedConv2D,
    layers.DepthwiseConv2D: _RoundedDepthwise,
    layers.Dense: _RoundedDense,
}


def is_float(name: str) -> bool:
    """Whether a layer of the body computes in float in the int8 file; its last sum is stored."""
    return name.startswith(FLOAT_BLOCKS) and not name.endswith("block_2_add")


def stored(layer: Any) -> bool:
    """Whether the int8 file stores what a layer of a folded body gives as a tensor.

    A convolution in front of a relu6 is one operation with it, as is one with its identity.
    """
    if isinstance(layer, layers.ReLU | layers.Add):
        return True
    if not isinstance(layer, layers.Identity):
        return False
    readers = [node.operation for node in layer._outbound_nodes]
    return not (len(readers) == 1 and isinstance(readers[0], layers.ReLU))


def rounded(network: keras.Model, ranges: Ranges) -> keras.Model:
    """A copy of a folded student, `[n, S, S, 3]` -> `(logits [n, 2], maps [n, g, g, C])`.

    `ranges` gives low and high of every stored tensor by the name of its layer, of the
    body's, of `pool` and of `hidden`. Its layers have the names of the folded network's.
    """

    def call(layer: Any, *inputs: Any, **_: Any) -> Any:
        outputs = layer(*inputs)
        if layer.name in ranges and not is_float(layer.name):
            return RoundedActivation(*ranges[layer.name], name=f"{layer.name}_int8")(outputs)
        return outputs

    def clone(layer: Any) -> Any:
        kind = type(layer) if is_float(layer.name) else ROUNDED.get(type(layer), type(layer))
        return kind.from_config(layer.get_config())

    source = body_of(network)
    body = keras.models.clone_model(source, clone_function=clone, call_function=call)
    film = keras.Input(network.input_shape[1:])
    maps = body(clone(network.layers[1])(film))
    pool = RoundedActivation(*ranges[FEATURES], name="pool_int8")
    pooled = pool(layers.GlobalAveragePooling2D(name=FEATURES)(maps))
    hidden = RoundedActivation(*ranges[HIDDEN], name="hidden_int8")(
        clone(network.get_layer(HIDDEN))(pooled)
    )
    logits = clone(network.get_layer("logits"))(hidden)
    made = keras.Model(film, [logits, maps])
    for layer in source.layers:
        body.get_layer(layer.name).set_weights(layer.get_weights())
    for name in (HIDDEN, "logits"):
        made.get_layer(name).set_weights(network.get_layer(name).get_weights())
    return made
