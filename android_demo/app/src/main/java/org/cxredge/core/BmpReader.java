package org.cxredge.core;

/** BMP without compression: palette of 1, 4 or 8 bits, colour of 24 or 32. */
final class BmpReader {
    private BmpReader() {}

    static Film read(Bytes file) throws ReadException { // given in little-endian order
        long pixels = file.u32(10), header = file.u32(14);
        boolean old = header == 12;
        if (!old && header < 40) {
            throw ReadException.damaged("its header is of no length there is");
        }
        int width = old ? file.u16(18) : file.s32(18);
        long height = old ? file.u16(20) : file.s32(22);
        int bits = file.u16(old ? 24 : 28);
        long packing = old ? 0 : file.u32(30);
        boolean upwards = height > 0;
        height = Math.abs(height);
        if (packing != 0 || bits != 1 && bits != 4 && bits != 8 && bits != 24 && bits != 32) {
            throw ReadException.unsupported("a BMP of " + bits + " bits, packing " + packing);
        }
        Limits.check(width, height, 1);
        int[] colours = bits > 8 ? null : palette(file, 14 + header, old, bits);
        byte[] raw = new byte[(width * bits + 31) / 32 * 4];
        file.u8(pixels + raw.length * (height - 1) + (width * bits + 7) / 8 - 1);
        int[] line = new int[width];
        FilmBuilder builder = new FilmBuilder(1);
        builder.begin(width, (int) height);
        for (int y = 0; y < height; y++) {
            long at = pixels + raw.length * (upwards ? height - 1 - y : y);
            file.copy(at, raw, 0, (int) Math.min(raw.length, file.size - at));
            for (int x = 0; x < width; x++) {
                line[x] = colours == null ? colour(raw, x * bits / 8)
                        : colours[index(raw, x, bits)];
            }
            builder.row(line, 0);
        }
        return builder.film();
    }

    private static int[] palette(Bytes file, long at, boolean old, int bits) throws ReadException {
        long used = old ? 0 : file.u32(46);
        int most = 1 << bits;
        if (used > 256) {
            throw ReadException.damaged("its palette is too long");
        }
        int count = used == 0 ? most : (int) Math.min(used, most);
        int[] colours = new int[most];
        boolean steps = true; // whether each colour is the gray of its number
        for (int i = 0; i < count; i++, at += old ? 3 : 4) {
            colours[i] = file.u8(at + 2) << 16 | file.u8(at + 1) << 8 | file.u8(at);
            steps &= colours[i] == i * 0x010101;
        }
        if (bits > 1 && count == 2 && colours[0] == 0 && colours[1] == 0xffffff) {
            // Pillow takes it for one bit a pixel, whatever the header says.
            throw ReadException.unsupported("a BMP of " + bits + " bits in black and white alone");
        }
        for (int i = count; i < most && steps; i++) { // Pillow: grays that need no table
            colours[i] = i * 0x010101;
        }
        return colours;
    }

    private static int index(byte[] raw, int x, int bits) {
        int bit = x * bits;
        return raw[bit >> 3] >> 8 - bits - (bit & 7) & (1 << bits) - 1;
    }

    private static int colour(byte[] raw, int at) {
        return (raw[at + 2] & 0xff) << 16 | (raw[at + 1] & 0xff) << 8 | raw[at] & 0xff;
    }
}
