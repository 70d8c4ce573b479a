package org.cxredge.core;

/** Where the pixels of a stored picture stand once it is upright, by EXIF's number (1-8). */
final class Turn {
    final int width, height; // of the upright picture
    private final int start, across, down;

    Turn(int orientation, int storedWidth, int storedHeight) {
        boolean sideways = orientation >= 5 && orientation <= 8;
        width = sideways ? storedHeight : storedWidth;
        height = sideways ? storedWidth : storedHeight;
        boolean both = orientation == 3 || orientation == 7;
        boolean flipX = both || orientation == 2 || orientation == 6;
        boolean flipY = both || orientation == 4 || orientation == 8;
        int x = flipX ? -1 : 1;
        int y = flipY ? -width : width;
        across = sideways ? y : x;
        down = sideways ? x : y;
        start = (flipX ? width - 1 : 0) + (flipY ? (height - 1) * width : 0);
    }

    /** The upright picture's index of the first pixel of a stored row; the next are a step on. */
    int row(int y) {
        return start + y * down;
    }

    int step() {
        return across;
    }

    static byte[] apply(int orientation, byte[] stored, int width, int height) {
        if (orientation <= 1 || orientation > 8) {
            return stored;
        }
        Turn turn = new Turn(orientation, width, height);
        byte[] upright = new byte[stored.length];
        for (int y = 0, from = 0; y < height; y++) {
            for (int x = 0, to = turn.row(y); x < width; x++, to += turn.across) {
                upright[to] = stored[from++];
            }
        }
        return upright;
    }

    static int[] apply(int orientation, int[] stored, int width, int height) {
        if (orientation <= 1 || orientation > 8) {
            return stored;
        }
        Turn turn = new Turn(orientation, width, height);
        int[] upright = new int[stored.length];
        for (int y = 0, from = 0; y < height; y++) {
            for (int x = 0, to = turn.row(y); x < width; x++, to += turn.across) {
                upright[to] = stored[from++];
            }
        }
        return upright;
    }
}
