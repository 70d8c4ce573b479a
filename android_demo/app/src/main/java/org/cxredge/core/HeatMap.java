package org.cxredge.core;

import org.cxredge.core.Resize.Filter;

/**
 * A heat map in colours: blue to yellow, growing lighter all the way, so that it is told apart
 * with any kind of colour blindness: `edge_runtime/explain.py`.
 */
public final class HeatMap {
    private static final int[][] ANCHORS = {
        {16, 24, 92}, {42, 66, 140}, {86, 100, 144}, {130, 132, 132}, {180, 166, 100},
        {224, 202, 76}, {255, 240, 120},
    };
    private static final int MOST_OPAQUE = 190; // of 255: the film stays visible

    private static final int[] COLOURS = colours();
    private static final int[] OPAQUE = opaque();

    private HeatMap() {}

    /** The colour of a level of 0-255, as 0xFFRRGGBB: for a legend. */
    public static int colour(int level) {
        return COLOURS[level];
    }

    /** The largest value; 0 or less: the map is empty. */
    public static float most(float[] heatmap) {
        float most = 0;
        for (float value : heatmap) {
            most = Math.max(most, value);
        }
        return most;
    }

    /**
     * What is laid over the film: `height * width` colours 0xAARRGGBB (alpha not multiplied in),
     * none clear, the most in this film nearly opaque; all clear where the map is empty.
     */
    public static int[] overlay(float[] heatmap, int grid, int width, int height) {
        int[] argb = new int[width * height];
        float most = most(heatmap);
        if (most <= 0) {
            return argb;
        }
        byte[] levels = new byte[grid * grid];
        for (int i = 0; i < levels.length; i++) {
            double level = Math.rint(255.0 * heatmap[i] / most);
            levels[i] = (byte) Math.min(255, Math.max(0, level));
        }
        byte[] heat = Resize.picture(levels, grid, grid, width, height, Filter.BICUBIC);
        for (int i = 0; i < argb.length; i++) {
            int level = heat[i] & 0xff;
            argb[i] = OPAQUE[level] << 24 | COLOURS[level] & 0xffffff;
        }
        return argb;
    }

    private static int[] colours() {
        int[] colours = new int[256];
        int last = ANCHORS.length - 1;
        for (int step = 0; step < 256; step++) {
            int place = Math.min(step * last / 255, last - 1);
            double share = step * last / 255.0 - place;
            int colour = 0xff;
            for (int c = 0; c < 3; c++) {
                int low = ANCHORS[place][c], high = ANCHORS[place + 1][c];
                colour = colour << 8 | (int) Math.rint(low + (high - low) * share);
            }
            colours[step] = colour;
        }
        return colours;
    }

    private static int[] opaque() {
        int[] opaque = new int[256];
        for (int level = 0; level < 256; level++) {
            opaque[level] = (int) Math.rint(MOST_OPAQUE * Math.pow(level / 255.0, 0.7));
        }
        return opaque;
    }
}
