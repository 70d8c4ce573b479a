package org.cxredge.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cxredge.core.ReadException.Why;
import org.junit.Test;

/** What a file may do: be read, or give one exception with its reason; and nothing else. */
public class HostileFilesTest {
    private static final PhoneDecoder BLANK = (file, rows) -> {
        rows.begin(80, 70);
        for (int y = 0; y < 70; y++) {
            rows.row(new int[80], 0);
        }
    };

    static Why why(ByteBuffer file, PhoneDecoder phone) {
        try {
            FilmReader.decoded(file, phone);
            return null;
        } catch (ReadException error) {
            assertFalse(error.getMessage().contains("\n"));
            return error.why;
        }
    }

    private static Why why(String latin) {
        return why(ByteBuffer.wrap(latin.getBytes(StandardCharsets.ISO_8859_1)), null);
    }

    @Test(timeout = 300_000)
    public void corpusIsRefused() throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.list(Repository.CORPUS)) {
            files = all.filter(path -> !path.toString().endsWith(".json"))
                    .sorted().collect(Collectors.toList());
        }
        assertTrue(files.size() > 10);
        List<String> read = new ArrayList<>();
        for (Path path : files) {
            // A WebP's canvas is for the phone's decoder to tell; here it is not asked.
            if (why(Repository.bytes(path), null) == null) {
                read.add(path.getFileName().toString());
            }
        }
        assertEquals(new ArrayList<String>(), read);
        assertEquals(Why.TOO_LARGE, why(corpus("claims_huge.png"), null));
        assertEquals(Why.TOO_LARGE, why(corpus("claims_huge.dcm"), null));
        assertEquals(Why.DAMAGED, why(corpus("rows_that_are_not_there.dcm"), null));
        assertEquals(Why.UNSUPPORTED, why(corpus("inflates_a_thousandfold.dcm"), null));
        assertEquals(Why.UNSUPPORTED, why(corpus("number_window.dcm"), null));
        assertEquals(Why.UNSUPPORTED, why(corpus("tile_of_a_gigabyte.tif"), null));
        assertEquals(Why.DAMAGED, why(corpus("not_a_number.tif"), null));
        assertEquals(Why.FOREIGN, why(corpus("starts_ghostscript.eps"), null));
        assertEquals(Why.UNSUPPORTED, why(corpus("scans_without_end.jpg"), BLANK));
    }

    private static ByteBuffer corpus(String name) throws IOException {
        return Repository.bytes(Repository.CORPUS.resolve(name));
    }

    @Test
    public void foreignFilesAreNamed() throws Exception {
        assertEquals(Why.EMPTY, why(""));
        assertEquals(Why.NOT_A_PICTURE, why("words"));
        assertEquals(Why.NOT_A_PICTURE, why("P"));
        assertEquals(Why.FOREIGN, why("%PDF-1.7"));
        assertEquals(Why.FOREIGN, why("GIF89a"));
        assertEquals(Why.FOREIGN, why("\0\0\0\30ftypheic"));
        assertEquals(Why.FOREIGN, why("PK\3\4"));
        assertEquals(Why.UNSUPPORTED, why("II+\0"));
        try {
            FilmReader.read(ByteBuffer.wrap("%PDF".getBytes(StandardCharsets.US_ASCII)), null);
            fail("a PDF was read");
        } catch (ReadException error) {
            assertEquals("a PDF", error.detail);
            assertTrue(error.getMessage(), error.getMessage().startsWith("the file is a PDF;"));
        }
    }

    @Test(timeout = 300_000)
    public void everyBeginningOfAFileIsDamagedOrRead() throws Exception {
        String[] names = {"rgb.png", "gray16.png", "gray16.tif", "orientation_6_16.tif",
            "gray8.bmp", "gray16.pgm", "monochrome2_window.dcm", "palette.png"};
        for (String name : names) {
            byte[] whole = Repository.vector(name).array();
            // The last bytes of some say nothing of the pixels: a sum, where a next page is.
            int needed = whole.length - (name.endsWith("png") ? 24 : name.endsWith("tif") ? 16 : 0);
            for (int length = 0; length < needed; length += 1 + whole.length / 300) {
                Why why = why(ByteBuffer.wrap(whole, 0, length).slice(), null);
                assertTrue(name + " of " + length + " bytes was read", why != null);
            }
        }
    }

    @Test
    public void whatAPhoneDecodesIsHeldToItsWord() throws Exception {
        ByteBuffer jpeg = ByteBuffer.wrap(new byte[] {-1, -40, -1, -37, 0, 2, -1, -38, 0, 2, -1, -39});
        assertEquals(null, why(jpeg, BLANK));
        ByteBuffer cut = jpeg.duplicate();
        cut.limit(jpeg.limit() - 1); // a phone's decoder would fill up what is missing
        assertEquals(Why.DAMAGED, why(cut, BLANK));
        assertEquals(Why.DAMAGED, why(jpeg, (file, rows) -> rows.begin(80, 70)));
        assertEquals(Why.DAMAGED, why(jpeg, (file, rows) -> { }));
        assertEquals(Why.TOO_LARGE, why(jpeg, (file, rows) -> rows.begin(40_000, 2)));
        assertEquals(Why.NO_PIXELS, why(jpeg, (file, rows) -> rows.begin(0, 9)));
        assertEquals(Why.DAMAGED, why(jpeg, (file, rows) -> {
            rows.begin(1, 1);
            rows.row(new int[1], 0);
            rows.row(new int[1], 0);
        }));
        assertEquals(Why.DAMAGED, why(jpeg, (file, rows) -> {
            throw new IOException("broken");
        }));
        assertEquals(Why.DAMAGED, why(jpeg, (file, rows) -> {
            throw new IllegalStateException("a codec's own");
        }));
    }

    @Test
    public void memoryThatIsNotThereIsAReason() throws Exception {
        long most = Runtime.getRuntime().maxMemory();
        if (most < 1L << 28) { // as test-core starts it: two bytes a pixel would not fit
            byte[] huge = "P5 8192 8192 65535 ".getBytes(StandardCharsets.US_ASCII);
            assertEquals(Why.NO_MEMORY, why(ByteBuffer.wrap(huge), null));
        }
        PhoneDecoder greedy = (file, rows) -> {
            throw new OutOfMemoryError("as a decoder may");
        };
        try {
            FilmReader.read(ByteBuffer.wrap(new byte[] {-1, -40, -1, -38, 0, 2, -1, -39}), greedy);
            fail("no memory, and yet a film");
        } catch (ReadException error) {
            assertEquals(Why.NO_MEMORY, error.why);
        }
    }

    @Test
    public void whatAFilePutsIntoAMessageStaysShort() {
        StringBuilder text = new StringBuilder("a\nb\0");
        for (int i = 0; i < 900; i++) {
            text.append('c');
        }
        ReadException error = ReadException.unsupported(text.toString());
        assertTrue(error.detail, error.detail.startsWith("a?b?ccc"));
        assertTrue(error.getMessage().length() < 160);
    }

    @Test
    public void claimsAreBoundedWhateverTheMemory() throws Exception {
        Limits.check(8192, 8192, 0);
        Limits.check(32768, 2048, 0);
        long[][] beyond = {{8193, 8192}, {32769, 1}, {1, 32769}, {0xffffffffL, 0xffffffffL}};
        for (long[] size : beyond) {
            try {
                Limits.check(size[0], size[1], 0);
                fail(size[0] + "x" + size[1] + " was let through");
            } catch (ReadException error) {
                assertEquals(Why.TOO_LARGE, error.why);
            }
        }
    }

    @Test(timeout = 300_000)
    public void sequencesInSequencesEnd() throws Exception {
        byte[] film = Repository.vector("monochrome2_window.dcm").array();
        int start = 132 + 12 + ByteBuffer.wrap(film).order(ByteOrder.LITTLE_ENDIAN).getInt(140);
        ByteBuffer deep = ByteBuffer.allocate(start + 20 * 200_000);
        deep.order(ByteOrder.LITTLE_ENDIAN).put(film, 0, start);
        while (deep.remaining() >= 20) { // a sequence of undefined length, an item of the same
            deep.putShort((short) 0x0008).putShort((short) 0x1110).put((byte) 'S').put((byte) 'Q');
            deep.putShort((short) 0).putInt(-1);
            deep.putShort((short) 0xfffe).putShort((short) 0xe000).putInt(-1);
        }
        assertEquals(Why.DAMAGED, why(deep, null));
    }

    @Test
    public void streamsAreHeldWithinBounds() throws Exception {
        ByteBuffer held = FilmReader.held(new ByteArrayInputStream(new byte[] {1, 2, 3}));
        assertEquals(3, held.remaining());
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 7;
            }

            @Override
            public int read(byte[] to) {
                return to.length;
            }
        };
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        };
        InputStream denied = new InputStream() {
            @Override
            public int read() {
                throw new SecurityException("not yours");
            }
        };
        assertEquals(Why.NO_MEMORY, whyHeld(endless));
        assertEquals(Why.CANNOT_OPEN, whyHeld(broken));
        assertEquals(Why.CANNOT_OPEN, whyHeld(denied));
    }

    private static Why whyHeld(InputStream stream) {
        try {
            FilmReader.held(stream);
            return null;
        } catch (ReadException error) { // told before there was no memory left
            assertFalse(error.detail.startsWith("out of memory"));
            return error.why;
        }
    }
}
