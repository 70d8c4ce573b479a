package org.cxredge.core;

import java.nio.ByteBuffer;

/** Grays as a graph takes them: three equal channels, interleaved. */
public final class Pixels {
    private Pixels() {}

    /** Into a buffer's first `3 * gray.length` bytes; its position is 0 afterwards. */
    public static void rgb(byte[] gray, ByteBuffer into) {
        into.clear();
        for (byte one : gray) {
            into.put(one).put(one).put(one);
        }
        into.rewind();
    }

    /** The same as floats of 0-255, in the buffer's own byte order. */
    public static void rgbFloat(byte[] gray, ByteBuffer into) {
        into.clear();
        for (byte one : gray) {
            float level = one & 0xff;
            into.putFloat(level).putFloat(level).putFloat(level);
        }
        into.rewind();
    }
}
