package org.cxredge.demo;

import android.content.Context;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.graphics.Path;
import android.graphics.RectF;
import android.util.AttributeSet;
import android.view.KeyEvent;
import android.view.MotionEvent;
import android.view.View;
import org.cxredge.core.Corners;

/** A picture with four corners, dragged with a finger or moved with a keyboard's arrows. */
public final class CropView extends View {
    private static final int CORNERS = 4;

    private final Paint smooth = new Paint(Paint.FILTER_BITMAP_FLAG);
    private final Paint ink = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final RectF place = new RectF();
    private final float dp = getResources().getDisplayMetrics().density;
    private Bitmap picture;
    private Corners corners;
    private int chosen = -1;
    private double grabX; // where in the corner the finger came down, in the film's pixels
    private double grabY;

    public CropView(Context context, AttributeSet attributes) {
        super(context, attributes);
        setFocusable(true);
    }

    /** `picture` is the film made smaller; the corners are in the film's own pixels. */
    void show(Bitmap picture, Corners corners) {
        this.picture = picture;
        this.corners = corners;
        fit();
    }

    /** In the film's own pixels; null until there is a film. */
    Corners corners() {
        return corners;
    }

    /** Back to the whole picture. */
    void reset() {
        if (corners != null) {
            corners = new Corners(corners.width(), corners.height());
            invalidate();
        }
    }

    @Override
    protected void onSizeChanged(int width, int height, int widthBefore, int heightBefore) {
        fit();
    }

    private void fit() {
        if (picture != null) {
            float edge = 24 * dp; // room for the handles
            FilmView.fit(place, picture, getWidth() - 2 * edge, getHeight() - 2 * edge);
            place.offset(edge, edge);
            invalidate();
        }
    }

    @Override
    protected void onDraw(Canvas canvas) {
        canvas.drawColor(getContext().getColor(R.color.film_ground));
        if (picture == null) {
            return;
        }
        canvas.drawBitmap(picture, null, place, smooth);
        Path inside = new Path();
        for (int i = 0; i < CORNERS; i++) {
            float x = screenX(corners.x(i));
            float y = screenY(corners.y(i));
            if (i == 0) {
                inside.moveTo(x, y);
            } else {
                inside.lineTo(x, y);
            }
        }
        inside.close();
        Path outside = new Path();
        outside.addRect(place, Path.Direction.CW);
        outside.op(inside, Path.Op.DIFFERENCE);
        ink.setStyle(Paint.Style.FILL);
        ink.setColor(0xb0000000);
        canvas.drawPath(outside, ink);
        ink.setStyle(Paint.Style.STROKE);
        for (int pass = 0; pass < 2; pass++) { // light on dark: seen on any film
            ink.setColor(pass == 0 ? 0xff000000 : 0xffffffff);
            ink.setStrokeWidth((pass == 0 ? 4 : 2) * dp);
            canvas.drawPath(inside, ink);
        }
        for (int i = 0; i < CORNERS; i++) {
            handle(canvas, screenX(corners.x(i)), screenY(corners.y(i)), i == chosen);
        }
    }

    private void handle(Canvas canvas, float x, float y, boolean filled) {
        ink.setStyle(Paint.Style.FILL);
        ink.setColor(0xff000000);
        canvas.drawCircle(x, y, 13 * dp, ink);
        ink.setColor(0xffffffff);
        canvas.drawCircle(x, y, 11 * dp, ink);
        if (!filled) {
            ink.setColor(0xff0a5e8a);
            canvas.drawCircle(x, y, 8 * dp, ink);
        }
    }

    @Override
    public boolean onTouchEvent(MotionEvent event) {
        if (corners == null) {
            return false;
        }
        double x = filmX(event.getX());
        double y = filmY(event.getY());
        switch (event.getActionMasked()) {
            case MotionEvent.ACTION_DOWN:
                chosen = corners.nearest(x, y, 40 * dp / scale());
                if (chosen < 0) {
                    return false;
                }
                grabX = corners.x(chosen) - x;
                grabY = corners.y(chosen) - y;
                getParent().requestDisallowInterceptTouchEvent(true);
                break;
            case MotionEvent.ACTION_MOVE:
                if (chosen >= 0) {
                    corners.drag(chosen, x + grabX, y + grabY);
                }
                break;
            case MotionEvent.ACTION_UP:
            case MotionEvent.ACTION_CANCEL:
                chosen = -1;
                break;
            default:
                return true;
        }
        invalidate();
        return true;
    }

    @Override
    public boolean onKeyDown(int key, KeyEvent event) {
        if (corners == null) {
            return super.onKeyDown(key, event);
        }
        double step = 8 * dp / scale();
        switch (key) {
            case KeyEvent.KEYCODE_TAB:
                chosen++;
                if (chosen == CORNERS) { // on to the buttons
                    chosen = -1;
                    invalidate();
                    return super.onKeyDown(key, event);
                }
                announceForAccessibility(
                        Words.say(getContext(), R.string.corner_described, chosen + 1));
                break;
            case KeyEvent.KEYCODE_DPAD_LEFT:
                return move(-step, 0);
            case KeyEvent.KEYCODE_DPAD_RIGHT:
                return move(step, 0);
            case KeyEvent.KEYCODE_DPAD_UP:
                return move(0, -step);
            case KeyEvent.KEYCODE_DPAD_DOWN:
                return move(0, step);
            default:
                return super.onKeyDown(key, event);
        }
        invalidate();
        return true;
    }

    private boolean move(double right, double down) {
        if (chosen < 0) {
            return false;
        }
        corners.drag(chosen, corners.x(chosen) + right, corners.y(chosen) + down);
        invalidate();
        return true;
    }

    /** Pixels of the screen for one of the film. */
    private float scale() {
        return place.width() / corners.width();
    }

    private float screenX(double x) {
        return (float) (place.left + x * scale());
    }

    private float screenY(double y) {
        return (float) (place.top + y * scale());
    }

    private double filmX(float x) {
        return (x - place.left) / scale();
    }

    private double filmY(float y) {
        return (y - place.top) / scale();
    }
}
