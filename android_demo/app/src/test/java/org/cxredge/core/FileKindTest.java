package org.cxredge.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Test;

/** Whatever a reader refuses has a key, by which an app says it in any language. */
public final class FileKindTest {
    private static final Path SOURCES =
            Repository.ROOT.resolve("android_demo/app/src/main/java/org/cxredge");
    private static final String LITERAL = "\"((?:[^\"\\\\]|\\\\.)*)\"";

    /** Literals as they are, and a number for whatever stands between them. */
    private static String said(String expression) {
        StringBuilder said = new StringBuilder();
        Matcher part = Pattern.compile(LITERAL + "|[^\"]+").matcher(expression);
        while (part.find()) {
            boolean plus = part.group().trim().equals("+") || part.group().trim().isEmpty();
            said.append(part.group(1) != null ? part.group(1) : plus ? "" : "7");
        }
        return said.toString();
    }

    private static List<String> refusals() throws IOException {
        Pattern refusal = Pattern.compile(
                "(?:unsupported\\((?!\\))|Why\\.(?:FOREIGN|UNSUPPORTED), )([^;]*\"[^;]*)\\);");
        Pattern foreign = Pattern.compile("\\{" + LITERAL + ", " + LITERAL + "\\},");
        List<File> files = new ArrayList<>();
        files.addAll(Arrays.asList(SOURCES.resolve("core").toFile().listFiles()));
        files.addAll(Arrays.asList(SOURCES.resolve("demo").toFile().listFiles()));
        List<String> found = new ArrayList<>();
        for (File file : files) {
            String source = Repository.text(file.toPath());
            Matcher match = refusal.matcher(source);
            while (match.find()) {
                if (match.group(1).contains(" ? ")) { // one of several
                    Matcher one = Pattern.compile(LITERAL).matcher(match.group(1));
                    while (one.find()) {
                        found.add(one.group(1));
                    }
                } else {
                    found.add(said(match.group(1)));
                }
            }
            match = foreign.matcher(file.getName().equals("Formats.java") ? source : "");
            while (match.find()) {
                found.add(match.group(2));
            }
        }
        return found;
    }

    @Test
    public void everyRefusalOfTheSourcesHasAKey() throws Exception {
        List<String> found = refusals();
        assertTrue(found.toString(), found.size() > 40);
        assertTrue(found.contains("a TIFF of 7 x 7 bits, kind 7, packing 7"));
        for (String said : found) {
            assertNotNull(said + ": to be put into FileKind and the app's texts",
                    ReadException.unsupported(said).kind);
        }
    }

    @Test
    public void valuesAreThoseThatWereSaid() {
        FileKind kind = ReadException.unsupported("a TIFF of 3 x 16 bits, kind 2, packing 5").kind;
        assertEquals("kind_tiff_pixels", kind.key);
        assertArrayEquals(new Object[] {"3", "16", "2", "5"}, kind.values());
        kind = new ReadException(ReadException.Why.FOREIGN, "a PDF").kind;
        assertEquals(FileKind.NAME, kind.key);
        assertArrayEquals(new Object[] {"PDF"}, kind.values());
        assertNull(ReadException.unsupported("something else (a PDF)").kind);
        assertNull(ReadException.damaged("").kind);
    }
}
