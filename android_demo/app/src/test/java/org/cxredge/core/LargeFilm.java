package org.cxredge.core;

import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a film of `WIDTH` x `HEIGHT` takes of this process's heap, whose limit is the virtual
 * machine's: one object of JSON. The phone's decoder stands outside of it, and is left out here.
 */
public final class LargeFilm {
    private LargeFilm() {}

    /** Arguments: FILE WIDTH HEIGHT. */
    public static void main(String[] words) throws Exception {
        int width = Integer.parseInt(words[1]), height = Integer.parseInt(words[2]);
        long heap = Runtime.getRuntime().maxMemory();
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("band_rows", Bands.rows(width, height, heap));
        try (InputStream in = Files.newInputStream(Paths.get(words[0]))) {
            Film film = read(FilmReader.held(in), width, height);
            said.put("width", film.width);
            said.put("tall", Films.sha256(film.pixels(224)));
        } catch (ReadException error) {
            said.put("error", error.why.name());
            said.put("detail", error.detail);
        }
        long peak = 0; // of each part of the heap by itself: together they may never have been
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            peak += pool.getType() == MemoryType.HEAP ? pool.getPeakUsage().getUsed() : 0;
        }
        said.put("peak_bytes", peak);
        System.out.println(Json.write(said));
    }

    private static Film read(ByteBuffer file, int width, int height) throws ReadException {
        return FilmReader.read(file, (encoded, rows) -> {
            rows.begin(width, height);
            int[] line = new int[width];
            for (int y = 0; y < height; y++) {
                java.util.Arrays.fill(line, 0x010101 * (y & 255));
                rows.row(line, 0);
            }
        });
    }
}
