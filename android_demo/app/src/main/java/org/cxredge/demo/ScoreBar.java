package org.cxredge.demo;

import android.content.Context;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.util.AttributeSet;
import android.util.TypedValue;
import android.view.View;

/**
 * Score and threshold on a bar from 0 to 1, which runs from right to left where text does.
 *
 * <p>The screen says the same in words: the bar adds nothing that only eyes could have.
 */
public final class ScoreBar extends View {
    private final Paint ink = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final float dp = getResources().getDisplayMetrics().density;
    private double score;
    private double threshold;

    public ScoreBar(Context context, AttributeSet attributes) {
        super(context, attributes);
        ink.setTextSize(TypedValue.applyDimension(
                TypedValue.COMPLEX_UNIT_SP, 14, getResources().getDisplayMetrics()));
    }

    void show(double score, double threshold) {
        this.score = score;
        this.threshold = threshold;
        setContentDescription(
                Words.say(getContext(), R.string.bar_described, score, threshold));
        invalidate();
    }

    @Override
    protected void onMeasure(int widthSpec, int heightSpec) {
        int height = Math.round(36 * dp + ink.getFontSpacing());
        setMeasuredDimension(MeasureSpec.getSize(widthSpec), height);
    }

    @Override
    protected void onDraw(Canvas canvas) {
        float top = 8 * dp;
        float bottom = top + 18 * dp;
        ink.setColor(getContext().getColor(R.color.bar_empty));
        block(canvas, 0, 1, top, bottom);
        ink.setColor(getContext().getColor(R.color.bar));
        block(canvas, 0, (float) score, top, bottom);
        float mark = at((float) threshold);
        ink.setColor(getContext().getColor(R.color.card));
        canvas.drawRect(mark - 3 * dp, top - 6 * dp, mark + 3 * dp, bottom + 6 * dp, ink);
        ink.setColor(getContext().getColor(R.color.bar_mark));
        canvas.drawRect(mark - 1.25f * dp, top - 6 * dp, mark + 1.25f * dp, bottom + 6 * dp, ink);
        words(canvas, bottom + 8 * dp - ink.ascent(), mark);
    }

    private void words(Canvas canvas, float base, float mark) {
        String word = getContext().getString(R.string.bar_threshold);
        float half = ink.measureText(word) / 2;
        float edge = 2 * ink.measureText("0"); // a digit, and as much room
        float middle = Math.min(Math.max(mark, edge + half), getWidth() - edge - half);
        ink.setColor(getContext().getColor(R.color.faint));
        ink.setTextAlign(Paint.Align.CENTER);
        canvas.drawText(word, middle, base, ink);
        boolean turned = getLayoutDirection() == LAYOUT_DIRECTION_RTL;
        ink.setTextAlign(Paint.Align.LEFT);
        canvas.drawText(turned ? "1" : "0", 0, base, ink);
        ink.setTextAlign(Paint.Align.RIGHT);
        canvas.drawText(turned ? "0" : "1", getWidth(), base, ink);
    }

    private void block(Canvas canvas, float from, float to, float top, float bottom) {
        float left = Math.min(at(from), at(to));
        float right = Math.max(at(from), at(to));
        canvas.drawRect(left, top, right, bottom, ink);
    }

    private float at(float share) {
        return getWidth() * (getLayoutDirection() == LAYOUT_DIRECTION_RTL ? 1 - share : share);
    }
}
