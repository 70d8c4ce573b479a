package org.cxredge.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.Test;

/** Resize, turning, gray and windowing by their properties; others compare with Pillow. */
public class PixelsTest {
    private static byte[] noise(int count, long seed) {
        byte[] data = new byte[count];
        new Random(seed).nextBytes(data);
        return data;
    }

    @Test
    public void sameSizeIsTheSamePicture() {
        byte[] gray = noise(71 * 71, 1);
        assertArrayEquals(gray, Film.ofGray(71, 71, gray).pixels(71));
    }

    @Test
    public void aPlainPictureStaysPlainAtAnySize() {
        Random dice = new Random(2);
        for (int i = 0; i < 60; i++) {
            int width = 1 + dice.nextInt(700), height = 1 + dice.nextInt(700);
            byte level = (byte) dice.nextInt(256);
            byte[] gray = new byte[width * height];
            Arrays.fill(gray, level);
            for (byte one : Film.ofGray(width, height, gray).pixels(1 + dice.nextInt(300))) {
                assertEquals(level, one);
            }
        }
    }

    @Test
    public void turnsAreEachOthersOpposite() {
        int[] back = {0, 1, 2, 3, 4, 5, 8, 7, 6};
        byte[] stored = noise(7 * 5, 3);
        for (int turn = 1; turn <= 8; turn++) {
            Turn there = new Turn(turn, 7, 5);
            byte[] upright = Turn.apply(turn, stored, 7, 5);
            assertArrayEquals("turn " + turn, stored,
                    Turn.apply(back[turn], upright, there.width, there.height));
            assertEquals(turn == 1, Arrays.equals(stored, upright));
        }
        // 6: the stored top is the right edge; 8: the left.
        assertEquals(stored[0], Turn.apply(6, stored, 7, 5)[4]);
        assertEquals(stored[6], Turn.apply(8, stored, 7, 5)[0]);
    }

    @Test
    public void grayAndColourOfRows() throws Exception {
        FilmBuilder builder = new FilmBuilder(6);
        builder.begin(90, 70);
        int[] row = new int[95];
        Arrays.fill(row, 0x00_c8_64_32); // alpha of 0 hides nothing
        for (int y = 0; y < 70; y++) {
            builder.row(row, 5);
        }
        Film film = builder.film();
        assertEquals(70, film.width);
        assertEquals(90, film.height);
        assertEquals(150, film.colour, 0);
        assertEquals((19595 * 200 + 38470 * 100 + 7471 * 50 + 32768) >> 16, film.gray[9] & 0xff);
        for (int level = 0; level < 256; level++) {
            assertEquals(level, FilmBuilder.gray(level, level, level));
        }
    }

    @Test
    public void windowLeavesOutAThousandth() {
        short[] values = new short[4000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (short) (1000 + i % 2000);
        }
        values[0] = 0;
        values[1] = (short) 65535;
        assertArrayEquals(new int[] {1002, 2998}, Windowing.limits(values));
        byte[] table = Windowing.table(values, false);
        assertEquals(0, table[0]);
        assertEquals(0, table[1002]);
        assertEquals(1, table[1010]);
        assertEquals(-1, table[2998]);
        assertEquals(-1, table[65535]);
        assertEquals(255 - (table[1500] & 0xff), Windowing.table(values, true)[1500] & 0xff);
    }

    @Test
    public void aThousandthIsRoundedDown() {
        short[] values = new short[2999]; // two of them
        for (int i = 0; i < values.length; i++) {
            values[i] = (short) i;
        }
        assertArrayEquals(new int[] {2, 2996}, Windowing.limits(values));
    }

    @Test
    public void oneValueIsBlackAndTwoAreBoth() {
        assertEquals(0, Windowing.table(new short[] {9, 9, 9}, false)[9]);
        assertEquals(-1, Windowing.table(new short[] {9, 9, 9}, true)[9]);
        short[] two = new short[3000];
        two[7] = 5; // less than a thousandth: least and most take the window's place
        byte[] table = Windowing.table(two, false);
        assertEquals(0, table[0]);
        assertEquals(-1, table[5]);
    }

    @Test
    public void wholeNumbersOfAnySpanFit() {
        short[] fitted = Windowing.fitted(new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE, 0});
        assertArrayEquals(new short[] {0, -1, (short) 32768}, fitted);
        assertArrayEquals(new short[] {0, 3}, Windowing.fitted(new int[] {0, 3}));
        assertArrayEquals(new short[] {0, 4}, Windowing.fitted(new int[] {-1, 3}));
    }

    @Test
    public void fractionsAreStretchedAndMustBeFinite() throws Exception {
        short[] found = Windowing.stretched(new float[] {-1f, 0f, 1f});
        assertArrayEquals(new short[] {0, 32767, -1}, found);
        assertArrayEquals(new short[] {0, 0}, Windowing.stretched(new float[] {5f, 5f}));
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            try {
                Windowing.stretched(new float[] {1, bad});
                fail("not a finite number");
            } catch (ReadException error) {
                assertEquals(ReadException.Why.DAMAGED, error.why);
            }
        }
    }

    @Test
    public void channelsAreEqual() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(6);
        Pixels.rgb(new byte[] {1, -1}, bytes);
        byte[] out = new byte[6];
        bytes.get(out);
        assertArrayEquals(new byte[] {1, 1, 1, -1, -1, -1}, out);
        ByteBuffer floats = ByteBuffer.allocateDirect(24).order(ByteOrder.nativeOrder());
        Pixels.rgbFloat(new byte[] {1, -1}, floats);
        assertEquals(0, floats.position());
        assertEquals(1f, floats.getFloat(8), 0);
        assertEquals(255f, floats.getFloat(12), 0);
    }

    @Test
    public void orientationIsReadFromAJpegOfEitherOrder() {
        for (int turn = 1; turn <= 8; turn++) {
            for (boolean little : new boolean[] {true, false}) {
                assertEquals(turn, Exif.orientation(jpeg(turn, little, 3)));
            }
        }
        assertEquals(1, Exif.orientation(jpeg(9, true, 3)));
        assertEquals(1, Exif.orientation(jpeg(6, true, 2))); // of text
        assertEquals(1, Exif.orientation(ByteBuffer.wrap(new byte[] {-1, -40})));
        assertEquals(1, Exif.orientation(ByteBuffer.wrap(new byte[0])));
        byte[] several = jpeg(5, false, 3).array();
        int entry = 13 + 6 + 8 + 2 + 12;
        several[entry + 7] = 3; // three numbers, which stand elsewhere: the first of them counts
        several[entry + 9] = 0;
        several[entry + 11] = 20; // where the value of the tag before ends
        several[entry - 1] = 6;
        assertEquals(6, Exif.orientation(ByteBuffer.wrap(several)));
        byte[] whole = jpeg(6, false, 3).array();
        Random dice = new Random(4);
        int turned = 0;
        for (int i = 0; i < 3000; i++) { // whatever the bytes are, a number of 1-8
            byte[] data = whole.clone();
            data[dice.nextInt(data.length)] = (byte) dice.nextInt(256);
            int found = Exif.orientation(
                    ByteBuffer.wrap(data, 0, data.length - dice.nextInt(8)).slice());
            assertTrue(found >= 1 && found <= 8);
            turned += found == 6 ? 1 : 0;
        }
        assertNotEquals(0, turned);
    }

    /** SOI, an APP0 of another kind, APP1 with a tag before the orientation, SOS. */
    private static ByteBuffer jpeg(int turn, boolean little, int type) {
        ByteBuffer data = ByteBuffer.allocate(61);
        data.put(new byte[] {-1, -40, -1, -32, 0, 4, 1, 2, -1, -1, -31, 0, 46});
        data.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
        data.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        data.put((byte) (little ? 'I' : 'M')).put((byte) (little ? 'I' : 'M'));
        data.putShort((short) 42).putInt(8).putShort((short) 2);
        data.putShort((short) 256).putShort((short) 4).putInt(1).putInt(77);
        data.putShort((short) 274).putShort((short) type).putInt(1);
        data.putShort((short) turn).putShort((short) 0).putInt(0);
        data.put(new byte[] {-1, -38, 0, 2});
        return data;
    }
}
