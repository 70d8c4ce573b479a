package org.cxredge.demo;

import android.graphics.Bitmap;
import org.cxredge.core.Film;

/** A film made small enough for a screen. For the eye alone: the model never sees it. */
final class Preview {
    static final int LONGEST = 1024;

    private Preview() {}

    /** At most `longest` pixels on a side; each is the mean of a square of the film's. */
    static Bitmap of(Film film, int longest) {
        int step = (Math.max(film.width, film.height) + longest - 1) / longest;
        int width = Math.max(1, film.width / step);
        int height = Math.max(1, film.height / step);
        int[] line = new int[width];
        Bitmap picture = Bitmap.createBitmap(width, height, Bitmap.Config.ARGB_8888);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int gray = mean(film, x * step, y * step, step);
                line[x] = 0xff000000 | gray << 16 | gray << 8 | gray;
            }
            picture.setPixels(line, 0, width, 0, y, width, 1);
        }
        return picture;
    }

    private static int mean(Film film, int left, int top, int step) {
        int right = Math.min(film.width, left + step);
        int bottom = Math.min(film.height, top + step);
        long sum = 0;
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                sum += film.gray[y * film.width + x] & 0xff;
            }
        }
        return (int) (sum / Math.max(1, (right - left) * (bottom - top)));
    }
}
