package org.cxredge.core;

import java.nio.ByteOrder;

/** What a WebP is made of: where its colour profile stands, and what a decoder holds at once. */
final class WebpScan {
    private static final int COLOUR = 4; // bytes a pixel

    /** Where the chunk of the profile begins, and the flags that tell of it; -1 for none. */
    int profile = -1, flags = -1;
    /** Bytes that a decoder holds beside the rows that it gives. */
    long whole;

    private WebpScan() {}

    /** Refuses what was cut short: the phone's decoder fills up what is missing. */
    static WebpScan of(Bytes file) throws ReadException {
        Bytes little = file.in(ByteOrder.LITTLE_ENDIAN);
        if (little.u32(4) + 8 > file.size) {
            throw ReadException.damaged("it is cut short");
        }
        WebpScan scan = new WebpScan();
        long canvas = 0;
        for (long at = 12; at + 8 <= file.size;) {
            long length = little.u32(at + 4);
            if (file.has(at, "VP8X") && scan.flags < 0 && at + 8 < file.size) {
                scan.flags = (int) at + 8;
                canvas = side(little, at + 12) * side(little, at + 15);
            } else if (file.has(at, "ICCP") && scan.profile < 0) {
                scan.profile = (int) at;
            } else if (file.has(at, "VP8L") && at + 13 <= file.size) {
                long both = little.u32(at + 9);
                scan.whole = COLOUR * ((both & 0x3fff) + 1) * ((both >> 14 & 0x3fff) + 1);
            } else if (file.has(at, "ANMF")) { // moving pictures are laid over each other
                scan.whole = COLOUR * canvas;
            } else if (file.has(at, "ALPH")) {
                scan.whole = canvas;
            }
            at += 8 + length + (length & 1);
        }
        return scan;
    }

    private static long side(Bytes little, long at) throws ReadException {
        return (little.u16(at) | little.u8(at + 2) << 16) + 1;
    }
}
