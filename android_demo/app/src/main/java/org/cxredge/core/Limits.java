package org.cxredge.core;

import org.cxredge.core.ReadException.Why;

/** What a picture may claim before any memory is taken for it. */
final class Limits {
    static final int MAX_PIXELS = 1 << 26;
    static final int MAX_SIDE = 1 << 15;
    static final int MAX_BYTES = 1 << 28;

    private Limits() {}

    /**
     * Width and height within bounds, and `bytes` a pixel within half of what this process may
     * have: the other half is the app's.
     */
    static void check(long width, long height, int bytes) throws ReadException {
        if (width <= 0 || height <= 0) {
            throw new ReadException(Why.NO_PIXELS, "");
        }
        if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
            throw tooLarge(width + "x" + height);
        }
        if (width * height * bytes > Runtime.getRuntime().maxMemory() / 2) {
            throw noMemory(width + "x" + height);
        }
    }

    /**
     * What a decoder of the phone's must hold of a picture beside the rows that it gives, outside
     * of this process's heap: as much again as the heap may have. Nothing says how much there is
     * without the system ending the app; the heap's size goes by the phone's.
     */
    static void checkDecoder(long bytes) throws ReadException {
        if (bytes > Runtime.getRuntime().maxMemory()) {
            throw new ReadException(Why.NO_MEMORY_AT_ONCE, bytes + " bytes");
        }
    }

    static ReadException tooLarge(String detail) {
        return new ReadException(Why.TOO_LARGE, detail);
    }

    static ReadException noMemory(String detail) {
        return new ReadException(Why.NO_MEMORY, detail);
    }
}
