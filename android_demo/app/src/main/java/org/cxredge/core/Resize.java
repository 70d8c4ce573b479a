package org.cxredge.core;

/**
 * Antialiased resizing of 8-bit grays in whole numbers, equal to the bit to Pillow's.
 *
 * <p>Weights are worked out in doubles and rounded to 22 bits. A picture is resized for all rows
 * (width), rounded to bytes, then for all columns: two passes, as the contract says.
 */
final class Resize {
    private static final int BITS = 22;

    /** How much an input weighs by its distance from the output, and how far that reaches. */
    enum Filter {
        BILINEAR(1) {
            @Override
            double weight(double x) {
                double away = Math.abs(x);
                return away < 1 ? 1 - away : 0;
            }
        },
        BICUBIC(2) {
            @Override
            double weight(double x) {
                double a = -0.5;
                double away = Math.abs(x);
                if (away < 1) {
                    return ((a + 2) * away - (a + 3)) * away * away + 1;
                }
                return away < 2 ? (((away - 5) * away + 8) * away - 4) * a : 0;
            }
        };

        final double reach;

        Filter(double reach) {
            this.reach = reach;
        }

        abstract double weight(double x);
    }

    private final int[] first;
    private final int[][] weights;

    /** For lines of `inputs` pixels that become `size` pixels. */
    Resize(int inputs, int size, Filter filter) {
        first = new int[size];
        weights = new int[size][];
        double scale = (double) inputs / size;
        double wide = Math.max(scale, 1);
        double reach = filter.reach * wide;
        double per = 1.0 / wide;
        for (int i = 0; i < size; i++) {
            double centre = (i + 0.5) * scale;
            int from = Math.max(0, (int) (centre - reach + 0.5));
            int behind = Math.min(inputs, (int) (centre + reach + 0.5));
            double[] parts = new double[behind - from];
            double sum = 0;
            for (int j = 0; j < parts.length; j++) {
                parts[j] = filter.weight((j + from - centre + 0.5) * per);
                sum += parts[j];
            }
            first[i] = from;
            weights[i] = new int[parts.length];
            for (int j = 0; j < parts.length; j++) {
                double part = (sum != 0 ? parts[j] / sum : parts[j]) * (1 << BITS);
                weights[i][j] = (int) (part < 0 ? part - 0.5 : part + 0.5);
            }
        }
    }

    /** One line, whose pixels are `step` bytes apart, into another. */
    void line(byte[] from, int at, int step, byte[] to, int toAt, int toStep) {
        for (int i = 0; i < first.length; i++, toAt += toStep) {
            int[] weight = weights[i];
            int sum = 1 << BITS - 1;
            for (int j = 0, place = at + first[i] * step; j < weight.length; j++, place += step) {
                sum += (from[place] & 0xff) * weight[j];
            }
            sum >>= BITS;
            to[toAt] = (byte) (sum < 0 ? 0 : sum > 255 ? 255 : sum);
        }
    }

    /** `byte[height * width]` -> `byte[rows * columns]`, width first. */
    static byte[] picture(byte[] gray, int width, int height, int columns, int rows,
            Filter filter) {
        byte[] tall = new byte[columns * height];
        Resize side = new Resize(width, columns, filter);
        for (int y = 0; y < height; y++) {
            side.line(gray, y * width, 1, tall, y * columns, 1);
        }
        return columns(tall, columns, height, rows, filter);
    }

    /** The second pass alone: `byte[height * columns]` -> `byte[rows * columns]`. */
    static byte[] columns(byte[] tall, int columns, int height, int rows, Filter filter) {
        byte[] small = new byte[columns * rows];
        Resize side = new Resize(height, rows, filter);
        for (int x = 0; x < columns; x++) {
            side.line(tall, x, columns, small, x, columns);
        }
        return small;
    }
}
