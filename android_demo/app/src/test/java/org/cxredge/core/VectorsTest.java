package org.cxredge.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/** Every committed vector: the same pixels to the bit, and the same reason where it is no film. */
@RunWith(Parameterized.class)
public class VectorsTest {
    @Parameter public String name;

    @Parameter(1)
    public Map<String, Object> item;

    @Parameter(2)
    public Map<String, Double> rules;

    @Parameters(name = "{0}")
    public static List<Object[]> items() throws Exception {
        Map<String, Object> index = Repository.map(
                Json.parse(Repository.text(Repository.VECTORS.resolve("index.json"))));
        assertEquals((long) Contract.PIXELS, index.get("pixels"));
        Map<String, Double> rules = new LinkedHashMap<>();
        for (Map.Entry<String, Object> rule : Repository.map(index.get("film_rules")).entrySet()) {
            rules.put(rule.getKey(), ((Number) rule.getValue()).doubleValue());
        }
        assertTrue(FilmRules.CODES.containsAll(rules.keySet()));
        List<Object[]> rows = new ArrayList<>();
        for (Object one : Repository.list(index.get("items"))) {
            Map<String, Object> item = Repository.map(one);
            rows.add(new Object[] {item.get("file"), item, rules});
        }
        return rows;
    }

    @Test
    public void isMet() throws Exception {
        if (name.endsWith(".webp")) { // the phone's to decode; the rest of the way is the same
            try {
                FilmReader.read(Repository.vector(name), null);
                fail("WebP was read without a decoder for it");
            } catch (ReadException error) {
                assertEquals(ReadException.Why.UNSUPPORTED, error.why);
            }
            return;
        }
        Film film = FilmReader.decoded(Repository.vector(name), null);
        assertEquals(item.get("width"), (long) film.width);
        assertEquals(item.get("height"), (long) film.height);
        assertEquals((Double) item.get("colour"), film.colour, 0);
        for (Map.Entry<String, Object> one : Repository.map(item.get("pixels")).entrySet()) {
            int size = Integer.parseInt(one.getKey());
            byte[] pixels = film.pixels(size);
            Object raws = item.getOrDefault("raw", new LinkedHashMap<>());
            String raw = (String) Repository.map(raws).get(one.getKey());
            if (raw != null) {
                assertArrayEquals(Files.readAllBytes(Repository.VECTORS.resolve(raw)), pixels);
            }
            assertEquals("pixels at " + size, one.getValue(), Films.sha256(pixels));
            String reason = FilmRules.refusal(
                    film.width, film.height, film.colour, pixels, size, rules);
            assertEquals(Repository.map(item.get("reason")).get(one.getKey()), reason);
            assertEquals(Repository.map(item.get("turned")).get(one.getKey()),
                    Turned.of(pixels, size));
        }
    }
}
