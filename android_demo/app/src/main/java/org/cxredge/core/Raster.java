package org.cxredge.core;

/** A picture's samples as they are stored, before they become a film; exactly one array is set. */
final class Raster {
    final int width, height;
    private byte[] gray; // 8 bits
    private short[] wide; // 0-65535
    private int[] whole; // 32 bits
    private float[] fractions;
    private int[] colours; // 0xRRGGBB

    /** What a pixel is. */
    enum Kind {
        GRAY(1), WIDE(2), WHOLE(4), FRACTION(4), COLOUR(4);

        final int bytes;

        Kind(int bytes) {
            this.bytes = bytes;
        }
    }

    /** Takes the memory, after the claims were checked; two bytes more a pixel come later. */
    Raster(Kind kind, int width, int height) throws ReadException {
        Limits.check(width, height, kind == Kind.GRAY ? 2 : kind == Kind.WIDE ? 4 : kind.bytes + 3);
        this.width = width;
        this.height = height;
        int count = width * height;
        gray = kind == Kind.GRAY ? new byte[count] : null;
        wide = kind == Kind.WIDE ? new short[count] : null;
        whole = kind == Kind.WHOLE ? new int[count] : null;
        fractions = kind == Kind.FRACTION ? new float[count] : null;
        colours = kind == Kind.COLOUR ? new int[count] : null;
    }

    /** Set one sample; its meaning follows from the kind (a fraction is given by its bits). */
    void set(int x, int y, int value) {
        int at = y * width + x;
        if (gray != null) {
            gray[at] = (byte) value;
        } else if (wide != null) {
            wide[at] = (short) value;
        } else if (whole != null) {
            whole[at] = value;
        } else if (fractions != null) {
            fractions[at] = Float.intBitsToFloat(value);
        } else {
            colours[at] = value;
        }
    }

    short[] wide() {
        return wide;
    }

    /**
     * The film. `inverted`: low values are white. `measureUpright`: colour is measured after the
     * picture was turned (TIFF, DICOM), not before (EXIF).
     */
    Film film(int orientation, boolean inverted, boolean measureUpright) throws ReadException {
        if (colours != null) {
            return coloured(orientation, measureUpright);
        }
        if (gray != null) {
            return turned(inverted ? Windowing.inverted(gray) : gray, orientation);
        }
        if (whole != null) {
            wide = Windowing.fitted(whole);
            whole = null;
        } else if (fractions != null) {
            wide = Windowing.stretched(fractions);
            fractions = null;
        }
        return through(Windowing.table(wide, inverted), orientation);
    }

    /** The film of 16-bit values by a table of 65,536 grays. */
    Film through(byte[] table, int orientation) {
        Turn turn = new Turn(orientation, width, height);
        byte[] grays = new byte[wide.length];
        for (int y = 0, from = 0; y < height; y++) {
            for (int x = 0, to = turn.row(y); x < width; x++, to += turn.step()) {
                grays[to] = table[wide[from++] & 0xffff];
            }
        }
        return Film.ofGray(turn.width, turn.height, grays);
    }

    private Film turned(byte[] grays, int orientation) {
        Turn turn = new Turn(orientation, width, height);
        byte[] upright = Turn.apply(orientation, grays, width, height);
        return Film.ofGray(turn.width, turn.height, upright);
    }

    private Film coloured(int orientation, boolean measureUpright) throws ReadException {
        FilmBuilder builder = new FilmBuilder(measureUpright ? 1 : orientation);
        Turn turn = new Turn(measureUpright ? orientation : 1, width, height);
        int[] rows = colours;
        if (measureUpright && orientation > 1 && orientation <= 8) {
            Limits.check(width, height, 10);
            rows = Turn.apply(orientation, colours, width, height);
        }
        builder.begin(turn.width, turn.height);
        for (int y = 0; y < turn.height; y++) {
            builder.row(rows, y * turn.width);
        }
        return builder.film();
    }
}
