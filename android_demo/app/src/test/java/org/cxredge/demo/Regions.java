package org.cxredge.demo;

import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.graphics.BitmapRegionDecoder;
import android.graphics.Rect;
import java.io.InputStream;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadow.api.Shadow;

/** Robolectric's region decoder gives blank pictures; this one gives parts of the whole. */
@Implements(value = BitmapRegionDecoder.class, isInAndroidSdk = false)
public final class Regions {
    /** Rows for which there is memory; and whether more are refused by an error or by null. */
    static int most = Integer.MAX_VALUE;
    static boolean byError;
    static int given;
    /** As a decoder that cannot take parts of a picture, and does not say so. */
    static boolean blank;

    private Bitmap whole;

    static void reset() {
        most = Integer.MAX_VALUE;
        byError = false;
        given = 0;
        blank = false;
    }

    @Implementation
    protected static BitmapRegionDecoder newInstance(InputStream stream, boolean shareable) {
        BitmapFactory.Options options = new BitmapFactory.Options();
        options.inPremultiplied = false;
        BitmapRegionDecoder decoder = Shadow.newInstanceOf(BitmapRegionDecoder.class);
        Regions shadow = Shadow.extract(decoder);
        shadow.whole = BitmapFactory.decodeStream(stream, null, options);
        return decoder;
    }

    @Implementation
    protected Bitmap decodeRegion(Rect place, BitmapFactory.Options options) {
        if (place.height() > most) {
            if (byError) {
                throw new OutOfMemoryError("as some phones say it");
            }
            return null;
        }
        given++;
        int across = place.width();
        int[] colours = new int[across * place.height()];
        whole.getPixels(colours, 0, across, place.left, place.top, across, place.height());
        Bitmap part = Bitmap.createBitmap(across, place.height(), Bitmap.Config.ARGB_8888);
        part.setPremultiplied(false);
        if (!blank) {
            part.setPixels(colours, 0, across, 0, 0, across, place.height());
        }
        return part;
    }

    @Implementation
    protected void recycle() {
        whole.recycle();
    }
}
