package org.cxredge.core;

/** A film cut out of a photograph and straightened. */
public final class Perspective {
    private Perspective() {}

    /**
     * The film within the corners as a rectangle whose sides are the longer of each two: no detail
     * is lost. The corners of the whole picture give the very same film.
     */
    public static Film straighten(Film film, Corners corners) throws ReadException {
        if (corners.width() != film.width || corners.height() != film.height) {
            throw new IllegalArgumentException("corners of another picture");
        }
        if (corners.whole()) {
            return film;
        }
        int width = (int) Math.rint(Math.max(side(corners, 0, 1), side(corners, 3, 2)));
        int height = (int) Math.rint(Math.max(side(corners, 0, 3), side(corners, 1, 2)));
        Limits.check(width, height, 2);
        Homography place = new Homography(corners);
        byte[] gray = new byte[width * height];
        for (int y = 0, to = 0; y < height; y++) {
            double v = (y + 0.5) / height;
            for (int x = 0; x < width; x++) {
                double u = (x + 0.5) / width;
                gray[to++] = (byte) sample(film, place.x(u, v) - 0.5, place.y(u, v) - 0.5);
            }
        }
        return new Film(width, height, gray, film.hasColour() ? tints(film, place) : null);
    }

    private static double side(Corners corners, int from, int to) {
        return Math.hypot(corners.x(to) - corners.x(from), corners.y(to) - corners.y(from));
    }

    /** Between the four pixels around a place; what is outside is as the edge. */
    private static int sample(Film film, double x, double y) {
        double inX = Math.min(film.width - 1, Math.max(0, x));
        double inY = Math.min(film.height - 1, Math.max(0, y));
        int left = (int) inX, top = (int) inY;
        int right = Math.min(film.width - 1, left + 1);
        int upper = top * film.width, lower = Math.min(film.height - 1, top + 1) * film.width;
        double across = inX - left, down = inY - top;
        double high = mixed(film.gray[upper + left], film.gray[upper + right], across);
        double low = mixed(film.gray[lower + left], film.gray[lower + right], across);
        return (int) (high + (low - high) * down + 0.5);
    }

    private static double mixed(byte one, byte other, double share) {
        int from = one & 0xff;
        return from + ((other & 0xff) - from) * share;
    }

    /** The colour of what was cut out: looked up in the whole picture's thumbnail. */
    private static byte[] tints(Film film, Homography place) {
        int side = Film.THUMBNAIL;
        byte[] tints = new byte[side * side];
        for (int i = 0; i < tints.length; i++) {
            double u = (i % side + 0.5) / side, v = (i / side + 0.5) / side;
            int column = (int) (place.x(u, v) * side / film.width);
            int row = (int) (place.y(u, v) * side / film.height);
            tints[i] = (byte) film.tint(Math.min(side - 1, Math.max(0, column)),
                    Math.min(side - 1, Math.max(0, row)));
        }
        return tints;
    }
}
