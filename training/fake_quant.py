"""A backbone that rounds as its int8 file will: the graph of quantization-aware training.

Kernels are rounded to 255 steps of each output channel's largest weight, always: they can be
stored rounded, so that no file rounds them again. What a file stores of a film is rounded for
the second half of a batch alone; the first half shows what the network says without that,
under the same batch statistics. The gradient passes through the rounding (Jacob et al. 2018,
arXiv 1712.05877) and, of tensors without a ceiling, into the width of a step: a range that is
held open by few large values costs every other one. TensorFlow only: the rounding is its own.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers

__all__ = ["RoundedHalf", "on_grid", "rounded", "stored"]

CEILING = 6.0  # of relu6
STEPS = 127  # on either side of 0
LEAST = 1e-12


def _channel_axes(layer: Any) -> list[int]:
    """The axes of a kernel over which one scale holds: all but its output channel's."""
    return [0, 1, 3] if isinstance(layer, layers.DepthwiseConv2D) else [0, 1, 2]


def on_grid(layer: Any) -> npt.NDArray[np.float32]:
    """The kernel of a convolution, each weight a whole number of its channel's steps."""
    kernel = np.asarray(layer.get_weights()[0], np.float64)
    axes = tuple(_channel_axes(layer))
    step = np.maximum(np.abs(kernel).max(axis=axes, keepdims=True), LEAST) / STEPS
    return np.asarray(np.rint(kernel / step) * step, np.float32)


def _rounded_kernel(layer: Any) -> Any:
    import tensorflow as tf

    kernel = layer.kernel
    most = tf.reduce_max(tf.abs(kernel), _channel_axes(layer), keepdims=True)
    step = tf.maximum(most, LEAST) / STEPS
    return kernel + tf.stop_gradient(tf.round(kernel / step) * step - kernel)


class _RoundedConv2D(layers.Conv2D):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        outputs = self.convolution_op(inputs, _rounded_kernel(self))
        return outputs if self.bias is None else outputs + self.bias


class _RoundedDepthwise(layers.DepthwiseConv2D):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        outputs = keras.ops.depthwise_conv(
            inputs, _rounded_kernel(self), strides=self.strides, padding=self.padding
        )
        return outputs if self.bias is None else outputs + self.bias


class RoundedHalf(layers.Layer):  # type: ignore[misc]
    """In training, the second half of a batch rounded to 256 steps of the tensor's range.

    The range is that of the batch, with 0 inside, or from 0 to `ceiling`.
    """

    def __init__(self, ceiling: float | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self.ceiling = ceiling

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """The same shape; the batch is even in training."""
        import tensorflow as tf

        if not training:
            return inputs
        if self.ceiling is not None:
            return _under_a_ceiling(inputs, self.ceiling)
        low = tf.minimum(tf.reduce_min(inputs), -1e-3)
        high = tf.maximum(tf.reduce_max(inputs), 1e-3)
        return _in_its_range(inputs, low, high)


def _under_a_ceiling(inputs: Any, ceiling: float) -> Any:
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def rounded_half(tensor: Any) -> Any:
        plain, other = tf.split(tensor, 2)
        other = tf.quantization.fake_quant_with_min_max_args(other, 0.0, ceiling)
        return tf.concat([plain, other], 0), lambda upstream: upstream

    return rounded_half(inputs)


def _in_its_range(inputs: Any, low: Any, high: Any) -> Any:
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def rounded_half(tensor: Any, low: Any, high: Any) -> Any:
        plain, other = tf.split(tensor, 2)
        made = tf.quantization.fake_quant_with_min_max_vars(other, low, high)

        def backward(upstream: Any) -> Any:
            # A value lies a fixed share of a step off its own: it moves as the step widens.
            moved = tf.reshape(made - other, [-1]) / (high - low)
            wider = tf.tensordot(tf.reshape(tf.split(upstream, 2)[1], [-1]), moved, 1)
            return upstream, -wider, wider

        return tf.concat([plain, made], 0), backward

    return rounded_half(inputs, low, high)


ROUNDED: dict[type, Any] = {
    layers.Conv2D: _RoundedConv2D,
    layers.DepthwiseConv2D: _RoundedDepthwise,
}


def stored(layer: Any) -> bool:
    """Whether the int8 file stores what a layer of a backbone gives as a tensor.

    A convolution, its normalization and a relu6 behind them are one operation.
    """
    if isinstance(layer, layers.ReLU | layers.Add):
        return True
    if not isinstance(layer, layers.BatchNormalization):
        return False
    readers = [node.operation for node in layer._outbound_nodes]
    return not (len(readers) == 1 and isinstance(readers[0], layers.ReLU))


def rounded(body: keras.Model) -> keras.Model:
    """A copy of a backbone, its weights too, whose layers have the same names."""

    def call(layer: Any, *inputs: Any, **_: Any) -> Any:
        outputs = layer(*inputs)
        if layer.name not in kept:
            return outputs
        ceiling = CEILING if isinstance(layer, layers.ReLU) else None
        return RoundedHalf(ceiling, name=f"{layer.name}_int8")(outputs)

    def clone(layer: Any) -> Any:
        return ROUNDED.get(type(layer), type(layer)).from_config(layer.get_config())

    kept = {layer.name for layer in body.layers if stored(layer)}
    copy = keras.models.clone_model(body, clone_function=clone, call_function=call)
    for layer in body.layers:
        if layer.weights:  # the input's name may be another
            copy.get_layer(layer.name).set_weights(layer.get_weights())
    return copy
