package org.cxredge.demo;

import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.graphics.Path;
import android.graphics.PointF;
import android.graphics.RectF;

/** How a crop looks: light on dark throughout, so that it is seen on any film. */
final class CropPainter {
    private static final int DARK = 0xff000000;
    private static final int LIGHT = 0xffffffff;
    private static final int HANDLE = 0xff0a5e8a;
    private static final int OUTSIDE = 0xb0000000;

    private final Paint smooth = new Paint(Paint.FILTER_BITMAP_FLAG);
    private final Paint ink = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final float dp;

    CropPainter(float dp) {
        this.dp = dp;
    }

    /** The picture in its place, darker outside of the four points. */
    void picture(Canvas canvas, Bitmap picture, RectF place, PointF[] points) {
        canvas.drawBitmap(picture, null, place, smooth);
        Path inside = new Path();
        inside.moveTo(points[0].x, points[0].y);
        for (int i = 1; i < points.length; i++) {
            inside.lineTo(points[i].x, points[i].y);
        }
        inside.close();
        Path outside = new Path();
        outside.addRect(place, Path.Direction.CW);
        outside.op(inside, Path.Op.DIFFERENCE);
        ink.setStyle(Paint.Style.FILL);
        ink.setColor(OUTSIDE);
        canvas.drawPath(outside, ink);
        pen(DARK, 4);
        canvas.drawPath(inside, ink);
        pen(LIGHT, 2);
        canvas.drawPath(inside, ink);
    }

    /** A corner's handle: full where a finger or the keys have it, with a ring in focus. */
    void handle(Canvas canvas, PointF point, boolean full, boolean focus) {
        ink.setStyle(Paint.Style.FILL);
        ink.setColor(DARK);
        canvas.drawCircle(point.x, point.y, 13 * dp, ink);
        ink.setColor(LIGHT);
        canvas.drawCircle(point.x, point.y, 11 * dp, ink);
        if (!full) {
            ink.setColor(HANDLE);
            canvas.drawCircle(point.x, point.y, 8 * dp, ink);
        }
        if (focus) {
            pen(DARK, 6);
            canvas.drawCircle(point.x, point.y, 19 * dp, ink);
            pen(LIGHT, 3);
            canvas.drawCircle(point.x, point.y, 19 * dp, ink);
        }
    }

    /** Around the whole view, where the keys go to it. */
    void focus(Canvas canvas, int width, int height) {
        float edge = 3 * dp;
        pen(DARK, 6);
        canvas.drawRect(edge, edge, width - edge, height - edge, ink);
        pen(LIGHT, 3);
        canvas.drawRect(edge, edge, width - edge, height - edge, ink);
    }

    private void pen(int colour, float width) {
        ink.setStyle(Paint.Style.STROKE);
        ink.setStrokeWidth(width * dp);
        ink.setColor(colour);
    }
}
