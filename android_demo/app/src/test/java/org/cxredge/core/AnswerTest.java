package org.cxredge.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.cxredge.core.Decision.Answer;
import org.junit.Test;

/** From outputs to words, colours and records. */
public class AnswerTest {
    private static final Contract CONTRACT = contract();
    private static final float LIMIT = (float) CONTRACT.threshold;

    private static Contract contract() {
        try {
            return ModelFile.open(Repository.bytes(Repository.MODEL)).contract;
        } catch (Exception error) {
            throw new AssertionError(error);
        }
    }

    private static Film film(int width, int height) {
        byte[] gray = new byte[width * height];
        for (int i = 0; i < gray.length; i++) {
            // Bright in the middle: an upright film, as far as the template goes.
            gray[i] = (byte) (255 - 2 * Math.abs(255 * (i % width) / width - 127));
        }
        return Film.ofGray(width, height, gray);
    }

    private static Outputs outputs(double score, double novelty) {
        float[] heat = new float[CONTRACT.heatmapGrid * CONTRACT.heatmapGrid];
        heat[3] = 2;
        try {
            return new Outputs(CONTRACT, new float[] {1 - (float) score, (float) score}, heat,
                    new float[] {(float) novelty});
        } catch (ModelException error) {
            throw new AssertionError(error);
        }
    }

    private static Decision decide(Film film, double score, double novelty) {
        byte[] pixels = film.pixels(CONTRACT.inputSize);
        return Decision.of(CONTRACT, film, pixels, outputs(score, novelty));
    }

    private static List<String> keys(Decision one, Outputs outputs) {
        List<String> keys = new ArrayList<>();
        for (Wording.Line line : Wording.of(one, outputs)) {
            assertTrue(line.key, Wording.KEYS.contains(line.key));
            keys.add(line.key);
        }
        return keys;
    }

    @Test
    public void scoreAgainstThreshold() {
        Film film = film(300, 280);
        Decision above = decide(film, 0.99, 0);
        assertEquals(Answer.COVID, above.answer);
        assertNull(above.reason);
        assertEquals(Arrays.asList("answer_covid", "score_at_or_above"),
                keys(above, outputs(0.99, 0)));
        Object[] said = Wording.of(above, outputs(0.99, 0)).get(1).values();
        assertEquals((float) 0.99, ((Double) said[0]).floatValue(), 0);
        assertEquals(CONTRACT.threshold, (Double) said[1], 0);
        Decision below = decide(film, 0.01, 0);
        assertEquals(Answer.NORMAL, below.answer);
        assertEquals(Arrays.asList("answer_normal", "score_below"), keys(below, outputs(0.01, 0)));
    }

    @Test
    public void nearTheThresholdIsBorderline() {
        Film film = film(300, 280);
        double width = CONTRACT.borderlineWidth;
        assertTrue(width > 0);
        for (int side = -1; side <= 1; side += 2) {
            Decision near = decide(film, CONTRACT.threshold + side * width * 0.99, 0);
            assertTrue(near.borderline);
            assertTrue(keys(near, outputs(0.5, 0)).contains("borderline"));
            assertFalse(decide(film, CONTRACT.threshold + side * width * 1.01, 0).borderline);
        }
        assertEquals(LIMIT >= CONTRACT.threshold ? Answer.COVID : Answer.NORMAL,
                decide(film, LIMIT, 0).answer);
    }

    @Test
    public void refusalsHaveTheirReasonAndNoNumber() throws Exception {
        Decision unfamiliar = decide(film(300, 280), CONTRACT.threshold, 1);
        assertEquals(Answer.NOT_RECOGNISED, unfamiliar.answer);
        assertEquals("unfamiliar", unfamiliar.reason);
        assertFalse(unfamiliar.borderline);
        List<Wording.Line> lines = Wording.of(unfamiliar, outputs(0.5, 1));
        assertEquals(3, lines.size());
        for (Wording.Line line : lines) {
            assertEquals(0, line.values().length);
        }
        // A rule comes before novelty, and the first of the rules before the others.
        assertEquals("too_small", decide(film(30, 200), 0.9, 1).reason);
        assertEquals("elongated", decide(film(400, 100), 0.9, 1).reason);
        assertEquals("blank", decide(Film.ofGray(99, 99, new byte[99 * 99]), 0.9, 1).reason);
        byte[] noise = new byte[224 * 224];
        new Random(1).nextBytes(noise);
        assertEquals("noise", decide(Film.ofGray(224, 224, noise), 0.9, 0).reason);
        FilmBuilder red = new FilmBuilder(1);
        red.begin(90, 90);
        int[] row = new int[90];
        for (int y = 0; y < 90; y++) {
            Arrays.fill(row, 0xff0000 | y);
            red.row(row, 0);
        }
        assertEquals("colour", decide(red.film(), 0.9, 0).reason);
        assertEquals("novelty at its threshold is answered", null,
                decide(film(300, 280), 0.9, (float) CONTRACT.noveltyThreshold - 1e-3).reason);
    }

    @Test
    public void aFilmThatLooksTurnedIsSaidToAndAnsweredAllTheSame() {
        byte[] gray = new byte[300 * 300];
        for (int i = 0; i < gray.length; i++) {
            gray[i] = (byte) (255 - 2 * Math.abs(255 * (i / 300) / 300 - 127));
        }
        Decision one = decide(Film.ofGray(300, 300, gray), 0.9, 0);
        assertEquals("left", one.turned);
        assertEquals(Answer.COVID, one.answer);
        assertTrue(keys(one, outputs(0.9, 0)).contains("turned_left"));
        // Where a rule refuses, it would mean nothing.
        assertNull(decide(Film.ofGray(99, 99, new byte[99 * 99]), 0.9, 1).turned);
    }

    @Test
    public void outputsMustBeFiniteAndOfTheirSize() {
        int cells = CONTRACT.heatmapGrid * CONTRACT.heatmapGrid;
        float[][][] wrong = {
            {{0, Float.NaN}, new float[cells], {0}}, {{0, 1, 0}, new float[cells], {0}},
            {{0, 1}, new float[cells - 1], {0}}, {{0, 1}, new float[cells], {}},
            {{0, 1}, new float[cells], {Float.POSITIVE_INFINITY}},
        };
        for (float[][] one : wrong) {
            try {
                new Outputs(CONTRACT, one[0], one[1], one[2]);
                fail("outputs that are none");
            } catch (ModelException expected) {
                assertTrue(expected.getMessage().contains("finite numbers"));
            }
        }
    }

    @Test
    public void heatIsClearWhereThereIsNone() throws Exception {
        float[] heat = new float[49];
        for (int argb : HeatMap.overlay(heat, 7, 30, 20)) {
            assertEquals(0, argb);
        }
        Outputs empty = new Outputs(CONTRACT, new float[] {0, 1}, heat, new float[] {0});
        assertTrue(keys(decide(film(300, 280), 1, 0), empty).contains("heatmap_empty"));
        heat[24] = 5;
        int[] over = HeatMap.overlay(heat, 7, 70, 70);
        assertEquals(0, over[0] >>> 24);
        assertTrue(over[35 * 70 + 35] >>> 24 > 180);
        int before = -1;
        for (int level = 0; level < 256; level++) { // lighter all the way
            int colour = HeatMap.colour(level);
            int light = FilmBuilder.gray(colour >> 16 & 255, colour >> 8 & 255, colour & 255);
            assertTrue(light >= before);
            before = light;
        }
    }

    @Test
    public void timesAreMeasuredAndTold() throws Exception {
        int[] ran = new int[1];
        Benchmark times = Benchmark.measure(pixels -> {
            ran[0]++;
            return outputs(0.5, 0);
        }, new byte[9], 12.5, 30);
        assertEquals(30, times.steadyMs.length);
        assertEquals(ran[0], 1 + times.warmupRuns + 30);
        assertTrue(times.warmupRuns >= 10 && times.warmupRuns <= 50);
        assertTrue(Benchmark.settled(new double[] {9, 9, 9, 9, 9, 9, 9, 9, 9, 9}, 10));
        assertFalse(Benchmark.settled(new double[] {9, 9, 9, 9, 9, 5, 5, 5, 5, 5}, 10));
        assertFalse(Benchmark.settled(new double[9], 9));
        assertEquals(2.5, Benchmark.quantile(new double[] {4, 1, 2, 3}, 0.5), 0);
        assertEquals(1, Benchmark.deviation(new double[] {1, 2, 3}), 1e-12);
        String line = new BenchmarkRecord(CONTRACT, "ab", 7, times, false, new Date(0)).toJson();
        Map<String, Object> record = Repository.map(Json.parse(line));
        assertEquals("1970-01-01T00:00:00Z", record.get("started"));
        assertEquals(Arrays.asList("golden_failed"), record.get("flags"));
        assertNull(record.get("memory"));
    }

    @Test
    public void jsonIsReadStrictly() throws Exception {
        String text = "{\"a\": [1, -2.5e3, true, null, \"\\u00e9\\n\"], \"a b\": {}, \"n\": 1e-7}";
        assertEquals(Json.parse(text), Json.parse(Json.write(Json.parse(text))));
        assertEquals(2L, Repository.map(Json.parse("{\"x\": 1, \"x\": 2}")).get("x"));
        assertEquals(1e30, Json.parse("1000000000000000000000000000000"));
        StringBuilder deep = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            deep.append('[');
        }
        for (String bad : new String[] {"", " ", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1",
            "NaN", "Infinity", "1e999", "'a'", "\"\n\"", "\"\\x\"", "\"\\u12g4\"", "tru", "1 2",
            "{1: 2}", "[1 2]", deep.toString(), "\"a", "\\u0031"}) {
            try {
                fail(Json.parse(bad) + " was read of " + bad);
            } catch (ModelException expected) {
                assertTrue(expected.getMessage().length() < 100);
            }
        }
        assertArrayEquals(new String[] {"[0.5, 2.0]"},
                new String[] {Json.write(new double[] {0.5, 2})});
    }
}
