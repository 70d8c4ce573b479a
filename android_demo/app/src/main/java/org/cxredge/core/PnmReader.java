package org.cxredge.core;

/** PGM and PPM of bytes (P5, P6): 8 bits, and gray of 16. */
final class PnmReader {
    private final Bytes file;
    private int at = 2;

    private PnmReader(Bytes file) {
        this.file = file;
    }

    static Film read(Bytes file) throws ReadException {
        int kind = file.u8(1) - '0';
        if (kind < 5) {
            throw ReadException.unsupported("a PGM or PBM that is not of bytes (P5, P6)");
        }
        PnmReader reader = new PnmReader(file);
        int width = reader.number(), height = reader.number(), most = reader.number();
        if (most < 1 || most > 65535) {
            throw ReadException.damaged("its greatest value is none");
        }
        if (kind == 6 && most > 255) {
            throw ReadException.unsupported("a PPM of 16 bits in colour");
        }
        return kind == 6 ? reader.colour(width, height, most) : reader.gray(width, height, most);
    }

    private Film gray(int width, int height, int most) throws ReadException {
        boolean wide = most > 255;
        Limits.check(width, height, 4);
        int[] levels = levels(most, wide ? 65535 : 255);
        int bytes = wide ? 2 : 1;
        byte[] row = new byte[width * bytes];
        file.u8((long) at + (long) width * height * bytes - 1); // all there, before memory is taken
        Raster raster = new Raster(wide ? Raster.Kind.WIDE : Raster.Kind.GRAY, width, height);
        for (int y = 0; y < height; y++, at += row.length) {
            file.copy(at, row, 0, row.length);
            for (int x = 0; x < width; x++) {
                int value = wide ? (row[2 * x] & 0xff) << 8 | row[2 * x + 1] & 0xff : row[x] & 0xff;
                raster.set(x, y, levels[value]);
            }
        }
        return raster.film(1, false, false);
    }

    private Film colour(int width, int height, int most) throws ReadException {
        Limits.check(width, height, 1);
        int[] levels = levels(most, 255);
        byte[] row = new byte[3 * width];
        int[] line = new int[width];
        file.u8((long) at + 3L * width * height - 1);
        FilmBuilder builder = new FilmBuilder(1);
        builder.begin(width, height);
        for (int y = 0; y < height; y++, at += row.length) {
            file.copy(at, row, 0, row.length);
            for (int x = 0; x < width; x++) {
                line[x] = levels[row[3 * x] & 0xff] << 16 | levels[row[3 * x + 1] & 0xff] << 8
                        | levels[row[3 * x + 2] & 0xff];
            }
            builder.row(line, 0);
        }
        return builder.film();
    }

    /** What a value becomes so that the greatest is white; halves go to the even number. */
    private static int[] levels(int most, int white) {
        int[] levels = new int[most > 255 ? 65536 : 256];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (int) Math.min(white, Math.rint((double) i / most * white));
        }
        return levels;
    }

    /** One number of the header and the one blank behind it. */
    private int number() throws ReadException {
        int one = character();
        while (blank(one)) {
            one = character();
        }
        int value = 0, digits = 0;
        for (; one >= '0' && one <= '9'; one = character(), digits++) {
            value = value * 10 + one - '0';
            if (digits > 8) {
                throw ReadException.damaged("a number of its header is too long");
            }
        }
        if (digits == 0 || !blank(one)) {
            throw ReadException.damaged("its header makes no sense");
        }
        return value;
    }

    private int character() throws ReadException {
        int one = file.u8(at++);
        if (one == '#') {
            while (one != '\n' && one != '\r') {
                one = file.u8(at++);
            }
        }
        return one;
    }

    private static boolean blank(int one) {
        return one == ' ' || one >= '\t' && one <= '\r';
    }
}
