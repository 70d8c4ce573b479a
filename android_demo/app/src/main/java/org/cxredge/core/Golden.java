package org.cxredge.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Pictures that travel inside a model file, with the outputs that they must give. */
public final class Golden {
    private static final int SCHEMA = 1;

    public final List<Item> items;
    /** By interpreter family: how far any value of each of {@link Contract#OUTPUTS} may be off. */
    private final Map<String, double[]> tolerance = new LinkedHashMap<>();

    private Golden(Fields data) throws ModelException {
        List<Item> read = new ArrayList<>();
        for (Object one : data.list("items")) {
            read.add(new Item(Fields.of("golden.json", one)));
        }
        items = Collections.unmodifiableList(read);
        Fields families = data.map("tolerance");
        for (String family : families.names()) {
            Fields allowed = families.map(family);
            double[] by = new double[Contract.OUTPUTS.size()];
            for (int i = 0; i < by.length; i++) {
                by[i] = allowed.number(Contract.OUTPUTS.get(i));
            }
            tolerance.put(family, by);
        }
        if (items.isEmpty()) {
            throw ModelException.damaged("the model's golden.json has no items");
        }
    }

    public static Golden fromJson(String text) throws ModelException {
        Fields data = Fields.of("golden.json", text);
        if (data.whole("schema") != SCHEMA) {
            throw ModelException.newer("the model's golden.json is of an unknown schema");
        }
        return new Golden(data);
    }

    /**
     * Run every item.
     *
     * @param family "litert_xnnpack" or "other": one that the file does not name must be exact
     */
    public static List<Result> check(ModelFile model, Graph graph, String family)
            throws ModelException {
        List<Result> results = new ArrayList<>();
        for (Item item : model.golden.items) {
            results.add(model.golden.check(model.contract, item, graph, family));
        }
        return results;
    }

    private Result check(Contract contract, Item item, Graph graph, String family)
            throws ModelException {
        byte[] pixels = item.pixels(contract.inputSize);
        Outputs outputs = graph.run(pixels);
        double[] off = item.differences(outputs);
        double[] named = tolerance.get(family);
        double[] allowed = named != null ? named : new double[off.length];
        int worst = 0;
        boolean within = true;
        for (int i = 0; i < off.length; i++) {
            within &= off[i] <= allowed[i];
            worst = share(off[i], allowed[i]) > share(off[worst], allowed[worst]) ? i : worst;
        }
        Film film = Film.ofGray(contract.inputSize, contract.inputSize, pixels);
        Decision decision = Decision.of(contract, film, pixels, outputs);
        double margin = Math.abs(item.probabilities[1] - contract.threshold);
        boolean same = decision.answer.code.equals(item.answer)
                && Objects.equals(item.reason, decision.reason);
        // So near the threshold an interpreter that rounds otherwise may tip over.
        boolean near = item.reason == null && decision.reason == null
                && margin <= contract.borderlineWidth;
        return new Result(item, (same || near) && within, Contract.OUTPUTS.get(worst), off[worst],
                allowed[worst], decision.answer.code);
    }

    /** Beside a tolerance of nothing, any difference at all is the worst. */
    private static double share(double off, double allowed) {
        return off / (allowed != 0 ? allowed : 1e-12);
    }

    /** One picture, already at the model's size, and what must come of it. */
    public static final class Item {
        public final String name;
        public final String answer;
        public final String reason; // null where it is answered
        private final String png;
        private final double[] probabilities, heatmap;
        private final double novelty;

        private Item(Fields data) throws ModelException {
            name = data.text("name");
            png = data.text("png_base64");
            answer = data.text("answer");
            reason = data.textOrNull("reason");
            probabilities = data.numbers("probabilities");
            heatmap = data.numbers("heatmap");
            novelty = data.number("novelty");
            if (probabilities.length != 2) {
                throw ModelException.damaged("the model's golden.json has an item of another form");
            }
        }

        /** `size * size` grays. */
        public byte[] pixels(int size) throws ModelException {
            try {
                ByteBuffer raw = ByteBuffer.wrap(Base64.getDecoder().decode(png));
                Film film = PngReader.read(Bytes.of(raw, ByteOrder.BIG_ENDIAN));
                if (film.width == size && film.height == size) {
                    return film.gray;
                }
            } catch (ReadException | IllegalArgumentException error) {
                throw ModelException.damaged(
                        "the model's golden input " + name + " is no picture", error);
            }
            throw ModelException.damaged(
                    "the model's golden input " + name + " is of another size");
        }

        /** By output, the largest difference from what is expected. */
        private double[] differences(Outputs given) throws ModelException {
            if (given.heatmap.length != heatmap.length) {
                throw ModelException.damaged(
                        "the model's outputs are not of the golden inputs' size");
            }
            return new double[] {
                largest(given.probabilities, probabilities),
                largest(given.heatmap, heatmap),
                largest(new float[] {given.novelty}, new double[] {novelty}),
            };
        }

        private static double largest(float[] given, double[] expected) {
            double most = 0;
            for (int i = 0; i < given.length; i++) {
                most = Math.max(most, Math.abs(given[i] - expected[i]));
            }
            return most;
        }
    }

    /** How one item came out. */
    public static final class Result {
        public final String name;
        public final boolean passed;
        /** The output that is worst for its tolerance, and by how much it is off. */
        public final String output;
        public final double difference;
        public final double tolerance;
        public final String expected;
        public final String answered;

        private Result(Item item, boolean passed, String output, double difference,
                double tolerance, String answered) {
            this.name = item.name;
            this.passed = passed;
            this.output = output;
            this.difference = difference;
            this.tolerance = tolerance;
            this.expected = item.answer;
            this.answered = answered;
        }
    }
}
