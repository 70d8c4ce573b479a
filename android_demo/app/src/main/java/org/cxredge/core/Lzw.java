package org.cxredge.core;

/** TIFF's LZW: codes of 9-12 bits, the highest bit first. */
final class Lzw {
    private static final int CLEAR = 256, END = 257, MOST = 4096;

    private Lzw() {}

    /** `count` bytes out of `held`; damaged where there are fewer. */
    static void unpack(Bytes file, int at, int held, byte[] to, int count) throws ReadException {
        int[] start = new int[MOST], length = new int[MOST]; // of each code's bytes, in `to`
        long bits = 0; // read, not yet used
        int waiting = 0, size = 9, next = END + 1, out = 0, before = -1, end = at + held;
        while (out < count) {
            while (waiting < size) {
                if (at >= end) {
                    throw ReadException.damaged("its pixels end too early");
                }
                bits = bits << 8 | file.u8(at++);
                waiting += 8;
            }
            int code = (int) (bits >> waiting - size) & (1 << size) - 1;
            waiting -= size;
            if (code == END) {
                throw ReadException.damaged("its pixels end too early");
            }
            if (code == CLEAR) {
                size = 9;
                next = END + 1;
                before = -1;
                continue;
            }
            if (code > next || code == next && before < 0) {
                throw ReadException.damaged("its pixels cannot be unpacked");
            }
            int here = out;
            // A new code is the code before with one byte more: what was written then, and the
            // first byte that is written now, stand side by side.
            if (before >= 0 && next < MOST) {
                start[next] = before;
                length[next] = here - before + 1;
                next++;
            }
            out = code < CLEAR ? one(code, to, out)
                    : copy(start[code], length[code], to, out, count);
            before = here;
            size = next > 2046 ? 12 : next > 1022 ? 11 : next > 510 ? 10 : 9;
        }
    }

    private static int one(int code, byte[] to, int out) {
        to[out] = (byte) code;
        return out + 1;
    }

    private static int copy(int from, int many, byte[] to, int out, int count) {
        for (int i = 0; i < many && out < count; i++) {
            to[out++] = to[from + i];
        }
        return out;
    }
}
