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
 * JPEG and WebP by the phone's own decoder, in bands, so that a photograph of 50 megapixels
 * never stands in memory as colours.
 */
final class PhoneDecoding implements PhoneDecoder {
    private static final int BAND = 128; // rows; a multiple of JPEG's blocks

    @Override
    public void decode(ByteBuffer file, String format, Rows rows)
            throws ReadException, IOException {
        byte[] data = bytes(file);
        BitmapFactory.Options options = new BitmapFactory.Options();
        // Numbers as they stand in the file: no colour management, as in the reference.
        options.inPreferredColorSpace = ColorSpace.get(ColorSpace.Named.SRGB);
        options.inPremultiplied = false;
        options.inPreferredConfig = Bitmap.Config.ARGB_8888;
        BitmapRegionDecoder decoder = BitmapRegionDecoder.newInstance(data, 0, data.length, false);
        try {
            int width = decoder.getWidth();
            int height = decoder.getHeight();
            rows.begin(width, height);
            int[] line = new int[width * Math.min(BAND, height)];
            for (int top = 0; top < height; top += BAND) {
                int count = Math.min(BAND, height - top);
                Rect band = new Rect(0, top, width, top + count);
                Bitmap part = decoder.decodeRegion(band, options);
                if (part == null) {
                    throw new IOException("the phone's decoder gives no rows from " + top);
                }
                part.getPixels(line, 0, width, 0, 0, width, count);
                part.recycle();
                for (int row = 0; row < count; row++) {
                    rows.row(line, row * width);
                }
            }
        } finally {
            decoder.recycle();
        }
    }

    private static byte[] bytes(ByteBuffer file) {
        ByteBuffer whole = file.duplicate();
        if (whole.hasArray() && whole.arrayOffset() == 0 && whole.position() == 0
                && whole.array().length == whole.remaining()) {
            return whole.array();
        }
        byte[] data = new byte[whole.remaining()];
        whole.get(data);
        return data;
    }
}
