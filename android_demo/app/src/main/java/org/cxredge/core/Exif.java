package org.cxredge.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How a picture is to be turned: by a JPEG's APP1, a PNG's eXIf or a WebP's EXIF. */
public final class Exif {
    private static final int ORIENTATION = 274;
    private static final String MARK = "Exif\0\0";

    private Exif() {}

    /** 1-8; 1 where there is none, or it cannot be read: a damaged tag leaves the film as it is. */
    public static int orientation(ByteBuffer file) {
        Bytes bytes = Bytes.of(file, ByteOrder.BIG_ENDIAN);
        try {
            if (bytes.has(0, "\u00ff\u00d8")) {
                return ofJpeg(bytes);
            }
            if (bytes.has(8, "WEBP")) {
                return ofWebp(bytes);
            }
            return bytes.has(0, "\u0089PNG") ? PngChunks.of(bytes).orientation() : 1;
        } catch (ReadException error) {
            return 1;
        }
    }

    private static int ofWebp(Bytes file) throws ReadException {
        Bytes little = file.in(ByteOrder.LITTLE_ENDIAN);
        long at = 12;
        while (at + 8 <= file.size) {
            long length = little.u32(at + 4);
            if (file.has(at, "EXIF")) {
                return ofBlock(file, (int) at + 8, (int) Math.min(length, file.size - at - 8));
            }
            at += 8 + length + (length & 1);
        }
        return 1;
    }

    private static int ofJpeg(Bytes file) throws ReadException {
        int at = 2;
        while (true) {
            if (file.u8(at) != 0xff) {
                return 1;
            }
            int marker = file.u8(at + 1);
            if (marker == 0xff) { // fill
                at++;
                continue;
            }
            boolean bare = marker == 1 || marker >= 0xd0 && marker <= 0xd7;
            if (marker == 0xda || marker == 0xd9) {
                return 1;
            }
            int length = bare ? 0 : file.u16(at + 2);
            if (marker == 0xe1 && length >= 2 && file.has(at + 4, MARK)) {
                return ofBlock(file, at + 4, length - 2);
            }
            if (!bare && length < 2) {
                return 1;
            }
            at += 2 + length;
        }
    }

    /** Of an EXIF block, with its mark or without. */
    static int ofBlock(Bytes file, int at, int length) throws ReadException {
        int end = at + length;
        if (file.has(at, MARK)) {
            at += MARK.length();
        }
        boolean little = file.has(at, "II*\0");
        if (!little && !file.has(at, "MM\0*")) {
            return 1;
        }
        Bytes block = file.in(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long entries = at + block.u32(at + 4);
        if (entries + 2 > end) {
            return 1;
        }
        int count = block.u16(entries);
        for (long entry = entries + 2; count > 0 && entry + 12 <= end; entry += 12, count--) {
            if (block.u16(entry) == ORIENTATION) {
                return value(block, entry, at, end);
            }
        }
        return 1;
    }

    private static int value(Bytes block, long entry, int start, int end) throws ReadException {
        int type = block.u16(entry + 2);
        boolean two = type == 3 || type == 8;
        boolean four = type == 4 || type == 9;
        long count = block.u32(entry + 4);
        if (!two && !four || count < 1) {
            return 1;
        }
        long at = entry + 8;
        long bytes = count * (two ? 2 : 4);
        if (bytes > 4) { // elsewhere; the first of several counts
            at = start + block.u32(at);
        }
        if (at + Math.max(4, bytes) > end) {
            return 1;
        }
        long value = two ? block.u16(at) : block.u32(at);
        return value >= 1 && value <= 8 ? (int) value : 1;
    }
}
