package org.cxredge.demo;

import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.graphics.BitmapRegionDecoder;
import android.graphics.ColorSpace;
import android.graphics.Rect;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.cxredge.core.PhoneDecoder;
import org.cxredge.core.ReadException;

/**
 * JPEG and WebP by the phone's own decoder; large ones in bands, so that a photograph of 50
 * megapixels never stands in memory as colours.
 */
final class PhoneDecoding implements PhoneDecoder {
    private static final int BAND = 128; // rows; a multiple of JPEG's blocks
    private static final long WHOLE = 1 << 24; // pixels, 64 MB as colours

    /** Whether bands gave what a whole picture gives, on this phone: `JpegCheck` finds out. */
    static volatile boolean bandsProved;

    private final long whole;
    private final boolean tried;

    PhoneDecoding() {
        this(WHOLE, false);
    }

    private PhoneDecoding(long whole, boolean tried) {
        this.whole = whole;
        this.tried = tried;
    }

    /** Decodes in bands whatever the size, to find out what they give. */
    static PhoneDecoding bands() {
        return new PhoneDecoding(0, true);
    }

    @Override
    public void decode(ByteBuffer file, String format, Rows rows)
            throws ReadException, IOException {
        byte[] data = bytes(file);
        BitmapFactory.Options options = new BitmapFactory.Options();
        options.inJustDecodeBounds = true;
        BitmapFactory.decodeByteArray(data, 0, data.length, options);
        int width = options.outWidth;
        int height = options.outHeight;
        if (width < 1 || height < 1) {
            throw new IOException("the phone's decoder finds no picture");
        }
        boolean large = (long) width * height > whole;
        if (large && !tried && !bandsProved) {
            throw new ReadException(ReadException.Why.TOO_LARGE, "");
        }
        rows.begin(width, height);
        options = new BitmapFactory.Options();
        options.inPreferredColorSpace = ColorSpace.get(ColorSpace.Named.SRGB);
        options.inPremultiplied = false;
        options.inScaled = false;
        if (large) {
            inBands(data, width, height, options, rows);
        } else {
            Bitmap all = BitmapFactory.decodeByteArray(data, 0, data.length, options);
            give(all, width, height, rows);
        }
    }

    private static void inBands(
            byte[] data, int width, int height, BitmapFactory.Options options, Rows rows)
            throws ReadException, IOException {
        BitmapRegionDecoder decoder = BitmapRegionDecoder.newInstance(data, 0, data.length, false);
        try {
            for (int top = 0; top < height; top += BAND) {
                int count = Math.min(BAND, height - top);
                Rect band = new Rect(0, top, width, top + count);
                give(decoder.decodeRegion(band, options), width, count, rows);
            }
        } finally {
            decoder.recycle();
        }
    }

    private static void give(Bitmap part, int width, int height, Rows rows)
            throws ReadException, IOException {
        if (part == null || part.getWidth() != width || part.getHeight() != height) {
            throw new IOException("the phone's decoder does not give the whole picture");
        }
        int[] line = new int[width];
        for (int y = 0; y < height; y++) {
            part.getPixels(line, 0, width, 0, y, width, 1);
            rows.row(line, 0);
        }
        part.recycle();
    }

    private static byte[] bytes(ByteBuffer file) {
        ByteBuffer all = file.duplicate();
        if (all.hasArray() && all.arrayOffset() == 0 && all.position() == 0
                && all.array().length == all.remaining()) {
            return all.array(); // a photograph is not held twice
        }
        byte[] data = new byte[all.remaining()];
        all.get(data);
        return data;
    }
}
