package org.cxredge.core;

/** PNG films: gray of 1-16 bits, palette and colour of 8 bits, interlaced or not. */
final class PngReader {
    // Adam7: where each pass begins and how far its pixels are apart.
    private static final int[][] PASSES = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2},
        {0, 1, 1, 2},
    };
    private static final int[] GRAY = grays(1), GRAY_2 = grays(85), GRAY_4 = grays(17);

    private final PngChunks png;
    private final int channels, depth;
    private final Raster.Kind kind;
    private final int[] colours; // of a sample of at most 8 bits, where it is no colour channel

    private PngReader(PngChunks png) throws ReadException {
        this.png = png;
        channels = png.channels();
        depth = png.depth;
        if (depth == 16 && png.type != 0) {
            throw ReadException.unsupported("a PNG of 16 bits in colour or with transparency");
        }
        if (png.type == 3 && png.palette == null) {
            throw ReadException.damaged("its palette is not there");
        }
        boolean gray = png.type == 0 || png.type == 4;
        kind = depth == 16 ? Raster.Kind.WIDE : gray ? Raster.Kind.GRAY : Raster.Kind.COLOUR;
        colours = png.type == 3 ? png.palette
                : depth == 1 ? grays(255) : depth == 2 ? GRAY_2 : depth == 4 ? GRAY_4 : GRAY;
    }

    static Film read(Bytes file) throws ReadException {
        PngChunks png = PngChunks.of(file);
        PngReader reader = new PngReader(png);
        int turn;
        try {
            turn = png.orientation();
        } catch (ReadException damagedTag) {
            turn = 1;
        }
        try (Inflated rows = new Inflated(file, png.data)) {
            boolean streamed = reader.kind == Raster.Kind.COLOUR && !png.interlaced;
            return streamed ? reader.streamed(rows, turn) : reader.whole(rows, turn);
        }
    }

    private Film streamed(Inflated rows, int turn) throws ReadException {
        FilmBuilder builder = new FilmBuilder(turn);
        builder.begin(png.width, png.height);
        int[] line = new int[png.width];
        Rows pass = new Rows(rows, png.width);
        for (int y = 0; y < png.height; y++) {
            pass.next();
            for (int x = 0; x < line.length; x++) {
                line[x] = sample(pass.row, x);
            }
            builder.row(line, 0);
        }
        return builder.film();
    }

    private Film whole(Inflated rows, int turn) throws ReadException {
        Raster raster = new Raster(kind, png.width, png.height);
        int[][] passes = png.interlaced ? PASSES : new int[][] {{0, 0, 1, 1}};
        for (int[] one : passes) {
            int across = (png.width - one[0] + one[2] - 1) / one[2];
            if (across <= 0 || one[1] >= png.height) {
                continue;
            }
            Rows pass = new Rows(rows, across);
            for (int y = one[1]; y < png.height; y += one[3]) {
                pass.next();
                for (int i = 0, x = one[0]; i < across; i++, x += one[2]) {
                    raster.set(x, y, sample(pass.row, i));
                }
            }
        }
        return raster.film(turn, false, false);
    }

    /** The sample of a pixel as its raster takes it. */
    private int sample(byte[] row, int x) {
        if (depth == 16) {
            return (row[2 * x] & 0xff) << 8 | row[2 * x + 1] & 0xff;
        }
        if (depth < 8) {
            int bit = x * depth;
            return colours[row[bit >> 3] >> 8 - depth - (bit & 7) & (1 << depth) - 1];
        }
        int at = x * channels;
        if (channels < 3) {
            return colours[row[at] & 0xff];
        }
        return (row[at] & 0xff) << 16 | (row[at + 1] & 0xff) << 8 | row[at + 2] & 0xff;
    }

    private static int[] grays(int step) {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            table[i] = i * step & 0xff;
        }
        return table;
    }

    /** The rows of one pass, their filters undone. */
    private final class Rows {
        private final Inflated from;
        private final int apart; // bytes from a pixel to the next
        private final byte[] filter = new byte[1];
        private byte[] above;
        byte[] row;

        Rows(Inflated from, int across) {
            this.from = from;
            int bits = channels * depth;
            apart = Math.max(1, bits / 8);
            row = new byte[(int) (((long) across * bits + 7) / 8)];
            above = new byte[row.length];
        }

        void next() throws ReadException {
            byte[] old = above;
            above = row;
            row = old;
            from.read(filter, 0, 1);
            from.read(row, 0, row.length);
            switch (filter[0]) {
                case 0:
                    break;
                case 1:
                    for (int i = apart; i < row.length; i++) {
                        row[i] += row[i - apart];
                    }
                    break;
                case 2:
                    for (int i = 0; i < row.length; i++) {
                        row[i] += above[i];
                    }
                    break;
                case 3:
                    for (int i = 0; i < row.length; i++) {
                        int left = i < apart ? 0 : row[i - apart] & 0xff;
                        row[i] += (byte) (left + (above[i] & 0xff) >> 1);
                    }
                    break;
                case 4:
                    for (int i = 0; i < row.length; i++) {
                        row[i] += i < apart ? above[i]
                                : (byte) nearest(row[i - apart], above[i], above[i - apart]);
                    }
                    break;
                default:
                    throw ReadException.damaged("its rows are coded as no PNG's are");
            }
        }

        private int nearest(byte left, byte up, byte corner) {
            int a = left & 0xff, b = up & 0xff, c = corner & 0xff;
            int toA = Math.abs(b - c), toB = Math.abs(a - c), toC = Math.abs(a + b - 2 * c);
            return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
        }
    }
}
