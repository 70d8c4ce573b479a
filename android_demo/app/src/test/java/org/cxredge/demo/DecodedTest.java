package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import org.cxredge.core.Film;
import org.cxredge.core.FilmReader;
import org.cxredge.core.ReadException;
import org.junit.After;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;

/** JPEG and WebP by Android's own decoder: the grays that `edge_runtime` makes of the same file. */
@RunWith(RobolectricTestRunner.class)
@Config(sdk = 34, shadows = Regions.class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public final class DecodedTest {
    @After
    public void plenty() {
        Regions.reset();
    }

    private static byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(new File(System.getProperty("cxr.out"), "decoded/" + name)
                .toPath());
    }

    private static String[] names() {
        String[] all = new File(System.getProperty("cxr.out"), "decoded")
                .list((folder, name) -> !name.endsWith(".gray"));
        Arrays.sort(all);
        return all;
    }

    /** How far the grays are off at most. */
    private static int off(String name, PhoneDecoding decoder) throws Exception {
        Film film = FilmReader.read(ByteBuffer.wrap(bytes(name)), decoder);
        byte[] wanted = bytes(name + ".gray");
        assertEquals(wanted.length, film.gray.length);
        int most = 0;
        for (int i = 0; i < wanted.length; i++) {
            most = Math.max(most, Math.abs((wanted[i] & 0xff) - (film.gray[i] & 0xff)));
        }
        return most;
    }

    @Test
    public void graysAreThoseOfTheReferenceWithoutTheProfile() throws Exception {
        String[] names = names();
        StringBuilder wrong = new StringBuilder();
        for (String name : names) {
            int off = off(name, new PhoneDecoding());
            if (off > 0) {
                wrong.append(name).append(": ").append(off).append("; ");
            }
        }
        assertEquals("", wrong.toString());
        assertTrue(names.length > 30);
    }

    @Test
    public void bandsAreTheWholePicture() throws Exception {
        for (String name : names()) {
            assertEquals(name, 0, off(name, PhoneDecoding.bands()));
        }
        assertTrue(Regions.given > names().length); // of 128 rows, and what is left
    }

    @Test
    public void whereThereIsNoMemoryBandsAreLower() throws Exception {
        for (boolean byError : new boolean[] {true, false}) {
            Regions.reset();
            Regions.byError = byError;
            Regions.most = 40;
            assertEquals(0, off("turned_6.jpg", PhoneDecoding.bands()));
            assertEquals(5, Regions.given); // of 32 rows each, instead of 128 and 64
            Regions.most = 0;
            try {
                off("turned_6.jpg", PhoneDecoding.bands());
                fail("a film without any memory");
            } catch (ReadException error) {
                assertEquals(byError ? ReadException.Why.NO_MEMORY : ReadException.Why.DAMAGED,
                        error.why);
            }
        }
    }
}
