package org.cxredge.core;

/** Whether a film lies on its side or upside down: `edge_runtime/turned.py`, to the bit. */
final class Turned {
    private static final int BLOCKS = 8;
    /** Where the top of the film is; null at the top. The first of several that fit alike wins. */
    private static final String[] TURNS = {null, "left", "upside_down", "right"};
    /** The template's left half; its right half is the mirror image. */
    private static final int[][] HALF = {
        {-6, -40, -38, 41},
        {23, 12, -39, -3},
        {45, 14, -58, -17},
        {-3, -23, -66, -8},
        {-55, -50, -44, 8},
        {-33, 3, 58, 127},
        {-23, -12, 22, 76},
        {6, 39, 27, 17},
    };

    private Turned() {}

    /** "left", "upside_down", "right", or null for a film that is upright. */
    static String of(byte[] pixels, int size) {
        int side = size / BLOCKS;
        if (side == 0) {
            return null;
        }
        long[] scores = new long[TURNS.length];
        for (int row = 0; row < BLOCKS; row++) {
            for (int column = 0; column < BLOCKS; column++) {
                long gray = gray(pixels, size, row * side, column * side, side);
                int i = row;
                int j = column;
                for (int turn = 0; turn < TURNS.length; turn++) {
                    scores[turn] += HALF[i][Math.min(j, BLOCKS - 1 - j)] * gray;
                    int other = i; // where a quarter turn has it from
                    i = j;
                    j = BLOCKS - 1 - other;
                }
            }
        }
        int best = 0;
        for (int turn = 1; turn < TURNS.length; turn++) {
            best = scores[turn] > scores[best] ? turn : best;
        }
        return TURNS[best];
    }

    /** The mean of a block, rounded as Pillow's `reduce` does. */
    private static long gray(byte[] pixels, int size, int top, int left, int side) {
        long sum = 0;
        for (int y = top; y < top + side; y++) {
            for (int x = left; x < left + side; x++) {
                sum += pixels[y * size + x] & 0xff;
            }
        }
        int count = side * side;
        return (sum + count / 2) * ((1 << 24) / count) >> 24;
    }
}
