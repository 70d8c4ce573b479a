package org.cxredge.demo;

import android.content.Context;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.PointF;
import android.graphics.Rect;
import android.util.AttributeSet;
import android.view.KeyEvent;
import android.view.MotionEvent;
import android.view.View;
import android.view.accessibility.AccessibilityNodeProvider;
import org.cxredge.core.Corners;

/**
 * A picture with four corners, dragged with a finger, moved with keys, or by `CornerNodes`.
 *
 * <p>Keys: tab goes from corner to corner and on; where there is none, as on a remote control,
 * the middle key does. Arrows move the corner, with shift by little.
 */
public final class CropView extends View {
    static final double STEP = 0.02; // of the picture's side
    private static final double LITTLE = 0.0025;
    private static final int CORNERS = 4;
    private static final int NONE = -1;
    private static final int[] NAMES = {
        R.string.corner_top_left, R.string.corner_top_right,
        R.string.corner_bottom_right, R.string.corner_bottom_left,
    };

    private final CropPainter painter =
            new CropPainter(getResources().getDisplayMetrics().density);
    private final CornerNodes nodes = new CornerNodes(this);
    private final CropPlace place = new CropPlace(getResources().getDisplayMetrics().density);
    private Bitmap picture;
    private Corners corners;
    private int chosen = NONE;
    private double grabX; // where in the corner the finger came down, in the film's pixels
    private double grabY;

    public CropView(Context context, AttributeSet attributes) {
        super(context, attributes);
        setFocusable(true);
        setDefaultFocusHighlightEnabled(false); // its own ring is seen on a film
    }

    /** `picture` is the film made smaller; the corners are in the film's own pixels. */
    void show(Bitmap picture, Corners corners) {
        this.picture = picture;
        this.corners = corners;
        place.of(corners);
        fit();
        nodes.changed();
    }

    /** In the film's own pixels; null until there is a film. */
    Corners corners() {
        return corners;
    }

    /** Back to the whole picture. */
    void reset() {
        if (corners != null) {
            show(picture, new Corners(corners.width(), corners.height()));
            announceForAccessibility(getContext().getString(R.string.crop_whole));
        }
    }

    /** How many corners there are to move: none before there is a picture. */
    int count() {
        return corners == null ? 0 : CORNERS;
    }

    /** The corner that keys move; -1 for none. */
    int chosen() {
        return chosen;
    }

    void choose(int corner) {
        chosen = corner;
        invalidate();
        if (corner != NONE) {
            nodes.chosen(corner);
        }
    }

    /** The corner's name and where it is. */
    String said(int corner) {
        return Words.say(getContext(), R.string.corner_described,
                getContext().getString(NAMES[corner]),
                100 * corners.x(corner) / corners.width(),
                100 * corners.y(corner) / corners.height());
    }

    /** Where a corner is for a finger, in pixels of this view. */
    Rect bounds(int corner) {
        return place.bounds(corner);
    }

    /** Moves a corner by a share of the picture's sides; whether it could. */
    boolean step(int corner, int right, int down, double share) {
        boolean moved = corners.drag(corner,
                corners.x(corner) + right * share * corners.width(),
                corners.y(corner) + down * share * corners.height());
        invalidate();
        nodes.moved(corner);
        announceForAccessibility(
                moved ? said(corner) : getContext().getString(R.string.corner_stopped));
        return moved;
    }

    @Override
    public AccessibilityNodeProvider getAccessibilityNodeProvider() {
        return nodes;
    }

    @Override
    protected boolean dispatchHoverEvent(MotionEvent event) {
        if (corners == null || !nodes.exploring()) {
            return super.dispatchHoverEvent(event);
        }
        boolean leaves = event.getActionMasked() == MotionEvent.ACTION_HOVER_EXIT;
        int corner = leaves ? NONE : place.nearest(event.getX(), event.getY());
        return nodes.hover(corner) || super.dispatchHoverEvent(event);
    }

    @Override
    protected void onFocusChanged(boolean gained, int direction, Rect before) {
        super.onFocusChanged(gained, direction, before);
        if (!gained || corners == null) {
            choose(NONE);
        } else if (direction == FOCUS_FORWARD || direction == FOCUS_BACKWARD) { // by tab
            choose(direction == FOCUS_FORWARD ? 0 : CORNERS - 1);
        }
    }

    @Override
    protected void onSizeChanged(int width, int height, int widthBefore, int heightBefore) {
        fit();
    }

    private void fit() {
        if (picture != null) {
            place.fit(picture, getWidth(), getHeight());
            invalidate();
        }
    }

    @Override
    protected void onDraw(Canvas canvas) {
        canvas.drawColor(getContext().getColor(R.color.film_ground));
        if (picture != null) {
            PointF[] points = new PointF[CORNERS];
            for (int i = 0; i < CORNERS; i++) {
                points[i] = place.point(i);
            }
            painter.picture(canvas, picture, place.place, points);
            for (int i = 0; i < CORNERS; i++) {
                boolean focus = isFocused() && i == chosen || i == nodes.focus();
                painter.handle(canvas, points[i], i == chosen, focus);
            }
        }
        if (isFocused()) {
            painter.focus(canvas, getWidth(), getHeight());
        }
    }

    @Override
    public boolean onTouchEvent(MotionEvent event) {
        if (corners == null) {
            return false;
        }
        double x = place.filmX(event.getX());
        double y = place.filmY(event.getY());
        switch (event.getActionMasked()) {
            case MotionEvent.ACTION_DOWN:
                chosen = place.nearest(event.getX(), event.getY());
                if (chosen == NONE) {
                    return false;
                }
                grabX = corners.x(chosen) - x;
                grabY = corners.y(chosen) - y;
                getParent().requestDisallowInterceptTouchEvent(true);
                break;
            case MotionEvent.ACTION_MOVE:
                if (chosen != NONE) {
                    corners.drag(chosen, x + grabX, y + grabY);
                }
                break;
            case MotionEvent.ACTION_UP:
            case MotionEvent.ACTION_CANCEL:
                if (chosen != NONE) {
                    nodes.moved(chosen);
                }
                chosen = NONE;
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
        double share = event.isShiftPressed() ? LITTLE : STEP;
        switch (key) {
            case KeyEvent.KEYCODE_TAB:
                int next = next(event.isShiftPressed());
                choose(next);
                return next != NONE || super.onKeyDown(key, event); // on to the buttons
            case KeyEvent.KEYCODE_DPAD_CENTER:
            case KeyEvent.KEYCODE_ENTER:
            case KeyEvent.KEYCODE_SPACE:
                choose(next(false));
                return true;
            case KeyEvent.KEYCODE_DPAD_LEFT:
                return move(-1, 0, share);
            case KeyEvent.KEYCODE_DPAD_RIGHT:
                return move(1, 0, share);
            case KeyEvent.KEYCODE_DPAD_UP:
                return move(0, -1, share);
            case KeyEvent.KEYCODE_DPAD_DOWN:
                return move(0, 1, share);
            default:
                return super.onKeyDown(key, event);
        }
    }

    /** The corner after or before the chosen one; -1 behind the last and before the first. */
    private int next(boolean back) {
        if (back) {
            return chosen - 1 < 0 ? NONE : chosen - 1;
        }
        return chosen == CORNERS - 1 ? NONE : chosen + 1;
    }

    private boolean move(int right, int down, double share) {
        if (chosen == NONE) {
            return false; // arrows go on to the buttons
        }
        step(chosen, right, down, share);
        return true; // also at the edge, where they would leave the picture
    }
}
