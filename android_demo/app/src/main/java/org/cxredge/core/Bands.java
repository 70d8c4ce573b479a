package org.cxredge.core;

/**
 * How a large picture is cut into bands of rows.
 *
 * <p>For each band a decoder goes through the file from its beginning: few bands cost little time,
 * low ones little memory. A phone with a small heap has little memory altogether, so a band may
 * take a quarter of what the heap may, and never more than a picture that is decoded whole.
 */
public final class Bands {
    /** Pixels of a picture that is decoded whole, 64 MB as colours. */
    public static final int WHOLE = 1 << 24;

    private static final int BYTES = 4; // a pixel as a colour
    private static final int BLOCK = 16; // rows: JPEG's blocks, where colour is halved

    private Bands() {}

    /** Rows of a band where the process may have `heap` bytes: all bands are about as high. */
    public static int rows(int width, int height, long heap) {
        long pixels = Math.min(WHOLE, heap / 4 / BYTES);
        long most = Math.max(BLOCK, pixels / width / BLOCK * BLOCK);
        long bands = (height + most - 1) / most;
        return rounded((height + bands - 1) / bands);
    }

    /** Where there is no memory for that many rows: half of them, 0 where there is no half. */
    public static int fewer(int rows) {
        return rows <= BLOCK ? 0 : rounded(rows / 2);
    }

    private static int rounded(long rows) {
        return (int) ((rows + BLOCK - 1) / BLOCK * BLOCK);
    }
}
