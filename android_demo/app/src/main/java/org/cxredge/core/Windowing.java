package org.cxredge.core;

/**
 * More than 8 bits a pixel -> 8, in whole numbers: `edge_runtime/windowing.py`.
 *
 * <p>A thousandth of the pixels at either end does not set the contrast.
 */
final class Windowing {
    static final int LEVELS = 65536;
    /** The most pixels that may be fractions. */
    static final int MOST_FRACTIONS = 1 << 24;

    private static final int TAIL = 1000;

    private Windowing() {}

    /** The gray of each value 0-65535 by the values' own histogram. */
    static byte[] table(short[] values, boolean inverted) {
        int[] limits = limits(values);
        return ramp(limits[0], limits[1], inverted);
    }

    /** `low` and `high` of values that are 0-65535 (as unsigned shorts). */
    static int[] limits(short[] values) {
        int[] histogram = new int[LEVELS];
        for (short value : values) {
            histogram[value & 0xffff]++;
        }
        int last = values.length - 1;
        int tail = values.length / TAIL;
        int low = at(histogram, tail);
        int high = at(histogram, last - tail);
        if (low < high) {
            return new int[] {low, high};
        }
        return new int[] {at(histogram, 0), at(histogram, last)};
    }

    private static int at(int[] histogram, int place) {
        int level = 0;
        while (place >= histogram[level]) {
            place -= histogram[level++];
        }
        return level;
    }

    /** The gray of each value 0-65535 under the window `low`-`high`; one value alone is black. */
    static byte[] ramp(int low, int high, boolean inverted) {
        byte[] grays = new byte[LEVELS];
        int span = high - low;
        for (int value = 0; value < LEVELS && span > 0; value++) {
            int inside = value < low ? 0 : value >= high ? 255
                    : ((value - low) * 255 + span / 2) / span;
            grays[value] = (byte) inside;
        }
        return inverted ? inverted(grays) : grays;
    }

    static byte[] inverted(byte[] grays) {
        byte[] turned = new byte[grays.length];
        for (int i = 0; i < grays.length; i++) {
            turned[i] = (byte) (255 - (grays[i] & 0xff));
        }
        return turned;
    }

    /** 32-bit numbers -> 0-65535: as they are, or moved to 0 and halved until they fit. */
    static short[] fitted(int[] values) {
        long least = Integer.MAX_VALUE, most = Integer.MIN_VALUE;
        for (int value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        boolean fits = least >= 0 && most < LEVELS;
        long start = fits ? 0 : least;
        int bits = 64 - Long.numberOfLeadingZeros(most - least);
        int halvings = fits ? 0 : Math.max(0, bits - 16);
        short[] whole = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            whole[i] = (short) (values[i] - start >> halvings);
        }
        return whole;
    }

    /** Fractions -> 0-65535, stretched over their span. Refuses what is not a finite number. */
    static short[] stretched(float[] values) throws ReadException {
        if (values.length > MOST_FRACTIONS) {
            throw Limits.tooLarge("more than " + MOST_FRACTIONS + " pixels that are fractions");
        }
        double least = Double.POSITIVE_INFINITY, most = Double.NEGATIVE_INFINITY;
        for (float value : values) {
            if (Float.isNaN(value) || Float.isInfinite(value)) {
                throw ReadException.damaged("it holds pixels that are not finite numbers");
            }
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        double span = most - least != 0 ? most - least : 1;
        short[] whole = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            whole[i] = (short) (int) ((values[i] - least) * 65535 / span);
        }
        return whole;
    }
}
