package org.cxredge.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.cxredge.core.ReadException.Why;
import org.junit.Test;

/** What the phone's decoder gets to see, and what it is spared. */
public class EncodedTest {
    private static final String PROFILE = "\u00ff\u00e2\0\22ICC_PROFILE\0\1\1ab";
    private static final String FRAME = "\u00ff\u00c0\0\21\10\0\20\0\40\3\1\42\0\2\21\1\3\21\1";
    private static final String SCAN = "\u00ff\u00da\0\14\3\1\0\2\21\3\21\0\77\0data";
    private static final String END = "\u00ff\u00d9";

    private static ByteBuffer jpeg(String... segments) {
        String all = "\u00ff\u00d8" + String.join("", segments);
        return ByteBuffer.wrap(all.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ByteBuffer webp(String... chunks) {
        String all = "WEBP" + String.join("", chunks);
        ByteBuffer file = ByteBuffer.allocate(8 + all.length()).order(
                java.nio.ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {'R', 'I', 'F', 'F'}).putInt(all.length());
        file.put(all.getBytes(StandardCharsets.ISO_8859_1));
        return file;
    }

    private static Encoded encoded(ByteBuffer file) throws ReadException {
        Bytes bytes = Bytes.of(file, java.nio.ByteOrder.BIG_ENDIAN);
        return Encoded.of(file, bytes, Formats.of(bytes));
    }

    private static Why why(ByteBuffer file) {
        try {
            encoded(file);
            return null;
        } catch (ReadException error) {
            return error.why;
        }
    }

    private static JpegScan scan(String... segments) throws ReadException {
        return JpegScan.of(Bytes.of(jpeg(segments), java.nio.ByteOrder.BIG_ENDIAN));
    }

    private static byte[] read(InputStream stream, int atOnce) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] some = new byte[atOnce + 2];
        for (int got = stream.read(some, 1, atOnce); got >= 0;
                got = stream.read(some, 1, atOnce)) {
            all.write(some, 1, got);
        }
        assertEquals(-1, stream.read());
        return all.toByteArray();
    }

    private static String seen(ByteBuffer file) throws Exception {
        byte[] before = file.array().clone();
        Encoded encoded = encoded(file);
        byte[] all = read(encoded.stream(), 1 << 16);
        for (int atOnce : new int[] {1, 3, 7}) { // wherever a reading ends
            assertArrayEquals(all, read(encoded.stream(), atOnce));
        }
        InputStream later = encoded.stream();
        assertEquals(5, later.skip(5));
        assertEquals(all.length - 5, later.available());
        assertEquals(all[5] & 0xff, later.read());
        assertArrayEquals(Arrays.copyOfRange(all, 6, all.length), read(later, 9));
        assertArrayEquals("the file itself stays", before, file.array());
        return new String(all, StandardCharsets.ISO_8859_1);
    }

    @Test
    public void aJpegsProfileIsNoneToTheDecoder() throws Exception {
        String other = PROFILE.replace("ICC_PROFILE", "ACC_PROFILE");
        String inside = "\u00ff\u00e1\0\24" + PROFILE.substring(2); // in EXIF, of no meaning
        String found = seen(jpeg(PROFILE, other, FRAME, inside, PROFILE, SCAN, END));
        String hidden = PROFILE.replace("ICC", "xCC");
        assertEquals("\u00ff\u00d8" + hidden + other + FRAME + inside + hidden + SCAN + END, found);
        assertEquals("\u00ff\u00d8" + FRAME + SCAN + END, seen(jpeg(FRAME, SCAN, END)));
    }

    @Test
    public void aWebpsProfileIsNoneToTheDecoder() throws Exception {
        String extended = "VP8X\12\0\0\0\60\0\0\0\11\0\0\11\0\0";
        String pixels = "VP8 \4\0\0\0ICCP";
        String found = seen(webp(extended, "ICCP\3\0\0\0abc\0", pixels));
        assertTrue(found, found.contains("VP8X\12\0\0\0\20\0\0\0\11\0\0\11\0\0xCCP\3\0\0\0abc"));
        assertTrue(found, found.endsWith(pixels));
    }

    @Test
    public void aJpegIsGoneThroughFromMarkerToMarker() throws Exception {
        String rest = "\u00ff\u00da\0\10\1\1\0\1\77\0more\u00ff\0\u00ff\u00d3\u00ff\u00ff";
        String remark = "\u00ff\u00fe\0\4\u00ff\u00d9";
        assertEquals(null, why(jpeg(FRAME, SCAN, rest, END)));
        assertEquals(null, why(jpeg(remark, "junk", FRAME, "\u00ff", SCAN, END))); // as libjpeg reads it
        // The ends of a small copy, and of a remark between scans, are not the film's.
        String copy = "\u00ff\u00e1\0\12\u00ff\u00d8\u00ff\u00da\0\2\u00ff\u00d9";
        assertEquals(Why.DAMAGED, why(jpeg(copy, FRAME, SCAN)));
        assertEquals(Why.DAMAGED, why(jpeg(FRAME, SCAN, remark, rest)));
        assertEquals(Why.DAMAGED, why(jpeg(FRAME, END)));
        assertEquals(Why.DAMAGED, why(jpeg(FRAME, "\u00ff\u00fe\1\0")));
        assertEquals(Why.DAMAGED, why(jpeg(FRAME, "\u00ff\u00fe")));
        StringBuilder many = new StringBuilder(); // also where they lie in a segment
        for (int i = 0; i < JpegScan.MOST_SCANS; i++) {
            many.append("\u00ff\u00da");
        }
        String length = "\u00ff\u00fe\0" + (char) (2 + many.length());
        assertEquals(Why.UNSUPPORTED, why(jpeg(FRAME, length, many.toString(), SCAN, END)));
        many.setLength(many.length() - 2);
        assertEquals(null, why(jpeg(FRAME, "\u00ff\u00fe\0" + (char) (2 + many.length()),
                many.toString(), SCAN, END)));
    }

    @Test
    public void aMarkerMayLieAcrossTheBuffersEdge() throws Exception {
        for (int length = (1 << 16) - 60; length < (1 << 16) - 20; length++) {
            String remark = "\u00ff\u00fe" + (char) (length >> 8) + (char) (length & 255)
                    + new String(new char[length - 2]);
            assertEquals(null, why(jpeg(remark, FRAME, SCAN, END)));
            assertEquals(1, scan(remark, PROFILE, FRAME, SCAN, END).profiles.size());
        }
    }

    @Test
    public void whatADecoderHoldsOfAllScansIsKnownBefore() throws Exception {
        String progressive = FRAME.replace('\u00c0', '\u00c2');
        String one = SCAN.replace("\14\3\1\0\2\21\3\21", "\10\1\1\0");
        assertEquals(0, scan(FRAME, SCAN, END).coefficients);
        // 32 x 16 of 4:2:0: half as many samples of colour, two bytes each.
        assertEquals(2 * 32 * 16 * 3 / 2, scan(progressive, SCAN, END).coefficients);
        assertEquals(2 * 32 * 16 * 3 / 2, scan(FRAME, one, END).coefficients);
        String huge = progressive.replace("\0\20\0\40", "\177\377\177\377");
        assertEquals(2 * (32767L * 32767 * 3 / 2), scan(huge, SCAN, END).coefficients);
        assertEquals(Why.NO_MEMORY_AT_ONCE, why(jpeg(huge, SCAN, END)));
        // 14 bits each for width and height less one.
        assertEquals(null, why(webp("VP8L\5\0\0\0\57\77\300\17\0\0")));
        assertEquals(Why.NO_MEMORY_AT_ONCE, why(webp("VP8L\5\0\0\0\57\377\377\377\17\0")));
        assertEquals(Why.DAMAGED, why((ByteBuffer) webp("VP8 \0\0\0\0").limit(19)));
    }

    @Test
    public void bandsGoByTheHeap() {
        long mega = 1 << 20;
        assertEquals(2048, Bands.rows(8192, 6144, 256 * mega)); // three, 64 MB each
        assertEquals(2048, Bands.rows(8192, 6144, 512 * mega));
        assertEquals(1536, Bands.rows(8192, 6144, 192 * mega)); // four, 48 MB each
        assertEquals(1024, Bands.rows(8192, 6144, 128 * mega));
        assertEquals(768, Bands.rows(8192, 6144, 96 * mega));
        assertEquals(16, Bands.rows(32768, 2048, mega));
        for (int height = 1; height < 9000; height += 37) {
            for (int width = 1; width < 9000; width += 411) {
                int rows = Bands.rows(width, height, 96 * mega);
                assertTrue(rows >= 16 && rows % 16 == 0 && rows < height + 16);
                assertTrue(rows == 16 || 4L * rows * width <= 24 * mega);
            }
        }
        int rows = 2048;
        for (int halves = 0; halves < 7; halves++) {
            rows = Bands.fewer(rows);
            assertTrue(rows >= 16 && rows % 16 == 0);
        }
        assertEquals(0, Bands.fewer(rows));
        assertEquals(0, Bands.fewer(7));
        assertEquals(16, Bands.fewer(17));
    }
}
