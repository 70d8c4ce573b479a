package org.cxredge.core;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The first directory of a TIFF: numbers by tag. */
final class TiffTags {
    static final int WIDTH = 256, HEIGHT = 257, BITS = 258, COMPRESSION = 259, PHOTOMETRIC = 262,
            FILL_ORDER = 266, STRIP_OFFSETS = 273, ORIENTATION = 274, SAMPLES = 277,
            ROWS_PER_STRIP = 278, STRIP_BYTES = 279, PLANES = 284, PREDICTOR = 317,
            PALETTE = 320, TILE_WIDTH = 322, TILE_HEIGHT = 323, TILE_OFFSETS = 324,
            TILE_BYTES = 325, EXTRA_SAMPLES = 338, SAMPLE_FORMAT = 339;

    private static final Set<Integer> READ = new HashSet<>(Arrays.asList(WIDTH, HEIGHT, BITS,
            COMPRESSION, PHOTOMETRIC, FILL_ORDER, STRIP_OFFSETS, ORIENTATION, SAMPLES,
            ROWS_PER_STRIP, STRIP_BYTES, PLANES, PREDICTOR, PALETTE, TILE_WIDTH, TILE_HEIGHT,
            TILE_OFFSETS, TILE_BYTES, EXTRA_SAMPLES, SAMPLE_FORMAT));

    private final Bytes file;
    // Tag -> {bytes each, count, place}.
    private final Map<Integer, long[]> places = new HashMap<>();

    TiffTags(Bytes file) throws ReadException {
        this.file = file;
        long at = file.u32(4);
        int count = file.u16(at);
        for (int i = 0; i < count && entry(at + 2 + 12L * i); i++) {
            // Until one leads out of the file: Pillow reads no tag behind it.
        }
    }

    private boolean entry(long entry) throws ReadException {
        int tag = file.u16(entry), type = file.u16(entry + 2);
        if (places.containsKey(tag) || !READ.contains(tag)) {
            return !leadsOut(entry, type == 3 ? 2 : type == 4 ? 4 : 1);
        }
        int each = type == 3 ? 2 : type == 4 ? 4 : 0;
        if (each == 0 && tag == ORIENTATION) {
            return true; // Pillow leaves such a picture as it is
        }
        long many = file.u32(entry + 4);
        long place = each * many <= 4 ? entry + 8 : file.u32(entry + 8);
        if (each == 0 || many == 0 || place + each * many > file.size) {
            throw ReadException.damaged("its header makes no sense");
        }
        places.put(tag, new long[] {each, many, place});
        return true;
    }

    private boolean leadsOut(long entry, int each) throws ReadException {
        long bytes = each * file.u32(entry + 4);
        return bytes > 4 && bytes <= file.size && file.u32(entry + 8) + bytes > file.size;
    }

    boolean has(int tag) {
        return places.containsKey(tag);
    }

    int count(int tag) {
        long[] place = places.get(tag);
        return place == null ? 0 : (int) place[1];
    }

    /** One of a tag's numbers; `otherwise` where it is not there. */
    long get(int tag, int index, long otherwise) throws ReadException {
        long[] place = places.get(tag);
        if (place == null || index >= place[1]) {
            return otherwise;
        }
        long at = place[2] + place[0] * index;
        return place[0] == 2 ? file.u16(at) : file.u32(at);
    }

    long get(int tag, long otherwise) throws ReadException {
        return get(tag, 0, otherwise);
    }
}
