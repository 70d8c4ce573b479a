package org.cxredge.core;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What a picture that is no film breaks: `edge_runtime/film_rules.py`. */
final class FilmRules {
    /** The codes, in the order in which they are tried. */
    static final List<String> CODES = Collections.unmodifiableList(
            Arrays.asList("too_small", "elongated", "colour", "blank", "noise"));

    private FilmRules() {}

    /**
     * The code of the first rule that is broken, null for a film.
     *
     * @param pixels `size * size` grays; a rule that `limits` does not name is not applied
     */
    static String refusal(int width, int height, double colour, byte[] pixels, int size,
            Map<String, Double> limits) {
        for (String code : CODES) {
            Double limit = limits.get(code);
            if (limit != null && breaks(code, limit, width, height, colour, pixels, size)) {
                return code;
            }
        }
        return null;
    }

    private static boolean breaks(String code, double limit, int width, int height, double colour,
            byte[] pixels, int size) {
        int shorter = Math.min(width, height);
        switch (code) {
            case "too_small":
                return shorter < limit;
            case "elongated":
                return Math.max(width, height) > limit * shorter;
            case "colour":
                return colour > limit;
            case "blank":
                return Math.sqrt(variance(pixels)) < limit;
            default:
                return roughness(pixels, size) > limit;
        }
    }

    /** Mean square of the step to the right neighbour over twice the variance; 0 for one gray. */
    static double roughness(byte[] pixels, int size) {
        double variance = variance(pixels);
        if (variance == 0 || size < 2) {
            return 0;
        }
        long squares = 0;
        for (int at = 0; at < pixels.length; at += size) {
            for (int x = at + 1; x < at + size; x++) {
                int step = (pixels[x] & 0xff) - (pixels[x - 1] & 0xff);
                squares += step * step;
            }
        }
        long steps = (long) (size - 1) * (pixels.length / size);
        return (double) squares / steps / (2 * variance);
    }

    /** From whole sums, so that every port divides the same two numbers. */
    static double variance(byte[] pixels) {
        long total = 0, squares = 0, count = pixels.length;
        for (byte pixel : pixels) {
            int gray = pixel & 0xff;
            total += gray;
            squares += gray * gray;
        }
        BigInteger over = BigInteger.valueOf(count).multiply(BigInteger.valueOf(squares))
                .subtract(BigInteger.valueOf(total).pow(2));
        return over.doubleValue() / ((double) count * count);
    }
}
