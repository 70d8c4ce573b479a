"""`.keras` -> `.tflite` and `.onnx`, each self-describing, each passed by the parity gate."""
