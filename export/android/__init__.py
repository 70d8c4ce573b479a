"""TensorFlow Lite's Android library, run without a phone."""
