package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import android.graphics.Bitmap;
import android.graphics.Color;

/**
 * Whether two pictures look alike: they are compared as means of squares of pixels, so that an
 * edge that is smoothed otherwise does not count, and a word that moved does.
 */
final class Likeness {
    private static final int SQUARE = 6; // pixels
    private static final int MOST = 40; // of 255, in any square and channel
    private static final double MEAN = 1.2; // over all squares; the committed ones have 256 colours

    private Likeness() {}

    static void check(Bitmap wanted, Bitmap drawn, String name) {
        assertEquals(name + ": width", wanted.getWidth(), drawn.getWidth());
        assertEquals(name + ": height", wanted.getHeight(), drawn.getHeight());
        int worst = 0;
        double sum = 0;
        int count = 0;
        for (int y = 0; y + SQUARE <= drawn.getHeight(); y += SQUARE) {
            for (int x = 0; x + SQUARE <= drawn.getWidth(); x += SQUARE) {
                int off = difference(mean(wanted, x, y), mean(drawn, x, y));
                worst = Math.max(worst, off);
                sum += off;
                count++;
            }
        }
        assertTrue(
                name + " looks otherwise: a square is off by " + worst + ", all by " + sum / count,
                worst <= MOST && sum / count <= MEAN);
    }

    private static int difference(int[] one, int[] other) {
        int most = 0;
        for (int i = 0; i < one.length; i++) {
            most = Math.max(most, Math.abs(one[i] - other[i]));
        }
        return most;
    }

    private static int[] mean(Bitmap picture, int left, int top) {
        int[] pixels = new int[SQUARE * SQUARE];
        picture.getPixels(pixels, 0, SQUARE, left, top, SQUARE, SQUARE);
        int[] sums = new int[3];
        for (int pixel : pixels) {
            sums[0] += Color.red(pixel);
            sums[1] += Color.green(pixel);
            sums[2] += Color.blue(pixel);
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= pixels.length;
        }
        return sums;
    }
}
