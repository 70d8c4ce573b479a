package org.cxredge.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.Test;

/** Corners however they are dragged, and what is cut out between them. */
public class CropTest {
    private static Corners at(int width, int height, double... xy) {
        Corners corners = Corners.of(width, height, xy);
        assertArrayEquals(xy, corners.toArray(), 0);
        return corners;
    }

    private static void standing(Corners corners) {
        assertArrayEquals("what is saved is taken again", corners.toArray(),
                Corners.of(corners.width(), corners.height(), corners.toArray()).toArray(), 0);
        for (int i = 0; i < 4; i++) {
            int next = (i + 1) % 4, after = (i + 2) % 4;
            double cross = (corners.x(next) - corners.x(i)) * (corners.y(after) - corners.y(next))
                    - (corners.y(next) - corners.y(i)) * (corners.x(after) - corners.x(next));
            assertTrue("convex and clockwise", cross > 0);
            assertTrue(corners.x(i) >= 0 && corners.x(i) <= corners.width());
            assertTrue(corners.y(i) >= 0 && corners.y(i) <= corners.height());
        }
    }

    @Test
    public void howeverTheyAreDraggedTheyStand() {
        Random dice = new Random(1);
        int moved = 0;
        for (int picture = 0; picture < 60; picture++) {
            Corners corners = new Corners(1 + dice.nextInt(2000), 1 + dice.nextInt(2000));
            for (int drag = 0; drag < 60; drag++) {
                double x = (dice.nextDouble() * 2 - 0.5) * corners.width();
                double y = (dice.nextDouble() * 2 - 0.5) * corners.height();
                moved += corners.drag(dice.nextInt(4), x, y) ? 1 : 0;
                standing(corners);
            }
        }
        assertTrue(moved > 1000);
        Corners corners = new Corners(500, 400);
        assertFalse(corners.drag(0, Double.NaN, 3));
        assertTrue(corners.whole());
        assertFalse(corners.drag(0, -50, -50)); // already there
    }

    @Test
    public void aCornerGoesAsFarAsItMay() {
        Corners corners = new Corners(500, 400);
        assertTrue(corners.drag(Corners.TOP_LEFT, 100, 80));
        assertEquals(100, corners.x(0), 0);
        assertTrue(corners.drag(Corners.TOP_LEFT, 490, 390)); // across the others
        assertTrue(corners.x(0) < 300 && corners.y(0) < 300);
        assertTrue(corners.x(0) > 150);
        assertEquals(2, corners.nearest(480, 390, 40));
        assertEquals(-1, corners.nearest(250, 390, 40));
        assertFalse(corners.whole());
    }

    @Test
    public void whatDoesNotFitIsTheWholePicture() {
        assertTrue(Corners.of(100, 100, null).whole());
        assertTrue(Corners.of(100, 100, new double[3]).whole());
        assertTrue(Corners.of(100, 100, new double[8]).whole());
        assertTrue(Corners.of(100, 100, new double[] {0, 0, 101, 0, 101, 100, 0, 100}).whole());
        assertTrue(Corners.of(100, 100, new double[] {100, 0, 0, 0, 0, 100, 100, 100}).whole());
        assertTrue(Corners.of(100, 100,
                new double[] {Double.NaN, 0, 100, 0, 100, 100, 0, 100}).whole());
    }

    @Test
    public void theWholePictureIsTheSameFilm() throws Exception {
        Film film = Film.ofGray(90, 80, new byte[90 * 80]);
        assertSame(film, Perspective.straighten(film, new Corners(90, 80)));
    }

    @Test
    public void anUprightCropIsACopy() throws Exception {
        Random dice = new Random(2);
        for (int i = 0; i < 40; i++) {
            int width = 200 + dice.nextInt(300), height = 200 + dice.nextInt(300);
            byte[] gray = new byte[width * height];
            dice.nextBytes(gray);
            int x = dice.nextInt(100), y = dice.nextInt(100);
            int wide = 64 + dice.nextInt(width - x - 64), high = 64 + dice.nextInt(height - y - 64);
            Film cut = Perspective.straighten(Film.ofGray(width, height, gray),
                    at(width, height, x, y, x + wide, y, x + wide, y + high, x, y + high));
            assertEquals(wide, cut.width);
            assertEquals(high, cut.height);
            for (int row = 0; row < high; row++) {
                int from = (y + row) * width + x;
                assertArrayEquals(Arrays.copyOfRange(gray, from, from + wide),
                        Arrays.copyOfRange(cut.gray, row * wide, (row + 1) * wide));
            }
        }
    }

    @Test
    public void cornersMeetCornersAndLinesStayStraight() {
        Random dice = new Random(3);
        for (int i = 0; i < 200; i++) {
            Corners corners = new Corners(1000, 800);
            for (int c = 0; c < 4; c++) {
                corners.drag(c, dice.nextDouble() * 1000, dice.nextDouble() * 800);
            }
            Homography place = new Homography(corners);
            double[][] square = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
            for (int c = 0; c < 4; c++) {
                assertEquals(corners.x(c), place.x(square[c][0], square[c][1]), 1e-6);
                assertEquals(corners.y(c), place.y(square[c][0], square[c][1]), 1e-6);
            }
            // Both diagonals of the square are those of the quadrangle: so is where they meet.
            double x = place.x(0.5, 0.5), y = place.y(0.5, 0.5);
            for (int c = 0; c < 2; c++) {
                double aX = corners.x(c + 2) - corners.x(c), aY = corners.y(c + 2) - corners.y(c);
                double off = (x - corners.x(c)) * aY - (y - corners.y(c)) * aX;
                assertEquals(0, off / Math.hypot(aX, aY), 1e-6);
            }
        }
    }

    @Test
    public void aPhotographedChessboardIsStraightened() throws Exception {
        // Drawn as a camera from below sees it; straightened, its fields are squares again.
        Corners seen = at(600, 500, 150, 60, 450, 60, 560, 460, 40, 460);
        Homography place = new Homography(seen);
        byte[] photo = new byte[600 * 500];
        for (int v = 0; v < 2400; v++) {
            for (int u = 0; u < 2400; u++) {
                int x = (int) place.x(u / 2400.0, v / 2400.0);
                int y = (int) place.y(u / 2400.0, v / 2400.0);
                photo[y * 600 + x] = (byte) ((u / 300 + v / 300) % 2 == 0 ? 250 : 20);
            }
        }
        Film flat = Perspective.straighten(Film.ofGray(600, 500, photo), seen);
        assertEquals(520, flat.width);
        assertEquals((int) Math.rint(Math.hypot(110, 400)), flat.height);
        for (int row = 0; row < 8; row++) {
            for (int column = 0; column < 8; column++) {
                int x = (2 * column + 1) * flat.width / 16, y = (2 * row + 1) * flat.height / 16;
                int wanted = (row + column) % 2 == 0 ? 250 : 20;
                assertEquals(row + ", " + column, wanted, flat.gray[y * flat.width + x] & 0xff);
            }
        }
    }

    @Test
    public void colourOutsideTheCornersIsCutOff() throws Exception {
        FilmBuilder builder = new FilmBuilder(1); // a gray film on a red table
        builder.begin(400, 400);
        int[] row = new int[400];
        for (int y = 0; y < 400; y++) {
            for (int x = 0; x < 400; x++) {
                boolean film = x >= 100 && x < 300 && y >= 100 && y < 300;
                row[x] = film ? 0x010101 * (x / 2) : 0xff0000;
            }
            builder.row(row, 0);
        }
        Film photo = builder.film();
        assertTrue(photo.colour > 150);
        Film cut = Perspective.straighten(photo,
                at(400, 400, 110, 110, 290, 110, 290, 290, 110, 290));
        assertEquals(0, cut.colour, 0);
    }
}
