package org.cxredge.core;

import java.util.Arrays;

/**
 * The four corners of a film in a photograph, clockwise from the top left, in pixels of the
 * picture. However they are dragged, they stay inside it, in that order and convex.
 */
public final class Corners {
    public static final int TOP_LEFT = 0, TOP_RIGHT = 1, BOTTOM_RIGHT = 2, BOTTOM_LEFT = 3;

    private static final double SHORTEST = 64; // of a side: what is smaller is no film
    private static final double STRAIGHTEST = Math.sin(Math.toRadians(170)); // an angle's sine

    private final int width, height;
    private final double shortest;
    private final double[] xs, ys;

    /** Around the whole picture. */
    public Corners(int width, int height) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException(width + "x" + height);
        }
        this.width = width;
        this.height = height;
        shortest = Math.min(SHORTEST, Math.min(width, height) / 2.0);
        xs = new double[] {0, width, width, 0};
        ys = new double[] {0, 0, height, height};
    }

    /** What {@link #toArray} gave; the whole picture where that does not fit this one. */
    public static Corners of(int width, int height, double[] saved) {
        Corners corners = new Corners(width, height);
        if (saved == null || saved.length != 8) {
            return corners;
        }
        Corners other = new Corners(width, height);
        for (int i = 0; i < 4; i++) {
            other.xs[i] = saved[2 * i];
            other.ys[i] = saved[2 * i + 1];
        }
        return other.inside() && other.stands() ? other : corners;
    }

    /** x and y of each corner in turn. */
    public double[] toArray() {
        double[] all = new double[8];
        for (int i = 0; i < 4; i++) {
            all[2 * i] = xs[i];
            all[2 * i + 1] = ys[i];
        }
        return all;
    }

    public double x(int corner) {
        return xs[corner];
    }

    public double y(int corner) {
        return ys[corner];
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** Whether these are the picture's own corners. */
    public boolean whole() {
        double[] here = toArray(), all = new Corners(width, height).toArray();
        return Arrays.equals(here, all);
    }

    /** The corner nearest to a point, or -1 where all are further than `reach` pixels. */
    public int nearest(double x, double y, double reach) {
        int found = -1;
        for (int i = 0; i < 4; i++) {
            double far = Math.hypot(x - xs[i], y - ys[i]);
            if (far <= reach) {
                found = i;
                reach = far;
            }
        }
        return found;
    }

    /**
     * Drag a corner to a point: there, or as far towards it as the others allow.
     *
     * @return whether it moved
     */
    public boolean drag(int corner, double x, double y) {
        if (Double.isNaN(x) || Double.isNaN(y)) {
            return false;
        }
        double fromX = xs[corner], fromY = ys[corner];
        double toX = Math.min(width, Math.max(0, x)), toY = Math.min(height, Math.max(0, y));
        double good = 0, bad = 1;
        if (move(corner, toX, toY)) {
            return toX != fromX || toY != fromY;
        }
        for (int step = 0; step < 30; step++) {
            double share = (good + bad) / 2;
            if (move(corner, fromX + (toX - fromX) * share, fromY + (toY - fromY) * share)) {
                good = share;
            } else {
                bad = share;
            }
        }
        xs[corner] = fromX + (toX - fromX) * good;
        ys[corner] = fromY + (toY - fromY) * good;
        return good > 0;
    }

    private boolean move(int corner, double x, double y) {
        xs[corner] = x;
        ys[corner] = y;
        return stands();
    }

    private boolean inside() {
        for (int i = 0; i < 4; i++) {
            if (!(xs[i] >= 0 && xs[i] <= width && ys[i] >= 0 && ys[i] <= height)) {
                return false;
            }
        }
        return true;
    }

    /** Sides long enough, and every corner a turn to the right that is not nearly straight. */
    private boolean stands() {
        for (int i = 0; i < 4; i++) {
            int next = (i + 1) % 4, after = (i + 2) % 4;
            double aX = xs[next] - xs[i], aY = ys[next] - ys[i];
            double bX = xs[after] - xs[next], bY = ys[after] - ys[next];
            double a = Math.hypot(aX, aY), b = Math.hypot(bX, bY);
            if (a < shortest || aX * bY - aY * bX < STRAIGHTEST * a * b) {
                return false;
            }
        }
        return true;
    }
}
