package org.cxredge.core;

import static org.cxredge.core.TiffTags.BITS;
import static org.cxredge.core.TiffTags.COMPRESSION;
import static org.cxredge.core.TiffTags.EXTRA_SAMPLES;
import static org.cxredge.core.TiffTags.FILL_ORDER;
import static org.cxredge.core.TiffTags.HEIGHT;
import static org.cxredge.core.TiffTags.ORIENTATION;
import static org.cxredge.core.TiffTags.PALETTE;
import static org.cxredge.core.TiffTags.PHOTOMETRIC;
import static org.cxredge.core.TiffTags.PLANES;
import static org.cxredge.core.TiffTags.PREDICTOR;
import static org.cxredge.core.TiffTags.SAMPLES;
import static org.cxredge.core.TiffTags.SAMPLE_FORMAT;
import static org.cxredge.core.TiffTags.WIDTH;

/**
 * TIFF films, the first page: gray of 1-32 bits, whole or fractions, palette and RGB of 8 bits; in
 * strips or tiles; plain, LZW, deflate or PackBits.
 */
final class TiffReader {
    private static final int WHITE_IS_ZERO = 0, RGB = 2, INDEXED = 3;
    private static final int MULTIPLIED = 1; // an extra sample that the colours were multiplied by
    private static final int UNSIGNED = 1, SIGNED = 2, FLOAT = 3;

    private final TiffTags tags;
    private final Bytes file;
    private final int width, height, bits, samples, photometric, format;
    private final boolean inverted; // of at most 8 bits: turned as they are read
    private final Raster raster;

    private TiffReader(Bytes file) throws ReadException {
        this.file = file;
        tags = new TiffTags(file);
        long wide = tags.get(WIDTH, 0), high = tags.get(HEIGHT, 0);
        Limits.check(wide, high, 2);
        width = (int) wide;
        height = (int) high;
        bits = (int) tags.get(BITS, 1);
        samples = (int) tags.get(SAMPLES, 1);
        // A TIFF without the tag is none; Pillow takes it for inverted where it turns grays itself.
        photometric = (int) tags.get(PHOTOMETRIC, bits <= 8 ? WHITE_IS_ZERO : WHITE_IS_ZERO + 1);
        format = (int) tags.get(SAMPLE_FORMAT, UNSIGNED);
        Raster.Kind kind = kind();
        inverted = photometric == WHITE_IS_ZERO;
        raster = new Raster(kind, width, height);
    }

    static Film read(Bytes file) throws ReadException {
        TiffReader reader = new TiffReader(file);
        new TiffBlocks(file, reader.tags, reader.width, reader.height, reader.bits, reader.samples)
                .each(reader::block);
        int turn = (int) reader.tags.get(ORIENTATION, 1);
        return reader.raster.film(turn, reader.inverted, true);
    }

    /** What a pixel is; refuses what is not read. */
    private Raster.Kind kind() throws ReadException {
        for (int i = 0; i < samples && i < tags.count(BITS); i++) {
            if (tags.get(BITS, i, bits) != bits || tags.get(SAMPLE_FORMAT, i, format) != format) {
                throw unsupported();
            }
        }
        boolean plain = format == UNSIGNED && tags.get(FILL_ORDER, 1) == 1;
        boolean small = plain && (bits == 1 || bits == 2 || bits == 4 || bits == 8);
        if (photometric <= 1 && samples == 1) {
            if (small) {
                return Raster.Kind.GRAY;
            }
            if (bits == 16 && plain) {
                return Raster.Kind.WIDE;
            }
            if (bits == 16 && format == SIGNED || bits == 32 && (plain || format == SIGNED)) {
                return Raster.Kind.WHOLE;
            }
            if (bits == 32 && format == FLOAT && tags.get(PREDICTOR, 1) == 1) {
                return Raster.Kind.FRACTION;
            }
        }
        boolean together = tags.get(PLANES, 1) == 1;
        boolean indexed = photometric == INDEXED && samples == 1 && small
                && tags.count(PALETTE) == 3 << bits;
        boolean colour = photometric == RGB && (samples == 3 || samples == 4) && bits == 8 && plain
                && tags.get(EXTRA_SAMPLES, 0) != MULTIPLIED;
        if (indexed || colour && together) {
            return Raster.Kind.COLOUR;
        }
        throw unsupported();
    }

    private ReadException unsupported() throws ReadException {
        return ReadException.unsupported("a TIFF of " + samples + " x " + bits + " bits, kind "
                + photometric + ", packing " + tags.get(COMPRESSION, 1));
    }

    /** A strip or tile whose first pixel stands at `left`, `top`. */
    private void block(byte[] data, int left, int top, int blockWidth, int rows)
            throws ReadException {
        int rowBytes = (int) (((long) blockWidth * bits * samples + 7) / 8);
        int across = Math.min(blockWidth, width - left);
        for (int y = 0; y < Math.min(rows, height - top); y++) {
            for (int x = 0; x < across; x++) {
                raster.set(left + x, top + y, sample(data, y * rowBytes, x));
            }
        }
    }

    private int sample(byte[] data, int row, int x) throws ReadException {
        int at = row + x * samples * (bits / 8);
        if (bits == 16) {
            int value = both(data, at, 0);
            return format == SIGNED ? (short) value : value;
        }
        if (bits == 32) {
            return file.littleEndian() ? both(data, at, 0) | both(data, at, 2) << 16
                    : both(data, at, 0) << 16 | both(data, at, 2);
        }
        if (samples > 1) {
            return (data[at] & 0xff) << 16 | (data[at + 1] & 0xff) << 8 | data[at + 2] & 0xff;
        }
        int bit = x * bits;
        int value = data[row + (bit >> 3)] >> 8 - bits - (bit & 7) & (1 << bits) - 1;
        if (photometric != INDEXED) {
            return value * 255 / ((1 << bits) - 1);
        }
        int colours = 1 << bits;
        return colour(value) << 16 | colour(value + colours) << 8 | colour(value + 2 * colours);
    }

    private int colour(int index) throws ReadException {
        return (int) tags.get(PALETTE, index, 0) >> 8;
    }

    private int both(byte[] data, int at, int more) {
        int first = data[at + more] & 0xff, second = data[at + more + 1] & 0xff;
        return file.littleEndian() ? second << 8 | first : first << 8 | second;
    }
}
