package org.cxredge.core;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/**
 * A JPEG or WebP on its way to the phone's decoder, its colour profile out of sight.
 *
 * <p>The decoder would turn the grays by the profile; the contract's pixels are those that are
 * stored. The file itself stays as it is: a few of its bytes read otherwise, and nothing of a
 * photograph is copied.
 */
public final class Encoded {
    private static final int PROFILE_FLAG = 0x20;

    private final ByteBuffer file;
    private final TreeMap<Integer, Byte> changes = new TreeMap<>(); // place -> what is read there

    private Encoded(ByteBuffer file) {
        this.file = file.duplicate();
        this.file.position(0);
    }

    /**
     * Refuses what is damaged, or needs more memory than there may be, before a decoder sees it.
     */
    static Encoded of(ByteBuffer file, Bytes bytes, Formats format) throws ReadException {
        Encoded encoded = new Encoded(file);
        if (format == Formats.JPEG) {
            JpegScan scan = JpegScan.of(bytes);
            Limits.checkDecoder(scan.coefficients);
            for (int place : scan.profiles) {
                encoded.changes.put(place, (byte) 'x'); // of its name: a segment of no meaning
            }
            return encoded;
        }
        WebpScan scan = WebpScan.of(bytes);
        Limits.checkDecoder(scan.whole);
        if (scan.profile >= 0) {
            encoded.changes.put(scan.profile, (byte) 'x');
        }
        if (scan.flags >= 0) {
            encoded.changes.put(scan.flags, (byte) (bytes.u8(scan.flags) & ~PROFILE_FLAG));
        }
        return encoded;
    }

    /** From its first byte, anew each time. */
    public InputStream stream() {
        return new Changed(file.duplicate(), changes);
    }

    /** Bytes of a buffer, but for some that read otherwise. */
    private static final class Changed extends InputStream {
        private final ByteBuffer rest;
        private final TreeMap<Integer, Byte> changes;

        Changed(ByteBuffer rest, TreeMap<Integer, Byte> changes) {
            this.rest = rest;
            this.changes = changes;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) {
            int count = Math.min(length, rest.remaining());
            if (count == 0) {
                return length == 0 ? 0 : -1;
            }
            int at = rest.position();
            rest.get(to, offset, count);
            changes.subMap(at, at + count)
                    .forEach((place, value) -> to[offset + place - at] = value);
            return count;
        }

        @Override
        public long skip(long many) {
            int count = (int) Math.max(0, Math.min(many, rest.remaining()));
            rest.position(rest.position() + count);
            return count;
        }

        @Override
        public int available() {
            return rest.remaining();
        }
    }
}
