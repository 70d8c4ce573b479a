package org.cxredge.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.cxredge.core.Contract;
import org.cxredge.core.Graph;
import org.cxredge.core.ModelException;
import org.cxredge.core.ModelException.Why;
import org.cxredge.core.ModelFile;
import org.cxredge.core.Outputs;
import org.cxredge.core.Pixels;
import org.tensorflow.lite.DataType;
import org.tensorflow.lite.Interpreter;
import org.tensorflow.lite.Tensor;
import org.tensorflow.lite.TensorFlowLite;

/** A model file's graph in TensorFlow Lite. For one thread at a time. */
final class TfliteGraph implements Graph, AutoCloseable {
    private static final String SIGNATURE = "serving_default";

    final int threads;
    final Contract contract;
    private final Interpreter interpreter;
    private final ByteBuffer input;
    private final Map<Integer, Object> outputs = new HashMap<>();
    private final Map<String, ByteBuffer> named = new HashMap<>();

    /**
     * Opens the graph where it lies: `file.graph` is mapped and is not copied.
     *
     * <p>Raises `ModelException` where the library cannot load it, or where its input and
     * outputs are not those of the contract.
     */
    TfliteGraph(ModelFile file, int threads) throws ModelException {
        this.threads = threads;
        contract = file.contract;
        try {
            Interpreter.Options options = new Interpreter.Options();
            options.setNumThreads(threads);
            options.setUseXNNPACK(true);
            interpreter = new Interpreter(file.graph, options);
        } catch (RuntimeException | LinkageError error) {
            throw new ModelException(Why.CANNOT_RUN, oneLine(error), error);
        }
        try {
            agree();
            input = direct(interpreter.getInputTensor(0).numBytes());
            for (Map.Entry<String, Integer> place : contract.outputs.entrySet()) {
                Tensor output = interpreter.getOutputTensor(place.getValue());
                ByteBuffer buffer = direct(output.numBytes());
                outputs.put(place.getValue(), buffer);
                named.put(place.getKey(), buffer);
            }
        } catch (ModelException error) {
            interpreter.close();
            throw error;
        } catch (RuntimeException error) {
            interpreter.close();
            throw new ModelException(Why.CANNOT_RUN, oneLine(error), error);
        }
    }

    /** The version of TensorFlow Lite that runs it; "?" where its library does not load. */
    static String version() {
        try {
            return TensorFlowLite.runtimeVersion();
        } catch (RuntimeException | LinkageError error) {
            return "?";
        }
    }

    @Override
    public Outputs run(byte[] pixels) throws ModelException {
        input.clear();
        if (interpreter.getInputTensor(0).dataType() == DataType.FLOAT32) {
            Pixels.rgbFloat(pixels, input);
        } else {
            Pixels.rgb(pixels, input);
        }
        input.rewind();
        for (ByteBuffer buffer : named.values()) {
            buffer.clear();
        }
        try {
            interpreter.runForMultipleInputsOutputs(new Object[] {input}, outputs);
        } catch (RuntimeException error) {
            throw new ModelException(Why.CANNOT_RUN, oneLine(error), error);
        }
        return new Outputs(
                contract, floats("probabilities"), floats("heatmap"), floats("novelty"));
    }

    @Override
    public void close() {
        interpreter.close();
    }

    /** Outputs are found by their names in the signature: the converter reorders them. */
    private void agree() throws ModelException {
        Map<String, Integer> places = new HashMap<>();
        for (String name : interpreter.getSignatureOutputs(SIGNATURE)) {
            String tensor = interpreter.getOutputTensorFromSignature(name, SIGNATURE).name();
            for (int i = 0; i < interpreter.getOutputTensorCount(); i++) {
                if (interpreter.getOutputTensor(i).name().equals(tensor)) {
                    places.put(name, i);
                }
            }
        }
        Tensor film = interpreter.getInputTensor(0);
        int[] shape = film.shape();
        if (interpreter.getInputTensorCount() != 1
                || shape.length != 4
                || shape[1] != shape[2]
                || shape[3] != 3) {
            throw new ModelException(Why.CONTRADICTS, "the graph does not take one square film");
        }
        String type = film.dataType() == DataType.UINT8 ? "uint8" : "float32";
        Tensor.QuantizationParams scale = film.quantizationParams();
        contract.agree(shape[1], type, scale.getScale(), scale.getZeroPoint(), places);
    }

    private float[] floats(String output) {
        ByteBuffer buffer = named.get(output);
        buffer.rewind();
        float[] values = new float[buffer.remaining() / Float.BYTES];
        buffer.asFloatBuffer().get(values);
        return values;
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static String oneLine(Throwable error) {
        String said = error.getMessage() == null ? error.toString() : error.getMessage();
        return said.trim().replaceAll("\\s+", " ");
    }
}
