package org.cxredge.core;

import java.util.ArrayList;
import java.util.List;

/**
 * What a JPEG is made of, found in one pass over its bytes: how many scans, whether its end is
 * there, where its colour profile stands, and what a decoder must hold at once.
 */
final class JpegScan {
    /** Each scan of a JPEG is a pass over all its pixels; programs write about ten. */
    static final int MOST_SCANS = 100;

    private static final String PROFILE = "ICC_PROFILE\0";
    private static final int START_OF_SCAN = 0xda, END = 0xd9, APP2 = 0xe2;

    private final Bytes file;
    private final byte[] buffer = new byte[1 << 16];
    /** Where the names of the profile's pieces stand. */
    final List<Integer> profiles = new ArrayList<>();
    /** Bytes that a decoder holds of all the scans together; 0 where one holds the picture. */
    long coefficients;

    private int scans; // of small copies inside too, as `edge_runtime/formats.py` counts them
    private boolean ended;
    private int components; // of the frame
    private long samples; // of the frame, of all components

    private JpegScan(Bytes file) {
        this.file = file;
    }

    /** Refuses what was cut short (a phone fills up what is missing) or was built to take long. */
    static JpegScan of(Bytes file) throws ReadException {
        JpegScan scan = new JpegScan(file);
        scan.walk();
        if (scan.scans > MOST_SCANS) {
            throw ReadException.unsupported(
                    "a JPEG of " + scan.scans + " scans, built to take long");
        }
        if (!scan.ended) {
            throw ReadException.damaged("it is cut short");
        }
        return scan;
    }

    /** Markers inside a segment are only counted: a small copy in EXIF has an end of its own. */
    private void walk() throws ReadException {
        long inside = 2; // up to where the present segment reaches
        boolean pixels = false; // whether a scan has begun
        int before = 0;
        for (int start = 0; start < file.size; start += buffer.length) {
            int count = Math.min(buffer.length, file.size - start);
            file.copy(start, buffer, 0, count);
            for (int i = 0; i < count; i++) {
                int one = buffer[i] & 0xff;
                boolean marker = before == 0xff && one != 0xff && one != 0;
                before = one;
                scans += marker && one == START_OF_SCAN ? 1 : 0;
                int at = start + i - 1;
                if (!marker || at < inside || ended) {
                    continue;
                }
                ended = one == END && pixels;
                boolean bare = one == 1 || one >= 0xd0 && one <= END; // nothing belongs to it
                if (!bare) {
                    inside = at + 2L + file.u16(at + 2);
                    segment(one, at, inside);
                    pixels |= one == START_OF_SCAN;
                }
            }
        }
    }

    private void segment(int marker, int at, long end) throws ReadException {
        boolean frame = marker >= 0xc0 && marker <= 0xcf
                && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (marker == APP2 && end <= file.size && file.has(at + 4, PROFILE)) {
            profiles.add(at + 4);
        } else if (frame && components == 0) {
            frame(marker, at);
        } else if (marker == START_OF_SCAN && coefficients == 0
                && file.u8(at + 4) < components) {
            coefficients = 2 * samples; // not all components in one scan: the rest comes later
        }
    }

    private void frame(int marker, int at) throws ReadException {
        int height = file.u16(at + 5), width = file.u16(at + 7);
        components = file.u8(at + 9);
        int across = 1, down = 1, blocks = 0;
        for (int i = 0; i < components; i++) {
            int sampling = file.u8(at + 11 + 3 * i);
            across = Math.max(across, sampling >> 4);
            down = Math.max(down, sampling & 15);
            blocks += (sampling >> 4) * (sampling & 15);
        }
        samples = (long) width * height * blocks / (across * down);
        boolean progressive = (marker & 3) == 2;
        coefficients = progressive ? 2 * samples : 0;
    }
}
