package org.cxredge.core;

import java.io.IOException;

/** What the phone decodes by itself: JPEG and WebP. Everything else has a reader here. */
public interface PhoneDecoder {
    /**
     * Decode a file and give its rows as they are stored: not turned by EXIF, not scaled, alpha
     * not multiplied in.
     */
    void decode(Encoded file, Rows rows) throws ReadException, IOException;

    /** Where the rows go. */
    interface Rows {
        /** Once, before the first row; refuses what is too large before memory is taken. */
        void begin(int width, int height) throws ReadException;

        /** The next row from above: `width` colours as 0xAARRGGBB from `offset` on. */
        void row(int[] argb, int offset) throws ReadException;
    }
}
