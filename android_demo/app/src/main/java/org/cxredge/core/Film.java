package org.cxredge.core;

/** A decoded film: gray, upright, at its full size. */
public final class Film {
    /** The side of the thumbnail on which colour is measured. */
    static final int THUMBNAIL = 64;

    public final int width;
    public final int height;
    /** `byte[height * width]`, row by row; not to be written to. */
    public final byte[] gray;
    /** Mean over a thumbnail of the largest less the smallest channel, in grays; 0 for gray. */
    public final double colour;

    private final byte[] tints; // that difference by pixel of the upright thumbnail, null for gray

    Film(int width, int height, byte[] gray, byte[] tints) {
        this.width = width;
        this.height = height;
        this.gray = gray;
        this.tints = tints;
        long sum = 0;
        for (int i = 0; tints != null && i < tints.length; i++) {
            sum += tints[i] & 0xff;
        }
        this.colour = (double) sum / (THUMBNAIL * THUMBNAIL);
    }

    /** A film that never had colour. */
    public static Film ofGray(int width, int height, byte[] gray) {
        if (gray.length != width * height) {
            throw new IllegalArgumentException(gray.length + " pixels of " + width + "x" + height);
        }
        return new Film(width, height, gray, null);
    }

    /** The contract's pixels: `size * size` grays, row by row. */
    public byte[] pixels(int size) {
        return Resize.picture(gray, width, height, size, size, Resize.Filter.BILINEAR);
    }

    /** How far from gray the picture is at a place of its thumbnail, 0-255. */
    int tint(int column, int row) {
        return tints == null ? 0 : tints[row * THUMBNAIL + column] & 0xff;
    }

    boolean hasColour() {
        return tints != null;
    }
}
