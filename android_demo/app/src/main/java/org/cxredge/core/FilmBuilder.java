package org.cxredge.core;

import org.cxredge.core.Resize.Filter;

/**
 * Rows of colours in, an upright gray film out; no more than a byte a pixel is held.
 *
 * <p>Gray is `(19595 R + 38470 G + 7471 B + 32768) >> 16`; alpha is not looked at. Colour is
 * measured on a thumbnail of the picture as it is stored, width first.
 */
public final class FilmBuilder implements PhoneDecoder.Rows {
    private static final int SIDE = Film.THUMBNAIL;

    private final int orientation;
    private Turn turn;
    private int width, height, next;
    private byte[] gray;
    private Resize narrow;
    private byte[][] channels; // each height x 64
    private byte[] line;

    /** `orientation`: EXIF's number, 1-8; any other leaves the picture as it is. */
    public FilmBuilder(int orientation) {
        this.orientation = orientation;
    }

    @Override
    public void begin(int width, int height) throws ReadException {
        Limits.check(width, height, 1);
        this.width = width;
        this.height = height;
        turn = new Turn(orientation, width, height);
        gray = new byte[width * height];
        narrow = new Resize(width, SIDE, Filter.BILINEAR);
        channels = new byte[3][SIDE * height];
        line = new byte[width];
        next = 0;
    }

    @Override
    public void row(int[] argb, int offset) throws ReadException {
        if (gray == null || next == height) {
            throw ReadException.damaged("it has more rows than it says");
        }
        for (int x = 0, to = turn.row(next), step = turn.step(); x < width; x++, to += step) {
            int one = argb[offset + x];
            gray[to] = (byte) gray(one >> 16 & 0xff, one >> 8 & 0xff, one & 0xff);
        }
        for (int c = 0; c < 3; c++) {
            for (int x = 0, shift = 16 - 8 * c; x < width; x++) {
                line[x] = (byte) (argb[offset + x] >> shift);
            }
            narrow.line(line, 0, 1, channels[c], next * SIDE, 1);
        }
        next++;
    }

    /** The film, once all its rows are there. */
    public Film film() throws ReadException {
        if (gray == null || next < height) {
            throw ReadException.damaged("its rows end too early");
        }
        byte[][] small = new byte[3][];
        for (int c = 0; c < 3; c++) {
            small[c] = Resize.columns(channels[c], SIDE, height, SIDE, Filter.BILINEAR);
        }
        byte[] tints = new byte[SIDE * SIDE];
        for (int i = 0; i < tints.length; i++) {
            int r = small[0][i] & 0xff, g = small[1][i] & 0xff, b = small[2][i] & 0xff;
            tints[i] = (byte) (Math.max(Math.max(r, g), b) - Math.min(Math.min(r, g), b));
        }
        byte[] upright = Turn.apply(orientation, tints, SIDE, SIDE);
        return new Film(turn.width, turn.height, gray, upright);
    }

    static int gray(int red, int green, int blue) {
        return 19595 * red + 38470 * green + 7471 * blue + 32768 >> 16;
    }
}
