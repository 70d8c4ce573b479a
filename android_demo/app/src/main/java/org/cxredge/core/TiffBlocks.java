package org.cxredge.core;

import java.util.Collections;

/** The strips or tiles of a TIFF's page, unpacked one after the other. */
final class TiffBlocks {
    private static final int PLAIN = 1, LZW = 5, DEFLATE = 8, OLD_DEFLATE = 32946, PACKBITS = 32773;
    private static final int MOST_TILE = 1 << 22; // pixels: a tile is taken whole

    /** Takes a block's bytes, and where its first pixel stands. */
    interface Taker {
        void take(byte[] data, int left, int top, int width, int rows) throws ReadException;
    }

    private final Bytes file;
    private final TiffTags tags;
    private final int width, height, bits, samples, packing, predictor;
    private final boolean tiled;
    private final int blockWidth, blockHeight, rowBytes;

    TiffBlocks(Bytes file, TiffTags tags, int width, int height, int bits, int samples)
            throws ReadException {
        this.file = file;
        this.tags = tags;
        this.width = width;
        this.height = height;
        this.bits = bits;
        this.samples = samples;
        packing = (int) tags.get(TiffTags.COMPRESSION, PLAIN);
        predictor = packing == LZW || packing == DEFLATE || packing == OLD_DEFLATE
                ? (int) tags.get(TiffTags.PREDICTOR, 1) : 1;
        if (packing != PLAIN && packing != LZW && packing != DEFLATE && packing != OLD_DEFLATE
                && packing != PACKBITS || predictor > 2 || predictor == 2 && bits < 8) {
            throw ReadException.unsupported("a TIFF of packing " + packing);
        }
        tiled = tags.has(TiffTags.TILE_OFFSETS);
        long wide = tiled ? tags.get(TiffTags.TILE_WIDTH, 0) : width;
        long high = tiled ? tags.get(TiffTags.TILE_HEIGHT, 0)
                : Math.min(height, tags.get(TiffTags.ROWS_PER_STRIP, height));
        if (wide <= 0 || high <= 0) {
            throw ReadException.damaged("its strips or tiles have no size");
        }
        long pixels = (long) width * height;
        if (tiled && wide * (double) high > Math.max(MOST_TILE, 4 * pixels)) {
            throw ReadException.unsupported("a TIFF whose tiles are far larger than its picture");
        }
        Limits.check(Math.min(wide, Limits.MAX_SIDE), high, 2 * samples * Math.max(1, bits / 8));
        blockWidth = (int) wide;
        blockHeight = (int) high;
        long row = (wide * bits * samples + 7) / 8;
        if (row * high > Integer.MAX_VALUE / 2) {
            throw Limits.tooLarge("its strips or tiles");
        }
        rowBytes = (int) row;
    }

    void each(Taker taker) throws ReadException {
        int offsets = tiled ? TiffTags.TILE_OFFSETS : TiffTags.STRIP_OFFSETS;
        int counts = tiled ? TiffTags.TILE_BYTES : TiffTags.STRIP_BYTES;
        int across = (width + blockWidth - 1) / blockWidth;
        int down = (height + blockHeight - 1) / blockHeight;
        if (tags.count(offsets) < (long) across * down) {
            throw ReadException.damaged("strips or tiles are not there");
        }
        byte[] data = new byte[rowBytes * blockHeight];
        for (int i = 0; i < across * down; i++) {
            int top = i / across * blockHeight;
            int rows = tiled ? blockHeight : Math.min(blockHeight, height - top);
            long at = tags.get(offsets, i, 0);
            // What is not packed has its length anyway; some programs write another.
            long held = packing == PLAIN ? (long) rowBytes * rows : tags.get(counts, i, 0);
            if (at + held > file.size) {
                throw ReadException.damaged("its pixels end too early");
            }
            unpack((int) at, (int) held, data, rowBytes * rows);
            if (predictor == 2) {
                undo(data, rows);
            }
            taker.take(data, i % across * blockWidth, top, blockWidth, rows);
        }
    }

    private void unpack(int at, int held, byte[] to, int count) throws ReadException {
        if (packing == PLAIN) {
            file.copy(at, to, 0, count);
        } else if (packing == LZW) {
            Lzw.unpack(file, at, held, to, count);
        } else if (packing == PACKBITS) {
            packBits(at, held, to, count);
        } else {
            try (Inflated data =
                    new Inflated(file, Collections.singletonList(new int[] {at, held}))) {
                data.read(to, 0, count);
            }
        }
    }

    private void packBits(int at, int held, byte[] to, int count) throws ReadException {
        int end = at + held, out = 0;
        while (out < count) {
            if (at >= end) {
                throw ReadException.damaged("its pixels end too early");
            }
            int code = (byte) file.u8(at++);
            if (code >= 0) {
                int many = Math.min(code + 1, count - out);
                file.copy(at, to, out, many);
                at += code + 1;
                out += many;
            } else if (code != -128) {
                byte value = (byte) file.u8(at++);
                for (int i = 0; i <= -code && out < count; i++) {
                    to[out++] = value;
                }
            }
        }
    }

    /** Each sample was stored less its left neighbour. */
    private void undo(byte[] data, int rows) {
        int bytes = bits / 8, apart = bytes * samples;
        for (int row = 0; row < rows; row++) {
            int from = row * rowBytes;
            for (int at = from + apart; at + bytes <= from + rowBytes; at += bytes) {
                int carry = 0;
                for (int i = 0; i < bytes; i++) { // from the lowest byte up
                    int place = at + (file.littleEndian() ? i : bytes - 1 - i);
                    carry += (data[place] & 0xff) + (data[place - apart] & 0xff);
                    data[place] = (byte) carry;
                    carry >>= 8;
                }
            }
        }
    }
}
