package org.cxredge.core;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** Where the parts of a PNG stand, and what its header says. */
final class PngChunks {
    int width, height, depth, type;
    boolean interlaced;
    int[] palette; // 256 colours as 0xRRGGBB, or null
    final List<int[]> data = new ArrayList<>(); // {place, length} of each IDAT
    private int exifAt = -1, exifLength;
    private final Bytes file;

    private PngChunks(Bytes file) {
        this.file = file;
    }

    /**
     * Walk all chunks; one that is cut short ends the walk. What stands before the pixels is
     * checked by its sum, as Pillow does; pixels are those of the first run of IDATs.
     */
    static PngChunks of(Bytes file) throws ReadException {
        PngChunks found = new PngChunks(file);
        if (!file.has(12, "IHDR") || file.u32(8) != 13) {
            throw ReadException.damaged("its header is not there");
        }
        found.header();
        long at = 8;
        boolean run = true; // of IDATs, one behind the other
        while (at + 12 <= file.size) {
            long length = file.u32(at);
            int held = (int) Math.min(length, file.size - at - 8);
            boolean pixels = file.has(at + 4, "IDAT");
            run &= pixels || found.data.isEmpty();
            if (found.data.isEmpty() && !pixels) {
                found.name((int) at + 4);
                found.checkSum(at, length);
            }
            if (pixels && run) {
                found.data.add(new int[] {(int) at + 8, held});
            } else if (length == held && file.has(at + 4, "PLTE")) {
                found.colours((int) at + 8, held);
            } else if (length == held && file.has(at + 4, "eXIf")) {
                found.exifAt = (int) at + 8;
                found.exifLength = held;
            } else if (file.has(at + 4, "IEND")) {
                break;
            }
            at += 12 + length;
        }
        return found;
    }

    private void header() throws ReadException {
        width = file.s32(16);
        height = file.s32(20);
        depth = file.u8(24);
        type = file.u8(25);
        int packing = file.u8(26), filters = file.u8(27), interlace = file.u8(28);
        boolean power = depth == 1 || depth == 2 || depth == 4;
        boolean known = type == 0 && (power || depth == 8 || depth == 16)
                || type == 3 && (power || depth == 8)
                || (type == 2 || type == 4 || type == 6) && (depth == 8 || depth == 16);
        if (!known || packing != 0 || filters != 0 || interlace > 1) {
            throw ReadException.damaged("its header says what no PNG is");
        }
        interlaced = interlace == 1;
    }

    private void colours(int at, int length) throws ReadException {
        if (length > 768) {
            throw ReadException.damaged("its palette is too long");
        }
        palette = new int[256];
        for (int i = 0; i < 256; i++) {
            int place = at + 3 * i;
            palette[i] = 3 * i + 3 <= length
                    ? file.u8(place) << 16 | file.u8(place + 1) << 8 | file.u8(place + 2)
                    : 0; // a colour that is not there is black
        }
    }

    private void name(int at) throws ReadException {
        for (int i = at; i < at + 4; i++) {
            int one = file.u8(i);
            if (one != '_' && !(one < 128 && Character.isLetterOrDigit(one))) {
                throw ReadException.damaged("a part of it has no name");
            }
        }
    }

    /** Compare the sum of a chunk whose length stands at `at`. */
    private void checkSum(long at, long length) throws ReadException {
        long wanted = file.u32(at + 8 + length);
        byte[] body = new byte[(int) Math.min(length + 4, 1 << 13)];
        CRC32 sum = new CRC32();
        for (long from = at + 4, end = at + 8 + length; from < end; from += body.length) {
            int count = (int) Math.min(body.length, end - from);
            file.copy(from, body, 0, count);
            sum.update(body, 0, count);
        }
        if (sum.getValue() != wanted) {
            throw ReadException.damaged("a checksum is wrong");
        }
    }

    int orientation() throws ReadException {
        return exifAt < 0 ? 1 : Exif.ofBlock(file, exifAt, exifLength);
    }

    int channels() {
        return type == 2 ? 3 : type == 6 ? 4 : type == 4 ? 2 : 1;
    }
}
