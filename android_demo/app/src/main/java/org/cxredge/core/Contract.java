package org.cxredge.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model file's contract.json: `edge_runtime/contract.py`. */
public final class Contract {
    public static final int SCHEMA = 1;
    /** The pixel definition that this package is. */
    public static final int PIXELS = 1;
    public static final List<String> LABELS =
            Collections.unmodifiableList(Arrays.asList("normal", "covid"));
    public static final List<String> OUTPUTS =
            Collections.unmodifiableList(Arrays.asList("probabilities", "heatmap", "novelty"));

    private static final int MOST_SIDE = 4096;
    private static final String NOTICE = "Research and demonstration only, not a medical device. "
            + "The score is a number set against a threshold; it is no diagnosis and no advice.";

    public final String name;
    public final String version;
    public final String precision;
    public final String graphSha256;
    public final int inputSize;
    public final String inputDtype;
    public final double inputScale;
    public final int inputZeroPoint;
    /** Position of each output among those of the subgraph. */
    public final Map<String, Integer> outputs;
    public final int heatmapGrid;
    public final List<String> labels;
    public final double threshold;
    public final double borderlineWidth;
    public final double noveltyThreshold;
    /** Limit by reason code; a rule that is not named is not applied. */
    public final Map<String, Double> filmRules;
    public final int pixels;
    public final String author;
    public final String licence;
    public final String notice;

    private Contract(Fields data) throws ModelException {
        name = data.text("name");
        version = data.text("version");
        precision = data.text("precision");
        graphSha256 = data.text("graph_sha256");
        inputSize = data.whole("input_size");
        inputDtype = data.text("input_dtype");
        inputScale = data.number("input_scale");
        inputZeroPoint = data.whole("input_zero_point");
        outputs = wholes(data.map("outputs"));
        heatmapGrid = data.whole("heatmap_grid");
        labels = texts(data.list("labels"));
        threshold = data.number("threshold");
        borderlineWidth = data.number("borderline_width");
        noveltyThreshold = data.number("novelty_threshold");
        filmRules = numbers(data.map("film_rules"));
        pixels = data.whole("pixels");
        author = data.text("author");
        licence = data.text("licence");
        notice = data.has("notice") ? data.text("notice") : NOTICE;
        data.number("temperature"); // provenance: must be there, is not used
        data.map("made_by");
        if (heatmapGrid < 1 || heatmapGrid > inputSize || inputSize > MOST_SIDE) {
            throw ModelException.damaged("contract.json: a size is none that there can be");
        }
        if (borderlineWidth < 0) {
            throw ModelException.damaged("contract.json: a width is below what there can be");
        }
    }

    /** Read a contract; what it names beyond the fields above is let be. */
    public static Contract fromJson(String text) throws ModelException {
        Fields data = Fields.of("contract.json", text);
        if (data.whole("schema") != SCHEMA) {
            throw ModelException.newer("the model's contract is of a schema that this app does not "
                    + "read; update the app");
        }
        return new Contract(data);
    }

    /** Compare with what the graph says of itself; positions are those of {@link #OUTPUTS}. */
    public void agree(int size, String dtype, double scale, int zeroPoint,
            Map<String, Integer> positions) throws ModelException {
        same("outputs", outputs, positions);
        same("input size", inputSize, size);
        same("input type", inputDtype, dtype);
        same("input scale", inputScale, scale);
        same("input zero point", inputZeroPoint, zeroPoint);
        same("labels", labels, LABELS);
        same("pixel definition", pixels, PIXELS);
        for (String code : filmRules.keySet()) {
            if (!FilmRules.CODES.contains(code)) {
                throw ModelException.newer("the model has a film rule '" + code
                        + "' that is unknown here; update the app");
            }
        }
    }

    private static void same(String what, Object said, Object found) throws ModelException {
        if (!said.equals(found)) {
            throw new ModelException(ModelException.Why.CONTRADICTS,
                    "the model's contract says " + what + " " + said + ", here it is " + found);
        }
    }

    private static Map<String, Integer> wholes(Fields map) throws ModelException {
        Map<String, Integer> found = new LinkedHashMap<>();
        for (String name : map.names()) {
            found.put(name, map.whole(name));
        }
        return Collections.unmodifiableMap(found);
    }

    private static Map<String, Double> numbers(Fields map) throws ModelException {
        Map<String, Double> found = new LinkedHashMap<>();
        for (String name : map.names()) {
            found.put(name, map.number(name));
        }
        return Collections.unmodifiableMap(found);
    }

    private static List<String> texts(List<Object> values) throws ModelException {
        List<String> found = new ArrayList<>();
        for (Object value : values) {
            if (!(value instanceof String)) {
                throw ModelException.damaged("contract.json: labels are not texts");
            }
            found.add((String) value);
        }
        return Collections.unmodifiableList(found);
    }
}
