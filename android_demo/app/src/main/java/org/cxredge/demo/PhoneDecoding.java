package org.cxredge.demo;

import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.graphics.BitmapRegionDecoder;
import android.graphics.ColorSpace;
import android.graphics.Rect;
import java.io.IOException;
import org.cxredge.core.Bands;
import org.cxredge.core.Encoded;
import org.cxredge.core.PhoneDecoder;
import org.cxredge.core.ReadException;

/**
 * JPEG and WebP by the phone's own decoder; large ones in bands, so that a photograph of 50
 * megapixels never stands in memory as colours.
 */
final class PhoneDecoding implements PhoneDecoder {
    private static final int TRIED = 128; // rows, of which the known JPEG has several times as many

    /** Whether bands gave what a whole picture gives, on this phone: `JpegCheck` finds out. */
    static volatile boolean bandsProved;

    private final boolean tried;

    PhoneDecoding() {
        this(false);
    }

    private PhoneDecoding(boolean tried) {
        this.tried = tried;
    }

    /** Decodes in bands whatever the size, to find out what they give. */
    static PhoneDecoding bands() {
        return new PhoneDecoding(true);
    }

    @Override
    public void decode(Encoded file, Rows rows) throws ReadException, IOException {
        BitmapFactory.Options options = options();
        options.inJustDecodeBounds = true;
        BitmapFactory.decodeStream(file.stream(), null, options);
        int width = options.outWidth;
        int height = options.outHeight;
        if (width < 1 || height < 1) {
            throw new IOException("the phone's decoder finds no picture");
        }
        boolean large = (long) width * height > Bands.WHOLE;
        if (large && !bandsProved && !tried) {
            throw new ReadException(ReadException.Why.BANDS_DIFFER, "");
        }
        rows.begin(width, height);
        if (large || tried) {
            int most = tried ? TRIED
                    : Bands.rows(width, height, Runtime.getRuntime().maxMemory());
            inBands(file, width, height, most, rows);
        } else {
            give(BitmapFactory.decodeStream(file.stream(), null, options()), width, height, rows);
        }
    }

    private static BitmapFactory.Options options() {
        BitmapFactory.Options options = new BitmapFactory.Options();
        options.inPreferredColorSpace = ColorSpace.get(ColorSpace.Named.SRGB);
        options.inPremultiplied = false;
        options.inScaled = false;
        return options;
    }

    private static void inBands(Encoded file, int width, int height, int most, Rows rows)
            throws ReadException, IOException {
        BitmapRegionDecoder decoder = BitmapRegionDecoder.newInstance(file.stream(), false);
        if (decoder == null) {
            throw new IOException("the phone's decoder does not take a part of it");
        }
        try {
            int count = most;
            for (int top = 0; top < height;) {
                int here = Math.min(count, height - top);
                int fewer = Bands.fewer(here);
                Bitmap band = band(decoder, new Rect(0, top, width, top + here), fewer == 0);
                if (band == null && fewer > 0) {
                    count = fewer;
                    continue;
                }
                give(band, width, here, rows);
                top += here;
            }
        } finally {
            decoder.recycle();
        }
    }

    /** Null where there is no memory for it (some say so by an error), or the file is damaged. */
    private static Bitmap band(BitmapRegionDecoder decoder, Rect place, boolean least) {
        try {
            return decoder.decodeRegion(place, options());
        } catch (OutOfMemoryError error) {
            if (least) {
                throw error;
            }
            return null;
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
}
