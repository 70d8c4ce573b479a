package org.cxredge.demo;

import android.graphics.Bitmap;
import android.graphics.PointF;
import android.graphics.Rect;
import android.graphics.RectF;
import org.cxredge.core.Corners;

/** Where on the screen a picture and its corners are; corners are in the film's own pixels. */
final class CropPlace {
    final RectF place = new RectF();
    private final float dp;
    private Corners corners;

    CropPlace(float dp) {
        this.dp = dp;
    }

    void of(Corners corners) {
        this.corners = corners;
    }

    /** The picture whole, in the middle, with room for the handles around it. */
    void fit(Bitmap picture, int width, int height) {
        float edge = 24 * dp;
        FilmView.fit(place, picture, width - 2 * edge, height - 2 * edge);
        place.offset(edge, edge);
    }

    PointF point(int corner) {
        return new PointF((float) (place.left + corners.x(corner) * scale()),
                (float) (place.top + corners.y(corner) * scale()));
    }

    /** What a finger has to meet: 48 dp around the corner. */
    Rect bounds(int corner) {
        PointF point = point(corner);
        int reach = Math.round(24 * dp);
        Rect around = new Rect(-reach, -reach, reach, reach);
        around.offset(Math.round(point.x), Math.round(point.y));
        return around;
    }

    /** The corner nearest to a point of the screen; -1 where none is within a finger's reach. */
    int nearest(float x, float y) {
        return corners.nearest(filmX(x), filmY(y), 40 * dp / scale());
    }

    double filmX(float x) {
        return (x - place.left) / scale();
    }

    double filmY(float y) {
        return (y - place.top) / scale();
    }

    /** Pixels of the screen for one of the film. */
    private float scale() {
        return place.width() / corners.width();
    }
}
