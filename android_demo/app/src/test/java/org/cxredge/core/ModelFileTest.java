package org.cxredge.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** The bundled file, mapped as on a phone; its texts with what may be wrong in them. */
public class ModelFileTest {
    private static ModelFile bundled() throws Exception {
        try (FileChannel channel = FileChannel.open(Repository.MODEL)) {
            return ModelFile.open(
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
        }
    }

    private static String contract() throws Exception {
        byte[] text = new Archive(Repository.bytes(Repository.MODEL)).files.get("contract.json");
        return new String(text, "UTF-8");
    }

    private static String golden() throws Exception {
        byte[] text = new Archive(Repository.bytes(Repository.MODEL)).files.get("golden.json");
        return new String(text, "UTF-8");
    }

    private static void refuses(String contract, String says) {
        try {
            Contract.fromJson(contract);
            fail("read: " + says);
        } catch (ModelException error) {
            assertTrue(error.getMessage(), error.getMessage().contains(says));
        }
    }

    @Test
    public void theBundledFileOpensWithoutACopy() throws Exception {
        ModelFile model = bundled();
        assertTrue(model.graph.isDirect());
        assertEquals(model.contract.graphSha256, ModelFile.sha256(model.graph));
        assertEquals("TFL3", new String(new byte[] {model.graph.get(4), model.graph.get(5),
            model.graph.get(6), model.graph.get(7)}, "US-ASCII"));
        assertEquals(Contract.LABELS, model.labels);
        assertEquals(224, model.contract.inputSize);
        assertEquals("uint8", model.contract.inputDtype);
        assertTrue(model.card.startsWith("#"));
        assertTrue(model.contract.notice.contains("not a medical device"));
        assertEquals(3, model.golden.items.size());
    }

    @Test
    public void damageAndAbsenceAreTold() throws Exception {
        ByteBuffer file = Repository.bytes(Repository.MODEL);
        int graph = new Archive(file).graph;
        byte[] whole = file.array();
        for (int length : new int[] {0, 10, graph, whole.length / 2, whole.length - 1}) {
            try {
                ModelFile.open(ByteBuffer.wrap(Arrays.copyOf(whole, length)));
                fail(length + " bytes were opened");
            } catch (ModelException error) {
                assertFalse(error.getMessage().contains("\n"));
            }
        }
        byte[] spoiled = whole.clone();
        spoiled[graph + 60] ^= 1; // of the first text behind the graph: its sum is wrong
        try {
            ModelFile.open(ByteBuffer.wrap(spoiled));
            fail("a spoiled text was opened");
        } catch (ModelException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("damaged"));
        }
    }

    @Test
    public void aContractMustBeWhole() throws Exception {
        String text = contract();
        Contract one = Contract.fromJson(text.replaceFirst("\\{", "{\"not_known\": [1], "));
        assertTrue(one.filmRules.containsKey("blank"));
        refuses(text.replace("\"schema\": 1", "\"schema\": 2"), "schema");
        refuses(text.replace("\"threshold\"", "\"limit\""), "threshold is missing");
        refuses(text.replace("\"input_size\": 224", "\"input_size\": 224.0"), "input_size");
        refuses(text.replace("\"input_size\": 224", "\"input_size\": 5000"), "size");
        refuses(text.replace("\"input_size\": 224", "\"input_size\": \"224\""), "input_size");
        refuses(text.replace("\"heatmap_grid\": 7", "\"heatmap_grid\": 0"), "size");
        refuses(text.replaceFirst("\"borderline_width\": ", "\"borderline_width\": -"), "width");
        refuses(text.replace("\"threshold\": ", "\"threshold\": NaN, \"x\": "), "not JSON");
        refuses("[]", "no object");
        refuses("", "not JSON");
    }

    @Test
    public void aContractAgreesWithItsGraphOrNot() throws Exception {
        Contract one = Contract.fromJson(contract());
        Map<String, Integer> places = new LinkedHashMap<>(one.outputs);
        one.agree(224, "uint8", 1.0, 0, places);
        Object[][] others = {{225, "uint8", 1.0, 0}, {224, "float32", 1.0, 0},
            {224, "uint8", 0.9, 0}, {224, "uint8", 1.0, 3}};
        for (Object[] other : others) {
            disagrees(one, (int) other[0], (String) other[1], (double) other[2], (int) other[3],
                    places);
        }
        Map<String, Integer> swapped = new LinkedHashMap<>(places);
        swapped.put("heatmap", places.get("novelty"));
        swapped.put("novelty", places.get("heatmap"));
        disagrees(one, 224, "uint8", 1.0, 0, swapped);
        String text = contract();
        disagrees(Contract.fromJson(text.replace("\"pixels\": 1", "\"pixels\": 2")),
                224, "uint8", 1.0, 0, places);
        disagrees(Contract.fromJson(text.replace("\"blank\":", "\"upside_down\":")),
                224, "uint8", 1.0, 0, places);
    }

    private static void disagrees(Contract one, int size, String type, double scale, int zero,
            Map<String, Integer> places) {
        try {
            one.agree(size, type, scale, zero, places);
            fail("a graph of another form agrees");
        } catch (ModelException expected) {
            assertFalse(expected.getMessage().isEmpty());
        }
    }

    /** Answers as golden.json says, with one value moved. */
    private static Graph answering(ModelFile model, String golden, String output, double off)
            throws Exception {
        List<Object> items = Repository.list(Repository.map(Json.parse(golden)).get("items"));
        return new Graph() {
            private int next;

            @Override
            public Outputs run(byte[] pixels) throws ModelException {
                assertEquals(224 * 224, pixels.length);
                Map<String, Object> item = Repository.map(items.get(next++));
                float[] probabilities = floats(item.get("probabilities"));
                float[] heatmap = floats(item.get("heatmap"));
                float[] novelty = {((Number) item.get("novelty")).floatValue()};
                float[] moved = output.equals("heatmap") ? heatmap
                        : output.equals("novelty") ? novelty : probabilities;
                moved[moved.length - 1] += (float) off;
                return new Outputs(model.contract, probabilities, heatmap, novelty);
            }
        };
    }

    private static float[] floats(Object list) {
        List<Object> values = Repository.list(list);
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = ((Number) values.get(i)).floatValue();
        }
        return floats;
    }

    @Test
    public void goldenInputsPassOrAreNamed() throws Exception {
        ModelFile model = bundled();
        for (Golden.Result one
                : Golden.check(model, answering(model, golden(), "novelty", 0), "litert_xnnpack")) {
            assertTrue(one.name, one.passed);
            assertEquals(0, one.difference, 0);
            assertEquals(one.expected, one.answered);
        }
        for (String output : Contract.OUTPUTS) {
            Graph wrong = answering(model, golden(), output, 0.05);
            for (Golden.Result one : Golden.check(model, wrong, "litert_xnnpack")) {
                assertFalse(one.name + " " + output, one.passed);
                assertEquals(output, one.output);
                assertEquals(0.05, one.difference, 1e-6);
            }
        }
        // A family that the file does not name has to be exact.
        Graph near = answering(model, golden(), "heatmap", 1e-4);
        assertFalse(Golden.check(model, near, "nobody's").get(0).passed);
    }

    @Test
    public void goldenTextsMustBeWhole() throws Exception {
        String text = golden();
        for (String bad : new String[] {"", "{}", text.replace("\"schema\": 1", "\"schema\": 9"),
            text.replace("\"novelty\"", "\"newness\""),
            "{\"schema\": 1, \"items\": [], \"tolerance\": {}}"}) {
            try {
                Golden.fromJson(bad);
                fail("read: " + bad.substring(0, Math.min(40, bad.length())));
            } catch (ModelException expected) {
                assertTrue(expected.getMessage().contains("golden.json"));
            }
        }
        ModelFile model = bundled();
        try {
            model.golden.items.get(0).pixels(223);
            fail("a picture of another size");
        } catch (ModelException expected) {
            assertTrue(expected.getMessage().contains("another size"));
        }
    }
}
