package org.cxredge.demo;

import android.content.Context;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.graphics.RectF;
import android.util.AttributeSet;
import android.view.View;

/** A film, whole and in its own shape, with its heat map over it. */
public final class FilmView extends View {
    private static final float TALLEST = 1.1f; // of the width: a longer film leaves edges free

    private final Paint smooth = new Paint(Paint.FILTER_BITMAP_FLAG);
    private final RectF place = new RectF();
    private Bitmap film;
    private Bitmap heat;
    private int opacity = 100; // 0 to 100; 0 is off

    public FilmView(Context context, AttributeSet attributes) {
        super(context, attributes);
    }

    /** `heat` may be null. */
    void show(Bitmap film, Bitmap heat) {
        this.film = film;
        this.heat = heat;
        requestLayout();
        invalidate();
    }

    void setOpacity(int opacity) {
        this.opacity = opacity;
        invalidate();
    }

    @Override
    protected void onMeasure(int widthSpec, int heightSpec) {
        int width = MeasureSpec.getSize(widthSpec);
        float shape = film == null ? 1 : (float) film.getHeight() / film.getWidth();
        float most = getResources().getInteger(R.integer.film_most) / 100f
                * getResources().getDisplayMetrics().heightPixels;
        int height = Math.round(Math.min(width * Math.min(shape, TALLEST), most));
        if (MeasureSpec.getMode(heightSpec) != MeasureSpec.UNSPECIFIED) {
            height = Math.min(height, MeasureSpec.getSize(heightSpec));
        }
        setMeasuredDimension(width, height);
    }

    @Override
    protected void onDraw(Canvas canvas) {
        canvas.drawColor(getContext().getColor(R.color.film_ground));
        if (film == null) {
            return;
        }
        fit(place, film, getWidth(), getHeight());
        smooth.setAlpha(255);
        canvas.drawBitmap(film, null, place, smooth);
        if (heat != null && opacity > 0) {
            smooth.setAlpha(Math.round(255 * opacity / 100f));
            canvas.drawBitmap(heat, null, place, smooth);
        }
    }

    /** The largest place in the middle of `width` by `height` that has the picture's shape. */
    static void fit(RectF place, Bitmap picture, float width, float height) {
        float scale = Math.min(width / picture.getWidth(), height / picture.getHeight());
        float wide = picture.getWidth() * scale;
        float high = picture.getHeight() * scale;
        float left = (width - wide) / 2;
        float top = (height - high) / 2;
        place.set(left, top, left + wide, top + high);
    }
}
